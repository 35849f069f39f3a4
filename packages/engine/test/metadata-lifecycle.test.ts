import { hasErrors, type Package } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, EngineError } from '../src/index.ts';
import {
  errorOf,
  faultsOf,
  type OpenEngine,
  object,
  openEngine,
  readStandardPackage,
} from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine();
});
afterAll(() => open?.close());

const publish = (request: object) => open.engine.metadata.publish(open.admin, request);
const plan = (request: object) => open.engine.metadata.plan(open.admin, request);
const create = (name: string, input: object) => open.engine.records.create(open.admin, name, input);
const get = (name: string, id: unknown) => open.engine.records.get(open.admin, name, String(id));
const components = async () => (await open.engine.metadata.list(open.admin)).components;
const view = (name: string, columns: readonly string[], body = {}) => ({
  kind: 'view',
  name,
  body: { label: 'View', columns, ...body },
});

describe('planning', () => {
  it('[P1] plans what a publish then does, and writes nothing', async () => {
    const request = { components: object('wagon', { load: { type: 'integer', indexed: true } }) };
    const before = await components();
    const planned = await plan(request);
    expect(planned.problems).toEqual([]);
    expect(planned.plan.components.map((each) => `${each.change} ${each.kind} ${each.name}`)).toEqual([
      'add object wagon',
      'add field wagon.name',
      'add field wagon.load',
    ]);
    expect(planned.plan.storage.map((step) => step.kind)).toContain('create_table');
    expect(await components()).toEqual(before);
    const published = await publish(request);
    expect(published.plan.components).toEqual(planned.plan.components);
    expect(published.revision).toBe(planned.plan.revision + 1);
  });

  it('shows differences by pointer, and the records that a removal touches', async () => {
    await publish({ components: object('barge', { load: { type: 'integer' } }) });
    await create('barge', { name: 'One', load: 5 });
    const changed = await plan({
      components: [{ kind: 'field', name: 'barge.load', body: { label: 'Cargo', type: 'integer', max: 9 } }],
    });
    expect(changed.plan.components).toEqual([
      {
        kind: 'field',
        name: 'barge.load',
        label: 'Cargo',
        change: 'change',
        differences: [
          { pointer: '/label', before: 'Load', after: 'Cargo' },
          { pointer: '/max', before: null, after: 9 },
        ],
      },
    ]);
    const removed = await plan({ deletions: [{ kind: 'field', name: 'barge.load' }] });
    expect(removed.plan).toMatchObject({ affectedRecords: [{ object: 'barge', count: 1 }] });
  });

  it('[P2] reports all problems at once, with pointers into the request', async () => {
    const error = await errorOf(
      publish({
        components: [
          { kind: 'object', name: 'Bad', body: {} },
          { kind: 'view', name: 'wagon.broken', body: { label: 'x', columns: ['nmae'], sort: ['-lod'] } },
          { kind: 'filed', name: 'x' },
        ],
        deletions: [{ kind: 'object', name: 'nothing' }, { kind: 'field' }, 5],
        renames: [
          { kind: 'object', from: 'wagon', to: 'Wagon' },
          { kind: 'field', from: 'wagon.load', to: 'other.load' },
        ],
      }),
    );
    expect(error.code).toBe('invalid_metadata');
    const faults = error.errors.map((each) => `${each.code} ${each.pointer}`);
    for (const fault of [
      'unknown_kind /components/2/kind',
      'unknown_component /deletions/0/name',
      'required /deletions/1/name',
      'wrong_type /deletions/2',
      'invalid_name /renames/0/to',
      'invalid_name /renames/1/to',
      'required /components/0/body/label',
    ]) {
      expect(faults).toContain(fault);
    }
    const single = await faultsOf(
      publish({ components: [view('wagon.broken', ['nmae'], { sort: ['-lod'] })] }),
    );
    expect(single).toEqual([
      'unknown_field /components/0/body/columns/0',
      'unknown_field /components/0/body/sort/0',
    ]);
  });

  it.each([
    [{ components: 5 }],
    [{ components: [5] }],
    [{ deletions: 'x' }],
    [{ renames: [[]] }],
    [{ components: [{ kind: 'object' }] }],
    [{ components: [null] }],
  ])('refuses %j', async (request) => {
    const { problems } = await plan(request);
    expect(hasErrors(problems)).toBe(true);
  });

  it('refuses one component in two roles', async () => {
    const request = {
      components: [view('wagon.both', ['name'])],
      deletions: [{ kind: 'view', name: 'wagon.both' }],
    };
    expect(await faultsOf(publish(request))).toContain('conflicting_change /deletions/0');
  });
});

