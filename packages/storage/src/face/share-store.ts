/** Shares by hand, and who stands in for whom. */
import type { ChangeOrigin } from './records.ts';
import type { Transaction, Workspace } from './snapshot.ts';

/** A record opened to one person, team or role. */
export interface NewShare {
  readonly id: string;
  readonly objectKey: string;
  readonly recordId: string;
  /** As `granteeOf` of the model writes it. */
  readonly grantee: string;
  readonly kind: 'user' | 'team' | 'role';
  readonly role: string | null;
  /** Of a role: those below it as well. */
  readonly andBelow: boolean;
  readonly access: 'read' | 'update';
  /** It counts until then; null: until somebody ends it. */
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface Share extends Omit<NewShare, 'grantee'> {
  /** Of a person or team its id; of a role nothing that means anything elsewhere. */
  readonly granteeId: string;
  readonly granteeName: string | null;
  readonly createdByName: string | null;
}

export interface ShareStore {
  /** How many records of which object are shared with whom, expired or not: `<object key> <granteeId>`; with these alone, if given. */
  counts(workspace: Workspace, grantees?: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Those of a record that count at the instant, the oldest first. */
  list(
    workspace: Workspace,
    recordId: string,
    now: string,
    transaction?: Transaction,
  ): Promise<readonly Share[]>;
  /** False: the record is shared with them already. */
  insert(workspace: Workspace, share: NewShare, transaction: Transaction): Promise<boolean>;
  /** False: there is none. */
  update(
    workspace: Workspace,
    share: Pick<Share, 'id' | 'recordId' | 'access' | 'expiresAt'>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** False: there was none. */
  remove(
    workspace: Workspace,
    share: Pick<Share, 'id' | 'recordId'>,
    transaction: Transaction,
  ): Promise<boolean>;
  /** Lets live updates know that a record has been shared with somebody, or is not any more. */
  tell(
    workspace: Workspace,
    share: Pick<Share, 'objectKey' | 'recordId' | 'granteeId'> & { readonly isGiven: boolean },
    origin: ChangeOrigin,
    transaction: Transaction,
  ): Promise<void>;
  /** All that is shared with somebody, as `granteeOf` writes them. */
  removeGrantee(workspace: Workspace, grantee: string, transaction: Transaction): Promise<void>;
}

/** For a period the delegate stands in for the delegator; both are users. Times are ISO instants. */
export interface NewDelegation {
  readonly id: string;
  readonly delegator: string;
  readonly delegate: string;
  readonly startsAt: string;
  /** From then on it counts no more. */
  readonly endsAt: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface Delegation extends NewDelegation {
  readonly delegatorName: string | null;
  readonly delegateName: string | null;
  readonly createdByName: string | null;
}

export interface DelegationStore {
  /** The last to end first; ended ones too unless `endingAfter` says otherwise, at most 1,000. */
  list(
    workspace: Workspace,
    options: { readonly endingAfter?: string | undefined; readonly person?: string | undefined },
  ): Promise<readonly Delegation[]>;
  insert(workspace: Workspace, delegation: NewDelegation, transaction?: Transaction): Promise<void>;
  /** Ends it at the instant; one that has not begun by then is forgotten. */
  end(workspace: Workspace, id: string, at: string, transaction?: Transaction): Promise<void>;
}

// --- what has changed ---------------------------------------------------------------------------------------
