/** Views that people keep for themselves, over HTTP: whose they are, what is checked, and what becomes of them when fields go. */
import type { Client, OwnViewBody, OwnViewResponse } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const part = (kind: string, name: string, body: object) => ({ kind, name, body }) as Component;
const field = (name: string, body: object) => part('field', `task.${name}`, { label: name, ...body });
const worker = (fields: object = {}) =>
  part('permission_set', 'worker', {
    label: 'Worker',
    system: ['api', 'view_as'],
    objects: {
      task: { create: true, read: true, update: true, default_field: 'update', fields },
      firm: { read: true, default_field: 'read' },
    },
  });
const COMPONENTS: Component[] = [
  part('object', 'firm', { label: 'Firm', plural_label: 'Firms', name_field: 'name' }),
  part('field', 'firm.name', { label: 'Name', type: 'text' }),
  part('field', 'firm.city', { label: 'City', type: 'text' }),
  part('object', 'secret_thing', { label: 'Thing', plural_label: 'Things', name_field: 'name' }),
  part('field', 'secret_thing.name', { label: 'Name', type: 'text' }),
  part('object', 'task', { label: 'Task', plural_label: 'Tasks', name_field: 'name' }),
  field('name', { label: 'Name', type: 'text' }),
  field('amount', { label: 'Amount', type: 'integer' }),
  field('note', { label: 'Note', type: 'text' }),
  field('due', { label: 'Due', type: 'date' }),
  field('pay', { label: 'Pay', type: 'integer' }),
  field('firm', { label: 'Firm', type: 'lookup', to: 'firm', reverse_name: 'tasks' }),
  field('stage', {
    label: 'Stage',
    type: 'select',
    options: [
      { value: 'open', label: 'Open' },
      { value: 'done', label: 'Done' },
    ],
  }),
  part('view', 'task.all', { label: 'All tasks', columns: ['name', 'amount'], is_default: true }),
  part('view', 'task.late', { label: 'Late tasks', columns: ['name', 'due'] }),
  worker(),
];

let server: TestServer;
const people: Record<string, Client> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  for (const name of ['ann', 'ben', 'kim', 'max']) {
    const email = `${name}@example.com`;
    const made = await server.client.createUser({
      email,
      name,
      password: PASSWORD,
      permission_sets: ['worker'],
    });
    ids[name] = made.id;
    people[name] = await server.signIn(email, PASSWORD);
  }
}, 60_000);
afterAll(() => server?.stop());

const call = (who: string, method: string, path: string, body?: unknown) =>
  (people[who] ?? server.client).exchange(method as 'GET', path, body);
const BIG: OwnViewBody = {
  label: 'Big ones',
  columns: ['name', 'amount', 'firm.city'],
  filter: { and: [{ '>': [{ var: 'amount' }, 10] }, { '==': [{ var: 'stage' }, 'open'] }] },
  sort: ['-amount', 'name'],
};
const make = (who: string, body: Partial<OwnViewBody> = {}) =>
  people[who]!.addView('task', { ...BIG, ...body });
const views = async (who: string) => (await people[who]!.describeObject('task')).views;
const faults = (answer: { readonly body: unknown }) =>
  (answer.body as { errors: { code: string; pointer: string }[] }).errors.map(({ code, pointer }) => [
    code,
    pointer,
  ]);

it('[Y1] a view is kept, described with those of the metadata, changed in part, deleted and brought back', async () => {
  const made = await call('ann', 'POST', '/views/task', {
    ...BIG,
    label: '  Big ones ',
    mode: 'kanban',
    group_by: 'stage',
  });
  expect(made.status).toBe(201);
  const view = made.body as OwnViewResponse;
  expect(view).toEqual({
    name: view.id,
    id: view.id,
    is_own: true,
    label: 'Big ones',
    icon: null,
    mode: 'kanban',
    group_by: 'stage',
    is_default: false,
    columns: BIG.columns,
    filter: BIG.filter,
    sort: BIG.sort,
    missing: [],
  });
  const described = await views('ann');
  expect(described.map(({ name }) => name)).toEqual(['all', 'late', view.id]);
  expect(described[2]).toEqual(view);
  expect(await people.ann!.ownViews('task')).toEqual({ views: [view], default: null });
  expect((await call('ann', 'GET', `/views/task/${view.id}`)).body).toEqual(view);

  const changed = await people.ann!.changeView('task', view.id, {
    label: 'Huge',
    mode: null,
    group_by: null,
  });
  expect(changed).toEqual({ ...view, label: 'Huge', mode: 'grid', group_by: null });

  expect((await call('ann', 'DELETE', `/views/task/${view.id}`)).status).toBe(204);
  expect((await views('ann')).map(({ name }) => name)).toEqual(['all', 'late']);
  expect((await call('ann', 'DELETE', `/views/task/${view.id}`)).status).toBe(404);
  expect((await call('ann', 'PATCH', `/views/task/${view.id}`, { label: 'x' })).status).toBe(404);
  expect(await people.ann!.restoreView('task', view.id)).toEqual(changed);
  expect((await call('ann', 'POST', `/views/task/${view.id}/restore`)).status).toBe(404);
  await people.ann!.removeView('task', view.id);
});

