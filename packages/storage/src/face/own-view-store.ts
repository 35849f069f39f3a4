/** Views that people keep for themselves, and which view opens first for them. */
import type { Transaction, Workspace } from './snapshot.ts';

/** One person, and one object by its key. */
export interface OwnViewPlace {
  readonly userId: string;
  readonly objectKey: string;
}

export interface StoredOwnView extends OwnViewPlace {
  readonly id: string;
  /** A view body, as written. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How paths of the body were called when it was saved, by pointer into it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OwnViewStore {
  /** The living views of a person, the oldest first, and the name or id of the one that opens first; null: none was chosen. */
  list(
    workspace: Workspace,
    place: OwnViewPlace,
  ): Promise<{ readonly views: readonly StoredOwnView[]; readonly first: string | null }>;
  /** Undefined: there is none, or it is somebody else's, or of another object. */
  find(
    workspace: Workspace,
    place: OwnViewPlace & { readonly id: string },
    options?: { readonly isDeleted?: boolean },
  ): Promise<StoredOwnView | undefined>;
  /** False: the person has `most` of this object already. */
  insert(workspace: Workspace, view: StoredOwnView, most: number): Promise<boolean>;
  /** False: it is gone meanwhile. */
  update(workspace: Workspace, view: StoredOwnView): Promise<boolean>;
  /** False: there was none. */
  remove(
    workspace: Workspace,
    view: OwnViewPlace & { readonly id: string; readonly at: string },
  ): Promise<boolean>;
  /** False: the person has `most` of this object meanwhile. */
  restore(workspace: Workspace, view: OwnViewPlace & { readonly id: string }, most: number): Promise<boolean>;
  setFirst(workspace: Workspace, place: OwnViewPlace, view: string | null): Promise<void>;
  /** After a view of the metadata was renamed. */
  renameFirst(
    workspace: Workspace,
    view: { readonly objectKey: string; readonly from: string; readonly to: string },
    transaction: Transaction,
  ): Promise<void>;
  /** Those of everybody, deleted ones too, in the order of their ids: up to `limit` after the id. */
  all(
    workspace: Workspace,
    page: { readonly after: string | undefined; readonly limit: number },
    transaction: Transaction,
  ): Promise<readonly StoredOwnView[]>;
  /** Writes bodies anew whose fields or views were renamed; nothing else of them changes. */
  rewrite(
    workspace: Workspace,
    views: readonly Pick<StoredOwnView, 'id' | 'body'>[],
    transaction: Transaction,
  ): Promise<void>;
}
