/** Secrets and files. */
import type { Workspace } from '@trellis/storage';
import type { Context, SystemContext } from './context.ts';

/** The one way to the text of a secret: for the platform's own use, with a reason that the log keeps. */
export interface SecretDirectory {
  /**
   * Has everything that is sealed in the workspace's records sealed anew by the first key, and texts whose field has
   * become encrypted. Resolves with the id of the job. Throws `forbidden`, and `invalid_input` without a key.
   */
  reseal(context: Context): Promise<string>;
  /** Null when it is not set. Throws `unknown_record`, and `Error` when its key is gone. */
  reveal(
    context: SystemContext,
    request: { readonly object: string; readonly id: string; readonly field: string },
  ): Promise<string | null>;
}

// --- files ----------------------------------------------------------------------------------------------------

/** What is known of a file; `size` in bytes, `type` as found in the content. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

export interface OpenFile {
  readonly file: FileFacts;
  /** The content, or a range of its bytes, first and last included. */
  read(range?: { readonly start: number; readonly end: number }): Promise<AsyncIterable<Uint8Array>>;
}

export interface FileDirectory {
  /** The most bytes of one file. */
  readonly mostBytes: number;
  /** Takes a file, which is the caller's for a day unless a record comes to refer to it. Throws `file_too_large`, and `too_many_uploads` while too many wait. */
  upload(
    context: Context,
    input: { readonly name: string; readonly content: AsyncIterable<Uint8Array> },
  ): Promise<FileFacts>;
  /**
   * A file of a record that the caller may read; the first of the field unless one is named. Throws `unknown_record`
   * for a record or file that is absent or invisible.
   */
  open(
    context: Context,
    request: {
      readonly object: string;
      readonly id: string;
      readonly field: string;
      readonly file?: string | undefined;
    },
  ): Promise<OpenFile>;
  /** The same by the file's id alone; whoever sent it may also read it before a record refers to it. */
  openById(context: Context, id: string): Promise<OpenFile>;
  /** Removes what nobody referred to in time, and files of purged records. */
  sweep(workspace: Workspace): Promise<number>;
}

// --- what has changed ---------------------------------------------------------------------------------------
