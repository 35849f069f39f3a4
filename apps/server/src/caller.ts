/**
 * Authentication of a request: cookie → session, or `Authorization: Bearer` → API key → membership in the workspace
 * asked for → the context that every call of the engine needs. A key needs no `Origin`: no browser sends it by itself. Runs before the body is read, so that 401 and 403 come first whatever was sent.
 *
 * It may refuse: `unauthenticated`, `invalid_api_key`, `too_many_attempts`, `cross_origin`, `unknown_workspace`, `forbidden`.
 * A workspace that someone doesn't belong to and one that doesn't exist are answered alike.
 */
import { type Access, ADMINISTRATOR, type KeyScope, type SystemRight } from '@trellis/access';
import type { Engine, UserContext } from '@trellis/engine';
import type { Identity, Membership, Session } from '@trellis/identity';
import type { Workspace } from '@trellis/storage';
import type { FastifyRequest } from 'fastify';
import { noteAlias } from './alias-notice.ts';
import { HttpProblem } from './http-problem.ts';
import type { PreferenceDirectory } from './preferences.ts';
import { changesState, requireSameOrigin } from './same-origin.ts';
import { readSessionCookie } from './session-cookie.ts';
import type { SecondFactorRule } from './settings.ts';
import { findViewed, requireReading } from './view-session.ts';
import type { WorkspaceDirectory } from './workspaces.ts';

/** Who made a request, and where they work in it. */
export interface Caller {
  /** Of an API key: its holder, as if they had signed in to its workspace alone. */
  readonly session: Session;
  /** The session's token, or the key. */
  readonly token: string;
  /** Whether it is an API key that calls. */
  readonly isKey: boolean;
  readonly rights: readonly SystemRight[];
  /** All that the caller may do. */
  readonly access: Access;
  readonly membership: Membership;
  readonly workspace: Workspace;
  readonly context: UserContext;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but the public ones. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** `public`: answered to anyone. `session`: only to who has signed in. Else an API key will do, too. */
    readonly access?: 'public' | 'session';
    /** Open to who must set up a second factor first. */
    readonly isEnrolment?: boolean;
    /** Open to who sees the product as another user, as themselves: it ends that. */
    readonly endsView?: boolean;
    /** The answer goes on for as long as somebody listens. */
    readonly isLongLived?: boolean;
    /** A system right that the caller must hold. */
    readonly right?: SystemRight;
    /** The workspace may also be named by the parameter `workspace`. */
    readonly workspaceInQuery?: boolean;
  }
}

export interface CallerOptions {
  readonly identity: Pick<Identity, 'findSession' | 'findApiKeyHolder'>;
  readonly workspaces: WorkspaceDirectory;
  readonly engine: Pick<Engine, 'access' | 'users'>;
  readonly preferences: PreferenceDirectory;
  readonly publicUrl: URL | undefined;
  readonly secondFactor: SecondFactorRule;
}

/** Finds out who is calling. */
export async function findCaller(request: FastifyRequest, options: CallerOptions): Promise<Caller> {
  if (request.headers.authorization !== undefined) return findKeyCaller(request, options);
  const token = readSessionCookie(request, options.publicUrl);
  const session = token === undefined ? undefined : await options.identity.findSession(token);
  return atWork(request, token ?? '', session, options);
}

const BEARER = { headers: { 'www-authenticate': 'Bearer realm="trellis"' } };

async function findKeyCaller(request: FastifyRequest, options: CallerOptions): Promise<Caller> {
  const secret = /^Bearer +(\S+)$/i.exec(request.headers.authorization!)?.[1];
  if (secret === undefined)
    throw new HttpProblem('unauthenticated', '`Authorization` must be `Bearer` and an API key.', BEARER);
  const { tokenHash, identityId, membership, scope } = await options.identity.findApiKeyHolder(
    secret,
    request.ip,
  );
  const { workspace } = membership;
  // A key of another workspace and a workspace that isn't there are answered alike.
  if ((wantedWorkspace(request) ?? workspace) !== workspace) throw unknownWorkspace();
  if (request.routeOptions.config.access === 'session')
    throw new HttpProblem('forbidden', 'This needs somebody who has signed in: an API key is not enough.');
  const session: Session = {
    id: '',
    tokenHash,
    identityId,
    workspace,
    memberships: [membership],
    createdAt: new Date(0).toISOString(),
    method: 'platform',
    hasSecondFactor: false,
  };
  const found = await options.workspaces.find(workspace);
  const caller = await withPreferences(
    request,
    { token: secret, session, membership, scope },
    found,
    options,
  );
  if (scope.access === 'read' && !isReading(request.method, request.routeOptions.url ?? ''))
    throw new HttpProblem('forbidden', 'This API key may only read.');
  if (!caller.rights.includes('api'))
    throw new HttpProblem('forbidden', 'Using an API key needs the right `api`.');
  return caller;
}

/** Pictures and streams of events are asked for by address alone: their doors take the workspace as a parameter. */
function wantedWorkspace(request: FastifyRequest): unknown {
  const { workspace } = request.query as { workspace?: unknown };
  const asked = request.routeOptions.config.workspaceInQuery ? workspace : undefined;
  return request.headers['x-workspace'] ?? asked;
}

