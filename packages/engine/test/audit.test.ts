/** What the audit log is told by the engine, in whose name, and who may read it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditQuery, UserContext } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
let watcher: UserContext;
beforeAll(async () => {
  open = await openEngine([
    ...object(
      'patient',
      { code: { type: 'text' }, ward: { type: 'lookup', to: 'ward', reverse_name: 'patients' } },
      { audit_reads: true },
    ),
    ...object('ward', { head: { type: 'lookup', to: 'patient' } }),
    {
      kind: 'field',
      name: 'ward.head_code',
      body: { label: 'Head code', type: 'related', related: 'head.code' },
    },
  ]);
  watcher = { ...open.admin, address: '192.0.2.7', userAgent: 'a browser', source: 'web' };
});
afterAll(() => open?.close());

let start: number;
const entries = async (query: AuditQuery = {}) => {
  const { entries: found } = await open.engine.audit.list(open.admin, query, {
    limit: 200,
    after: undefined,
  });
  return found.filter((each) => each.id > start).toReversed();
};
/** What was told since the test began, without what is the same in all of it. */
const told = async () =>
  (await entries()).map(({ action, object: name, recordId, recordIds, details }) => ({
    action,
    ...(name === null ? {} : { object: name }),
    ...(recordId === null ? {} : { recordId }),
    ...(recordIds === null ? {} : { recordIds }),
    details,
  }));
beforeEach(async () => {
  start = 0;
  start = (await entries()).at(-1)?.id ?? 0;
});

describe('[L6] reads of records', () => {
  let [ada, eve, ward] = ['', '', ''];
  beforeAll(async () => {
    const make = async (name: string, fields: object) =>
      String((await open.engine.records.create(open.admin, name, fields)).id);
    ada = await make('patient', { name: 'Ada Secret', code: 'A-1' });
    eve = await make('patient', { name: 'Eve Secret', code: 'E-1' });
    ward = await make('ward', { name: 'North', head: ada });
    await open.engine.records.update(open.system, 'patient', ada, { ward });
  });

  it('of one record, of its history and after a change', async () => {
    const { records } = open.engine;
    await records.get(watcher, 'patient', ada.toUpperCase(), undefined);
    await records.get(watcher, 'patient', ada, ['name', 'ward.name']);
    await records.history(watcher, 'patient', ada, { limit: 5, before: undefined });
    await records.update(watcher, 'patient', ada, {});
    expect(await told()).toEqual([
      { action: 'records_read', object: 'patient', recordId: ada, details: { door: 'record' } },
      {
        action: 'records_read',
        object: 'patient',
        recordId: ada,
        details: { door: 'record', fields: ['name', 'ward.name'] },
      },
      { action: 'records_read', object: 'patient', recordId: ada, details: { door: 'history' } },
      { action: 'records_read', object: 'patient', recordId: ada, details: { door: 'save' } },
    ]);
    expect((await entries())[0]).toMatchObject({
      actorId: watcher.userId,
      actorName: 'Ada',
      asId: null,
      outcome: 'done',
      source: 'web',
      requestId: 'request',
      address: '192.0.2.7',
      userAgent: 'a browser',
    });
  });

  it('of a list as one entry with the ids that it showed, and what it was asked by without its values', async () => {
    const { records } = open.engine;
    await records.list(watcher, 'patient', { filter: { '==': [{ var: 'code' }, 'E-1'] }, sort: ['name'] });
    await records.list(watcher, 'patient', { search: 'Secret', fields: ['name'], sort: ['name'] });
    await records.aggregate(watcher, 'patient', { group_by: ['ward'] });
    await records.search(watcher, { text: 'Eve', limit: 5 });
    const [list, search, summary, hit] = await told();
    expect(list).toEqual({
      action: 'records_read',
      object: 'patient',
      recordIds: [eve],
      details: { door: 'list', count: 1, asked_by: ['code', 'name'] },
    });
    expect(search).toMatchObject({ recordIds: [ada, eve], details: { searched: true, fields: ['name'] } });
    expect(summary).toMatchObject({ details: { door: 'summary', count: 2, asked_by: ['ward'] } });
    expect(hit).toMatchObject({ recordIds: [eve], details: { door: 'search' } });
    expect(JSON.stringify(await told())).not.toMatch(/Secret|E-1/);
    expect((await entries({ record: eve })).length).toBe(3);
  });

  it('behind lookups, by related fields and by what was only asked for', async () => {
    const { records } = open.engine;
    await records.list(watcher, 'ward', {});
    await records.list(watcher, 'ward', { fields: ['name', 'head'] });
    await records.list(watcher, 'ward', { fields: ['head.name'] });
    await records.list(watcher, 'ward', {
      fields: ['name'],
      filter: { '==': [{ var: 'head.code' }, 'A-1'] },
    });
    expect(await told()).toEqual([
      {
        action: 'records_read',
        object: 'patient',
        details: { door: 'list', through: 'ward', count: 0, fields: ['head_code'] },
      },
      {
        action: 'records_read',
        object: 'patient',
        recordIds: [ada],
        details: { door: 'list', through: 'ward', count: 1, fields: ['head.name'] },
      },
      {
        action: 'records_read',
        object: 'patient',
        details: { door: 'list', through: 'ward', count: 0, fields: ['head.code'] },
      },
    ]);
  });

  it('not of objects that do not ask, nor of what the platform reads for itself', async () => {
    const { records } = open.engine;
    await records.get(watcher, 'ward', ward, ['name']);
    await records.list(watcher, 'ward', { fields: ['name'] });
    await records.get(open.system, 'patient', ada, undefined);
    expect(await told()).toEqual([]);
  });

  it('not of what was refused: who may not see a record has not read it', async () => {
    await errorOf(open.engine.records.get(open.nobody, 'patient', ada, undefined));
    expect(await told()).toEqual([]);
  });

  it('in both names while somebody sees the product as another', async () => {
    const viewed: UserContext = { ...watcher, viewer: { userId: open.workspace.id, name: 'Admin' } };
    await open.engine.records.get(viewed, 'patient', ada, ['name']);
    expect((await entries())[0]).toMatchObject({ actorId: open.workspace.id, asId: watcher.userId });
  });

  it('of an export page by page, and of every export that it was made', async () => {
    const rows = await open.engine.records.exportRows(watcher, 'patient', { fields: ['name'] });
    for await (const page of rows.pages) expect(page).toHaveLength(2);
    await open.engine.records.exportRows(watcher, 'ward', {});
    const told_ = await told();
    expect(told_.map(({ action }) => action)).toEqual([
      'records_exported',
      'records_read',
      'export_ended',
      'records_exported',
    ]);
    expect(told_[1]).toMatchObject({
      recordIds: expect.arrayContaining([ada, eve]),
      details: { door: 'export' },
    });
    expect(told_[2]).toMatchObject({ details: { count: 2 } });
  });
});

