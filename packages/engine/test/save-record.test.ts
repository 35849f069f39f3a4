import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, faultsOf, type OpenEngine, object, openEngine, SAMPLE } from './open-engine.ts';

const NOWHERE = '01900000-0000-7000-8000-000000000000';
let open: OpenEngine;

beforeAll(async () => {
  open = await openEngine([
    ...SAMPLE,
    ...object('case', {
      stage: {
        type: 'select',
        options: ['a', 'b', 'c'].map((value) => ({ value, label: value })),
        default: 'a',
      },
      opened: { type: 'date', default: { today: [] } },
      at: { type: 'datetime', default: { now: [] } },
      clerk: { type: 'user', default: { var: '$user.id' } },
      urgent: { type: 'boolean', default: true },
    }),
    {
      kind: 'record_type',
      name: 'case.plain',
      body: { label: 'Plain', is_default: true, options: { stage: { values: ['a', 'b'], default: 'b' } } },
    },
    {
      kind: 'record_type',
      name: 'case.special',
      body: { label: 'Special', options: { stage: { values: ['c'], default: 'c' } } },
    },
  ]);
});
afterAll(() => open?.close());

const create = (name: string, input: unknown) => open.engine.records.create(open.admin, name, input);
const update = (name: string, id: unknown, input: unknown, version?: number) =>
  open.engine.records.update(open.admin, name, String(id), input, { version });

describe('creating', () => {
  it('returns the full record, and get returns the same', async () => {
    const made = await create('company', { name: '  Acme  ', code: 'A1' });
    expect(made).toMatchObject({
      name: 'Acme',
      code: 'A1',
      parent_company: null,
      people: [],
      version: 1,
      owner_id: open.admin.userId,
      created_by: open.admin.userId,
    });
    expect(await open.engine.records.get(open.admin, 'company', String(made.id))).toEqual(made);
  });

  it('canonicalises every type', async () => {
    const made = await create('thing', {
      name: 'Cafe\u0301',
      email: ' Ada@Example.COM ',
      count: 7,
      ratio: 0.1 + 0.2,
      price: 9.995,
      done: true,
      day: '2026-02-28',
      moment: '2026-03-31T14:30:00+02:00',
      stage: 'won',
      stages: ['won', 'new', 'won'],
    });
    expect(made).toMatchObject({
      name: 'Café',
      email: 'ada@example.com',
      count: 7,
      ratio: 0.3,
      price: 10,
      done: true,
      day: '2026-02-28',
      moment: '2026-03-31T12:30:00.000Z',
      stage: 'won',
      stages: ['won', 'new'],
    });
    expect(await open.engine.records.get(open.admin, 'thing', String(made.id))).toEqual(made);
  });

  it('[S6] fills defaults in for silence only', async () => {
    const made = await create('case', { name: 'One' });
    expect(made).toMatchObject({ record_type: 'plain', stage: 'b', clerk: open.admin.userId, urgent: true });
    expect(made.opened).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(made.at).toBe(made.created_at);
    const silent = await create('case', { name: 'Two', stage: null, opened: null, urgent: false });
    expect(silent).toMatchObject({ stage: null, opened: null, urgent: false });
  });

  it('[S8] lets a record type limit options and bring defaults', async () => {
    expect(await create('case', { name: 'Three', record_type: 'special' })).toMatchObject({
      record_type: 'special',
      stage: 'c',
    });
    expect(await faultsOf(create('case', { name: 'Four', record_type: 'special', stage: 'a' }))).toEqual([
      'invalid_option /stage',
    ]);
    expect(await faultsOf(create('case', { name: 'Five', record_type: 'nonsense' }))).toEqual([
      'invalid_option /record_type',
    ]);
    const plain = await create('case', { name: 'Six' });
    expect(await faultsOf(update('case', plain.id, { record_type: 'special' }))).toEqual([
      'invalid_option /stage',
    ]);
    expect(await update('case', plain.id, { record_type: 'special', stage: 'c' })).toMatchObject({
      record_type: 'special',
    });
  });

  it('[S17] numbers records', async () => {
    const [first, second] = [await create('thing', { name: 'a' }), await create('thing', { name: 'b' })];
    expect(first.number).toMatch(/^T-\d{4}-\d{3}$/);
    expect(Number(String(second.number).slice(-3))).toBe(Number(String(first.number).slice(-3)) + 1);
  });

  it('[S7] checks a given owner', async () => {
    const other = await open.engine.users.create(open.admin, { email: 'bob@example.com', name: 'Bob' });
    expect(await create('company', { name: 'Bobs', owner_id: other.id })).toMatchObject({
      owner_id: other.id,
    });
    expect(await faultsOf(create('company', { name: 'x', owner_id: NOWHERE }))).toEqual([
      'unknown_target /owner_id',
    ]);
    expect(await faultsOf(create('company', { name: 'x', owner_id: null }))).toEqual(['required /owner_id']);
    await open.engine.users.update(open.admin, other.id, { isActive: false });
    expect(await faultsOf(create('company', { name: 'x', owner_id: other.id }))).toEqual([
      'inactive_owner /owner_id',
    ]);
  });

  it('[S3] tells the first hundred unknown names of a record', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => [`nmae_${index}`, 1]);
    const error = await errorOf(create('company', Object.fromEntries(names)));
    expect(error.errors.filter((each) => each.code === 'unknown_field')).toHaveLength(100);
  });

  it('[S3] tells all faults together, uniqueness and lookups too', async () => {
    await create('company', { name: 'First', code: 'TAKEN' });
    expect(
      await faultsOf(
        create('company', { code: 'TAKEN', parent_company: NOWHERE, nmae: 'x', created_at: 'now' }),
      ),
    ).toEqual([
      'read_only /created_at',
      'required /name',
      'unique_violation /code',
      'unknown_field /nmae',
      'unknown_target /parent_company',
    ]);
    const error = await errorOf(create('company', { nmae: 'secret value' }));
    expect(error.code).toBe('invalid_input');
    expect(error.errors.find((each) => each.code === 'unknown_field')?.hint).toBe('Did you mean `name`?');
    expect(JSON.stringify(error.errors)).not.toContain('secret');
  });

  it('[S11] says taken, never by whom', async () => {
    const holder = await create('company', { name: 'Holder', code: 'HELD' });
    const error = await errorOf(create('company', { name: 'Other', code: 'HELD' }));
    expect(error).toMatchObject({ code: 'unique_violation', errors: [{ pointer: '/code' }] });
    expect(JSON.stringify([error.message, error.errors])).not.toContain(String(holder.id));
  });

  it('[S19] leaves system objects to their own door', async () => {
    expect((await errorOf(create('user', { name: 'x' }))).code).toBe('system_object');
  });

  it('refuses before it looks at the body', async () => {
    expect((await errorOf(open.engine.records.create(open.nobody, 'company', 'nonsense'))).code).toBe(
      'unknown_object',
    );
    expect((await errorOf(create('compny', {}))).errors[0]).toMatchObject({
      hint: 'Did you mean `company`?',
    });
  });
});

