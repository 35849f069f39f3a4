/**
 * Properties on generated records: paging gives each record exactly once in the order of one big query, and
 * filters mean what the naive reading of design brief §3.1 below says, whether a field is promoted or not.
 */
import { addDays, compareCodePoints, dayOf, type JsonValue, type RecordData, spanOf } from '@trellis/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ask,
  CONTEXT,
  type Fixture,
  insertRecords,
  object,
  openFixture,
  queryOf,
  SYSTEM_OBJECTS,
} from './fixture.ts';

const OPTIONS = ['a', 'b', 'c', 'd'].map((value) => ({ value, label: value }));
const TYPES = {
  text: { type: 'text' },
  number: { type: 'decimal' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  time: { type: 'time' },
  option: { type: 'select', options: OPTIONS },
  options: { type: 'multi_select', options: OPTIONS },
  tags: { type: 'tags' },
  json: { type: 'json' },
  flag: { type: 'boolean' },
  other_text: { type: 'text' },
  other_number: { type: 'decimal' },
  other_date: { type: 'date' },
} as const;
type TypeName = keyof typeof TYPES;

/** Each field twice: `p_…` promoted, `u_…` read from `data`. */
const COMPONENTS = [
  ...SYSTEM_OBJECTS,
  ...object('thing', {
    name: { type: 'text' },
    ...Object.fromEntries(
      Object.entries(TYPES).flatMap(([name, body]) => [
        // What can't be indexed is read from `data` twice.
        [`p_${name}`, name === 'json' ? body : { ...body, indexed: true }],
        [`u_${name}`, body],
      ]),
    ),
  }),
];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture(COMPONENTS);
});
afterAll(() => fixture?.close());

const TEXTS = [
  'a',
  'A',
  'ä',
  'Ä',
  'ab',
  'z',
  'Z',
  'ß',
  'SS',
  '😀',
  '\uffff',
  'İ',
  'ſ',
  '100%',
  'a_b',
  'a\\b',
  "o'clock",
  '0',
  'éa',
  '文字',
];
const DAYS = [
  '2026-03-28',
  '2026-03-29',
  '2026-03-30',
  '2026-10-25',
  '2025-12-29',
  '2026-01-01',
  '2024-02-29',
  '0001-01-01',
  '9999-12-31',
];
const INSTANTS = [
  '2026-03-28T22:59:59.999Z',
  '2026-03-28T23:00:00.000Z',
  '2026-03-29T00:59:59.999Z',
  '2026-03-29T01:00:00.000Z',
  '2026-03-29T21:59:59.999Z',
  '2026-03-29T22:00:00.000Z',
  '2026-10-24T22:00:00.000Z',
  '2026-10-25T22:59:59.999Z',
  '2026-10-25T23:00:00.000Z',
  '2025-12-31T23:00:00.000Z',
];
const NUMBERS = [
  0, -1, 1, 0.1, 0.2, 0.3, 999999999999999, -999999999999999, 0.000001, 123456789.123456, 1e14,
];

const values: { readonly [K in TypeName]: fc.Arbitrary<JsonValue> } = {
  text: fc.constantFrom(...TEXTS),
  other_text: fc.constantFrom(...TEXTS),
  number: fc.constantFrom(...NUMBERS),
  other_number: fc.constantFrom(...NUMBERS),
  date: fc.constantFrom(...DAYS),
  other_date: fc.constantFrom(...DAYS),
  datetime: fc.constantFrom(...INSTANTS),
  time: fc.constantFrom('00:00', '09:30', '09:30:01', '09:31', '23:59:59'),
  option: fc.constantFrom('a', 'b', 'c'),
  options: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  json: fc.constantFrom(0, false, 'x', { a: null }, [null, 1]),
  flag: fc.boolean(),
};
const record = fc
  .record(
    Object.fromEntries(Object.entries(values).map(([name, each]) => [name, fc.option(each, { nil: null })])),
  )
  .map(
    (data): RecordData =>
      Object.fromEntries(
        Object.entries(data).flatMap(([name, value]) => [
          [`p_${name}`, value],
          [`u_${name}`, value],
        ]),
      ),
  );

// --- the naive reading ----------------------------------------------------------------------------------------

type Source = { readonly [operator: string]: unknown };