it('[L7] a publish, a rollback and their refusals: who, which revision, what in brief', async () => {
  const field = (label: string) => ({ kind: 'field', name: 'ward.floor', body: { label, type: 'text' } });
  const { metadata } = open.engine;
  const first = await metadata.publish(open.admin, { components: [field('Floor')], message: 'floors' });
  await metadata.publish(open.admin, { components: [field('Level')] });
  await metadata.rollback(open.admin, first.revision);
  await errorOf(metadata.publish(open.admin, { components: [{ ...field(''), name: 'nothing' }] }));
  const found = await entries();
  expect(found.map(({ action, revision }) => [action, revision])).toEqual([
    ['metadata_published', first.revision],
    ['metadata_published', first.revision + 1],
    ['metadata_rolled_back', first.revision + 2],
  ]);
  expect(found[0]!.details).toEqual({
    message: 'floors',
    count: 1,
    components: [{ kind: 'field', name: 'ward.floor', change: 'add' }],
  });
  expect(found[1]!.details).toMatchObject({ components: [{ change: 'change', properties: ['/label'] }] });
  expect(found[2]!.details).toMatchObject({ to: first.revision });
});

it('[L7] people and teams: whose rights have changed and which, without values of fields', async () => {
  const { users, teams } = open.engine;
  await open.engine.metadata.publish(open.admin, {
    components: [{ kind: 'permission_set', name: 'nurse', body: { label: 'Nurse' } }],
  });
  start = (await entries()).at(-1)!.id;
  const nora = await users.create(open.admin, {
    email: 'nora@example.com',
    name: 'Nora',
    permissionSets: ['nurse'],
  });
  await users.update(open.admin, nora.id, { permissionSets: [], name: 'Nora Secret', passwordHash: 'hash' });
  await users.update(open.admin, nora.id, { isActive: false });
  const team = await teams.create(open.admin, { name: 'Night', members: [nora.id] });
  await teams.update(open.admin, team.id, { members: [], description: 'Secret' });
  await teams.delete(open.admin, team.id);
  const about = { object: 'user', recordId: nora.id };
  const ofTeam = { object: 'team', recordId: team.id };
  expect(await told()).toEqual([
    { action: 'user_created', ...about, details: { permission_sets: ['nurse'] } },
    { action: 'password_set', ...about, details: {} },
    { action: 'user_changed', ...about, details: { permission_sets_removed: ['nurse'], fields: ['name'] } },
    { action: 'user_changed', ...about, details: { is_active: false } },
    { action: 'team_created', ...ofTeam, details: { members_added: [nora.id], fields: ['name'] } },
    { action: 'team_changed', ...ofTeam, details: { members_removed: [nora.id], fields: ['description'] } },
    { action: 'team_deleted', ...ofTeam, details: {} },
  ]);
});

