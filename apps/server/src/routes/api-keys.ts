/**
 * API keys: everyone keeps their own, and who manages users may see and revoke those of others. Only a session opens
 * these doors: a key can't make another one that outlives it.
 */
import type { ApiKeyResponse, ApiKeysResponse, NewApiKeyResponse } from '@trellis/api';
import type { ApiKey } from '@trellis/identity';
import type { CompiledObject } from '@trellis/model';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { tellSecurity } from '../security-events.ts';
import {
  flag,
  flagParameter,
  invalidInput,
  names,
  oneOf,
  readBody,
  readParameters,
  requireGiven,
  text,
  whole,
} from '../shape.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DEFAULT_DAYS = 90;
const NAME_LENGTH = 100;
const MAX_OBJECTS = 1000;

export function apiKeyRoutes(app: FastifyInstance, parts: Parts): void {
  const { engine, identity, settings } = parts;
  const access = 'session' as const;

  app.get('/api-keys', { config: { access } }, async (request): Promise<ApiKeysResponse> => {
    const { all = false } = readParameters(request.query, { all: flagParameter });
    const { context, workspace } = callerOf(request);
    if (!all) return { keys: (await identity.listApiKeys(workspace.name, context.userId)).map(toResponse) };
    const users = await engine.users.list(context);
    const nameOf = new Map(users.map((user) => [user.id, user.name]));
    const keys = await identity.listApiKeys(workspace.name);
    await tellSecurity(parts, request, { action: 'api_keys_listed', details: { count: keys.length } });
    return {
      keys: keys.map((key) => ({
        ...toResponse(key),
        user: { id: key.userId, name: nameOf.get(key.userId) ?? null },
      })),
    };
  });

  app.post(
    '/api-keys',
    { config: { access, right: 'api' } },
    async (request, reply): Promise<NewApiKeyResponse> => {
      readParameters(request.query, {});
      const body = readBody(request.body, {
        name: text,
        access: oneOf('read', 'write'),
        objects: names,
        metadata: flag,
        users: flag,
        expires_in_days: whole,
      });
      requireGiven(body, 'name');
      const { access: own, context, workspace } = callerOf(request);
      const model = await engine.model(workspace);
      const isThere = (object: CompiledObject | undefined) => object && own.decide(object, 'read').isAllowed;
      const name = body.name.trim();
      const days = body.expires_in_days ?? Math.min(DEFAULT_DAYS, settings.apiKeyMaxDays);
      const fault = (code: string, pointer: string, message: string) => ({ code, pointer, message });
      const objects = body.objects && [...new Set(body.objects)].slice(0, MAX_OBJECTS + 1);
      const faults = [
        ...(name === '' || name.length > NAME_LENGTH || name.includes('\0')
          ? [fault('invalid_value', '/name', `\`name\` is 1 to ${NAME_LENGTH} characters.`)]
          : []),
        ...(days < 1 || days > settings.apiKeyMaxDays
          ? [
              fault(
                'invalid_value',
                '/expires_in_days',
                `A key lives for 1 to ${settings.apiKeyMaxDays} days.`,
              ),
            ]
          : []),
        ...(objects && (objects.length === 0 || objects.length > MAX_OBJECTS)
          ? [fault('invalid_value', '/objects', 'Name some objects, or leave `objects` out for all.')]
          : []),
        ...(objects ?? []).flatMap((each, index) =>
          isThere(model.objects.get(each))
            ? []
            : [fault('unknown_object', `/objects/${index}`, 'There is no object of this name.')],
        ),
      ];
      if (faults.length > 0) throw invalidInput(faults);
      const { access: reach = 'read', metadata = false, users = false } = body;
      const { secret, key } = await identity.createApiKey({
        workspace: workspace.name,
        userId: context.userId,
        name,
        days,
        scope: { access: reach, objects, metadata, users },
      });
      await tellSecurity(parts, request, { action: 'api_key_created', details: { name, access: reach } });
      reply.code(201);
      return { ...toResponse(key), key: secret };
    },
  );

  app.delete<{ Params: { id: string } }>('/api-keys/:id', { config: { access } }, async (request, reply) => {
    readParameters(request.query, {});
    const { context, workspace, rights } = callerOf(request);
    const owner = rights.includes('manage_users') ? undefined : context.userId;
    const { id } = request.params;
    if (!ID.test(id) || !(await identity.revokeApiKey(workspace.name, id, owner)))
      throw new HttpProblem('unknown_api_key', 'There is no API key with this id.');
    await tellSecurity(parts, request, { action: 'api_key_revoked', details: { id } });
    return reply.code(204).send();
  });
}

function toResponse({ id, name, ending, scope, createdAt, expiresAt, lastUsedAt }: ApiKey): ApiKeyResponse {
  return {
    id,
    name,
    ending,
    access: scope.access,
    objects: scope.objects ?? null,
    metadata: scope.metadata,
    users: scope.users,
    created_at: createdAt,
    expires_at: expiresAt,
    last_used_at: lastUsedAt,
  };
}
