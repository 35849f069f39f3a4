/** Why somebody may or may not do something: the decision's own reasons, and whether it covers one record. */
import type { Access, Action } from '@trellis/access';
import { type CompiledObject, isId } from '@trellis/model';
import { fail, toError, unknownRecord } from './draft.ts';
import type { AccessExplanation, AccessQuestion, Context } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { presentShare } from './sharing/shares.ts';
import { withPinned } from './with-pinned.ts';

/** The asker learns only of objects, fields and records that they see themselves; of others' rights with `manage_users`. */
export function explainAccess(
  parts: Parts,
  context: Context,
  question: AccessQuestion,
): Promise<AccessExplanation> {
  return withPinned(parts, context, async (asker) => {
    const object = asker.requireObject(question.object, 'read');
    const field = question.field === undefined ? undefined : requireField(asker, object, question.field);
    const subject = await contextToExplain(parts, asker, question.user);
    const { action } = question;
    const access = await parts.access.of(subject, asker.snapshot);
    const decision = access.decide(object, action);
    const reasons = [...decision.reasons, ...(await standingIn(parts, asker, subject))];
    let isAllowed = decision.isAllowed;
    if (field && isAllowed) {
      const writes = action === 'update' || action === 'create' || action === 'import';
      isAllowed = writes ? decision.canUpdate(field) : decision.canRead(field);
      reasons.push(
        isAllowed
          ? `The field “${field.label}” is ${writes ? 'written' : 'read'} by right.`
          : writes && !field.isWritable
            ? `The field “${field.label}” is not written by people.`
            : `No permission set grants the field “${field.label}”.`,
      );
    }
    if (question.record === undefined) return { isAllowed, reasons };
    const id = question.record.toLowerCase();
    if (!(await isCovered(parts, asker, { object, id, action: 'read' }))) throw toError(unknownRecord());
    if (!isAllowed) return { isAllowed, reasons };
    const covers = await withPinned(parts, subject, (pinned) =>
      isCovered(parts, pinned, { object, id, action }),
    );
    if (covers) reasons.push(...(await sharesWith(parts, asker, { access, id, action })));
    reasons.push(
      covers
        ? 'This record is among them.'
        : 'This record is not among them: nothing shares it with this user.',
    );
    return { isAllowed: covers, reasons };
  });
}

/** For whom the person stands in at present. */
async function standingIn(parts: Parts, asker: Pinned, subject: Context): Promise<string[]> {
  if (subject.kind === 'system') return [];
  const delegations = await parts.access.delegationsOf(subject.userId, asker.snapshot);
  return delegations.map(
    ({ delegatorName, endsAt }) =>
      `Stands in for ${delegatorName ?? 'somebody'} until ${endsAt}: also what they reach as owner, by rules and by shares.`,
  );
}

/** What shares by hand say for the person, of a record that both they and the asker see. */
async function sharesWith(
  parts: Parts,
  asker: Pinned,
  { access, id, action }: { readonly access: Access; readonly id: string; readonly action: Action },
): Promise<string[]> {
  if (action === 'delete') return [];
  const shares = await parts.storage.shares.list(asker.snapshot.workspace, id, asker.at);
  return shares
    .filter((share) => action !== 'update' || share.access === 'update')
    .filter(({ kind, granteeId, role, andBelow }) =>
      access.isMeant({
        user: kind === 'user' ? granteeId : undefined,
        team: kind === 'team' ? granteeId : undefined,
        role: role ?? undefined,
        andBelow,
      }),
    )
    .map((share) => {
      const { name, created_by: by, expires_at: until } = presentShare(share, asker.model);
      const end = until === null ? '' : ` until ${until}`;
      return `Shared by hand by ${by.name ?? 'somebody'} with ${name ?? 'somebody'}${end}.`;
    });
}

/** Whether the caller's right to act covers the record, deleted or not. */
async function isCovered(
  parts: Parts,
  pinned: Pinned,
  { object, id, action }: { readonly object: CompiledObject; readonly id: string; readonly action: Action },
): Promise<boolean> {
  if (!isId(id)) return false;
  const [found] = await parts.storage.records.loadForWrite(pinned.snapshot, {
    object,
    ids: [id],
    visible: pinned.visible(object),
    allowed: pinned.decide(object, action).predicate,
    deleted: 'both',
    context: pinned.expressionContext,
  });
  return found?.isAllowed === true;
}

function requireField(pinned: Pinned, object: CompiledObject, name: string) {
  const field = object.fields.get(name);
  if (field && pinned.isReadable(field)) return field;
  const message = 'There is no field of this name.';
  throw toError(fail('invalid_query', message, [{ code: 'unknown_field', pointer: '/field', message }]));
}

/** The context that the person in question would have. */
async function contextToExplain(parts: Parts, asker: Pinned, userId: string | undefined): Promise<Context> {
  const { context } = asker;
  if (context.kind === 'system' || userId === undefined || userId === context.userId) return context;
  if (!asker.access.rights.includes('manage_users'))
    throw new EngineError('forbidden', 'Rights of others need the right `manage_users`.');
  const id = userId.toLowerCase();
  const identity = isId(id)
    ? await parts.storage.identities.findIdentityOfUser(context.workspace, id)
    : undefined;
  const memberships = identity ? await parts.storage.identities.memberships(identity.id) : [];
  const membership = memberships.find((each) => each.userId === id);
  if (!identity || !membership)
    throw new EngineError('unknown_user', 'There is no user with this id in this workspace.');
  return {
    ...context,
    userId: id,
    userName: identity.name,
    userEmail: identity.email,
    permissionSets: membership.isActive ? membership.permissionSets : [],
    scope: undefined,
  };
}
