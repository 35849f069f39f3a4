/** Files of records, and their bytes where they are kept in the database. */
import type { Transaction, Workspace } from './snapshot.ts';

/** What is known of a file. `object` and `field` are keys; null until a record claims it. */
export interface FileRow {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  readonly createdBy: string;
  readonly object: string | null;
  readonly recordId: string | null;
  readonly field: string | null;
}

export interface FileClaim {
  readonly id: string;
  readonly object: string;
  readonly recordId: string;
  readonly field: string;
}

/** Bytes of files in the database. Has the form of the files room's `FileStore`, which it may not import. */
export interface ChunkStore {
  write(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  read(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncIterable<Uint8Array>>;
  remove(key: string): Promise<void>;
}

export interface FileRegister {
  readonly chunks: ChunkStore;
  /** A file whose content is on its way; unless it is completed and claimed, it is swept after `expiresAt`. */
  insert(
    workspace: Workspace,
    file: {
      readonly id: string;
      readonly name: string;
      readonly createdBy: string;
      readonly expiresAt: string;
    },
  ): Promise<void>;
  /** Its content is there as a whole. */
  complete(
    workspace: Workspace,
    id: string,
    content: { readonly size: number; readonly type: string },
  ): Promise<void>;
  /** Uploads of a person that no record refers to yet: how many, and their bytes. */
  waiting(
    workspace: Workspace,
    createdBy: string,
  ): Promise<{ readonly files: number; readonly bytes: number }>;
  /** Whole files that have not expired. */
  find(workspace: Workspace, ids: readonly string[], transaction?: Transaction): Promise<readonly FileRow[]>;
  /** Gives unclaimed files to records; how many it gave. */
  claim(workspace: Workspace, claims: readonly FileClaim[], transaction?: Transaction): Promise<number>;
  /** Forgets expired files; `remove` is called for the content of each before its row goes. */
  sweep(workspace: Workspace, remove: (id: string) => Promise<void>): Promise<number>;
}