function meets(source: Source, data: RecordData): boolean {
  const [operator, args] = Object.entries(source)[0] as [string, unknown[]];
  const inner = (index: number) => meets(args[index] as Source, data);
  switch (operator) {
    case 'and':
      return args.every((_, index) => inner(index));
    case 'or':
      return args.some((_, index) => inner(index));
    case '!':
      return !inner(0);
    case 'is_blank':
      return readOperand(args[0], data) === null;
    case 'var':
      return readOperand(source, data) === true;
    case 'in':
      return (args[1] as JsonValue[]).some((each) => equal(readOperand(args[0], data), each));
    case 'includes_any':
      return (args[1] as string[]).some((each) => listOf(args[0], data).includes(each));
    case 'includes_all':
      return (args[1] as string[]).every((each) => listOf(args[0], data).includes(each));
    case 'contains':
    case 'starts_with':
    case 'ends_with': {
      const [text, part] = args.map((arg) => readOperand(arg, data));
      if (typeof text !== 'string' || typeof part !== 'string') return false;
      const [whole, sought] = [text.toLowerCase(), part.toLowerCase()];
      if (operator === 'contains') return whole.includes(sought);
      return operator === 'starts_with' ? whole.startsWith(sought) : whole.endsWith(sought);
    }
    case '==':
      return equal(readOperand(args[0], data), readOperand(args[1], data));
    case '!=':
      return !equal(readOperand(args[0], data), readOperand(args[1], data));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = asDays(readOperand(args[0], data), readOperand(args[1], data));
      if (left === null || right === null) return false;
      const order =
        typeof left === 'number' ? left - Number(right) : compareCodePoints(String(left), String(right));
      if (operator === '<') return order < 0;
      if (operator === '<=') return order <= 0;
      return operator === '>' ? order > 0 : order >= 0;
    }
    default: {
      const value = readOperand(args[0], data);
      if (typeof value !== 'string') return false;
      const day = value.length > 10 ? dayOf(value, CONTEXT.timeZone) : value;
      const span = spanOf(
        operator as 'this_week',
        args[1] as number | undefined,
        dayOf(CONTEXT.now, CONTEXT.timeZone),
      );
      return day >= span.from && day < span.until;
    }
  }
}

function readOperand(operand: unknown, data: RecordData): JsonValue {
  if (typeof operand !== 'object' || operand === null) return operand as JsonValue;
  if ('today' in operand) return dayOf(CONTEXT.now, CONTEXT.timeZone);
  const name = String((operand as { var: unknown }).var);
  const value = data[name] ?? null;
  if (name.endsWith('_flag')) return value ?? false;
  return Array.isArray(value) && value.length === 0 ? null : value;
}

function listOf(operand: unknown, data: RecordData): readonly JsonValue[] {
  return (readOperand(operand, data) as readonly JsonValue[] | null) ?? [];
}

function equal(left: JsonValue, right: JsonValue): boolean {
  const [first, second] = asDays(left, right);
  return first === second;
}

/** A day beside an instant: the instant is read as its day in the zone. */
function asDays(left: JsonValue, right: JsonValue): [JsonValue, JsonValue] {
  const isDay = (value: JsonValue) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
  const isInstant = (value: JsonValue) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value);
  if (isDay(left) && isInstant(right)) return [left, dayOf(String(right), CONTEXT.timeZone)];
  if (isInstant(left) && isDay(right)) return [dayOf(String(left), CONTEXT.timeZone), right];
  return [left, right];
}

// --- generated conditions -------------------------------------------------------------------------------------

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const PERIODS = [
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'this_quarter',
  'next_quarter',
  'this_year',
  'last_year',
];

function field(name: TypeName): fc.Arbitrary<{ var: string }> {
  return fc.constantFrom('p', 'u').map((prefix) => ({ var: `${prefix}_${name}` }));
}

