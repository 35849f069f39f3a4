/** Receives a content into a store: counted, its type found on the way, stopped when it is too much. */
import { detectType, HEAD_BYTES } from './detect-type.ts';
import type { FileStore } from './file-store.ts';

/** The content is longer than may be. */
export class FileTooLarge extends Error {
  constructor() {
    super('The file is too large.');
    this.name = 'FileTooLarge';
  }
}

export interface Received {
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

/** @throws FileTooLarge, with nothing kept */
export async function receiveFile(
  store: FileStore,
  file: { readonly key: string; readonly name: string; readonly mostBytes: number },
  content: AsyncIterable<Uint8Array>,
): Promise<Received> {
  const rest = content[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let size = 0;
  const next = async () => {
    const { value, done } = await rest.next();
    if (done) return undefined;
    size += value.length;
    if (size > file.mostBytes) throw new FileTooLarge();
    return value;
  };
  try {
    for (let seen = 0; seen < HEAD_BYTES; ) {
      const chunk = await next();
      if (!chunk) break;
      head.push(chunk);
      seen += chunk.length;
    }
    const type = await detectType(Buffer.concat(head).subarray(0, HEAD_BYTES), file.name);
    async function* whole() {
      yield* head;
      for (let chunk = await next(); chunk; chunk = await next()) yield chunk;
    }
    await store.write(file.key, whole());
    return { size, type };
  } finally {
    await rest.return?.();
  }
}
