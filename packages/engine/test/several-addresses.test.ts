/** Several addresses or numbers in one field: kept in one form, found by each, and each of them unique if wanted. */
import { compile } from '@trellis/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const SCHEMA = [
  ...object('person', {
    emails: { type: 'email', multiple: true, unique: true, searchable: true },
    phones: { type: 'phone', multiple: true, default_country: 'DE' },
    boss: { type: 'lookup', to: 'person', reverse_name: 'staff' },
    mailbox: { type: 'formula', formula: { lower: { var: 'emails.primary' } } },
  }),
  ...object('letter', { to: { type: 'email', multiple: true } }),
];

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SCHEMA, { poolSize: 8 });
});
afterAll(() => open?.close());

const create = (values: object) => open.engine.records.create(open.admin, 'person', { name: 'P', ...values });
const update = (id: unknown, values: object) =>
  open.engine.records.update(open.admin, 'person', String(id), values);
const names = async (request: object) =>
  (
    await open.engine.records.list(open.admin, 'person', { sort: ['name'], limit: 200, ...request })
  ).records.map((record) => record.name);
const publish = (components: readonly unknown[]) => open.engine.metadata.publish(open.admin, { components });
const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: 'Value', ...body } });
let next = 0;
const address = () => `a${next++}@example.com`;

it('takes texts and objects, and keeps one form', async () => {
  const one = address();
  const made = await create({
    emails: [
      ` ${one.toUpperCase()} `,
      { value: one, label: 'twice' },
      { value: address(), label: '  At  home ' },
      null,
    ],
    phones: '030 901820',
  });
  expect(made.emails).toEqual([{ value: one }, { value: expect.any(String), label: 'At home' }]);
  expect(made.phones).toEqual([{ value: '+4930901820' }]);
  expect(made.mailbox).toBe(one);
  expect(await open.engine.records.get(open.admin, 'person', String(made.id))).toEqual(made);
  expect((await update(made.id, { emails: [] })).emails).toBeNull();
});

it('points at each entry that does not fit', async () => {
  expect(
    await faultsOf(
      create({
        emails: [address(), 'nobody', { value: 'x@y.z', kind: 'work' }, { label: 'Empty' }, 7],
        phones: ['12'],
      }),
    ),
  ).toEqual([
    'invalid_format /emails/1/value',
    'invalid_format /phones/0/value',
    'required /emails/3',
    'unknown_property /emails/2',
    'wrong_type /emails/4',
  ]);
});

it('is found, filtered and sorted by its addresses', async () => {
  const boss = await create({
    name: 'Boss',
    emails: ['zoe@find.example', { value: 'zed@find.example', label: 'Home' }],
  });
  await create({ name: 'First', emails: ['abe@find.example'], boss: boss.id });
  await create({ name: 'None', phones: ['+49 30 1234567'] });
  const among = (filter: object) =>
    names({ filter: { and: [filter, { in: [{ var: 'name' }, ['Boss', 'First', 'None']] }] } });
  expect(await names({ search: 'ZED@find' })).toEqual(['Boss']);
  expect(
    await among({ includes_any: [{ var: 'emails' }, ['ZED@find.example', 'abe@find.example']] }),
  ).toEqual(['Boss', 'First']);
  expect(
    await among({ includes_all: [{ var: 'emails' }, ['zed@find.example', 'zoe@find.example']] }),
  ).toEqual(['Boss']);
  expect(await among({ contains: [{ var: 'emails' }, 'ZED@'] })).toEqual(['Boss']);
  expect(await among({ '==': [{ var: 'emails.primary' }, 'zed@find.example'] })).toEqual([]);
  expect(await among({ '==': [{ var: 'boss.emails.primary' }, 'zoe@find.example'] })).toEqual(['First']);
  expect(await among({ is_blank: { var: 'emails' } })).toEqual(['None']);
  expect(await among({ includes_any: [{ var: 'phones' }, ['030 1234567']] })).toEqual(['None']);
  const filter = { in: [{ var: 'name' }, ['Boss', 'First', 'None']] };
  expect(await names({ filter, sort: ['emails'] })).toEqual(['First', 'Boss', 'None']);
  const first = await open.engine.records.list(open.admin, 'person', { filter, sort: ['-emails'], limit: 1 });
  expect(first.records.map(({ name }) => name)).toEqual(['Boss']);
  expect(await names({ filter, sort: ['-emails'], after: first.next })).toEqual(['First', 'None']);
  expect(
    (await open.engine.records.aggregate(open.admin, 'person', { filter, group_by: ['emails.primary'] }))
      .rows,
  ).toContainEqual({ 'emails.primary': 'zoe@find.example', count: 1 });
});

