/** Workspaces: those that the caller belongs to, and new ones, made by administrators of the first. */
import { ADMINISTRATOR } from '@trellis/access';
import type { WorkspaceResponse, WorkspacesResponse } from '@trellis/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import { FIRST_WORKSPACE } from '../install.ts';
import type { Parts } from '../parts.ts';
import { isLocale, isTimeZone } from '../preferences.ts';
import { invalidInput, readBody, readParameters, requireGiven, text } from '../shape.ts';

export function workspaceRoutes(app: FastifyInstance, { engine, identity }: Parts): void {
  app.get('/workspaces', async (request): Promise<WorkspacesResponse> => {
    readParameters(request.query, {});
    const { memberships } = callerOf(request).session;
    return { workspaces: memberships.map((each) => ({ name: each.workspace, label: each.workspaceLabel })) };
  });

  app.post(
    '/workspaces',
    { config: { access: 'session' }, onRequest: requireRight },
    async (request, reply): Promise<WorkspaceResponse> => {
      const { session, membership } = callerOf(request);
      readParameters(request.query, {});
      const body = readBody(request.body, {
        name: text,
        label: text,
        time_zone: text,
        locale: text,
        currency: text,
      });
      requireGiven(body, 'name', 'label');
      checkWorkspace(body);
      const workspace = await engine.createWorkspace({
        name: body.name,
        label: body.label.trim(),
        ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
        ...(body.locale === undefined ? {} : { locale: body.locale }),
        ...(body.currency === undefined ? {} : { currency: body.currency }),
        by: callerOf(request).context,
      });
      // Whoever makes a workspace administers it; the same person signs in to both.
      await engine.users.create(
        { kind: 'system', workspace, reason: `workspace made by ${membership.email}` },
        {
          email: membership.email,
          name: membership.name,
          permissionSets: ['administrator'],
          passwordHash: null,
        },
      );
      identity.refresh(session.identityId);
      reply.code(201);
      return { name: workspace.name, label: workspace.label };
    },
  );
}

/**
 * Said before the body is read. A workspace concerns the whole installation, so rights in any other one than the first
 * don't count.
 */
async function requireRight(request: FastifyRequest): Promise<void> {
  const first = callerOf(request).session.memberships.find((each) => each.workspace === FIRST_WORKSPACE);
  if (first?.permissionSets.includes(ADMINISTRATOR)) return;
  throw new HttpProblem('forbidden', `This needs an administrator of the workspace \`${FIRST_WORKSPACE}\`.`);
}

function checkWorkspace(body: {
  readonly name: string;
  readonly label: string;
  readonly time_zone?: string;
  readonly locale?: string;
  readonly currency?: string;
}): void {
  const checks: readonly (readonly [string, boolean, string])[] = [
    [
      '/name',
      /^[a-z][a-z0-9_]{0,40}$/.test(body.name),
      'A name is up to 41 lower-case letters, digits and underscores, beginning with a letter.',
    ],
    ['/label', body.label.trim() !== '' && body.label.length <= 200, 'A label has 1 to 200 characters.'],
    [
      '/time_zone',
      body.time_zone === undefined || isTimeZone(body.time_zone),
      'This is no IANA time zone such as `Europe/Berlin`.',
    ],
    ['/locale', body.locale === undefined || isLocale(body.locale), 'This is no locale such as `en-GB`.'],
    [
      '/currency',
      body.currency === undefined || Intl.supportedValuesOf('currency').includes(body.currency),
      'This is no ISO 4217 currency such as `EUR`.',
    ],
  ];
  const errors = checks
    .filter(([, isFine]) => !isFine)
    .map(([pointer, , message]) => ({ code: 'invalid_value', pointer, message }));
  if (errors.length > 0) throw invalidInput(errors);
}
