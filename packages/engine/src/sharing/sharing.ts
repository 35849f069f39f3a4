/** The face of sharing: who else may see a record, and who stands in for whom. Types alone. */
import type { Context } from '../engine.ts';

/** A person or team by id, or a role by name, with those below it. */
export type ShareTarget =
  | { readonly user: string }
  | { readonly team: string }
  | { readonly role: string; readonly and_below: boolean };

/** A record opened by hand to somebody. Times are instants. */
export interface PresentedShare {
  readonly id: string;
  readonly with: ShareTarget;
  /** Name of the person or team, label of the role; null for one that is gone. */
  readonly name: string | null;
  readonly access: 'read' | 'update';
  /** Null: until somebody ends it. */
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly created_by: { readonly id: string; readonly name: string | null };
}

/** Why somebody sees the record without a share. `names` are of people, teams, roles or permission sets. */
export interface AudienceEntry {
  /** `above`: roles above the owner's. `permission_set`: its holders see all records. */
  readonly reason: 'owner' | 'above' | 'everybody' | 'rule' | 'permission_set';
  /** Label of the rule; otherwise null. */
  readonly label: string | null;
  readonly names: readonly string[];
  readonly access: 'read' | 'update';
}

export interface RecordSharing {
  readonly shares: readonly PresentedShare[];
  readonly audience: readonly AudienceEntry[];
  /** The most that the caller may give. */
  readonly most: 'read' | 'update';
  /** Roles that it can be shared with. */
  readonly roles: readonly { readonly name: string; readonly label: string }[];
}

/**
 * Sharing by hand, for those who stand for the owner of a record or hold `modify_all` (packages/access/SPEC.md M1 to M6).
 * Every method throws `unknown_record` for a record that the caller does not see, `forbidden` for one that they may not
 * share, and `invalid_input` for an object whose records are not shared one by one.
 */
export interface ShareDesk {
  list(context: Context, object: string, id: string): Promise<RecordSharing>;
  /** In: `{with, access, expires_at?}`. Throws `invalid_input` with all faults, and `unique_violation` for a second one. */
  add(context: Context, object: string, id: string, input: unknown): Promise<PresentedShare>;
  /** In: `{access?, expires_at?}`; null takes the end away. */
  change(
    context: Context,
    object: string,
    id: string,
    share: string,
    input: unknown,
  ): Promise<PresentedShare>;
  remove(context: Context, object: string, id: string, share: string): Promise<void>;
}

/** That one person stands in for another. */
export interface PresentedDelegation {
  readonly id: string;
  readonly delegator: { readonly id: string; readonly name: string | null };
  readonly delegate: { readonly id: string; readonly name: string | null };
  readonly starts_at: string;
  readonly ends_at: string;
  readonly state: 'planned' | 'active' | 'ended';
  readonly created_at: string;
  readonly created_by: { readonly id: string; readonly name: string | null };
}

/** Standing in for somebody for a period (packages/access/SPEC.md E1 to E4). */
export interface DelegationDesk {
  /** Those that concern the caller, the last to end first; `all` needs the right `manage_users`. */
  list(context: Context, options: { readonly all: boolean }): Promise<readonly PresentedDelegation[]>;
  /**
   * In: `{delegate, ends_at, starts_at?, delegator?}`. For another delegator than oneself it needs `manage_users`. Throws
   * `invalid_input` with all faults.
   */
  create(context: Context, input: unknown): Promise<PresentedDelegation>;
  /** At once; either of the two may, and who manages users. Throws `unknown_record`. */
  end(context: Context, id: string): Promise<void>;
}