it('[Y1] its ETag changes with every change, in this process and for whoever asks', async () => {
  const etag = async (known?: string) => {
    const headers = known ? { 'if-none-match': known } : {};
    const answer = await server.client.exchange('GET', '/describe/task', undefined, headers);
    return [answer.status, answer.headers.get('etag')!] as const;
  };
  const [, none] = await etag();
  const { id } = await server.client.addView('task', BIG);
  const [status, one] = await etag(none);
  expect([status, one === none]).toEqual([200, false]);
  expect((await etag(one))[0]).toBe(304);
  await server.client.changeView('task', id, { label: 'Other' });
  expect((await etag(one))[0]).toBe(200);
  await server.client.removeView('task', id);
  expect(await etag()).toEqual([200, none]);
});

it('[Y7] one view opens first: of the metadata or of one’s own, and none that is gone', async () => {
  const { id } = await make('ben');
  const first = async () =>
    (await views('ben'))
      .filter((each) => each.is_default)
      .map(({ name, is_own_default }) => [name, is_own_default]);
  expect(await first()).toEqual([['all', undefined]]);
  await people.ben!.setDefaultView('task', id);
  expect(await first()).toEqual([[id, true]]);
  await people.ben!.setDefaultView('task', 'late');
  expect(await first()).toEqual([['late', true]]);
  expect((await people.ben!.ownViews('task')).default).toBe('late');
  await people.ben!.setDefaultView('task', id);
  await people.ben!.removeView('task', id);
  expect(await first()).toEqual([['all', undefined]]);
  await people.ben!.restoreView('task', id);
  expect(await first()).toEqual([[id, true]]);
  await people.ben!.setDefaultView('task', null);
  expect(await first()).toEqual([['all', undefined]]);
  for (const view of ['nothing', crypto.randomUUID()])
    expect((await call('ben', 'PUT', '/views/task/default', { view })).status).toBe(404);
  expect(faults(await call('ben', 'PUT', '/views/task/default', {}))).toEqual([['required', '/view']]);
  expect((await call('ben', 'PUT', '/views/task/default', { view: 7 })).status).toBe(422);
  await people.ben!.removeView('task', id);
});

it('[Y2] nobody finds a view of somebody else, whatever they try', async () => {
  const { id } = await make('ann', { label: 'Of Ann alone' });
  for (const [method, path, body] of [
    ['GET', `/views/task/${id}`],
    ['GET', `/views/task/${id.toUpperCase()}`],
    ['PATCH', `/views/task/${id}`, { label: 'Mine' }],
    ['DELETE', `/views/task/${id}`],
    ['POST', `/views/task/${id}/restore`],
    ['PUT', '/views/task/default', { view: id }],
  ] as const)
    for (const who of ['ben', 'admin']) {
      const answer = await call(who, method, path, body);
      expect([method, who, answer.status, (answer.body as { code: string }).code]).toEqual([
        method,
        who,
        404,
        'unknown_view',
      ]);
      expect(JSON.stringify(answer.body)).not.toContain('Ann');
    }
  expect(JSON.stringify(await views('ben'))).not.toContain('Of Ann');
  // Nor is it one of another object.
  expect((await call('ann', 'GET', `/views/firm/${id}`)).status).toBe(404);
  expect((await people.ann!.ownViews('task')).views.map(({ label }) => label)).toEqual(['Of Ann alone']);
  await people.ann!.removeView('task', id);
  // Once it is deleted, nobody else brings it back.
  expect((await call('ben', 'POST', `/views/task/${id}/restore`)).status).toBe(404);
});