describe('publishing', () => {
  it('[P3] writes nothing when nothing changes', async () => {
    const request = { components: object('calm', {}) };
    const { revision } = await publish(request);
    expect((await publish(request)).revision).toBe(revision);
    expect(await open.engine.metadata.revisions(open.admin, 1)).toMatchObject([
      { number: revision, authorName: 'Ada' },
    ]);
  });

  it('[P4] refuses a stale revision and says what changed', async () => {
    const { revision } = await publish({ components: object('stale', {}), message: 'first' });
    await publish({ components: [view('stale.all', ['name'])], message: 'second' });
    const error = await errorOf(publish({ components: object('late', {}), expectedRevision: revision }));
    expect(error).toMatchObject({
      code: 'stale_revision',
      details: {
        current_revision: revision + 1,
        since: [
          {
            number: revision + 1,
            message: 'second',
            author: { name: 'Ada' },
            components: [{ kind: 'view', name: 'stale.all', change: 'write' }],
          },
        ],
      },
    });
  });

  it('[P4] prepares again after a lost race', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `race_${index}`);
    const other = await open.openAnother();
    const results = await Promise.all(
      names.map((name, index) =>
        [open.engine, other][index % 2]!.metadata.publish(open.admin, { components: object(name, {}) }),
      ),
    );
    expect(new Set(results.map((each) => each.revision)).size).toBe(10);
    const model = await open.engine.model(open.workspace);
    for (const name of names) expect(model.objects.has(name)).toBe(true);
  });

  it("[P5] takes an object's own components along and names other dependents", async () => {
    await publish({
      components: [
        ...object('port', {}),
        view('port.all', ['name']),
        ...object('ship', { port: { type: 'lookup', to: 'port' } }),
        view('ship.all', ['name', 'port.name']),
      ],
    });
    const error = await errorOf(publish({ deletions: [{ kind: 'object', name: 'port' }] }));
    expect(error.errors.map((each) => each.message).join('\n')).toMatch(/ship\.port/);
    expect(error.errors.find((each) => each.code === 'has_dependents')).toMatchObject({
      pointer: '/deletions/0',
      message: expect.stringContaining('field ship.port'),
    });
    expect(
      (await errorOf(publish({ deletions: [{ kind: 'field', name: 'ship.port' }] }))).errors
        .map((each) => each.message)
        .join('\n'),
    ).toContain('ship.all');
    expect((await errorOf(publish({ deletions: [{ kind: 'field', name: 'port.name' }] }))).code).toBe(
      'invalid_metadata',
    );
    const done = await publish({
      deletions: [
        { kind: 'object', name: 'port' },
        { kind: 'field', name: 'ship.port' },
      ],
      components: [view('ship.all', ['name'])],
    });
    expect(done.plan.components.map((each) => `${each.change} ${each.name}`).sort()).toEqual([
      'change ship.all',
      'remove port',
      'remove port.all',
      'remove port.name',
      'remove ship.port',
    ]);
    expect((await errorOf(open.engine.records.list(open.admin, 'port', {}))).code).toBe('unknown_object');
  });

  it('[P6] renames names only, and mentions follow', async () => {
    await publish({
      components: [
        ...object('client', { size: { type: 'integer' } }),
        ...object('order', { client: { type: 'lookup', to: 'client', reverse_name: 'orders' } }),
        view('order.all', ['name', 'client.size'], {
          filter: { '>': [{ var: 'client.size' }, 1] },
          sort: ['-name'],
        }),
        {
          kind: 'layout',
          name: 'client.default',
          body: {
            label: 'L',
            tabs: [
              {
                label: 'T',
                sections: [
                  {
                    columns: [
                      {
                        items: [
                          { type: 'field', field: 'size' },
                          { type: 'related_list', lookup: 'order.client', columns: ['name'] },
                        ],
                      },
                    ],
                  },
                ],
              },
            ],
          },
        },
        {
          kind: 'app',
          name: 'trade',
          body: {
            label: 'Trade',
            items: [
              { type: 'object', object: 'client' },
              { type: 'view', view: 'order.all' },
            ],
          },
        },
      ],
    });
    const client = await create('client', { name: 'C', size: 5 });
    await create('order', { name: 'O', client: client.id });
    const before = await components();
    const { revision } = await publish({ message: 'before' });
    const done = await publish({
      renames: [
        { kind: 'object', from: 'client', to: 'customer' },
        { kind: 'object', from: 'order', to: 'purchase' },
        { kind: 'field', from: 'customer.size', to: 'customer.employees' },
      ],
    });
    expect(done.plan.components.filter((each) => each.change === 'rename').map((each) => each.name)).toEqual([
      'customer',
      'purchase',
      'customer.employees',
    ]);
    expect(await get('customer', client.id)).toMatchObject({ name: 'C', employees: 5 });
    const list = await open.engine.records.list(open.admin, 'purchase', { fields: ['client.employees'] });
    expect(list.records[0]).toMatchObject({ client: { employees: 5 } });
    expect((await open.engine.metadata.find(open.admin, 'view', 'purchase.all'))?.body).toMatchObject({
      columns: ['name', 'client.employees'],
      filter: { '>': [{ var: 'client.employees' }, 1] },
    });
    expect((await open.engine.metadata.find(open.admin, 'app', 'trade'))?.body).toMatchObject({
      items: [{ object: 'customer' }, { view: 'purchase.all' }],
    });
    const after = await components();
    const foreseen = await open.engine.metadata.planRollback(open.admin, revision);
    expect(foreseen.problems).toEqual([]);
    expect(await components()).toEqual(after);
    const { plan } = await open.engine.metadata.rollback(open.admin, revision);
    expect(foreseen.plan).toMatchObject({ components: plan.components, storage: plan.storage });
    expect(await components()).toEqual(before);
    expect(await get('client', client.id)).toMatchObject({ size: 5 });
  });

  it('[P6] states of columns bear today’s names, one for each field, and leave out what is gone', async () => {
    await publish({
      components: object('crate', {
        colour: { type: 'text', indexed: true, searchable: true },
        depth: { type: 'integer', indexed: true },
      }),
    });
    await publish({
      renames: [
        { kind: 'object', from: 'crate', to: 'chest' },
        { kind: 'field', from: 'chest.colour', to: 'chest.paint' },
      ],
      deletions: [{ kind: 'field', name: 'chest.depth' }],
    });
    // The old name may be given away again: it is then another field's.
    await publish({
      components: [{ kind: 'field', name: 'chest.colour', body: { label: 'Other', type: 'text' } }],
    });
    const states = await open.engine.metadata.columnStates(open.admin);
    const named = states
      .map((each) => `${each.object}.${each.field}`)
      .filter((name) => /^(crate|chest)/.test(name));
    expect(named.sort()).toEqual(['chest.name', 'chest.paint']);
  });

  it('[P6] swaps two names', async () => {
    await publish({ components: object('swap', { left: { type: 'text' }, right: { type: 'text' } }) });
    const made = await create('swap', { name: 'S', left: 'L', right: 'R' });
    const { revision } = await publish({});
    await publish({
      renames: [
        { kind: 'field', from: 'swap.left', to: 'swap.right' },
        { kind: 'field', from: 'swap.right', to: 'swap.left' },
      ],
    });
    expect(await get('swap', made.id)).toMatchObject({ left: 'R', right: 'L' });
    await open.engine.metadata.rollback(open.admin, revision);
    expect(await get('swap', made.id)).toMatchObject({ left: 'L', right: 'R' });
    expect(
      await faultsOf(publish({ renames: [{ kind: 'field', from: 'swap.left', to: 'swap.right' }] })),
    ).toEqual(['name_taken /renames/0/to']);
  });

  it('[P6] grants under the old names are grants under the new ones', async () => {
    const rights = { read: true, fields: { secret: 'none', name: 'read' }, record_types: ['big'] };
    await publish({
      components: [
        ...object('ledger', { secret: { type: 'text' } }),
        { kind: 'record_type', name: 'ledger.big', body: { label: 'Big' } },
        {
          kind: 'permission_set',
          name: 'clerk',
          body: { label: 'Clerk', objects: { ledger: rights, user: { read: true } } },
        },
      ],
    });
    await publish({
      renames: [
        { kind: 'object', from: 'ledger', to: 'journal' },
        { kind: 'field', from: 'journal.secret', to: 'journal.hidden' },
        { kind: 'record_type', from: 'journal.big', to: 'journal.large' },
      ],
    });
    expect((await open.engine.metadata.find(open.admin, 'permission_set', 'clerk'))?.body).toMatchObject({
      objects: {
        journal: { read: true, fields: { hidden: 'none', name: 'read' }, record_types: ['large'] },
        user: { read: true },
      },
    });
  });

  it('[P7] brings values back for the same type, and makes a new key for another', async () => {
    const field = (type: string) => ({ kind: 'field', name: 'key.value', body: { label: 'Value', type } });
    await publish({ components: [...object('key', {}), field('text')] });
    const made = await create('key', { name: 'K', value: '12' });
    const drop = { deletions: [{ kind: 'field', name: 'key.value' }] };
    await publish(drop);
    await publish({ components: [field('integer')] });
    expect(await get('key', made.id)).toMatchObject({ value: null });
    expect((await open.engine.model(open.workspace)).objects.get('key')?.fields.get('value')?.key).toBe(
      'value_2',
    );
    await publish(drop);
    await publish({ components: [field('text')] });
    expect(await get('key', made.id)).toMatchObject({ value: '12' });
  });

  it('[P8] changes a type only to one that its values can become', async () => {
    const field = (type: string) => ({ kind: 'field', name: 'retype.value', body: { label: 'Value', type } });
    await publish({ components: [...object('retype', {}), field('integer')] });
    await publish({ components: [field('date')] });
    const made = await create('retype', { name: 'R', value: '2026-01-01' });
    expect(await faultsOf(publish({ components: [field('currency')] }))).toEqual([
      'type_change /components/0/body/type',
    ]);
    await publish({
      components: [{ kind: 'field', name: 'retype.memo', body: { label: 'Memo', type: 'text' } }],
    });
    await publish({
      components: [{ kind: 'field', name: 'retype.memo', body: { label: 'Memo', type: 'long_text' } }],
    });
    expect(await get('retype', made.id)).toMatchObject({ value: '2026-01-01', memo: null });
  });

  it("[P9] guards the platform's own components", async () => {
    expect(await faultsOf(publish({ deletions: [{ kind: 'object', name: 'user' }] }))).toEqual([
      'system_component /deletions/0',
    ]);
    expect(
      await faultsOf(
        publish({
          components: [{ kind: 'field', name: 'user.email', body: { label: 'Mail', type: 'text' } }],
        }),
      ),
    ).toEqual(['system_component /components/0']);
    expect(await faultsOf(publish({ renames: [{ kind: 'object', from: 'team', to: 'crew' }] }))).toContain(
      'system_component /renames/0/from',
    );
    await publish({
      components: [
        { kind: 'field', name: 'user.shoe_size', body: { label: 'Shoe size', type: 'integer' } },
        view('user.shoes', ['name', 'shoe_size']),
      ],
    });
    const walker = await open.engine.users.create(open.admin, {
      email: 'w@example.com',
      name: 'W',
      fields: { shoe_size: 43 },
    });
    expect(await get('user', walker.id)).toMatchObject({ shoe_size: 43 });
  });

  it('[P12] needs the right to customise', async () => {
    for (const call of [
      () => open.engine.metadata.list(open.nobody),
      () => open.engine.metadata.find(open.nobody, 'object', 'user'),
      () => open.engine.metadata.plan(open.nobody, {}),
      () => open.engine.metadata.publish(open.nobody, { components: 5 }),
      () => open.engine.metadata.planRollback(open.nobody, 1),
      () => open.engine.metadata.rollback(open.nobody, 1),
      () => open.engine.metadata.revisions(open.nobody, 1),
      () => open.engine.metadata.columnStates(open.nobody),
      () => open.engine.metadata.checkExpression(open.nobody, { object: 'user', expression: null }),
    ])
      expect((await errorOf(call())).code).toBe('forbidden');
  });

  it('checks expressions for the editor', async () => {
    const check = (expression: unknown) =>
      open.engine.metadata.checkExpression(open.admin, { object: 'user', expression });
    expect(await check({ '==': [{ var: 'active' }, true] })).toMatchObject({ type: 'boolean', problems: [] });
    expect((await check({ '==': [{ var: 'actve' }, true] })).problems[0]).toMatchObject({
      pointer: '/expression/==/0/var',
      hint: 'Did you mean `active`?',
    });
  });

  it('reads and writes expressions as formula text', async () => {
    const explain = (request: { expression?: unknown; text?: string }) =>
      open.engine.metadata.checkExpression(open.admin, { object: 'user', ...request });
    const expression = { if: [{ var: 'active' }, { upper: [{ var: 'name' }] }, 'gone'] };
    const text = 'IF(active, UPPER(name), "gone")';
    expect(await explain({ text })).toEqual({ text, expression, type: 'text', problems: [] });
    expect(await explain({ expression })).toEqual({ text, expression, type: 'text', problems: [] });
    expect((await explain({ text: 'active AND\n  nmae = "x"' })).problems).toMatchObject([
      { code: 'unknown_field', pointer: '/text', line: 2, column: 3, hint: 'Did you mean `name`?' },
    ]);
    expect(await explain({ text: 'UPER(name)' })).toMatchObject({
      expression: null,
      type: null,
      problems: [{ code: 'unknown_operator', line: 1, column: 1, hint: 'Did you mean `UPPER`?' }],
    });
  });

  it('gives the value of an expression for a record, with what has no answer', async () => {
    const record = (open.admin as { userId: string }).userId;
    const explain = (request: { expression?: unknown; text?: string; record?: string }) =>
      open.engine.metadata.checkExpression(open.admin, { object: 'user', record, ...request });
    expect(await explain({ text: 'UPPER(owner.name)' })).toMatchObject({ problems: [], warnings: [] });
    expect(await explain({ text: '1 / (LENGTH(name) - LENGTH(name))' })).toMatchObject({
      type: 'number',
      value: null,
      warnings: [{ code: 'division_by_zero' }],
    });
    expect(await explain({ text: 'DATE_ADD("9999-12-31", 1, "day")' })).toMatchObject({
      value: null,
      warnings: [{ code: 'overflow' }],
    });
    expect(await explain({ expression: { is_blank: [{ var: 'name' }] } })).toMatchObject({ value: false });
    expect(await explain({ text: 'UPER(name)' })).not.toHaveProperty('value');
    const unknown = explain({ text: 'name', record: '019a0000-0000-7000-8000-000000000000' });
    expect((await errorOf(unknown)).code).toBe('unknown_record');
    expect((await errorOf(explain({ text: 'name', record: 'x' }))).code).toBe('unknown_record');
  });
});

