/** Who asks. */
import type { KeyScope } from '@trellis/access';
import type { ChangeCause, Workspace } from '@trellis/storage';

/** Who asks. There is no "no user", and no flag that ignores access. */
export type Context = UserContext | SystemContext;

export interface UserContext {
  readonly kind: 'user';
  readonly workspace: Workspace;
  /** Id of the user record in this workspace. */
  readonly userId: string;
  /** What rules know as `$user.name` and `$user.email`. */
  readonly userName?: string | undefined;
  readonly userEmail?: string | undefined;
  /** Names of the user's permission sets; `administrator` is built in. */
  readonly permissionSets: readonly string[];
  /** Where a program acts by an API key: what the key narrows the user's rights to. */
  readonly scope?: KeyScope | undefined;
  readonly timeZone: string;
  readonly locale: string;
  /** Where the request came in: `api`, `web`, `cli`. */
  readonly source: string;
  readonly requestId: string | undefined;
  /** Where the request came from, for the audit log. */
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Who sees the product as this user. Nothing may be changed then. */
  readonly viewer?: { readonly userId: string; readonly name: string } | undefined;
  /** What the call follows from, for the history of what it changes. */
  readonly cause?: ChangeCause | undefined;
  /** Told of each old name that the call said. */
  readonly onAlias?: (use: {
    readonly name: string;
    readonly current: string;
    /** Since when it is an old one. */
    readonly since: string;
  }) => void;
}

/** The platform itself, with a reason that history keeps. */
export interface SystemContext {
  readonly kind: 'system';
  readonly workspace: Workspace;
  readonly reason: string;
  /** As of a user's call. */
  readonly cause?: ChangeCause | undefined;
}

// --- access ---------------------------------------------------------------------------------------------------