const simple: fc.Arbitrary<Source> = fc.oneof(
  ...(['text', 'number', 'date', 'datetime', 'time'] as const).map((name) =>
    fc
      .tuple(fc.constantFrom(...COMPARISONS), field(name), fc.option(values[name], { nil: null }))
      .map(([operator, left, right]) => ({ [operator]: [left, right] })),
  ),
  fc
    .tuple(fc.constantFrom(...COMPARISONS), fc.constantFrom('text', 'number', 'date') as fc.Arbitrary<'text'>)
    .chain(([operator, name]) =>
      fc.tuple(field(name), field(`other_${name}`)).map(([left, right]) => ({ [operator]: [left, right] })),
    ),
  fc
    .tuple(
      fc.constantFrom(...COMPARISONS),
      field('datetime'),
      fc.oneof(values.date, field('date'), fc.constant({ today: [] })),
    )
    .map(([operator, left, right]) => ({ [operator]: [left, right] })),
  fc
    .tuple(fc.constantFrom('==', '!='), field('option'), values.option)
    .map(([operator, left, right]) => ({ [operator]: [left, right] })),
  fc
    .tuple(fc.constantFrom('==', '!='), field('flag'), fc.boolean())
    .map(([operator, left, right]) => ({ [operator]: [left, right] })),
  field('flag'),
  ...(['text', 'number', 'date', 'option', 'time'] as const).map((name) =>
    fc
      .tuple(field(name), fc.array(values[name], { minLength: 1, maxLength: 3 }))
      .map(([left, list]) => ({ in: [left, list] })),
  ),
  fc
    .tuple(
      fc.constantFrom('includes_any', 'includes_all'),
      fc.oneof(field('options'), field('tags')),
      fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 2 }),
    )
    .map(([operator, left, list]) => ({ [operator]: [left, list] })),
  fc
    .tuple(
      fc.constantFrom('contains', 'starts_with', 'ends_with'),
      field('text'),
      fc.oneof(values.text, field('other_text')),
    )
    .map(([operator, left, right]) => ({ [operator]: [left, right] })),
  fc
    .constantFrom(...(Object.keys(TYPES) as TypeName[]))
    .chain((name) => field(name).map((each) => ({ is_blank: [each] }))),
  fc
    .tuple(fc.constantFrom(...PERIODS), fc.oneof(field('date'), field('datetime')))
    .map(([period, each]) => ({ [period]: [each] })),
  fc
    .tuple(
      fc.constantFrom('last_n_days', 'next_n_days'),
      fc.oneof(field('date'), field('datetime')),
      fc.integer({ min: 1, max: 400 }),
    )
    .map(([period, each, days]) => ({ [period]: [each, days] })),
);
const { condition } = fc.letrec<{ condition: Source }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((args) => ({ and: args })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((args) => ({ or: args })),
    tie('condition').map((arg) => ({ '!': [arg] })),
  ),
}));

test('filters mean what the naive reading says, promoted or not', async () => {
  const records = fc.sample(record, { numRuns: 150, seed: 7 });
  const ids = await insertRecords(
    fixture,
    'thing',
    records.map((data) => ({ ...data, name: 'filtered' })),
  );
  const isMine = { '==': [{ var: 'name' }, 'filtered'] };
  await fc.assert(
    fc.asyncProperty(condition, async (source) => {
      const expected = ids.filter((_, index) => meets(source, records[index]!));
      const page = await ask(fixture, 'thing', {
        filter: { and: [isMine, source] },
        fields: ['id'],
        limit: 500,
      });
      expect(page.rows.map(({ id }) => id)).toEqual(expected);
    }),
    { numRuns: 600 },
  );
}, 60_000);

test('values come back as they were written, promoted or not', async () => {
  const records = fc.sample(record, { numRuns: 100, seed: 11 });
  const ids = await insertRecords(
    fixture,
    'thing',
    records.map((data) => ({ ...data, name: 'read back' })),
  );
  const names = Object.keys(TYPES).flatMap((name) => [`p_${name}`, `u_${name}`]);
  for (const fields of [names, names.slice(0, 6), ['u_text', 'p_number']]) {
    const page = await ask(fixture, 'thing', {
      filter: { '==': [{ var: 'name' }, 'read back'] },
      fields,
      limit: 200,
    });
    for (const [index, row] of page.rows.entries()) {
      expect(row.id).toBe(ids[index]);
      for (const name of fields) {
        const written = records[index]![name] ?? null;
        const absent = name.endsWith('_flag') ? false : null;
        const isEmpty = Array.isArray(written) && written.length === 0;
        expect(row[name]).toEqual(isEmpty ? absent : (written ?? absent));
      }
    }
  }
});