describe('changing', () => {
  it('merges, clears with null, and counts versions', async () => {
    const made = await create('person', { name: 'Ada', email: 'ada@x.org' });
    const changed = await update('person', made.id, { email: null });
    expect(changed).toMatchObject({ name: 'Ada', email: null, version: 2 });
  });

  it('[S13] writes nothing when nothing changes', async () => {
    const made = await create('thing', { name: 'Same', count: 5 });
    const again = await update('thing', made.id, { name: ' Same ', count: 5, done: false, day: null });
    expect(again).toEqual(made);
    const { entries } = await open.engine.records.history(open.admin, 'thing', String(made.id), {
      limit: 10,
    });
    expect(entries.map((entry) => entry.action)).toEqual(['create']);
  });

  it('[S12] refuses a stale version and says what changed', async () => {
    const made = await create('thing', { name: 'Stale', count: 1 });
    await update('thing', made.id, { count: 2 });
    const error = await errorOf(update('thing', made.id, { name: 'x' }, 1));
    expect(error).toMatchObject({
      code: 'stale_version',
      details: { current_version: 2, changed_by: open.admin.userId, changed_fields: ['count'] },
    });
    expect(await update('thing', made.id, { name: 'y' }, 2)).toMatchObject({ version: 3 });
  });

  it('[S12] runs lost races again without a version', async () => {
    const made = await create('thing', { name: 'Race', count: 0 });
    const writes = Array.from({ length: 3 }, (_, index) =>
      update('thing', made.id, { [['count', 'ratio', 'price'][index]!]: 9 }),
    );
    await Promise.all(writes);
    expect(await open.engine.records.get(open.admin, 'thing', String(made.id))).toMatchObject({
      count: 9,
      ratio: 9,
      price: 9,
      version: 4,
    });
  });

  it('[S4] lets an old record that lacks a newly required value be changed elsewhere', async () => {
    await open.engine.metadata.publish(open.admin, {
      components: object('lax', { motto: { type: 'text' }, size: { type: 'integer' } }),
    });
    const made = await create('lax', { name: 'Old' });
    await open.engine.metadata.publish(open.admin, {
      components: [
        { kind: 'field', name: 'lax.motto', body: { label: 'Motto', type: 'text', required: true } },
      ],
    });
    expect(await update('lax', made.id, { size: 3 })).toMatchObject({ size: 3 });
    expect(await faultsOf(update('lax', made.id, { motto: null }))).toEqual(['required /motto']);
    expect(await faultsOf(create('lax', { name: 'New' }))).toEqual(['required /motto']);
  });

  it('[S5] keeps an option that was made inactive', async () => {
    const select = (active: boolean) => ({
      kind: 'field',
      name: 'pale.tone',
      body: {
        label: 'Tone',
        type: 'select',
        options: [
          { value: 'red', label: 'Red', active },
          { value: 'blue', label: 'Blue' },
        ],
      },
    });
    await open.engine.metadata.publish(open.admin, { components: [...object('pale', {}), select(true)] });
    const made = await create('pale', { name: 'One', tone: 'red' });
    await open.engine.metadata.publish(open.admin, { components: [select(false)] });
    expect(await update('pale', made.id, { name: 'Two', tone: 'red' })).toMatchObject({
      name: 'Two',
      tone: 'red',
    });
    expect(await faultsOf(create('pale', { name: 'x', tone: 'red' }))).toEqual(['invalid_option /tone']);
  });

  it('[S9] sets once', async () => {
    const made = await create('thing', { name: 'Once' });
    await update('thing', made.id, { serial: 'S1' });
    expect(await faultsOf(update('thing', made.id, { serial: 'S2' }))).toEqual(['set_once /serial']);
    expect(await faultsOf(update('thing', made.id, { serial: null }))).toEqual(['set_once /serial']);
    expect(await update('thing', made.id, { serial: 'S1', name: 'Still' })).toMatchObject({ name: 'Still' });
  });

  it('[S9a] moves a status along its transitions', async () => {
    const made = await create('thing', { name: 'Moving', status: 'new' });
    expect(await faultsOf(update('thing', made.id, { status: null }))).toEqual([
      'invalid_transition /status',
    ]);
    expect(await update('thing', made.id, { status: 'won' })).toMatchObject({ status: 'won' });
    expect(await faultsOf(update('thing', made.id, { status: 'new' }))).toEqual([
      'invalid_transition /status',
    ]);
    expect(await update('thing', made.id, { status: 'won', name: 'Still' })).toMatchObject({ name: 'Still' });
    const blank = await create('thing', { name: 'Unset' });
    expect(await update('thing', blank.id, { status: 'won' })).toMatchObject({ status: 'won' });
  });

  it('stores rich text cleaned, and finds it by its words', async () => {
    const made = await create('thing', {
      name: 'Story',
      story: '<p onclick="x()">Fish &amp; <b>chi</b>ps</p><script>alert(1)</script>',
    });
    expect(made.story).toBe('<p>Fish &amp; <b>chi</b>ps</p>');
    const find = async (text: string) => {
      const filter = { contains: [{ var: 'story' }, text] };
      return (await open.engine.records.list(open.admin, 'thing', { filter })).records.length;
    };
    expect(await find('fish & chips')).toBe(1);
    expect(await find('<b>')).toBe(0);
    expect(await find('onclick')).toBe(0);
  });

  it('keeps values of several parts, and sees no change in another order of them', async () => {
    const made = await create('thing', {
      name: 'Parts',
      contact: { last: 'Lovelace', first: ' Ada ' },
      extra: { id: 'x', list: [null], none: null },
    });
    expect(made).toMatchObject({ contact: { first: 'Ada', last: 'Lovelace' } });
    const read = await open.engine.records.get(open.admin, 'thing', String(made.id));
    expect(read).toMatchObject({ contact: { first: 'Ada', last: 'Lovelace' }, billing: null });
    expect(read.extra).toEqual({ id: 'x', list: [null], none: null });
    const same = await update('thing', made.id, { extra: { none: null, list: [null], id: 'x' } });
    expect(same.version).toBe(made.version);
    const blank = { is_blank: { var: 'contact' } };
    const named = { '==': [{ var: 'name' }, 'Parts'] };
    const ask = (filter: object) => open.engine.records.list(open.admin, 'thing', { filter });
    expect((await ask({ and: [named, blank] })).records).toEqual([]);
    expect((await ask({ and: [named, { '!': blank }] })).records).toHaveLength(1);
  });

  it('answers an absent record and a malformed id alike', async () => {
    expect((await errorOf(update('thing', NOWHERE, {}))).code).toBe('unknown_record');
    expect((await errorOf(update('thing', 'x', {}))).code).toBe('unknown_record');
  });
});

