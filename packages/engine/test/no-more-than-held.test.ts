/** Customising and managing users give nobody more than they hold, whatever way they try. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeRequest, UserContext } from '../src/index.ts';
import { errorOf, faultsOf, type OpenEngine, openEngine } from './open-engine.ts';

const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: name, ...body } });
const object = (name: string, body: object = {}) => ({
  kind: 'object',
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name', sharing: 'private', ...body },
});
const set = (name: string, body: object) => ({
  kind: 'permission_set',
  name,
  body: { label: name, ...body },
});
const role = (name: string, parent?: string) => ({
  kind: 'role',
  name,
  body: { label: name, ...(parent ? { parent } : {}) },
});
const BUILDER = {
  system: ['customise', 'manage_users'],
  objects: {
    deal: { create: true, read: true, update: true, default_field: 'update', fields: { secret: 'none' } },
    note: { create: true, read: true, update: true, delete: true, modify_all: true, default_field: 'update' },
  },
};

let open: OpenEngine;
let ben: UserContext;
/** Customises, and may not manage users. */
let cleo: UserContext;
const ids: Record<string, string> = {};

beforeAll(async () => {
  open = await openEngine([
    object('deal'),
    object('note'),
    object('vault'),
    ...['deal', 'note', 'vault'].map((name) => field(`${name}.name`, { type: 'text' })),
    field('deal.amount', { type: 'integer' }),
    field('deal.secret', { type: 'text' }),
    field('vault.hint', { type: 'text' }),
    field('note.deal', { type: 'lookup', to: 'deal' }),
    field('deal.note', { type: 'lookup', to: 'note', reverse_name: 'of_note' }),
    field('deal.above', { type: 'lookup', to: 'deal' }),
    role('head'),
    role('middle', 'head'),
    role('low', 'middle'),
    set('builder', BUILDER),
    set('customiser', { ...BUILDER, system: ['customise'] }),
    set('insider', { objects: { deal: { read: true, view_all: true, default_field: 'read' } } }),
    set('reader', { objects: { deal: { read: true, default_field: 'none' } } }),
  ]);
  const { engine, admin } = open;
  const person = async (name: string, permissionSets: string[], own: string): Promise<UserContext> => {
    const email = `${name}@example.com`;
    const made = await engine.users.create(admin, { email, name, permissionSets, fields: { role: own } });
    ids[name] = made.id;
    return { ...admin, userId: made.id, permissionSets };
  };
  ben = await person('ben', ['builder'], 'middle');
  cleo = await person('cleo', ['customiser'], 'middle');
  await person('olga', ['insider'], 'low');
  await person('rolf', ['reader'], 'low');
  await person('hugo', ['reader'], 'head');
});
afterAll(() => open?.close());

const publish = (who: UserContext, ...components: unknown[]) =>
  open.engine.metadata.publish(who, { components });
const refused = async (who: UserContext, request: ChangeRequest) => {
  const { plan, problems } = await open.engine.metadata.plan(who, request);
  const planned = problems
    .filter(({ severity }) => severity === 'error')
    .map((each) => `${each.code} ${each.pointer}`);
  expect(plan.access).toBeUndefined();
  expect(await faultsOf(open.engine.metadata.publish(who, request))).toEqual([...planned].sort());
  return planned;
};
const builderWith = (change: object) => set('builder', { ...BUILDER, ...change });
const objectsWith = (name: string, grant: object) =>
  builderWith({
    objects: {
      ...BUILDER.objects,
      [name]: { ...(BUILDER.objects as Record<string, object>)[name], ...grant },
    },
  });

describe('[C1] rights are given by who manages users', () => {
  it('and by nobody else', async () => {
    for (const component of [set('fresh', {}), role('fresh'), object('note', { sharing: 'read' })])
      expect(await refused(cleo, { components: [component] })).toEqual(['forbidden /components/0']);
    expect(await refused(cleo, { deletions: [{ kind: 'permission_set', name: 'reader' }] } as never)).toEqual(
      ['forbidden /deletions/0'],
    );
  });
});

