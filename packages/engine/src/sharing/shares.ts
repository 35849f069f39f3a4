/**
 * Sharing one record by hand (packages/access/SPEC.md M1 to M6). The share itself is a row that every statement's
 * predicate reads; here is decided who may make one, and for whom.
 */
import { canBeShared } from '@trellis/access';
import { ALWAYS, type CompiledObject, type Expression, granteeOf, isId, type Model } from '@trellis/model';
import type { NewShare, Share, Transaction } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import type { AuditEvent } from '../audit/audit-entry.ts';
import { tell } from '../audit/tell.ts';
import { fail, toError, unknownRecord } from '../draft.ts';
import type { Context, InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { currentObjectName } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { requireSystemObject } from '../system-records.ts';
import { requireOwnEyes } from '../view-as.ts';
import { withPinned } from '../with-pinned.ts';
import { audienceOf } from './audience.ts';
import { readShare } from './read-share.ts';
import type { PresentedShare, ShareDesk, ShareTarget } from './sharing.ts';

/** A record that more people are to see wants a team, a role or a rule. */
const MAX_SHARES = 200;

/** The record that is shared, seen and held by whoever shares it. */
interface Shared {
  readonly object: CompiledObject;
  readonly id: string;
  readonly ownerId: string;
  /** The most that the caller may give. */
  readonly most: 'read' | 'update';
}

export function createShareDesk(parts: Parts): ShareDesk {
  const { shares } = parts.storage;
  const writing = <T>(
    context: Context,
    name: string,
    id: string,
    work: (pinned: Pinned, shared: Shared, transaction: Transaction) => Promise<T>,
  ) =>
    withPinned(parts, context, async (pinned) => {
      requireOwnEyes(context);
      const object = requireShareable(parts, pinned, name);
      // The record is held until the end, so that it does not change hands meanwhile.
      let result: T | undefined;
      await parts.storage.transaction(
        async (transaction) => {
          result = await work(
            pinned,
            await requireShared(parts, pinned, { object, id, transaction }),
            transaction,
          );
          // Who has been given nothing by hand yet is not looked up: now somebody may have.
          await parts.access.announceChange(pinned.snapshot.workspace, transaction);
        },
        { workspace: pinned.snapshot.workspace },
      );
      parts.access.organisationChanged(pinned.snapshot.workspace);
      return result as T;
    });
  const letKnow = (pinned: Pinned, share: Parameters<typeof shares.tell>[1], transaction: Transaction) =>
    shares.tell(pinned.snapshot.workspace, share, pinned.origin, transaction);
  return {
    list: (context, name, id) =>
      withPinned(parts, context, async (pinned) => {
        const shared = await requireShared(parts, pinned, {
          object: requireShareable(parts, pinned, name),
          id,
        });
        const [rows, audience] = await Promise.all([
          shares.list(pinned.snapshot.workspace, shared.id, pinned.at),
          audienceOf(parts, pinned, shared),
        ]);
        const roles = [...pinned.model.access.roles.values()].map(({ name: role, label }) => ({
          name: role,
          label,
        }));
        return {
          shares: rows.map((row) => presentShare(row, pinned.model)),
          audience,
          most: shared.most,
          roles,
        };
      }),
    add: (context, name, id, input) =>
      writing(context, name, id, async (pinned, shared, transaction) => {
        const { workspace } = pinned.snapshot;
        const problems: InputError[] = [];
        const given = readShare(input, { model: pinned.model, now: pinned.at, isNew: true }, problems);
        checkAccess(given.access, shared, problems);
        if (given.with)
          await checkTarget(parts, pinned, { shared, target: given.with, transaction }, problems);
        throwFaults(problems);
        const target = given.with!;
        const there = await shares.list(workspace, shared.id, pinned.at, transaction);
        if (there.length >= MAX_SHARES)
          throwFaults([
            {
              code: 'too_many',
              pointer: '',
              message: `A record is shared with at most ${MAX_SHARES}: share it with a team or a role.`,
            },
          ]);
        const share: NewShare = {
          id: makeId(),
          objectKey: shared.object.key,
          recordId: shared.id,
          ...rowOf(target),
          access: given.access!,
          expiresAt: given.expiresAt ?? null,
          createdAt: pinned.at,
          createdBy: pinned.actorId,
        };
        if (!(await shares.insert(workspace, share, transaction))) throw alreadyShared();
        await letKnow(pinned, { ...share, granteeId: share.grantee, isGiven: true }, transaction);
        await tell(
          parts,
          pinned,
          [shareEvent('share_added', shared, { ...share, granteeId: share.grantee })],
          transaction,
        );
        return presentOne(parts, pinned, share, transaction);
      }),
    change: (context, name, id, shareId, input) =>
      writing(context, name, id, async (pinned, shared, transaction) => {
        const { workspace } = pinned.snapshot;
        const current = await requireShare(parts, pinned, { shared, id: shareId, transaction });
        const problems: InputError[] = [];
        const given = readShare(input, { model: pinned.model, now: pinned.at, isNew: false }, problems);
        checkAccess(given.access, shared, problems);
        throwFaults(problems);
        const access = given.access ?? current.access;
        const expiresAt = given.expiresAt === undefined ? current.expiresAt : given.expiresAt;
        await shares.update(workspace, { ...current, access, expiresAt }, transaction);
        await letKnow(pinned, { ...current, isGiven: true }, transaction);
        const event = shareEvent('share_changed', shared, { ...current, access, expiresAt });
        await tell(parts, pinned, [event], transaction);
        return presentOne(parts, pinned, current, transaction);
      }),
    remove: (context, name, id, shareId) =>
      writing(context, name, id, async (pinned, shared, transaction) => {
        const share = await requireShare(parts, pinned, { shared, id: shareId, transaction });
        await shares.remove(pinned.snapshot.workspace, share, transaction);
        await letKnow(pinned, { ...share, isGiven: false }, transaction);
        await tell(parts, pinned, [shareEvent('share_removed', shared, share)], transaction);
      }),
  };
}

/** What the audit log is told: which record, with whom, and how far. */
function shareEvent(
  action: 'share_added' | 'share_changed' | 'share_removed',
  { object, id }: Shared,
  {
    kind,
    granteeId,
    role,
    access,
    expiresAt,
  }: Pick<Share, 'kind' | 'granteeId' | 'role' | 'access' | 'expiresAt'>,
): AuditEvent {
  const details = {
    with: kind,
    ...(role === null ? { id: granteeId } : { role }),
    access,
    expires_at: expiresAt,
  };
  return { action, object: object.name, recordId: id, details };
}

/** How a share reads for people: with names and labels of today. */
export function presentShare(share: Share, model: Model): PresentedShare {
  const { id, kind, role, access, expiresAt, createdAt, createdBy, createdByName } = share;
  return {
    id,
    with:
      kind === 'role'
        ? { role: role!, and_below: share.andBelow }
        : kind === 'team'
          ? { team: share.granteeId }
          : { user: share.granteeId },
    name: kind === 'role' ? (model.access.roles.get(role!)?.label ?? null) : share.granteeName,
    access,
    expires_at: expiresAt,
    created_at: createdAt,
    created_by: { id: createdBy, name: createdByName },
  };
}

function requireShareable(parts: Parts, pinned: Pinned, name: string): CompiledObject {
  const object = pinned.requireObject(currentObjectName(parts, pinned, name), 'read');
  if (canBeShared(object)) return object;
  const why = object.isSystem
    ? 'are kept by the platform'
    : object.body.sharing === 'read_write'
      ? 'are everybody’s already'
      : 'are shared with the record that they belong to';
  const message = `${object.pluralLabel} are not shared one by one: they ${why}.`;
  throw toError(fail('invalid_input', message, [{ code: 'not_shareable', pointer: '', message }]));
}

/** The record, if the caller may share it; locked within a transaction. */
async function requireShared(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly transaction?: Transaction | undefined;
  },
): Promise<Shared> {
  const { object, transaction } = request;
  const id = request.id.toLowerCase();
  if (!isId(id)) throw toError(unknownRecord());
  const load = async (allowed: Expression) => {
    const question = {
      object,
      ids: [id],
      visible: pinned.visible(object),
      allowed,
      deleted: 'live' as const,
      context: pinned.expressionContext,
    };
    return (await parts.storage.records.loadForWrite(pinned.snapshot, question, transaction))[0];
  };
  const record = await load(pinned.access.shareable(object));
  if (!record) throw toError(unknownRecord());
  if (!record.isAllowed)
    throw new EngineError('forbidden', `You may see this ${object.label}, not share it.`);
  const { isAllowed, predicate } = pinned.decide(object, 'update');
  const mayUpdate = isAllowed && (await load(predicate))?.isAllowed === true;
  return { object, id, ownerId: record.ownerId, most: mayUpdate ? 'update' : 'read' };
}