describe('links', () => {
  it('[S18] replaces the set of a multi_lookup through its junction', async () => {
    const [ada, bob, eve] = await Promise.all(
      ['Ada', 'Bob', 'Eve'].map((name) => create('person', { name })),
    );
    const made = await create('company', { name: 'Linked', people: [ada!.id, bob!.id] });
    expect(made.people).toEqual([ada!.id, bob!.id]);
    const changed = await update('company', made.id, { people: [bob!.id, eve!.id] });
    expect(changed.people).toEqual([bob!.id, eve!.id]);
    const read = await open.engine.records.get(open.admin, 'company', String(made.id));
    expect(read.people).toEqual([bob!.id, eve!.id]);
    const junction = await open.engine.records.list(open.admin, 'employment', {
      filter: { '==': [{ var: 'company' }, made.id] },
      fields: ['name', 'person.name'],
      sort: ['name'],
    });
    expect(junction.records.map((each) => (each.person as { name: string }).name)).toEqual(['Bob', 'Eve']);
    expect(await faultsOf(update('company', made.id, { people: [ada!.id, NOWHERE] }))).toEqual([
      'unknown_target /people/1',
    ]);
    expect((await update('company', made.id, { people: null })).people).toEqual([]);
  });

  it('reads lookups with several targets', async () => {
    const company = await create('company', { name: 'About' });
    const note = await create('note', { name: 'N', about: { object: 'company', id: company.id } });
    expect(note.about).toEqual({ object: 'company', id: company.id });
    expect(await open.engine.records.get(open.admin, 'note', String(note.id), ['about.name'])).toMatchObject({
      about: { object: 'company', id: company.id, name: 'About' },
    });
    expect(
      await faultsOf(create('note', { name: 'x', about: { object: 'person', id: company.id } })),
    ).toEqual(['unknown_target /about']);
    expect(
      await faultsOf(create('note', { name: 'x', about: { object: 'contract', id: company.id } })),
    ).toEqual(['invalid_target /about/object']);
    expect(await faultsOf(create('note', { name: 'x', about: company.id }))).toEqual(['wrong_type /about']);
  });
});

