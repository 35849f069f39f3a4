/** Sharing by hand and standing in for somebody, as they go over the wire. Times are RFC 3339 instants. */

/** A person or team by id, or a role by name, with those below it. */
export type ShareTarget =
  | { readonly user: string }
  | { readonly team: string }
  | { readonly role: string; readonly and_below?: boolean };

export interface ShareBody {
  readonly with: ShareTarget;
  readonly access: 'read' | 'update';
  /** Until somebody ends it, unless given. */
  readonly expires_at?: string | null;
}

/** What is absent stays as it is; null takes the end away. */
export interface ShareChangeBody {
  readonly access?: 'read' | 'update';
  readonly expires_at?: string | null;
}

export interface ShareResponse {
  readonly id: string;
  readonly with: ShareTarget;
  /** Of the person or team, or label of the role; null for one that is gone. */
  readonly name: string | null;
  readonly access: 'read' | 'update';
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly created_by: { readonly id: string; readonly name: string | null };
}

/** Why people see the record without a share. `above`: roles above the owner’s; `permission_set`: whoever holds it. */
export interface AudienceEntry {
  readonly reason: 'owner' | 'above' | 'everybody' | 'rule' | 'permission_set';
  /** Of the rule; otherwise null. */
  readonly label: string | null;
  readonly names: readonly string[];
  readonly access: 'read' | 'update';
}

export interface RecordSharingResponse {
  readonly shares: readonly ShareResponse[];
  readonly audience: readonly AudienceEntry[];
  /** The most that you may give. */
  readonly most: 'read' | 'update';
  readonly roles: readonly { readonly name: string; readonly label: string }[];
}

export interface DelegationBody {
  /** Id of the user who stands in. */
  readonly delegate: string;
  /** Now unless given. */
  readonly starts_at?: string;
  readonly ends_at: string;
  /** You, unless given; for others with `manage_users`. */
  readonly delegator?: string;
}

export interface DelegationResponse {
  readonly id: string;
  readonly delegator: { readonly id: string; readonly name: string | null };
  readonly delegate: { readonly id: string; readonly name: string | null };
  readonly starts_at: string;
  readonly ends_at: string;
  readonly state: 'planned' | 'active' | 'ended';
  readonly created_at: string;
  readonly created_by: { readonly id: string; readonly name: string | null };
}
