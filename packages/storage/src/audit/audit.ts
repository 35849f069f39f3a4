/** The audit log as storage keeps it: entries that nobody can change, and a chain of hashes over them. */
import type { JsonValue } from '@trellis/model';
import type { Transaction, Workspace } from '../storage.ts';

/** What is told of one event. Names and counts, never values of fields and never a secret. */
export interface NewAuditEntry {
  /** ISO instant, to the millisecond. */
  readonly at: string;
  /** Principal who did it; null: nobody who is known. */
  readonly actorId: string | null;
  /** As whom the actor saw the product. */
  readonly asId: string | null;
  readonly action: string;
  /** `refused`: tried and not done. */
  readonly outcome: 'done' | 'refused';
  /** API name of an object. */
  readonly object: string | null;
  readonly recordId: string | null;
  /** Of a list: the records that it showed. */
  readonly recordIds: readonly string[] | null;
  /** Of a change of the metadata. */
  readonly revision: number | null;
  readonly source: string;
  readonly requestId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly details: Readonly<Record<string, JsonValue>>;
}

export interface AuditEntry extends NewAuditEntry {
  readonly id: number;
}

/** An entry as it is read: with today's names of people, and its place in the chain once it has one. */
export interface ListedAuditEntry extends AuditEntry {
  readonly actorName: string | null;
  readonly asName: string | null;
  /** Null: not sealed yet. */
  readonly number: number | null;
  /** Hexadecimal. */
  readonly hash: string | null;
}

/** What is looked for; everything that is given must hold. */
export interface AuditFilter {
  readonly actorId?: string | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  readonly object?: string | undefined;
  /** Entries about the record, and lists that showed it. */
  readonly recordId?: string | undefined;
  /** ISO instants; `until` is not included. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** The end of a page: the next one goes on behind it. */
export interface AuditPosition {
  readonly at: string;
  readonly id: number;
}

/** A place in the chain. */
export interface AuditHead {
  /** 0: nothing is sealed yet, and the hash is the one that the chain begins with. */
  readonly number: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Why a place in the chain does not hold. */
export type AuditFault =
  /** The entry is not the one that was sealed. */
  | 'changed_entry'
  | 'missing_entry'
  | 'missing_seal'
  /** The chain was forgotten up to here, and it does not say so itself. */
  | 'unexplained_anchor'
  /** The hash that was noted elsewhere is another one. */
  | 'other_head'
  /** The place that was noted elsewhere has been forgotten, so nobody can say whether it was this chain's. */
  | 'forgotten_head'
  /** The chain ends before the place that was noted elsewhere. */
  | 'shortened'
  /** An entry that was put in beside the chain, or kept from it: it has no seal and will get none. */
  | 'unsealed_entry';

export interface AuditVerdict {
  readonly isIntact: boolean;
  /** The first place that does not hold. */
  readonly fault: {
    readonly code: AuditFault;
    readonly number: number;
    readonly entryId: number | null;
  } | null;
  /** The end of what holds. */
  readonly head: AuditHead;
  /** Where the chain begins: behind what retention has forgotten, else 0. */
  readonly forgotten: number;
  /** Entries that were looked at. */
  readonly checked: number;
  /** Entries of transactions that ended within the last moments. */
  readonly unsealed: number;
}

export interface AuditStore {
  /** Within a transaction the entries stand or fall with it. */
  append(workspace: Workspace, entries: readonly NewAuditEntry[], transaction?: Transaction): Promise<void>;
  /** Newest first. */
  list(
    workspace: Workspace,
    filter: AuditFilter,
    page: { readonly limit: number; readonly after?: AuditPosition | undefined },
  ): Promise<readonly ListedAuditEntry[]>;
  /** Seals every entry that is committed; waits for another process that is at it. Returns how many it sealed. */
  seal(workspace: Workspace): Promise<number>;
  head(workspace: Workspace): Promise<AuditHead>;
  /** Seals what is there, then goes through the whole chain, at constant memory. */
  verify(workspace: Workspace, noted?: AuditHead): Promise<AuditVerdict>;
  /**
   * Forgets the oldest part of the chain: all entries up to the first that is not older than `before`. An anchor keeps
   * the hash that the rest goes on from, and `entry` tells of it within the chain.
   */
  forget(
    workspace: Workspace,
    before: string,
    entry: (forgotten: AuditHead & { readonly entries: number }) => NewAuditEntry,
  ): Promise<number>;
}
