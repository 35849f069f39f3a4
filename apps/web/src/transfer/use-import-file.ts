/**
 * The file of an import on its way to the server: it is sent once, while its columns are mapped, and stands there for as
 * many looks and trials as somebody wants.
 */
import type { ImportFileResponse } from '@trellis/api';
import { useEffect, useRef, useState } from 'react';
import { type Upload, uploadFile } from '../runtime/files/upload-file.ts';

export interface ImportFile {
  readonly file: File;
  /** Share of the bytes that have gone out, 0 to 1. */
  readonly share: number;
  /** Once it has arrived. */
  readonly id: string | undefined;
  readonly error: unknown;
}

export interface ImportFileUpload {
  readonly sent: ImportFile | undefined;
  /** Begins to send another file, and resolves with its id once it is there. */
  send(file: File): Promise<string>;
  /** Waits for what is being sent. */
  arrived(): Promise<string>;
  cancel(): void;
}

export function useImportFile(object: string): ImportFileUpload {
  const [sent, setSent] = useState<ImportFile>();
  const upload = useRef<Upload<ImportFileResponse>>(undefined);
  const cancel = () => {
    upload.current?.cancel();
    upload.current = undefined;
    setSent(undefined);
  };
  // What nobody waits for any more need not be sent.
  useEffect(() => () => upload.current?.cancel(), []);
  const arrived = async () => {
    const present = upload.current;
    if (!present) throw new DOMException('Cancelled', 'AbortError');
    return (await present.done).id;
  };
  return {
    sent,
    send(file) {
      cancel();
      const path = `/records/${encodeURIComponent(object)}/import/files`;
      const begun = uploadFile<ImportFileResponse>(file, (share) => tell({ share }), path);
      const tell = (change: Partial<ImportFile>) =>
        setSent((before) => (upload.current === begun && before ? { ...before, ...change } : before));
      upload.current = begun;
      setSent({ file, share: 0, id: undefined, error: undefined });
      begun.done.then(
        ({ id }) => tell({ id, share: 1 }),
        (error: unknown) => tell({ error }),
      );
      return arrived();
    },
    arrived,
    cancel,
  };
}
