/**
 * Standing in for somebody (packages/access/SPEC.md E1 to E4): for a period the delegate reaches what the delegator
 * reaches, with their own rights. Who did so stays on record when it has ended.
 */
import { ALWAYS, type Expression, isId } from '@trellis/model';
import type { Delegation } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import type { AuditEvent } from '../audit/audit-entry.ts';
import { tell } from '../audit/tell.ts';
import { beyondCaller } from '../beyond-caller.ts';
import { fail, toError, unknownRecord } from '../draft.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { requireSystemObject } from '../system-records.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { readInstant, readProperties } from './read-share.ts';
import type { DelegationDesk, PresentedDelegation } from './sharing.ts';

/** A longer absence wants another owner. */
const MAX_DAYS = 366;
const DAY_MILLISECONDS = 86_400_000;

export function createDelegationDesk(parts: Parts): DelegationDesk {
  const { delegations } = parts.storage;
  return {
    list: (context, { all }) =>
      withPinned(parts, context, async (pinned) => {
        if (all) pinned.requireRight('manage_users');
        const rows = await delegations.list(pinned.snapshot.workspace, {
          person: all ? undefined : pinned.actorId,
        });
        return rows.map((row) => present(row, pinned.at));
      }),
    create: (context, input) =>
      withPinned(parts, context, async (pinned) => {
        requireWriter(context);
        const problems: InputError[] = [];
        const given = readDelegation(input, pinned, problems);
        const delegator = given.delegator ?? pinned.actorId;
        if (delegator !== pinned.actorId) pinned.requireRight('manage_users');
        await checkPeople(parts, pinned, { delegator, delegate: given.delegate }, problems);
        if (problems.length > 0) {
          const message = problems.length === 1 ? problems[0]!.message : 'The delegation has several faults.';
          throw toError(fail('invalid_input', message, problems));
        }
        const row = {
          id: makeId(),
          delegator,
          delegate: given.delegate!,
          startsAt: given.startsAt ?? pinned.at,
          endsAt: given.endsAt!,
          createdAt: pinned.at,
          createdBy: pinned.actorId,
        };
        const { workspace } = pinned.snapshot;
        await parts.storage.transaction(async (transaction) => {
          await delegations.insert(workspace, row, transaction);
          await tell(parts, pinned, [delegationEvent('delegation_added', row)], transaction);
          await parts.access.announceChange(workspace, transaction);
        });
        parts.access.organisationChanged(workspace);
        return present(await requireDelegation(parts, pinned, row.id), pinned.at);
      }),
    end: (context, id) =>
      withPinned(parts, context, async (pinned) => {
        requireWriter(context);
        const { workspace } = pinned.snapshot;
        const row = await requireDelegation(parts, pinned, id.toLowerCase());
        await parts.storage.transaction(async (transaction) => {
          await delegations.end(workspace, row.id, pinned.at, transaction);
          await tell(parts, pinned, [delegationEvent('delegation_removed', row)], transaction);
          await parts.access.announceChange(workspace, transaction);
        });
        parts.access.organisationChanged(workspace);
      }),
  };
}

/** What the audit log is told: about whose records it is, who gets at them, and from when to when. */
function delegationEvent(
  action: 'delegation_added' | 'delegation_removed',
  {
    delegator,
    delegate,
    startsAt,
    endsAt,
  }: Pick<Delegation, 'delegator' | 'delegate' | 'startsAt' | 'endsAt'>,
): AuditEvent {
  const details = { delegate, starts_at: startsAt, ends_at: endsAt };
  return { action, object: 'user', recordId: delegator, details };
}

/** A program may do it for whoever gave it their key with people in its scope. */
function requireWriter(context: Context): void {
  requireOwnEyes(context);
  const scope = context.kind === 'user' ? context.scope : undefined;
  if (!scope || (scope.access === 'write' && scope.users)) return;
  throw new EngineError('forbidden', 'The API key does not reach people.');
}

