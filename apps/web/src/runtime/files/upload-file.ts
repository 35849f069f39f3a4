/** Sends a file and tells how far it is. `fetch` can't tell, so this is the one place with the older interface. */
import type { FileResponse, ProblemDocument } from '@trellis/api';
import type { FieldDescription } from '@trellis/forms';
import { isAccepted } from '@trellis/model';
import { workspace } from '../../api.ts';
import { i18next } from '../../i18n.ts';
import './messages.ts';

const MEGABYTE = 1024 * 1024;

/** A file that can't be taken, or did not arrive: `message` is for people. */
export class UploadRefused extends Error {}

export interface Upload<Answer = FileResponse> {
  /** Rejects with `UploadRefused`, or with `AbortError` after `cancel`. */
  readonly done: Promise<Answer>;
  cancel(): void;
}

/** `onProgress` is given 0 to 1. `path` below /api/v1 answers 201. */
export function uploadFile<Answer = FileResponse>(
  file: File,
  onProgress: (share: number) => void,
  path = '/files',
): Upload<Answer> {
  const request = new XMLHttpRequest();
  const done = new Promise<Answer>((resolve, reject) => {
    request.open('POST', `/api/v1${path}`);
    request.responseType = 'json';
    request.setRequestHeader('accept', 'application/json');
    if (workspace !== undefined) request.setRequestHeader('x-workspace', workspace);
    request.setRequestHeader('x-trellis-client', 'web');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 201) return resolve(request.response as Answer);
      const problem = request.response as ProblemDocument | null;
      reject(new UploadRefused(problem?.detail ?? i18next.t('failed', { ns: 'files' })));
    };
    request.onerror = () => reject(new UploadRefused(i18next.t('problem.offline')));
    request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'));
    const form = new FormData();
    form.set('file', file, file.name);
    request.send(form);
  });
  return { done, cancel: () => request.abort() };
}

/**
 * Why the field does not take the file, as far as can be told before it is sent: the browser says a type only by the
 * name, so a kind that it doesn't know is left for the server to judge.
 */
export function refusalOf(file: File, field: FieldDescription): string | undefined {
  if (field.max_size !== undefined && file.size > field.max_size * MEGABYTE) {
    return i18next.t('tooLarge', { ns: 'files', name: file.name, most: field.max_size });
  }
  if (field.accept !== undefined && file.type !== '' && !isAccepted(file.type, field.accept)) {
    return i18next.t('wrongType', { ns: 'files', name: file.name });
  }
  return undefined;
}
