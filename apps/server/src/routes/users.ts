/** The people of a workspace: the only way to write the object `user`, whose records are read like any other. */
import type { GrantablesResponse, InvitationResponse, UserResponse } from '@trellis/api';
import { EngineError, type Grantable, type User } from '@trellis/engine';
import { hashPassword } from '@trellis/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import {
  flag,
  invalidInput,
  names,
  readBody,
  readParameters,
  requireGiven,
  requireObject,
  type Shape,
  text,
} from '../shape.ts';
import { invite, requireInvitable, toInvitation } from './invitations.ts';
import { checkPerson } from './setup.ts';

interface OfUser {
  Params: { id: string };
}

export function userRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, storage, identity, preferences } = parts;
  const config = { right: 'manage_users' as const };

  app.get('/users', { config }, async (request) => {
    readParameters(request.query, {});
    const { context, workspace } = callerOf(request);
    const users = await engine.users.list(context);
    const open = await identity.links.listInvitations(workspace.id);
    const invitations = new Map(open.map((each) => [each.userId, toInvitation(each)]));
    return { users: users.map((user) => toResponse(user, invitations.get(user.id))) };
  });

  app.get('/users/grantables', { config }, async (request): Promise<GrantablesResponse> => {
    readParameters(request.query, {});
    const { roles, permissionSets } = await engine.users.grantables(callerOf(request).context);
    const told = ({ name, label, isGrantable }: Grantable) => ({ name, label, is_grantable: isGrantable });
    return { roles: roles.map(told), permission_sets: permissionSets.map(told) };
  });

  app.post('/users', { config }, async (request, reply) => {
    readParameters(request.query, {});
    const { body, fields } = readPerson(request.body, {
      email: text,
      name: text,
      password: text,
      invite: flag,
    });
    requireGiven(body, 'email', 'name');
    const { email, name, password } = checkPerson(body);
    if (body.invite && password !== undefined) {
      const message = 'Give a password, or an invitation to choose one.';
      throw invalidInput([{ code: 'invalid_value', pointer: '/invite', message }]);
    }
    const { context } = callerOf(request);
    if (body.invite) await requireInvitable(parts, email);
    const user = await engine.users.create(context, {
      email,
      name,
      permissionSets: body.permission_sets ?? [],
      passwordHash: password === undefined ? null : await hashPassword(password),
      fields,
    });
    const invitation = body.invite
      ? await invite(parts, request, await engine.users.findAccount(context, user.id))
      : undefined;
    reply.code(201).header('location', `/api/v1/users/${user.id}`);
    return toResponse(user, invitation);
  });

  app.get<OfUser>('/users/:id', { config }, async (request) => {
    readParameters(request.query, {});
    const user = await requireUser(request.params.id, (id) =>
      engine.users.find(callerOf(request).context, id),
    );
    return withInvitation(request, user);
  });

  app.patch<OfUser>('/users/:id', { config }, async (request) => {
    readParameters(request.query, {});
    const { body, fields } = readPerson(request.body, { name: text, password: text, is_active: flag });
    const { name, password } = checkPerson(body);
    const { context, workspace, session } = callerOf(request);
    await requireUser(request.params.id, (id) => engine.users.find(context, id));
    const user = await engine.users.update(context, request.params.id, {
      ...(name === undefined ? {} : { name }),
      ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
      ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
      ...(body.permission_sets === undefined ? {} : { permissionSets: body.permission_sets }),
      fields,
    });
    preferences.forget(workspace, user.id);
    const behind = await storage.identities.findIdentityOfUser(workspace, user.id);
    if (behind) {
      const own = behind.id === session.identityId ? session : undefined;
      if (password !== undefined) await identity.signOutEverywhere(behind.id, own);
      else if (body.is_active === false) {
        // Those of a person who still works elsewhere go on there; here they are nobody from now on.
        const count = await identity.signOutEverywhere(behind.id, own, workspace.name);
        await tellSecurity(parts, request, {
          action: 'sessions_revoked',
          subjectId: user.id,
          details: { count },
        });
      } else await identity.refresh(behind.id);
    }
    return withInvitation(request, user);
  });

  async function withInvitation(request: FastifyRequest, user: User): Promise<UserResponse> {
    const [open] = await identity.links.listInvitations(callerOf(request).workspace.id, user.id);
    return toResponse(user, open && toInvitation(open));
  }
}

/**
 * What is said of a person: what the identity room keeps, checked here, and fields of the user record (`role`,
 * `teams`, `time_zone`, the workspace's own), which the engine checks.
 */
function readPerson<S extends Shape>(given: unknown, shape: S) {
  const own = { ...shape, permission_sets: names };
  const isOwn = (property: string) => Object.hasOwn(own, property) || property === 'email';
  const entries = Object.entries(requireObject(given));
  const body = readBody(Object.fromEntries(entries.filter(([property]) => isOwn(property))), own);
  return { body, fields: Object.fromEntries(entries.filter(([property]) => !isOwn(property))) };
}

async function requireUser(id: string, find: (id: string) => Promise<User | undefined>): Promise<User> {
  const user = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? await find(id) : undefined;
  if (!user) throw new EngineError('unknown_user', 'There is no user with this id in this workspace.');
  return user;
}

function toResponse(user: User, invitation?: InvitationResponse): UserResponse {
  const { id, email, name, isActive, permissionSets, role, teams } = user;
  return {
    id,
    email,
    name,
    is_active: isActive,
    permission_sets: permissionSets,
    role,
    teams,
    invitation: invitation ?? null,
  };
}