it('[Y1] what is wrong comes back at once, with pointers', async () => {
  const bad = await call('ann', 'POST', '/views/task', {
    label: 'Bad',
    columns: ['name', 'nmae', 'name'],
    sort: ['-nothing', 'name', 'name'],
    filter: { and: [{ '==': [{ var: 'salary' }, 1] }, { '>': [{ var: 'amount' }, 'much'] }] },
    group_by: 'team',
  });
  expect(bad.status).toBe(422);
  expect(faults(bad).map(([code, pointer]) => `${code} ${pointer}`)).toEqual(
    expect.arrayContaining([
      'unknown_field /columns/1',
      'duplicate_item /columns/2',
      'unknown_field /sort/0',
      'duplicate_item /sort/2',
      'unknown_field /group_by',
    ]),
  );
  expect(faults(bad).filter(([, pointer]) => pointer!.startsWith('/filter/and/')).length).toBe(2);
  expect(JSON.stringify(bad.body)).not.toContain('task.own');
  for (const [body, expected] of [
    [{ columns: ['name'] }, ['required', '/label']],
    [{ label: '   ', columns: ['name'] }, undefined],
    [{ label: 'x', columns: [] }, undefined],
    [{ label: 'x', columns: ['name'], colour: 'red' }, ['unknown_property', '/colour']],
    [{ label: 'x', columns: ['name'], is_default: true }, ['not_supported', '/is_default']],
    [{ label: 'x', columns: ['name'], shared_with: [{ user: ids.ben }] }, ['not_supported', '/shared_with']],
    [{ label: 'x', columns: ['name'], description: 'y'.repeat(60_000) }, ['value_too_large', '']],
    [{ label: 7, columns: 'name', filter: [] }, undefined],
    [{ label: 'x', columns: [{}], sort: [null], group_by: {} }, undefined],
  ] as const) {
    const answer = await call('ann', 'POST', '/views/task', body);
    expect([JSON.stringify(body).slice(0, 60), answer.status]).toEqual([
      JSON.stringify(body).slice(0, 60),
      422,
    ]);
    if (expected) expect(faults(answer)).toContainEqual(expected);
  }
  for (const body of [[], 'x', 7]) expect((await call('ann', 'POST', '/views/task', body)).status).toBe(422);
  expect((await call('ann', 'POST', '/views/nothing', BIG)).status).toBe(404);
  expect((await call('ann', 'POST', '/views/secret_thing', { label: 'x', columns: ['name'] })).status).toBe(
    404,
  );
  expect((await call('ann', 'GET', '/views/task/1')).status).toBe(404);
  expect((await call('ann', 'GET', '/views/task?a=1')).status).toBe(422);
  expect(await people.ann!.ownViews('task')).toEqual({ views: [], default: null });
});

it('[Y6] a person has at most a hundred of an object, also when many are kept at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 104 }, (_, index) =>
      call('max', 'POST', '/views/task', { ...BIG, label: `v${index}` }),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(100);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.map((each) => [each.status, faults(each)])).toEqual(
    Array(4).fill([422, [['too_many', '']]]),
  );
  const [view] = (await people.max!.ownViews('task')).views;
  await people.max!.removeView('task', view!.id);
  await make('max');
  expect((await call('max', 'POST', `/views/task/${view!.id}/restore`)).status).toBe(422);
  // Of another object there is room.
  expect((await call('max', 'POST', '/views/firm', { label: 'x', columns: ['name'] })).status).toBe(201);
});

it('[Y4] a field that is hidden or deleted takes its part of the view along, and nothing else; hidden ones are unknown', async () => {
  const { id } = await make('kim', {
    columns: ['name', 'pay', 'note', 'firm.city'],
    filter: { and: [{ '>': [{ var: 'pay' }, 10] }, { '==': [{ var: 'stage' }, 'open'] }] },
    sort: ['-pay', 'name'],
  });
  const whole = await make('kim', {
    label: 'Or',
    filter: { or: [{ '>': [{ var: 'pay' }, 10] }, { is_blank: { var: 'name' } }] },
  });
  await server.client.publish({
    components: [worker({ pay: 'none' })],
    deletions: [{ kind: 'field', name: 'task.note' }],
  } as never);
  const find = async (which: string) => (await views('kim')).find(({ name }) => name === which)!;
  expect(await find(id)).toMatchObject({
    columns: ['name', 'firm.city'],
    filter: { and: [{ '==': [{ var: 'stage' }, 'open'] }] },
    sort: ['name'],
    missing: [
      { part: 'column', label: 'Pay' },
      { part: 'column', label: 'Note' },
      { part: 'sort', label: 'Pay' },
      { part: 'filter', label: 'Pay' },
    ],
  });
  expect(await find(whole.id)).toMatchObject({ filter: null, missing: [{ part: 'filter', label: 'Pay' }] });
  // What is left of it can be asked.
  const { columns, filter, sort } = await find(id);
  await people.kim!.list('task', { fields: [...columns], filter, sort: [...sort] });

  const hidden = await call('kim', 'POST', '/views/task', {
    ...BIG,
    columns: ['name', 'pay'],
    sort: ['pay'],
  });
  const absent = await call('kim', 'POST', '/views/task', {
    ...BIG,
    columns: ['name', 'gone'],
    sort: ['gone'],
  });
  expect(faults(hidden)).toEqual([
    ['unknown_field', '/columns/1'],
    ['unknown_field', '/sort/0'],
  ]);
  expect(faults(absent)).toEqual(faults(hidden));
  // It can be renamed as it is; what was left out comes back with the field.
  expect((await people.kim!.changeView('task', id, { label: 'Renamed' })).missing).toHaveLength(4);
  await server.client.publish({
    components: [worker(), field('note', { label: 'Note', type: 'text' })],
  } as never);
  expect(await find(id)).toMatchObject({
    label: 'Renamed',
    columns: ['name', 'pay', 'note', 'firm.city'],
    missing: [],
  });
  // What is saved anew is whole again.
  await server.client.publish({ components: [worker({ pay: 'none' })] } as never);
  const left = await find(id);
  const saved = await people.kim!.changeView('task', id, {
    columns: left.columns,
    filter: left.filter,
    sort: left.sort,
  });
  expect(saved).toMatchObject({ columns: ['name', 'note', 'firm.city'], missing: [] });
  await server.client.publish({ components: [worker()] } as never);
  for (const view of [id, whole.id]) await people.kim!.removeView('task', view);
});