test('pages in either direction give every record once, in the order of one big query', async () => {
  const few = fc.record({
    p_text: fc.option(fc.constantFrom('a', 'A', 'ä', 'b'), { nil: null }),
    p_number: fc.option(fc.constantFrom(1, 2, 3), { nil: null }),
    p_date: fc.option(fc.constantFrom('2026-01-01', '2026-01-02'), { nil: null }),
    p_flag: fc.option(fc.boolean(), { nil: null }),
    u_text: fc.option(fc.constantFrom('a', 'A', 'ä', 'b'), { nil: null }),
    u_number: fc.option(fc.constantFrom(1, 2), { nil: null }),
    p_datetime: fc.option(fc.constantFrom(...INSTANTS), { nil: null }),
  });
  const sortKey = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.constantFrom(
        'p_text',
        'p_number',
        'p_date',
        'p_flag',
        'u_text',
        'u_number',
        'p_datetime',
        'created_at',
        'record_type',
      ),
    )
    .map(([sign, name]) => `${sign}${name}`);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(few, { maxLength: 40 }),
      fc.array(fc.uniqueArray(sortKey, { maxLength: 3, selector: (key) => key.replace('-', '') }), {
        minLength: 4,
        maxLength: 4,
      }),
      fc.constantFrom('id', '-id'),
      fc.integer({ min: 1, max: 12 }),
      async (records, sorts, idKey, limit) => {
        const name = `paged ${run++}`;
        await insertRecords(
          fixture,
          'thing',
          records.map((data) => ({ ...data, name })),
        );
        for (const keys of sorts) {
          const sort = [...keys, idKey];
          const what = { filter: { '==': [{ var: 'name' }, name] }, fields: ['id'], sort };
          const all = (await ask(fixture, 'thing', { ...what, limit: 200 })).rows.map(({ id }) => id);
          expect(all).toHaveLength(records.length);
          const forwards: JsonValue[] = [];
          let after: readonly JsonValue[] | undefined;
          let last: readonly JsonValue[] | undefined;
          do {
            const page = await ask(fixture, 'thing', { ...what, limit, after });
            expect(page.previous !== undefined).toBe(after !== undefined);
            forwards.push(...page.rows.map(({ id }) => id!));
            last = page.previous;
            after = page.next;
          } while (after);
          expect(forwards).toEqual(all);
          const backwards: JsonValue[] = [];
          for (let before = last; before; ) {
            const page = await ask(fixture, 'thing', { ...what, limit, before });
            expect(page.next).toBeDefined();
            backwards.unshift(...page.rows.map(({ id }) => id!));
            before = page.previous;
          }
          const lastPage = all.length === 0 ? 0 : ((all.length - 1) % limit) + 1;
          expect(backwards).toEqual(all.slice(0, all.length - lastPage));
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test('blanks come last in either direction', async () => {
  await insertRecords(fixture, 'thing', [
    { name: 'blanks', p_number: 2 },
    { name: 'blanks' },
    { name: 'blanks', p_number: 1 },
  ]);
  for (const [sort, expected] of [
    ['p_number', [1, 2, null]],
    ['-p_number', [2, 1, null]],
  ] as const) {
    const page = await ask(fixture, 'thing', {
      filter: { '==': [{ var: 'name' }, 'blanks'] },
      fields: ['p_number'],
      sort: [sort],
    });
    expect(page.rows.map((row) => row.p_number)).toEqual(expected);
  }
});

test('a stream gives every record once', async () => {
  await insertRecords(
    fixture,
    'thing',
    Array.from({ length: 1203 }, (_, index) => ({ name: 'streamed', p_number: index % 7 })),
  );
  const seen = new Set<JsonValue>();
  const query = queryOf(fixture.snapshot, 'thing', {
    filter: { '==': [{ var: 'name' }, 'streamed'] },
    sort: ['-p_number'],
  });
  for await (const page of fixture.storage.records.stream(fixture.snapshot, query)) {
    for (const { id } of page) seen.add(id!);
  }
  expect(seen.size).toBe(1203);
});

test('days: a clock change that skips or repeats midnight, and week bounds', () => {
  expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
  expect(spanOf('this_week', undefined, '2026-03-29')).toEqual({ from: '2026-03-23', until: '2026-03-30' });
  expect(spanOf('last_quarter', undefined, '2026-01-15')).toEqual({
    from: '2025-10-01',
    until: '2026-01-01',
  });
});
