/**
 * Where the bytes of files lie. A key is `schema/id`: the workspace's schema and the id of the file, so that what is
 * kept in one place can be told apart by workspace. Content never changes: a new content is a new file.
 */

/** First and last byte, both included, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface FileStore {
  /** Keeps the content as a whole or not at all: a reader never sees half of it. */
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** The content, or a range of it. @throws FileMissing */
  read(key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>;
  /** Forgets the content; nothing happens when there is none. */
  remove(key: string): Promise<void>;
}

/** There is no content under the key. */
export class FileMissing extends Error {
  constructor(options: ErrorOptions = {}) {
    super('The content of the file is not there.', options);
    this.name = 'FileMissing';
  }
}

const KEY = /^[a-z][a-z0-9_]{0,62}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keys are made by the platform; one of another form could lead out of the folder. */
export function requireKey(key: string): string {
  if (!KEY.test(key)) throw new TypeError('This is no key of a file.');
  return key;
}