describe('batches', () => {
  const batch = (name: string, request: object) =>
    open.engine.records.batch(open.admin, name, {
      operation: 'create',
      records: [],
      allOrNothing: false,
      dryRun: false,
      ...request,
    });

  it('[S15] writes the sound ones, or none', async () => {
    const records = [{ name: 'B1', code: 'B1' }, { code: 'B2' }, { name: 'B3', code: 'B1' }];
    const all = await batch('company', { records, allOrNothing: true });
    expect(all.isWritten).toBe(false);
    expect(all.results.map((each) => each.status)).toEqual(['not_done', 'failed', 'failed']);
    const some = await batch('company', { records });
    expect(
      some.results.map((each) => [
        each.status,
        each.errors?.map((error) => `${error.code} ${error.pointer}`),
      ]),
    ).toEqual([
      ['created', undefined],
      ['failed', ['required /name']],
      ['failed', ['unique_violation /code']],
    ]);
  });

  it('[S14] writes a record that is named twice twice', async () => {
    const made = await create('thing', { name: 'Twice' });
    const { results } = await batch('thing', {
      operation: 'update',
      records: [
        { id: made.id, count: 1 },
        { id: made.id, count: 2, ratio: 5 },
        { id: NOWHERE, count: 1 },
      ],
    });
    expect(results.map((each) => [each.status, each.version])).toEqual([
      ['updated', 2],
      ['updated', 3],
      ['failed', null],
    ]);
    expect(await open.engine.records.get(open.admin, 'thing', String(made.id))).toMatchObject({
      count: 2,
      ratio: 5,
    });
  });

  it('upserts by a unique field', async () => {
    const first = await batch('company', {
      operation: 'upsert',
      key: 'code',
      records: [
        { name: 'U1', code: 'U1' },
        { name: 'U2', code: 'U2' },
        { name: 'U1 again', code: 'U1' },
      ],
    });
    expect(first.results.map((each) => each.status)).toEqual(['created', 'created', 'updated']);
    const second = await batch('company', {
      operation: 'upsert',
      key: 'code',
      records: [{ name: 'U2', code: ' U2 ' }, { name: 'U3', code: 'U3' }, { name: 'none' }],
    });
    expect(second.results.map((each) => each.status)).toEqual(['unchanged', 'created', 'failed']);
    expect(second.results[2]!.errors).toMatchObject([
      { code: 'required', pointer: '/code', message: 'Code is required: Companys are recognised by it.' },
    ]);
    expect(await faultsOf(batch('company', { operation: 'upsert', key: 'name', records: [] }))).toEqual([
      'invalid_value /key',
    ]);
  });

  it.each([
    ['integer', 7, '7'],
    ['decimal', 1.5, true],
    ['currency', 9.99, '9.99'],
    ['date', '2026-01-30', '2026-02-31'],
    ['datetime', '2026-01-31T10:00:00+01:00', 'noon'],
    ['email', 'Key@Example.com', 5],
    ['text', 'Key', 'a\u0000b'],
  ])('upserts by a key of every type: %s', async (type, value, wrong) => {
    const name = `keyed_${type}`;
    await open.engine.metadata.publish(open.admin, {
      components: object(name, { key: { type, unique: true } }),
    });
    const request = { operation: 'upsert', key: 'key', records: [{ name: 'a', key: value }] };
    const twice = [...request.records, { name: 'b', key: value }, { name: 'c', key: wrong }];
    const first = await batch(name, { ...request, records: twice });
    expect(first.results.map((each) => each.status)).toEqual(['created', 'updated', 'failed']);
    const second = await batch(name, request);
    expect(second.results).toMatchObject([{ status: 'updated', id: first.results[0]!.id, version: 3 }]);
  });

  it('[S16] leaves nothing of a dry run', async () => {
    const before = (await open.engine.records.list(open.admin, 'company', { count: 'exact' })).count;
    const { results, isWritten } = await batch('company', {
      records: [{ name: 'Dry', code: 'DRY' }, {}],
      dryRun: true,
    });
    expect([isWritten, results.map((each) => [each.status, each.id])]).toEqual([
      false,
      [
        ['created', null],
        ['failed', null],
      ],
    ]);
    expect((await open.engine.records.list(open.admin, 'company', { count: 'exact' })).count).toEqual(before);
    expect(
      await open.engine.records.create(open.admin, 'company', { name: 'Dry too' }, { dryRun: true }),
    ).toMatchObject({ name: 'Dry too', version: 1 });
    expect((await open.engine.records.list(open.admin, 'company', { count: 'exact' })).count).toEqual(before);
  });

  it.each([['update'], ['delete']])('[S14] fails what names no record by itself: %s', async (operation) => {
    const made = await create('company', { name: 'Named' });
    const records = [{ name: 'x' }, { id: made.id }, 5, { id: NOWHERE, version: 'x' }, { id: NOWHERE }];
    const errors = [
      ['required /id'],
      undefined,
      ['wrong_type '],
      ['wrong_type /version'],
      ['unknown_record '],
    ];
    const tell = ({ results }: Awaited<ReturnType<typeof batch>>) => ({
      indexes: results.map((each) => each.index),
      statuses: results.map((each) => each.status),
      errors: results.map((each) => each.errors?.map((error) => `${error.code} ${error.pointer}`)),
    });
    const none = await batch('company', { operation, records, allOrNothing: true });
    expect(tell(none)).toEqual({
      indexes: [0, 1, 2, 3, 4],
      statuses: ['failed', 'not_done', 'failed', 'failed', 'failed'],
      errors,
    });
    expect(none.isWritten).toBe(false);
    expect(none.results[1]).toMatchObject({ id: made.id, version: null });
    expect(await open.engine.records.get(open.admin, 'company', String(made.id))).toMatchObject({
      version: 1,
    });
    expect(tell(await batch('company', { operation, records }))).toEqual({
      indexes: [0, 1, 2, 3, 4],
      statuses: ['failed', operation === 'update' ? 'unchanged' : 'deleted', 'failed', 'failed', 'failed'],
      errors,
    });
  });

  it('refuses what is no batch', async () => {
    expect(await faultsOf(batch('company', { records: Array.from({ length: 10_001 }, () => ({})) }))).toEqual(
      ['invalid_value /records'],
    );
    expect(await faultsOf(batch('company', { operation: 'explode' }))).toEqual(['invalid_value /operation']);
    const { results } = await batch('company', { records: [null, [], 'x'] });
    expect(results.map((each) => each.errors?.[0]?.code)).toEqual(['wrong_type', 'wrong_type', 'wrong_type']);
  });
});