describe('rolling back', () => {
  it('[P10] brings components and values back, and is a revision itself', async () => {
    const start = await publish({
      components: [
        ...object('house', { rooms: { type: 'integer' } }),
        ...object('door', { house: { type: 'lookup', to: 'house' } }),
      ],
    });
    const house = await create('house', { name: 'H', rooms: 3 });
    const door = await create('door', { name: 'D', house: house.id });
    const before = await components();
    await publish({ renames: [{ kind: 'field', from: 'house.rooms', to: 'house.chambers' }] });
    await publish({
      deletions: [
        { kind: 'field', name: 'house.chambers' },
        { kind: 'field', name: 'door.house' },
      ],
    });
    await publish({
      components: [{ kind: 'field', name: 'house.rooms', body: { label: 'Rooms', type: 'text' } }],
    });
    await publish({ deletions: [{ kind: 'object', name: 'door' }] });
    const back = await open.engine.metadata.rollback(open.admin, start.revision);
    expect(back.revision).toBe(start.revision + 5);
    const after = await components();
    expect(after.slice().sort(byName)).toEqual(before.slice().sort(byName));
    expect(await get('house', house.id)).toMatchObject({ rooms: 3 });
    expect(await get('door', door.id)).toMatchObject({ house: house.id });
    expect((await errorOf(open.engine.metadata.rollback(open.admin, 9999))).code).toBe('unknown_revision');
    const again = await open.engine.metadata.rollback(open.admin, back.revision - 1);
    expect((await open.engine.model(open.workspace)).objects.has('door')).toBe(false);
    expect(again.revision).toBe(back.revision + 1);
  });
});

