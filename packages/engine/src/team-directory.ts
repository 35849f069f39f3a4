/**
 * Teams: the only writer of the object `team` and of who belongs to one (SPEC U6, U7). A team is a principal: it may
 * own records, so one that does is not deleted.
 */
import { ALWAYS, allOf, type CompiledObject, type Expression, isId, type RecordData } from '@trellis/model';
import { v7 as makeId } from 'uuid';
import { teamChanged, teamCreated } from './audit/people-events.ts';
import { tell } from './audit/tell.ts';
import { toError, unknownRecord } from './draft.ts';
import type { Team, TeamDirectory } from './engine.ts';
import { EngineError } from './errors.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { readLinked, requireSystemObject, saveSystemRecord } from './system-records.ts';
import { withPinned } from './with-pinned.ts';

export function createTeamDirectory(parts: Parts): TeamDirectory {
  const withRight = <T>(
    context: Parameters<TeamDirectory['list']>[0],
    work: (pinned: Pinned) => Promise<T>,
  ) => {
    return withPinned(parts, context, (pinned) => {
      pinned.requireRight('manage_users');
      return work(pinned);
    });
  };
  return {
    create: async (context, fields) =>
      withRight(context, async (pinned) => {
        const id = makeId();
        await parts.storage.transaction(async (transaction) => {
          const request = { object: teamOf(pinned), id, isNew: true, input: fields, transaction };
          await saveSystemRecord(parts, pinned, request);
          await tell(parts, pinned, [teamCreated(id, fields)], transaction);
          await parts.access.announceChange(context.workspace, transaction);
        });
        parts.access.organisationChanged(context.workspace);
        return (await findTeam(parts, pinned, id))!;
      }),
    update: async (context, id, fields) =>
      withRight(context, async (pinned) => {
        const team = await requireTeam(parts, pinned, id.toLowerCase());
        await parts.storage.transaction(async (transaction) => {
          const request = { object: teamOf(pinned), id: team.id, isNew: false, input: fields, transaction };
          await saveSystemRecord(parts, pinned, request);
          await tell(parts, pinned, teamChanged(team, fields), transaction);
          await parts.access.announceChange(context.workspace, transaction);
        });
        parts.access.organisationChanged(context.workspace);
        return (await findTeam(parts, pinned, team.id))!;
      }),
    delete: async (context, id) =>
      withRight(context, async (pinned) => {
        await deleteTeam(parts, pinned, id.toLowerCase());
        parts.access.organisationChanged(context.workspace);
      }),
    find: async (context, id) => withRight(context, (pinned) => findTeam(parts, pinned, id.toLowerCase())),
    list: async (context) => withRight(context, (pinned) => readTeams(parts, pinned, ALWAYS)),
    ofUser: async (context) => withPinned(parts, context, (pinned) => teamsOfUser(parts, pinned)),
  };
}

function teamOf(pinned: Pinned): CompiledObject {
  return requireSystemObject(pinned, 'team');
}

async function requireTeam(parts: Parts, pinned: Pinned, id: string): Promise<Team> {
  const team = await findTeam(parts, pinned, id);
  if (!team) throw toError(unknownRecord());
  return team;
}

async function findTeam(parts: Parts, pinned: Pinned, id: string): Promise<Team | undefined> {
  if (!isId(id)) return undefined;
  const path = ownPath(teamOf(pinned).fields.get('id')!);
  const isIt = {
    op: '==',
    left: { op: 'field', type: 'id', path },
    right: { op: 'literal', type: 'id', value: id },
  } as const;
  return (await readTeams(parts, pinned, isIt))[0];
}

/** Teams with their members, by name. */
async function readTeams(parts: Parts, pinned: Pinned, filter: Expression): Promise<readonly Team[]> {
  const object = teamOf(pinned);
  const id = ownPath(object.fields.get('id')!);
  const fields = [id, ...['name', 'description', 'email'].map((name) => ownPath(object.fields.get(name)!))];
  const rows: RecordData[] = [];
  const pages = parts.storage.records.stream(pinned.snapshot, {
    object,
    fields,
    filter: allOf(filter, pinned.visible(object)),
    targetFilters: new Map(),
    search: undefined,
    sort: [
      { path: ownPath(object.nameField), descending: false },
      { path: id, descending: false },
    ],
    deleted: false,
    context: pinned.expressionContext,
  });
  for await (const page of pages) rows.push(...page);
  const ids = rows.map((row) => String(row.id));
  const membersOf = await readLinked(parts, pinned, object, { field: 'members', ids });
  return rows.map((row) => ({
    id: String(row.id),
    name: String(row.name ?? ''),
    description: typeof row.description === 'string' ? row.description : null,
    email: typeof row.email === 'string' ? row.email : null,
    members: membersOf(String(row.id)),
  }));
}

/** To the bin, memberships with it; what it owns must have found another owner first. */
async function deleteTeam(parts: Parts, pinned: Pinned, id: string): Promise<void> {
  const team = await requireTeam(parts, pinned, id);
  await parts.storage.transaction(async (transaction) => {
    const owned = await parts.storage.records.countOwned(pinned.snapshot, id, transaction);
    if (owned.length > 0) {
      const list = owned
        .map(({ object, count }) => `${count} ${count === 1 ? object.label : object.pluralLabel}`)
        .join(', ');
      throw new EngineError(
        'delete_restricted',
        `This team still owns ${list}: give them another owner first.`,
        {
          details: { blocking: owned.map(({ object, count }) => ({ object: object.name, count })) },
        },
      );
    }
    const outcome = await parts.write.delete(parts, pinned, {
      object: teamOf(pinned),
      items: [{ id: team.id, version: undefined }],
      allOrNothing: true,
      dryRun: false,
      authority: 'users',
      transaction,
    });
    const failure = outcome.items[0]?.failure;
    if (failure) throw toError(failure);
    await parts.access.announceChange(pinned.context.workspace, transaction);
    const event = { action: 'team_deleted', object: 'team', recordId: team.id } as const;
    await tell(parts, pinned, [event], transaction);
    await parts.storage.shares.removeGrantee(pinned.snapshot.workspace, id, transaction);
  });
}

/** The caller's own, whatever rights they have: everyone may know where they belong. */
async function teamsOfUser(
  parts: Parts,
  pinned: Pinned,
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const { context } = pinned;
  if (context.kind !== 'user') return [];
  const system = { kind: 'system', workspace: context.workspace, reason: 'teams of the caller' } as const;
  return withPinned(parts, system, async (asSystem) => {
    const user = requireSystemObject(asSystem, 'user');
    const teamsOf = await readLinked(parts, asSystem, user, { field: 'teams', ids: [context.userId] });
    const ids = teamsOf(context.userId);
    if (ids.length === 0) return [];
    const names = await parts.storage.records.findTargets(asSystem.snapshot, {
      object: teamOf(asSystem),
      ids,
      visible: ALWAYS,
      context: asSystem.expressionContext,
    });
    return ids.flatMap((id) => (names.has(id) ? [{ id, name: names.get(id) ?? '' }] : []));
  });
}