function readDelegation(input: unknown, pinned: Pinned, problems: InputError[]) {
  const given = readProperties(input, ['delegator', 'delegate', 'starts_at', 'ends_at'], '', problems);
  const person = (name: 'delegator' | 'delegate') => {
    const value = given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && isId(value.toLowerCase())) return value.toLowerCase();
    problems.push({ code: 'unknown_target', pointer: `/${name}`, message: 'There is no such person.' });
    return undefined;
  };
  const instant = (name: 'starts_at' | 'ends_at') => {
    const value = given[name] ?? undefined;
    return value === undefined ? undefined : readInstant(value, `/${name}`, problems);
  };
  for (const name of ['delegate', 'ends_at'])
    if ((given[name] ?? null) === null)
      problems.push({ code: 'required', pointer: `/${name}`, message: `\`${name}\` is required.` });
  const [delegator, delegate] = [person('delegator'), person('delegate')];
  const [startsAt, endsAt] = [instant('starts_at'), instant('ends_at')];
  const from = startsAt ?? pinned.at;
  const fault = (message: string) => problems.push({ code: 'invalid_value', pointer: '/ends_at', message });
  if (endsAt !== undefined) {
    if (endsAt <= pinned.at) fault('It would have ended already.');
    else if (endsAt <= from) fault('It would end before it begins.');
    else if (Date.parse(endsAt) - Date.parse(from) > MAX_DAYS * DAY_MILLISECONDS)
      fault(`Somebody stands in for at most ${MAX_DAYS} days: give the records another owner.`);
  }
  return { delegator, delegate, startsAt, endsAt };
}

/** Both are people of the workspace that the caller knows of, the delegate an active one and somebody else. */
async function checkPeople(
  parts: Parts,
  pinned: Pinned,
  { delegator, delegate }: { readonly delegator: string; readonly delegate: string | undefined },
  problems: InputError[],
): Promise<void> {
  if (delegate === undefined) return;
  if (delegate === delegator) {
    const message = 'Nobody stands in for themselves.';
    problems.push({ code: 'invalid_value', pointer: '/delegate', message });
    return;
  }
  // Who manages users gains no reach by it.
  if (delegate === pinned.actorId && !pinned.access.rights.includes('modify_all_records')) {
    const message = 'You can’t name yourself to stand in for somebody.';
    problems.push({ code: 'forbidden', pointer: '/delegate', message });
    return;
  }
  // Nor does a person whom they made, or whose password they set: nobody gives a place that they could not take.
  if (delegator !== pinned.actorId && (await isBeyond(parts, pinned, delegator))) {
    const message =
      'This person holds what you do not: they name who stands in for them, or somebody who holds it does.';
    problems.push({ code: 'forbidden', pointer: '/delegator', message });
    return;
  }
  const object = requireSystemObject(pinned, 'user');
  const field = object.fields.get('active');
  const flag: Expression = field
    ? { op: 'is_true', value: { op: 'field', type: 'boolean', path: { text: 'active', through: [], field } } }
    : ALWAYS;
  const [found] = await parts.storage.records.checkTargets(pinned.snapshot, {
    questions: [{ object, ids: [delegator, delegate], visible: pinned.visible(object), flag }],
    context: pinned.expressionContext,
  });
  if (delegator !== pinned.actorId && !found?.has(delegator))
    problems.push({ code: 'unknown_target', pointer: '/delegator', message: 'There is no such person.' });
  if (found?.get(delegate) === true) return;
  const message = found?.has(delegate) ? 'This person is not active any more.' : 'There is no such person.';
  problems.push({ code: 'unknown_target', pointer: '/delegate', message });
}

/** Whether somebody holds permission sets or a role beyond the caller's. Who is not there holds nothing. */
async function isBeyond(parts: Parts, pinned: Pinned, userId: string): Promise<boolean> {
  const { workspace } = pinned.snapshot;
  const { identities } = parts.storage;
  const identity = await identities.findIdentityOfUser(workspace, userId);
  const memberships = identity ? await identities.memberships(identity.id) : [];
  const person = memberships.find((each) => each.userId === userId && each.workspace === workspace.name);
  const { roleOf } = await parts.access.organisationOf(pinned.snapshot);
  const held = { permissionSets: person?.permissionSets ?? [], role: roleOf.get(userId) ?? null };
  return (await beyondCaller(parts, pinned, held)) !== undefined;
}

/** One that concerns the caller, or any for who manages users; others are not there. */
async function requireDelegation(parts: Parts, pinned: Pinned, id: string): Promise<Delegation> {
  const manages = pinned.access.rights.includes('manage_users');
  const rows = await parts.storage.delegations.list(pinned.snapshot.workspace, {
    person: manages ? undefined : pinned.actorId,
  });
  const row = rows.find((each) => each.id === id);
  if (!row) throw toError(unknownRecord());
  return row;
}

function present(row: Delegation, now: string): PresentedDelegation {
  const { id, startsAt, endsAt } = row;
  return {
    id,
    delegator: { id: row.delegator, name: row.delegatorName },
    delegate: { id: row.delegate, name: row.delegateName },
    starts_at: startsAt,
    ends_at: endsAt,
    state: now < startsAt ? 'planned' : now < endsAt ? 'active' : 'ended',
    created_at: row.createdAt,
    created_by: { id: row.createdBy, name: row.createdByName },
  };
}