describe('packages', () => {
  const pack = (version: string, list: readonly unknown[]): Package => ({
    manifest: { name: 'zoo', label: 'Zoo', version },
    components: list as Package['components'],
    schemas: new Map(),
  });
  const field = (name: string, label: string) => ({
    kind: 'field',
    name: `animal.${name}`,
    body: { label, type: 'text' },
  });

  it('[P11] installs once and upgrades three ways', async () => {
    const first = pack('1.0.0', [
      ...object('animal', {}),
      field('one', 'One'),
      field('two', 'Two'),
      field('three', 'Three'),
      field('four', 'Four'),
    ]);
    const installed = await open.engine.metadata.installPackage(open.system, first);
    expect(installed).toBeDefined();
    expect(await open.engine.metadata.installPackage(open.system, first)).toBeUndefined();
    await publish({
      components: [field('two', 'My two')],
      deletions: [{ kind: 'field', name: 'animal.three' }],
      renames: [{ kind: 'field', from: 'animal.four', to: 'animal.quattro' }],
    });
    open.notes.length = 0;
    const second = pack('1.1.0', [
      ...object('animal', {}),
      field('one', 'Uno'),
      field('two', 'Due'),
      field('three', 'Tre'),
      field('four', 'Quattro'),
      field('five', 'Cinque'),
    ]);
    await open.engine.metadata.installPackage(open.system, second);
    const labels = Object.fromEntries(
      (await components())
        .filter((each) => each.name.startsWith('animal.'))
        .map((each) => [each.name, (each.body as { label: string }).label]),
    );
    expect(labels).toEqual({
      'animal.name': 'Name',
      'animal.one': 'Uno',
      'animal.two': 'My two',
      'animal.quattro': 'Four',
      'animal.five': 'Cinque',
    });
    expect(open.notes.filter((note) => note.includes('animal.')).length).toBe(3);
    const [revision] = await open.engine.metadata.revisions(open.admin, 1);
    expect(revision?.message).toMatch(
      /^Upgraded package zoo 1\.1\.0 from 1\.0\.0: 1 added, 1 updated, 3 left alone\./,
    );
    expect(await open.engine.metadata.installPackage(open.system, second)).toBeUndefined();
  });

  it('[P11] refuses a package whose requirements are not there', async () => {
    const needy: Package = {
      manifest: { name: 'needy', label: 'Needy', version: '1.0.0', requires: { zoo: '2.0.0' } },
      components: object('needy', {}) as unknown as Package['components'],
      schemas: new Map(),
    };
    expect(await errorOf(open.engine.metadata.installPackage(open.system, needy))).toMatchObject({
      code: 'invalid_metadata',
      errors: [{ code: 'missing_requirement' }],
    });
  });

  it('[P11] leaves a package out that the workspace has taken out', async () => {
    const before = (await components()).length;
    const { revision } = await publish({});
    const folder: Package = {
      manifest: { name: 'circus', label: 'Circus', version: '1.0.0' },
      components: object('clown', {}) as unknown as Package['components'],
      schemas: new Map(),
    };
    await open.engine.metadata.installPackage(open.system, folder);
    await open.engine.metadata.rollback(open.admin, revision);
    expect(await components()).toHaveLength(before);
    expect(await open.engine.metadata.installPackage(open.system, folder)).toBeUndefined();
  });

  it("[P10] rolls back to the start without touching the platform's own", async () => {
    const fresh = await openEngine(object('brief', {}));
    try {
      await fresh.engine.metadata.rollback(fresh.admin, 0);
      const model = await fresh.engine.model(fresh.workspace);
      expect([...model.objects.keys()].sort()).toEqual(['team', 'team_member', 'user']);
    } finally {
      await fresh.close();
    }
  });

  it('installs the standard CRM', async () => {
    expect(await open.engine.metadata.installPackage(open.system, readStandardPackage('crm'))).toBeDefined();
    expect(
      await open.engine.metadata.installPackage(open.system, readStandardPackage('crm')),
    ).toBeUndefined();
  });
});