it('an address is one person’s, whatever its place in the list', async () => {
  const [one, two] = [address(), address()];
  const first = await create({ emails: [one, two] });
  expect(await faultsOf(create({ emails: [address(), two] }))).toEqual(['unique_violation /emails']);
  const { results } = await open.engine.records.batch(open.admin, 'person', {
    operation: 'create',
    records: [
      { name: 'A', emails: [address(), two] },
      { name: 'B', emails: [address()] },
    ],
    allOrNothing: false,
    dryRun: false,
  });
  expect(results.map(({ status, errors }) => [status, errors?.[0]?.pointer])).toEqual([
    ['failed', '/emails/1/value'],
    ['created', undefined],
  ]);
  // Its own it may write again, in another order.
  expect((await update(first.id, { emails: [two, one] })).emails).toEqual([{ value: two }, { value: one }]);
  await update(first.id, { emails: [one] });
  const second = await create({ emails: [two] });
  await open.engine.records.delete(open.admin, 'person', String(second.id));
  const third = await create({ emails: [two] });
  expect(await faultsOf(open.engine.records.restore(open.admin, 'person', String(second.id)))).toEqual([
    'unique_violation /emails',
  ]);
  await open.engine.records.delete(open.admin, 'person', String(third.id));
  await open.engine.records.restore(open.admin, 'person', String(second.id));
});

it('two that want one address at the same time: one gets it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }), {
        minLength: 2,
        maxLength: 6,
      }),
      async (wanted) => {
        const pool = Array.from({ length: 6 }, address);
        const made = await Promise.allSettled(
          wanted.map((places) => create({ emails: places.map((place) => pool[place]) })),
        );
        const held = made.flatMap((each, index) => (each.status === 'fulfilled' ? wanted[index]! : []));
        expect(new Set(held).size).toBe(held.length);
        expect(held.length).toBeGreaterThan(0);
        for (const each of made)
          if (each.status === 'rejected') expect(each.reason.code).toBe('unique_violation');
      },
    ),
    { numRuns: 15 },
  );
});

it('an upsert finds the record that has the primary address', async () => {
  const [one, two] = [address(), address()];
  const made = await create({ emails: [one, two] });
  const { results } = await open.engine.records.batch(open.admin, 'person', {
    operation: 'upsert',
    key: 'emails',
    records: [
      { name: 'Found', emails: [two] },
      { name: 'New', emails: [address()] },
    ],
    allOrNothing: true,
    dryRun: false,
  });
  expect(results.map(({ status, id }) => [status, id === made.id])).toEqual([
    ['updated', true],
    ['created', false],
  ]);
});

it('becomes unique only where no two records share an address, and then is', async () => {
  const [one, two] = [address(), address()];
  const letter = (to: unknown) => open.engine.records.create(open.admin, 'letter', { name: 'L', to });
  const ids = [await letter([one, two]), await letter([two])];
  const unique = [field('letter.to', { type: 'email', multiple: true, unique: true })];
  const planned = await open.engine.metadata.plan(open.admin, { components: unique });
  expect(planned.problems.map(({ code }) => code)).toEqual(['duplicate_values']);
  expect(planned.plan.duplicates).toMatchObject([{ records: 2 }]);
  await open.engine.records.update(open.admin, 'letter', String(ids[1]!.id), { to: [address()] });
  for (let round = 0; round < 2; round++) {
    await publish(unique);
    await open.storage.drainPromotions(open.workspace);
    expect(await faultsOf(letter([one]))).toEqual(['unique_violation /to']);
    await publish([field('letter.to', { type: 'email', multiple: true })]);
    await open.storage.drainPromotions(open.workspace);
    const twin = String((await letter([one])).id);
    await open.engine.records.delete(open.admin, 'letter', twin);
    await open.engine.records.delete(open.admin, 'letter', twin, { purge: true });
  }
});

it('one address becomes several and back, and the plan says what is lost', async () => {
  await publish(object('card', { value: { type: 'email' } }));
  const [one, two] = [address(), address()];
  const card = await open.engine.records.create(open.admin, 'card', { name: 'C', value: one });
  const several = [field('card.value', { type: 'email', multiple: true })];
  const planned = await open.engine.metadata.plan(open.admin, { components: several });
  expect(planned.plan.conversions).toMatchObject([{ total: 1, exact: 1 }]);
  await publish(several);
  const get = async () => (await open.engine.records.get(open.admin, 'card', String(card.id))).value;
  expect(await get()).toEqual([{ value: one }]);
  await open.engine.records.update(open.admin, 'card', String(card.id), {
    value: [one, { value: two, label: 'Home' }],
  });
  const back = [field('card.value', { type: 'email' })];
  expect((await open.engine.metadata.plan(open.admin, { components: back })).plan.conversions).toMatchObject([
    { total: 1, lossy: 1, lossySamples: [{ after: one }] },
  ]);
  await publish(back);
  expect(await get()).toBe(one);
});

it('goes out in a file and comes back the same', async () => {
  const value = [
    { value: address(), label: 'Work; main: 1' },
    { value: address(), label: 'tel' },
  ];
  const made = await create({ name: 'Export', emails: value });
  const rows = await open.engine.records.exportRows(open.admin, 'person', {
    filter: { '==': [{ var: 'id' }, made.id] },
    fields: ['emails', 'emails.primary'],
  });
  const cells: string[] = [];
  for await (const page of rows.pages) cells.push(...page.flatMap((each) => rows.toCells(each)));
  expect(cells[1]).toBe(value[0]!.value);
  const emails = compile(SCHEMA.map((component) => ({ component: component as never })))
    .model!.objects.get('person')!
    .fields.get('emails')!;
  expect(emails.type.parseText(cells[0]!, emails)).toEqual({ value });
  expect(emails.type.parseText(' mailto:A@b.de , c@d.de\n', emails)).toMatchObject({
    value: [{ value: expect.stringContaining('a@b.de') }, { value: 'c@d.de' }],
  });
});