async function requireShare(
  parts: Parts,
  pinned: Pinned,
  request: { readonly shared: Shared; readonly id: string; readonly transaction: Transaction },
): Promise<Share> {
  const { shared, transaction } = request;
  const rows = await parts.storage.shares.list(pinned.snapshot.workspace, shared.id, pinned.at, transaction);
  const found = rows.find((row) => row.id === request.id.toLowerCase());
  if (!found) throw toError(fail('unknown_record', 'The record is not shared so.'));
  return found;
}

async function presentOne(
  parts: Parts,
  pinned: Pinned,
  { id, recordId }: Pick<Share, 'id' | 'recordId'>,
  transaction: Transaction,
): Promise<PresentedShare> {
  const rows = await parts.storage.shares.list(pinned.snapshot.workspace, recordId, pinned.at, transaction);
  return presentShare(rows.find((row) => row.id === id)!, pinned.model);
}

/** Nobody gives more than they have. */
function checkAccess(access: 'read' | 'update' | undefined, { most }: Shared, problems: InputError[]): void {
  if (access !== 'update' || most === 'update') return;
  const message = 'You may not change this record, so you can’t let others do it.';
  problems.push({ code: 'forbidden', pointer: '/access', message });
}

/** People and teams must be there for the caller, and be others than those who have the record anyway. */
async function checkTarget(
  parts: Parts,
  pinned: Pinned,
  request: { readonly shared: Shared; readonly target: ShareTarget; readonly transaction: Transaction },
  problems: InputError[],
): Promise<void> {
  const { target, shared } = request;
  if ('role' in target) return;
  const [kind, id] = 'user' in target ? (['user', target.user] as const) : (['team', target.team] as const);
  const pointer = `/with/${kind}`;
  if (id === pinned.actorId || id === shared.ownerId) {
    const whose = id === pinned.actorId ? 'You' : 'The owner';
    const message = `${whose} can’t be given what is theirs anyway.`;
    problems.push({ code: 'invalid_value', pointer, message });
    return;
  }
  const object = requireSystemObject(pinned, kind);
  const active = kind === 'user' ? object.fields.get('active') : undefined;
  const flag: Expression = active
    ? {
        op: 'is_true',
        value: { op: 'field', type: 'boolean', path: { text: 'active', through: [], field: active } },
      }
    : ALWAYS;
  const [found] = await parts.storage.records.checkTargets(
    pinned.snapshot,
    {
      questions: [{ object, ids: [id], visible: pinned.visible(object), flag }],
      context: pinned.expressionContext,
    },
    request.transaction,
  );
  if (found?.get(id) === true) return;
  const message = found?.has(id) ? 'This person is not active any more.' : `There is no such ${kind}.`;
  problems.push({ code: 'unknown_target', pointer, message });
}

function rowOf(target: ShareTarget): Pick<NewShare, 'grantee' | 'kind' | 'role' | 'andBelow'> {
  const kind = 'role' in target ? 'role' : 'team' in target ? 'team' : 'user';
  const role = 'role' in target ? target.role : null;
  const andBelow = 'role' in target && target.and_below;
  const grantee = granteeOf({
    user: 'user' in target ? target.user : undefined,
    team: 'team' in target ? target.team : undefined,
    role: role ?? undefined,
    andBelow,
  });
  return { grantee, kind, role, andBelow };
}

function alreadyShared(): EngineError {
  const message = 'The record is shared with them already: change that share.';
  return new EngineError('unique_violation', message, {
    errors: [{ code: 'already_shared', pointer: '/with', message }],
  });
}

function throwFaults(problems: readonly InputError[]): void {
  if (problems.length === 0) return;
  throw toError(
    fail(
      'invalid_input',
      problems.length === 1 ? problems[0]!.message : 'The share has several faults.',
      problems,
    ),
  );
}