/** Whether a request changes nothing. Questions with a body are asked by POST, and are questions still. */
export function isReading(method: string, route: string): boolean {
  return !changesState(method) || /\/(query|aggregate|plan|expression)$/.test(route);
}

async function atWork(
  request: FastifyRequest,
  token: string,
  session: Session | undefined,
  options: CallerOptions,
): Promise<Caller> {
  if (!session) {
    throw new HttpProblem(
      'unauthenticated',
      'Sign in at POST /api/v1/auth/login and send the session cookie.',
      {
        headers: { 'www-authenticate': 'Bearer realm="trellis"' },
      },
    );
  }
  requireSameOrigin(request, options.publicUrl);
  const { view } = session;
  // While somebody sees the product as another user, they are in that user's workspace and no other.
  const wanted = view ? view.workspace : (wantedWorkspace(request) ?? session.workspace);
  const membership = session.memberships.find((each) => each.workspace === wanted);
  if (!membership) throw unknownWorkspace();
  const person = { token, session, membership };
  const workspace = await options.workspaces.find(membership.workspace);
  if (!view || request.routeOptions.config.endsView)
    return withPreferences(request, person, workspace, options);
  if ((wantedWorkspace(request) ?? view.workspace) !== view.workspace || !workspace) throw unknownWorkspace();
  const viewer = await contextOf(request, person, workspace, options);
  const viewed = await findViewed(options.engine, view, viewer);
  const seen = { token, session: { ...session, workspace: view.workspace, memberships: [viewed] } };
  return withPreferences(request, { ...seen, membership: viewed, viewer }, workspace, options);
}

type Person = Pick<Caller, 'token' | 'session' | 'membership'> & {
  readonly scope?: KeyScope;
  /** Who sees the product as this person. */
  readonly viewer?: UserContext;
};

async function withPreferences(
  request: FastifyRequest,
  person: Person,
  workspace: Workspace | undefined,
  options: CallerOptions,
): Promise<Caller> {
  if (!workspace) throw unknownWorkspace();
  const context = await contextOf(request, person, workspace, options);
  const { right, isEnrolment, access: door } = request.routeOptions.config;
  const access = await options.engine.access(context);
  const { rights } = access;
  const { token, session, membership, scope } = person;
  const caller = {
    token,
    session,
    membership,
    workspace,
    context,
    access,
    rights,
    isKey: scope !== undefined,
  };
  // Known from here on, also to whoever writes down what was refused.
  request.caller = caller;
  if (context.viewer) {
    requireReading(isReading(request.method, request.routeOptions.url ?? ''), door === 'session');
  }
  if (!isEnrolment && needsSecondFactor({ ...person, access }, options.secondFactor)) {
    throw new HttpProblem(
      'second_factor_required',
      'You were given rights that need a second factor: set one up first, in your profile.',
    );
  }
  if (right && !rights.includes(right)) {
    throw new HttpProblem('forbidden', `This needs the right \`${right}\`.`);
  }
  return caller;
}

async function contextOf(
  request: FastifyRequest,
  { membership, scope, viewer }: Person,
  workspace: Workspace,
  options: CallerOptions,
): Promise<UserContext> {
  const { userId, permissionSets } = membership;
  const { timeZone, locale } = await options.preferences.find(workspace, userId);
  return {
    kind: 'user',
    workspace,
    userId,
    userName: membership.name,
    userEmail: membership.email,
    permissionSets,
    ...(scope && { scope }),
    ...(viewer && { viewer: { userId: viewer.userId, name: viewer.userName ?? '' } }),
    timeZone,
    locale,
    source: sourceOf(request),
    requestId: request.id,
    address: request.ip,
    userAgent: request.headers['user-agent'],
    onAlias: noteAlias(request),
  };
}

/**
 * Whether somebody must set up a second factor before they may do anything else. Who comes by single sign-on has given
 * it to their provider; an API key was made by somebody who had signed in.
 */
export function needsSecondFactor(
  {
    session,
    membership,
    access,
  }: {
    readonly session: Pick<Session, 'method' | 'hasSecondFactor'>;
    readonly membership: Pick<Membership, 'permissionSets'>;
    readonly access: Pick<Access, 'requiresSecondFactor'>;
  },
  rule: SecondFactorRule,
): boolean {
  if (session.hasSecondFactor || session.method === 'single_sign_on' || session.method === 'platform')
    return false;
  if (access.requiresSecondFactor || rule === 'everyone') return true;
  return rule === 'administrators' && membership.permissionSets.includes(ADMINISTRATOR);
}

/** The caller of a request on a route that needs one. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error(`The route ${request.routeOptions.url} is public and has no caller.`);
  return request.caller;
}

/** Where a change came from, for its history: what our own clients say of themselves, else what a browser gives away. */
export function sourceOf({ headers }: FastifyRequest): string {
  const said = headers['x-trellis-client'];
  if (said === 'web' || said === 'cli' || said === 'demo') return said;
  // Node's own fetch sends Sec-Fetch-Mode, but only a browser knows of sites.
  return headers['sec-fetch-site'] === undefined ? 'api' : 'web';
}

function unknownWorkspace(): HttpProblem {
  return new HttpProblem('unknown_workspace', 'There is no such workspace, or you do not belong to it.');
}