describe('side by side', () => {
  const batch = (name: string, request: object) =>
    open.engine.records.batch(open.admin, name, {
      operation: 'create',
      records: [],
      allOrNothing: false,
      dryRun: false,
      ...request,
    });

  it('[S11] lets one of several have a unique value', async () => {
    const records = Array.from({ length: 8 }, (_, index) => ({ name: `C${index}`, code: `CON${index}` }));
    const outcomes = await Promise.all([0, 1, 2, 3].map(() => batch('company', { records })));
    const statuses = outcomes.flatMap((each) => each.results.map((result) => result.status));
    expect(statuses.filter((status) => status === 'created')).toHaveLength(8);
    expect(statuses.filter((status) => status === 'failed')).toHaveLength(24);
    const errors = outcomes.flatMap((each) => each.results.flatMap((result) => result.errors ?? []));
    expect(new Set(errors.map((error) => `${error.code} ${error.pointer}`))).toEqual(
      new Set(['unique_violation /code']),
    );
  });

  it('upserts the same key from several sides into one record', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        batch('company', {
          operation: 'upsert',
          key: 'code',
          records: [{ name: `Side ${index}`, code: 'SIDES' }],
        }),
      ),
    );
    const statuses = outcomes.map((each) => each.results[0]!.status).sort();
    expect(statuses).toEqual(['created', ...Array.from({ length: 7 }, () => 'updated')]);
  });

  it('[S12] never loses a change of two batches that meet in other orders', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) => create('thing', { name: `M${index}` })),
    );
    const ids = made.map((each) => each.id);
    await Promise.all([
      batch('thing', { operation: 'update', records: ids.map((id) => ({ id, count: 1 })) }),
      batch('thing', { operation: 'update', records: [...ids].reverse().map((id) => ({ id, ratio: 2 })) }),
    ]);
    for (const id of ids) {
      expect(await open.engine.records.get(open.admin, 'thing', String(id))).toMatchObject({
        count: 1,
        ratio: 2,
        version: 3,
      });
    }
  });
});

