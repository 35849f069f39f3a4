/** Why someone may or may not do something: the reasons that the access room gives for its own decisions. */
import { type Decision, decide, type Principal, systemRights } from '@trellis/access';
import type { ExplainResponse } from '@trellis/api';
import type { UserContext } from '@trellis/engine';
import type { CompiledObject } from '@trellis/model';
import type { FastifyInstance } from 'fastify';
import { callerOf, principalOf } from '../caller.ts';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';
import { oneOf, parameter, readParameters, requireGiven } from '../shape.ts';

const PARAMETERS = {
  user: parameter,
  object: parameter,
  record: parameter,
  field: parameter,
  action: oneOf('create', 'read', 'update', 'delete', 'import', 'export'),
};

export function accessRoutes(app: FastifyInstance, { engine }: Parts): void {
  app.get('/access/explain', async (request): Promise<ExplainResponse> => {
    const query = readParameters(request.query, PARAMETERS);
    requireGiven(query, 'object');
    const { context } = callerOf(request);
    const model = await engine.model(context.workspace);
    const object = model.objects.get(query.object);
    // Of an object that the asker can't see there is nothing to explain.
    if (!object || !decide(principalOf(context), object, 'read').isAllowed) {
      throw new HttpProblem('unknown_object', 'There is no object of this name.');
    }
    const principal = await principalToExplain(context, query.user);
    const action = query.action ?? 'read';
    const decision = decide(principal, object, action);
    const explained =
      query.field === undefined ? decision : explainField(object, query.field, action, decision);
    if (query.record === undefined) return { is_allowed: explained.isAllowed, reasons: explained.reasons };
    // The asker must see the record; the decision's predicate is still all or nothing, so it says enough of it.
    await engine.records.get(context, object.name, query.record, ['id']);
    return {
      is_allowed: explained.isAllowed,
      reasons: [...explained.reasons, 'No rule tells records apart yet.'],
    };
  });

  async function principalToExplain(context: UserContext, userId: string | undefined): Promise<Principal> {
    if (userId === undefined || userId === context.userId) return principalOf(context);
    if (!systemRights(principalOf(context)).includes('manage_users')) {
      throw new HttpProblem('forbidden', 'Rights of others need the right `manage_users`.');
    }
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(userId);
    const user = isId ? await engine.users.find(context, userId) : undefined;
    if (!user) throw new HttpProblem('unknown_user', 'There is no user with this id in this workspace.');
    return { kind: 'user', userId: user.id, permissionSets: user.permissionSets };
  }
}

function explainField(
  object: CompiledObject,
  name: string,
  action: string,
  decision: Decision,
): { readonly isAllowed: boolean; readonly reasons: readonly string[] } {
  const field = object.fields.get(name);
  if (!field || !decision.canRead(field)) {
    const message = 'There is no field of this name.';
    throw new HttpProblem('invalid_query', message, {
      errors: [{ code: 'unknown_field', pointer: '/field', message }],
    });
  }
  const writes = action === 'update' || action === 'create';
  const isAllowed = decision.isAllowed && (!writes || decision.canUpdate(field));
  const reason = isAllowed || !decision.isAllowed ? [] : [`The field \`${name}\` is not written by people.`];
  return { isAllowed, reasons: [...decision.reasons, ...reason] };
}