describe('[C2] a permission set gains nothing that its author does not hold', () => {
  it.each([
    ['a system right', builderWith({ system: [...BUILDER.system, 'view_all_records'] }), '/system'],
    ['an action', objectsWith('deal', { delete: true }), '/objects/deal/delete'],
    ['all records to read', objectsWith('deal', { view_all: true }), '/objects/deal/view_all'],
    ['all records to change', objectsWith('deal', { modify_all: true }), '/objects/deal/modify_all'],
    ['a field', objectsWith('deal', { fields: { secret: 'read' } }), '/objects/deal/fields/secret'],
    ['a field by leaving it out', objectsWith('deal', { fields: {} }), '/objects/deal/default_field'],
    ['an object', objectsWith('vault', { read: true, default_field: 'none' }), '/objects/vault/read'],
    ['a new set with it', set('other', { system: ['modify_all_records'] }), '/system'],
  ])('not %s', async (_what, component, pointer) => {
    expect(await refused(ben, { components: [component] })).toEqual([
      `forbidden /components/0/body${pointer}`,
    ]);
  });

  it('but what they hold, what is new, and less', async () => {
    await publish(
      ben,
      set('fresh', { objects: { note: { read: true, view_all: true, default_field: 'read' } } }),
    );
    await publish(ben, object('thing'), field('thing.name', { type: 'text' }));
    // An object of their own making is not theirs to see before somebody grants it.
    expect(await refused(ben, { components: [objectsWith('thing', { read: true })] })).toHaveLength(1);
    await publish(
      ben,
      object('tool'),
      field('tool.name', { type: 'text' }),
      set('tools', { objects: { tool: { read: true, default_field: 'update' } } }),
    );
    await publish(ben, set('insider', { objects: { deal: { read: true, default_field: 'none' } } }));
    const before = await open.engine.metadata.find(open.admin, 'permission_set', 'insider');
    expect(before?.body).not.toHaveProperty('objects.deal.view_all');
    // Giving it back is giving.
    const last = (await open.engine.metadata.revisions(open.admin, 1))[0]!.number;
    expect(await faultsOf(open.engine.metadata.rollback(ben, last - 1))).toEqual(
      expect.arrayContaining([expect.stringContaining('forbidden')]),
    );
    await open.engine.metadata.rollback(open.admin, last - 1);
  });
});

describe('[C3] who sees which records is moved by who changes them all', () => {
  const rule = (name: string, body: object) => ({
    kind: 'sharing_rule',
    name,
    body: { label: name, share_with: [{ role: 'middle' }], access: 'read', ...body },
  });
  it('not by a sharing rule, a default or the role tree', async () => {
    for (const component of [
      rule('deal.all', { when: { '>=': [{ var: 'amount' }, 0] } }),
      object('deal', { sharing: 'read' }),
      role('middle'),
    ])
      expect(await refused(ben, { components: [component] })).toEqual(['forbidden /components/0']);
    await publish(ben, rule('note.all', { when: { '!=': [{ var: 'name' }, 'x'] } }));
    await publish(ben, role('lowest', 'low'));
  });

  it('nor by removing the object', async () => {
    expect(await refused(ben, { deletions: [{ kind: 'object', name: 'vault' }] } as never)).toEqual([
      'forbidden /deletions/0',
    ]);
  });
});

