/** People and teams. */
import type { MembershipRow, Workspace } from '@trellis/storage';
import type { Context, SystemContext, UserContext } from './context.ts';

/** A person in a workspace: identity, membership and user record, seen as one. */
export interface User {
  /** Id of the user record, which is also the principal that owns and changes records. */
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly permissionSets: readonly string[];
  /** Name of the role that places them in the role tree; null without one. */
  readonly role: string | null;
  /** Ids of the teams that they belong to. */
  readonly teams: readonly string[];
}

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Made by the identity room; without one the user can't sign in by password. */
  readonly passwordHash?: string | null | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  /** Other fields of the user record, by API name: `role`, `title`, `teams`, the workspace's own. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** Whose word at a provider of single sign-on is taken for the new identity; written with it. */
  readonly ssoLink?: { readonly issuer: string; readonly subject: string } | undefined;
}

/** Somebody whom an identity provider has vouched for, with what their groups stand for. */
export interface Arrival {
  /** Undefined: nobody has come by this identity yet. */
  readonly identityId: string | undefined;
  readonly email: string;
  readonly name: string;
  readonly link: { readonly issuer: string; readonly subject: string };
  /** For a newcomer, whatever their groups. */
  readonly initialPermissionSets: readonly string[];
  /** Undefined: groups say nothing about them. Of the `governed` ones the person has those `given`, and no others. */
  readonly permissionSets:
    | { readonly given: readonly string[]; readonly governed: readonly string[] }
    | undefined;
  readonly role: { readonly given: string | undefined; readonly governed: readonly string[] } | undefined;
}

export interface Admission {
  readonly user: User;
  /** What the settings asked for and did not get, for the log. */
  readonly notes: readonly string[];
}

export interface UserChange {
  readonly name?: string | undefined;
  readonly passwordHash?: string | undefined;
  readonly permissionSets?: readonly string[] | undefined;
  readonly isActive?: boolean | undefined;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** What is absent stays; null clears. */
export interface OwnChange {
  readonly name?: string | undefined;
  readonly timeZone?: string | null | undefined;
  readonly locale?: string | null | undefined;
}

/** The identity behind a user. */
export interface UserAccount {
  readonly user: User;
  readonly identityId: string;
  readonly hasPassword: boolean;
  /** Whether the person may work in another workspace too, whose business they are as well. */
  readonly isShared: boolean;
}

/** Roles, and permission sets with the built-in administrator first, by label. */
export interface Grantables {
  readonly roles: readonly Grantable[];
  readonly permissionSets: readonly Grantable[];
}
export interface Grantable {
  readonly name: string;
  readonly label: string;
  readonly isGrantable: boolean;
}

/** The only writer of users. Needs the right `manage_users`; reading their records is `records` with object `user`. */
export interface UserDirectory {
  create(context: Context, input: NewUser): Promise<User>;
  /** Throws `unknown_record` for an id that is no user of the workspace. */
  update(context: Context, id: string, change: UserChange): Promise<User>;
  find(context: Context, id: string): Promise<User | undefined>;
  /**
   * The account behind a user, for who may change how they sign in: an administrator for anybody, else who holds every
   * right that the person holds. Throws `unknown_user`, `forbidden`.
   */
  findAccount(context: Context, id: string): Promise<UserAccount>;
  /** What people may change of themselves, without any right. Throws `invalid_input`. */
  updateOwn(context: UserContext, change: OwnChange): Promise<void>;
  /** What people can be given; of which the caller may give what they hold themselves. */
  grantables(context: Context): Promise<Grantables>;
  /** All users of the workspace, inactive ones too, in the order in which they were made. */
  list(context: Context): Promise<readonly User[]>;
  /**
   * The user as whom the caller may see the product now. Throws `forbidden` without the right `view_as` or for who
   * holds more than the caller, `unknown_user` for who is not there or not active.
   */
  findViewable(context: Context, id: string): Promise<MembershipRow>;
  /** Makes or brings up to date whom a provider of single sign-on has vouched for. An inactive user stays as they are. */
  admit(context: SystemContext, arrival: Arrival): Promise<Admission>;
  /** The first person of an installation; undefined, with nothing written, once there is any identity. */
  createFirstAdministrator(workspace: Workspace, input: FirstAdministrator): Promise<FirstUser | undefined>;
}

/** A group of users that may own records. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly email: string | null;
  /** Ids of users. */
  readonly members: readonly string[];
}

/** The only writer of teams. Needs the right `manage_users`, but for one's own. Fields are those of the object `team`. */
export interface TeamDirectory {
  create(context: Context, fields: Readonly<Record<string, unknown>>): Promise<Team>;
  /** Throws `unknown_record` for an id that is no team of the workspace. */
  update(context: Context, id: string, fields: Readonly<Record<string, unknown>>): Promise<Team>;
  /** Throws `delete_restricted` with counts by object in `blocking` while it owns records. */
  delete(context: Context, id: string): Promise<void>;
  find(context: Context, id: string): Promise<Team | undefined>;
  /** By name. */
  list(context: Context): Promise<readonly Team[]>;
  /** Those of the caller, whatever their rights. */
  ofUser(context: Context): Promise<readonly Pick<Team, 'id' | 'name'>[]>;
}

/** With the identity behind, so that it can be signed in at once. */
export interface FirstUser extends User {
  readonly identityId: string;
}

export interface FirstAdministrator {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}