it('[L7] an entry stands or falls with its change', async () => {
  await faultsOf(open.engine.users.create(open.admin, { email: 'ada@example.com', name: 'Twice' }));
  await faultsOf(open.engine.teams.create(open.admin, { members: [] }));
  expect(await told()).toEqual([]);
});

it('[L5] only who holds the right reads, exports and verifies it, and that is told too', async () => {
  const { audit } = open.engine;
  const page = { limit: 10, after: undefined };
  expect((await errorOf(audit.list(open.nobody, {}, page))).code).toBe('forbidden');
  expect((await errorOf(audit.export(open.nobody, {}, 'csv'))).code).toBe('forbidden');
  expect((await errorOf(audit.verify(open.nobody))).code).toBe('forbidden');
  const verdict = await audit.verify(open.admin);
  expect(verdict).toMatchObject({ isIntact: true, fault: null });
  await audit.export(open.admin, { actions: ['sign_in'] }, 'csv');
  expect(await told()).toEqual([
    { action: 'audit_verified', details: { is_intact: true, number: verdict.head.number } },
    { action: 'audit_exported', details: { format: 'csv', filtered_by: ['actions'] } },
  ]);
  const { number, hash } = verdict.head;
  expect(await audit.verify(open.admin, `${number}:${hash}`)).toMatchObject({ isIntact: true });
  expect(await audit.verify(open.admin, `${number}:${'0'.repeat(64)}`)).toMatchObject({
    fault: { code: 'other_head', number },
  });
  expect(await faultsOf(audit.verify(open.admin, 'abc'))).toEqual(['invalid_value /head']);
});

it('[L5] faults of a question come together, and pages go on where the last one ended', async () => {
  const { audit } = open.engine;
  const ask = (query: AuditQuery, limit = 10, after?: string) =>
    audit.list(open.admin, query, { limit, after });
  expect(
    await faultsOf(
      ask({ actor: 'me', record: 'x', from: 'yesterday', until: '2026-13-40', actions: ['drink'] }),
    ),
  ).toEqual([
    'invalid_value /actor',
    'invalid_value /from',
    'invalid_value /record',
    'invalid_value /until',
    'unknown_action /action',
  ]);
  expect(await faultsOf(ask({}, 0))).toEqual(['out_of_range /limit']);
  expect((await errorOf(ask({}, 10, 'nonsense'))).code).toBe('invalid_cursor');
  const all = await ask({}, 200);
  const seen: number[] = [];
  for (let after: string | undefined; ; ) {
    const { entries: found, next } = await ask({}, 3, after);
    seen.push(...found.map(({ id }) => id));
    if (next === null) break;
    after = next;
  }
  expect(seen).toEqual(all.entries.map(({ id }) => id));
});

it('[L4] retention forgets what is old, and the log verifies and tells of it', async () => {
  const { audit } = open.engine;
  expect(await audit.forget(open.workspace, 30)).toBe(0);
  await audit.verify(open.admin);
  expect(await audit.forget(open.workspace, -1)).toBeGreaterThan(3);
  expect(await audit.verify(open.admin)).toMatchObject({ isIntact: true, checked: 2 });
  expect((await entries()).at(-2)).toMatchObject({ action: 'audit_forgotten', details: { days: -1 } });
});