describe('[C4] what an author may not read, their fields and rules do not read either', () => {
  it.each([
    ['a formula', field('deal.told', { type: 'formula', formula: { var: 'secret' } })],
    [
      'a rule',
      {
        kind: 'rule',
        name: 'deal.oracle',
        body: { label: 'Oracle', message: 'It is.', invalid_when: { '==': [{ var: 'secret' }, 'x'] } },
      },
    ],
    ['a default', field('deal.copy', { type: 'text', default: { cat: [{ var: 'secret' }, '!'] } })],
  ])('by %s', async (_what, component) => {
    const planned = await open.engine.metadata.plan(open.admin, { components: [component] });
    expect(planned.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await refused(ben, { components: [component] })).toEqual(['forbidden /components/0']);
  });

  it.each([
    ['a formula behind a lookup', field('note.told', { type: 'formula', formula: { var: 'deal.amount' } })],
    ['one behind its own object', field('deal.up', { type: 'formula', formula: { var: 'above.amount' } })],
    [
      'a roll-up',
      field('note.deals', { type: 'rollup', rollup: { object: 'deal', via: 'note', function: 'count' } }),
    ],
    [
      'a rule',
      {
        kind: 'rule',
        name: 'note.oracle',
        body: {
          label: 'Oracle',
          message: 'It is.',
          invalid_when: { some: [{ var: 'of_note' }, { '>': [{ var: 'amount' }, 5] }] },
        },
      },
    ],
  ])('nor records of others, by %s', async (_what, component) => {
    const planned = await open.engine.metadata.plan(open.admin, { components: [component] });
    expect(planned.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await refused(ben, { components: [component] })).toEqual(['forbidden /components/0']);
  });

  it('nor is anything asked of values by a plan', async () => {
    const { engine, admin } = open;
    const make = (owner: string, code: string) =>
      engine.records.create(admin, 'deal', { name: code, secret: 'Zanzibar', owner_id: owner });
    const own = await make(ids.ben!, 'own');
    const other = await make(ids.hugo!, 'other');
    const asks = (name: string, body: object) => ({ components: [field(name, body)] }) as never;
    for (const change of [{ pattern: '^x' }, { max_length: 3 }, { required: true }, { unique: true }]) {
      const hidden = asks('deal.secret', { type: 'text', ...change });
      expect(await refused(ben, hidden)).toContain('forbidden /components/0');
      const { plan } = await engine.metadata.plan(ben, hidden);
      expect(plan).toMatchObject({ misfits: [], duplicates: [], conversions: [], affectedRecords: [] });
    }
    const name = asks('deal.name', { type: 'text', max_length: 2 });
    const { plan } = await engine.metadata.plan(ben, name);
    expect(plan).toMatchObject({ misfits: [{ records: 1, ids: [own.id] }], affectedRecords: [] });
    expect((await engine.metadata.plan(admin, name)).plan.misfits).toMatchObject([{ records: 2 }]);
    expect(await refused(ben, asks('deal.amount', { type: 'text' }))).toEqual(['forbidden /components/0']);
    for (const { id } of [own, other])
      await engine.records.delete(admin, 'deal', String(id), { purge: true });
  });

  it('but what they see all of, and what shows each reader what they see', async () => {
    const { problems } = await open.engine.metadata.plan(ben, {
      components: [
        field('deal.of', { type: 'formula', formula: { var: 'note.name' } }),
        field('note.shown', { type: 'related', related: 'deal.amount' }),
      ],
    } as never);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('nor is it removed, to come back under other rights', async () => {
    expect(await refused(ben, { deletions: [{ kind: 'field', name: 'vault.hint' }] } as never)).toEqual([
      'forbidden /deletions/0',
    ]);
    await publish(ben, field('deal.told', { type: 'formula', formula: { '+': [{ var: 'amount' }, 1] } }));
  });
});

describe('[P1] who manages users gives no more than they hold', () => {
  const change = (id: string, what: object) => open.engine.users.update(ben, ids[id]!, what as never);
  it('not by a set, a role, or a new person with one', async () => {
    const { users } = open.engine;
    expect(await faultsOf(change('rolf', { permissionSets: ['insider'] }))).toEqual([
      'forbidden /permission_sets/0',
    ]);
    expect(await faultsOf(change('rolf', { permissionSets: ['administrator'] }))).toEqual([
      'forbidden /permission_sets/0',
    ]);
    expect(await faultsOf(change('rolf', { fields: { role: 'head' } }))).toEqual(['forbidden /role']);
    const puppet = { email: 'p@example.com', name: 'P', passwordHash: 'x' };
    expect(await faultsOf(users.create(ben, { ...puppet, permissionSets: ['insider'] }))).toEqual([
      'forbidden /permission_sets/0',
    ]);
    expect(await faultsOf(users.create(ben, { ...puppet, fields: { role: 'head' } }))).toEqual([
      'forbidden /role',
    ]);
    await change('rolf', { fields: { role: 'middle' } });
    await change('olga', { name: 'Olga', permissionSets: ['insider', 'reader'] });
  });

  it('nor by taking the place of who holds more', async () => {
    for (const name of ['olga', 'hugo'])
      expect([name, (await errorOf(change(name, { passwordHash: 'mine' }))).code]).toEqual([
        name,
        'forbidden',
      ]);
    await change('rolf', { passwordHash: 'new' });
    expect((await errorOf(open.engine.users.update(cleo, ids.rolf!, { name: 'x' }))).code).toBe('forbidden');
  });
});

describe('[C5] a plan tells who gains and loses what', () => {
  it('rights, fields and record counts, to who manages users', async () => {
    const { engine, admin } = open;
    await engine.records.create(admin, 'deal', { name: 'Big', amount: 5, secret: 's', owner_id: ids.hugo! });
    const request = {
      components: [
        set('reader', {
          system: ['api'],
          objects: {
            deal: { read: true, view_all: true, default_field: 'read', fields: { secret: 'none' } },
          },
        }),
      ],
    };
    const { plan } = await engine.metadata.plan(admin, request);
    expect(plan.access?.people).toBe(3);
    const ofRolf = plan.access!.changes.filter(({ user }) => user.id === ids.rolf);
    expect(ofRolf).toEqual([
      expect.objectContaining({ object: undefined, gained: ['api'], lost: [] }),
      expect.objectContaining({
        object: 'deal',
        gained: [],
        fields: expect.arrayContaining([{ field: 'amount', before: 'none', after: 'read' }]),
        records: [
          {
            action: 'read',
            direction: 'gained',
            count: { value: 1, kind: 'exact' },
            samples: [expect.objectContaining({ title: 'Big' })],
          },
        ],
      }),
    ]);
    // Hugo owns it: he sees it already.
    const ofHugo = plan.access!.changes.find(({ user, object }) => user.id === ids.hugo && object === 'deal');
    expect(ofHugo?.records).toEqual([]);
    const unrelated = await engine.metadata.plan(admin, {
      components: [field('note.size', { type: 'integer' })],
    });
    expect(unrelated.plan.access).toBeUndefined();
  });
});