describe('workspaces', () => {
  it('keeps two apart in one database', async () => {
    const other = await open.engine.createWorkspace({ name: 'other', label: 'Other' });
    const context = { kind: 'system' as const, workspace: other, reason: 'test' };
    await open.engine.metadata.publish(context, {
      components: object('wagon', { colour: { type: 'text' } }),
    });
    await open.engine.records.create(context, 'wagon', { name: 'W', colour: 'red' });
    expect((await open.engine.records.list(open.admin, 'wagon', {})).records).toEqual([]);
    expect((await open.engine.records.list(context, 'wagon', {})).records).toHaveLength(1);
    expect(await errorOf(open.engine.createWorkspace({ name: 'other', label: 'x' }))).toMatchObject({
      code: 'workspace_exists',
    });
    expect(await errorOf(open.engine.createWorkspace({ name: 'No Good', label: 'x' }))).toBeInstanceOf(
      EngineError,
    );
  });

  it('[P14] runs without a view that an older version took, and names it at the next publish', async () => {
    await publish({
      components: [...object('odd', {}), view('odd.all', ['name']), view('odd.good', ['name'])],
    });
    await create('odd', { name: 'Kept' });
    const { storage } = open;
    const older: typeof storage = {
      ...storage,
      metadata: {
        ...storage.metadata,
        load: async (workspace) => {
          const stored = await storage.metadata.load(workspace);
          const components = stored.components.map((each) =>
            each.component.name === 'odd.all'
              ? { ...each, component: { ...each.component, body: { label: 'View', columns: ['gone'] } } }
              : each,
          ) as typeof stored.components;
          return { ...stored, components };
        },
      },
    };
    const notes: unknown[] = [];
    const log = { info: () => undefined, warn: (_text: string, facts?: object) => void notes.push(facts) };
    const other = createEngine({ storage: older, systemPackage: readStandardPackage('system'), log });
    expect((await other.records.list(open.admin, 'odd', {})).records).toMatchObject([{ name: 'Kept' }]);
    expect((await other.model(open.workspace)).components.has('view:odd.good')).toBe(true);
    expect(notes).toContainEqual({ workspace: 'main', component: 'view odd.all' });
    const { revision } = await other.metadata.list(open.admin);
    const again = await other.metadata.publish(open.admin, { components: [view('odd.good', ['name'])] });
    expect(again.revision).toBe(revision);
    const more = { components: [view('odd.more', ['name'])] };
    const error = await errorOf(other.metadata.publish(open.admin, more));
    expect(error.errors.map((each) => each.message).join()).toContain('odd.all');
    await other.metadata.publish(open.admin, { ...more, deletions: [{ kind: 'view', name: 'odd.all' }] });
    expect((await other.model(open.workspace)).components.has('view:odd.more')).toBe(true);
    await other.close();
  });

  it('[P13] sees what another process has published', async () => {
    const other = await open.openAnother();
    await other.model(open.workspace);
    await open.engine.metadata.publish(open.admin, {
      components: object('fresh', { note: { type: 'text' } }),
    });
    expect(await other.records.create(open.admin, 'fresh', { name: 'F', note: 'n' })).toMatchObject({
      note: 'n',
    });
    await other.metadata.publish(open.admin, {
      components: [{ kind: 'field', name: 'fresh.more', body: { label: 'More', type: 'text' } }],
    });
    expect(await open.engine.records.list(open.admin, 'fresh', { fields: ['more'] })).toMatchObject({
      records: [{ more: null }],
    });
    await open.engine.metadata.publish(open.admin, {
      components: [{ kind: 'field', name: 'fresh.again', body: { label: 'Again', type: 'text' } }],
    });
    const { results } = await other.records.batch(open.admin, 'fresh', {
      operation: 'create',
      records: [{ name: 'a', again: 'x' }, { name: 'b' }],
      allOrNothing: true,
      dryRun: false,
    });
    expect(results.map((each) => each.status)).toEqual(['created', 'created']);
  });
});

function byName(left: { kind: string; name: string }, right: { kind: string; name: string }): number {
  return `${left.kind} ${left.name}` < `${right.kind} ${right.name}` ? -1 : 1;
}
