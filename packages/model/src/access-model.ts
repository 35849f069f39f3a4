/** Who may do what, as written in metadata and resolved: the input of every decision. No I/O and no decision here. */
import type { SystemRight } from '@trellis/metadata';
import type { Expression } from './expressions/expression.ts';

/** What may be done with the records of an object. */
export const OBJECT_ACTIONS = ['create', 'read', 'update', 'delete', 'import', 'export'] as const;
export type ObjectAction = (typeof OBJECT_ACTIONS)[number];
export type FieldRight = 'none' | 'read' | 'update';

export interface AccessModel {
  readonly roles: ReadonlyMap<string, CompiledRole>;
  readonly permissionSets: ReadonlyMap<string, CompiledPermissionSet>;
  /** By object; objects without one are missing. */
  readonly sharingRules: ReadonlyMap<string, readonly CompiledSharingRule[]>;
}

export interface CompiledRole {
  readonly name: string;
  readonly label: string;
  readonly parent: string | undefined;
  /** Names of all roles under this one, at any depth; itself excluded. */
  readonly below: ReadonlySet<string>;
}

export interface CompiledPermissionSet {
  readonly name: string;
  readonly label: string;
  readonly system: ReadonlySet<SystemRight>;
  /** Whoever holds it must have a second factor before they may do anything. */
  readonly requiresSecondFactor: boolean;
  /** By object; what is missing is not granted. */
  readonly objects: ReadonlyMap<string, ObjectGrant>;
}

export interface ObjectGrant {
  readonly actions: ReadonlySet<ObjectAction>;
  readonly viewsAll: boolean;
  readonly modifiesAll: boolean;
  /** Right on the fields that `fields` does not name. */
  readonly defaultField: FieldRight;
  readonly fields: ReadonlyMap<string, FieldRight>;
  /** Record types that records may be given. */
  readonly recordTypes: ReadonlySet<string>;
}

/** Records that others than their owner may reach, too. */
export interface CompiledSharingRule {
  readonly name: string;
  readonly label: string;
  /** Which records: by what they say, or by who owns them. */
  readonly when: Expression | undefined;
  readonly ownedBy: Organised | undefined;
  readonly shareWith: readonly Organised[];
  readonly access: 'read' | 'update';
}

/** People by their place: exactly one of role, team and user is given. */
export interface Organised {
  readonly role: string | undefined;
  readonly team: string | undefined;
  readonly user: string | undefined;
  /** With a role: those in roles below it as well. */
  readonly andBelow: boolean;
}

/** How somebody stands among those that records are shared with by hand: an id, or the name of a role. */
export function granteeOf({ user, team, role, andBelow }: Organised): string {
  return user ?? team ?? `role ${role}${andBelow ? ' and below' : ''}`;
}

export const NO_ACCESS_MODEL: AccessModel = Object.freeze({
  roles: new Map(),
  permissionSets: new Map(),
  sharingRules: new Map(),
});