describe('links that the junction refuses', () => {
  it('[S18] says so at the field, and writes the others', async () => {
    await open.engine.metadata.publish(open.admin, {
      components: [
        ...object('guest', {}),
        ...object('party', { guests: { type: 'multi_lookup', to: 'guest', through: 'invitation' } }),
        ...object(
          'invitation',
          {
            name: { type: 'auto_number', format: '{0000}' },
            party: { type: 'lookup', to: 'party', parent: true },
            guest: { type: 'lookup', to: 'guest', required: true, on_delete: 'cascade' },
            seat: { type: 'text', required: true },
          },
          { sharing: 'parent' },
        ),
      ],
    });
    const guest = await create('guest', { name: 'G' });
    expect(await faultsOf(create('party', { name: 'P', guests: [guest.id] }))).toEqual(['required /guests']);
    const request = {
      operation: 'create' as const,
      records: [{ name: 'A', guests: [guest.id] }, { name: 'B' }],
      dryRun: false,
    };
    const some = await open.engine.records.batch(open.admin, 'party', { ...request, allOrNothing: false });
    expect(some.results.map((each) => each.status)).toEqual(['failed', 'created']);
    const none = await open.engine.records.batch(open.admin, 'party', { ...request, allOrNothing: true });
    expect(none.results.map((each) => each.status)).toEqual(['failed', 'not_done']);
    expect(
      (await open.engine.records.list(open.admin, 'party', {})).records.map((each) => each.name),
    ).toEqual(['B']);
  });
});