it('[Y5] a view follows what is renamed, and a rollback; an old name that is written is taken as today’s', async () => {
  const kept = await make('kim', {
    columns: ['name', 'amount', 'firm.city'],
    filter: { and: [{ '>': [{ var: 'amount' }, 10] }, { '==': [{ var: 'firm.city' }, 'Oslo'] }] },
    mode: 'kanban',
    group_by: 'stage',
  });
  await people.kim!.setDefaultView('task', 'late');
  const before = (await server.client.metadata()).revision;
  const rename = (kind: string, from: string, to: string) => ({ kind, from, to });
  await server.client.publish({ renames: [rename('object', 'task', 'job')] } as never);
  await server.client.publish({
    renames: [
      rename('field', 'job.amount', 'job.price'),
      rename('field', 'firm.city', 'firm.town'),
      rename('field', 'job.stage', 'job.state'),
      rename('view', 'job.late', 'job.overdue'),
    ],
  } as never);
  // The old name means something else now: nobody is led astray.
  await server.client.publish({
    components: [part('field', 'job.amount', { label: 'Amount', type: 'text' })],
  } as never);
  const described = (await people.kim!.describeObject('job')).views;
  expect(described.find(({ name }) => name === kept.id)).toMatchObject({
    columns: ['name', 'price', 'firm.town'],
    filter: { and: [{ '>': [{ var: 'price' }, 10] }, { '==': [{ var: 'firm.town' }, 'Oslo'] }] },
    sort: ['-price', 'name'],
    group_by: 'state',
    missing: [],
  });
  expect(described.find(({ is_own_default }) => is_own_default)?.name).toBe('overdue');
  const old = await people.kim!.addView('task', {
    label: 'Old',
    columns: ['name', 'firm.city'],
    sort: ['-stage'],
  });
  expect(old).toMatchObject({ columns: ['name', 'firm.town'], sort: ['-state'] });
  await people.kim!.removeView('job', old.id);

  await server.client.rollback(before);
  expect((await people.kim!.ownViews('task')).views).toEqual([kept]);
  expect((await people.kim!.ownViews('task')).default).toBe('late');
  await people.kim!.setDefaultView('task', null);
  await people.kim!.removeView('task', kept.id);
});

it('[Y2] who sees the product as somebody else sees their views, and changes none', async () => {
  const { id } = await make('ann', { label: 'Of Ann' });
  await server.client.viewAs(ids.ann!);
  try {
    expect((await server.client.ownViews('task')).views.map(({ label }) => label)).toEqual(['Of Ann']);
    for (const [method, path] of [
      ['POST', '/views/task'],
      ['PATCH', `/views/task/${id}`],
      ['DELETE', `/views/task/${id}`],
      ['PUT', '/views/task/default'],
    ] as const) {
      const answer = await call('admin', method, path, { label: 'x', columns: ['name'], view: id });
      expect([method, answer.status, (answer.body as { code: string }).code]).toEqual([
        method,
        403,
        'read_only_view',
      ]);
    }
  } finally {
    await server.client.endViewAs();
  }
  await people.ann!.removeView('task', id);
});

it('[Y3] a view of one’s own builds no index', async () => {
  const db = new pg.Client({ connectionString: server.connectionString });
  await db.connect();
  const count = async (table: string) =>
    Number((await db.query(`select count(*) from ws_main."${table}"`)).rows[0].count);
  try {
    const before = [await count('_column'), await count('_index')];
    const { id } = await make('ann', { sort: ['note', '-due'], filter: { '>': [{ var: 'pay' }, 1] } });
    expect([await count('_column'), await count('_index')]).toEqual(before);
    await people.ann!.removeView('task', id);
  } finally {
    await db.end();
  }
});
