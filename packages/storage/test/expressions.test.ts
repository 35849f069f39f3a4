/**
 * One meaning: on generated records and expressions, operator by operator, what PostgreSQL answers is what
 * `packages/rules` answers, for values and for conditions.
 */
import {
  type CompiledObject,
  checkExpression,
  checkValueExpression,
  type JsonValue,
  type RecordData,
} from '@trellis/model';
import { evaluate, holds } from '@trellis/rules';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lowerCondition } from '../src/query/lower-condition.ts';
import { lowerValue } from '../src/query/lower-value.ts';
import { Shape, shapeCondition } from '../src/query/shape.ts';
import { shapeValue } from '../src/query/shape-value.ts';
import { Sources } from '../src/query/sources.ts';
import { finishStatement } from '../src/query/statement-cache.ts';
import { Sql } from '../src/sql.ts';
import {
  ask,
  CONTEXT,
  type Fixture,
  insertRecords,
  object,
  objectNamed,
  openFixture,
  SYSTEM_OBJECTS,
} from './fixture.ts';

const OPTIONS = ['a', 'b', 'Größe'].map((value) => ({ value, label: value }));
const COMPONENTS = [
  ...SYSTEM_OBJECTS,
  ...object('thing', {
    name: { type: 'text' },
    text: { type: 'text' },
    other_text: { type: 'text', indexed: true },
    number: { type: 'decimal', scale: 12 },
    other_number: { type: 'decimal', indexed: true },
    whole: { type: 'integer' },
    date: { type: 'date' },
    other_date: { type: 'date', indexed: true },
    moment: { type: 'datetime' },
    other_moment: { type: 'datetime', indexed: true },
    option: { type: 'select', options: OPTIONS },
    flag: { type: 'boolean' },
    other_flag: { type: 'boolean', indexed: true },
    home: { type: 'address' },
    person: { type: 'person_name' },
    place: { type: 'geolocation' },
    term: { type: 'date_range' },
    parent: { type: 'lookup', to: 'thing' },
  }),
];
const SIZE = 60;

// --- generated records ----------------------------------------------------------------------------------------

/** Letters of many scripts, of Unicode as old as the ICU that PostgreSQL may be built with. */
const LETTERS = [...'aZ09 _-äÖßçÆıIƵſΣσςЖжאبक文あ한😀👩‍👩\u0301\u00a0\u2003'];
const texts = fc.oneof(
  fc.constantFrom(
    'a',
    'Ä',
    ' inner  space',
    'ß',
    'İx',
    'ΑΣ',
    'ſ',
    '😀b',
    '文字',
    "o'clock",
    '50%',
    'Größe',
    '\u00a0x',
  ),
  fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 }),
);
const numbers = fc.oneof(
  fc.constantFrom(
    0,
    1,
    -1,
    2.5,
    -2.5,
    0.1,
    0.2,
    0.005,
    1.005,
    999999999999999,
    -999999999999999,
    0.000001,
    1e14,
  ),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -99_999_999, max: 99_999_999 }).map((cents) => cents / 100),
  fc
    .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 12 }))
    .map(([digits, places]) => Number(`${digits}e-${places}`)),
);
const days = fc.oneof(
  fc.constantFrom(
    '2026-03-29',
    '2026-10-25',
    '2024-02-29',
    '2025-12-29',
    '2026-01-31',
    '0001-01-01',
    '9999-12-31',
  ),
  fc
    .integer({ min: -40_000, max: 60_000 })
    .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
);
const moments = fc.oneof(
  fc.constantFrom(
    '2026-03-28T23:00:00.000Z',
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T00:59:59.999Z',
    '2026-10-24T00:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T01:30:00.000Z',
    '2025-12-31T23:00:00.000Z',
  ),
  fc.integer({ min: 0, max: 2_000_000_000 }).map((second) => new Date(second * 1000 + 123).toISOString()),
);
const blankable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 6 });
const part = texts.map((text) => text.normalize('NFC').trim() || 'a');
const record = fc.record({
  text: blankable(texts.map((text) => text.normalize('NFC').trim() || null)),
  other_text: blankable(texts.map((text) => text.normalize('NFC').trim() || null)),
  number: blankable(numbers),
  other_number: blankable(numbers.map((number) => Number(number.toFixed(6)))),
  whole: blankable(fc.integer({ min: -50, max: 50 })),
  date: blankable(days),
  other_date: blankable(days),
  moment: blankable(moments),
  other_moment: blankable(moments),
  option: blankable(fc.constantFrom('a', 'b', 'Größe')),
  flag: blankable(fc.boolean()),
  other_flag: blankable(fc.boolean()),
  home: blankable(fc.record({ city: part, country: fc.constantFrom('DE', 'GB') }, { requiredKeys: [] })),
  person: blankable(fc.record({ first: part, last: part }, { requiredKeys: ['last'] })),
  place: blankable(
    fc
      .tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: -1800, max: 1800 }))
      .map(([latitude, longitude]) => ({ latitude: latitude / 10, longitude: longitude / 10 })),
  ),
  term: blankable(fc.tuple(days, days).map((pair) => ({ start: pair.sort()[0]!, end: pair.sort()[1]! }))),
});

// --- generated expressions ------------------------------------------------------------------------------------

type Source = { readonly [operator: string]: unknown } | JsonValue;
const at = (...names: string[]): fc.Arbitrary<Source> =>
  fc.constantFrom(...names).map((name) => ({ var: name }));
const call = (operator: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Source> =>
  fc.tuple(...args).map((given) => ({ [operator]: given }));
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const dayUnit = fc.constantFrom('day', 'week', 'month', 'quarter', 'year');
const timeUnit = fc.constantFrom('hour', 'minute', 'second');

const language = fc.letrec<{
  number: Source;
  text: Source;
  date: Source;
  moment: Source;
  condition: Source;
}>((tie) => {
  const [number, text, date, moment] = [tie('number'), tie('text'), tie('date'), tie('moment')];
  const condition = tie('condition');
  const either = (type: fc.Arbitrary<Source>) => [
    call('if', condition, type, type),
    call('if', condition, type, condition, type),
    call('coalesce', type, type),
  ];
  const comparisonOf = (type: fc.Arbitrary<Source>) =>
    fc
      .tuple(fc.constantFrom(...COMPARISONS), type, type)
      .map(([operator, ...args]) => ({ [operator]: args }));
  return {
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      at('number', 'other_number', 'whole', 'parent.number', 'parent.whole', 'version'),
      at('place.latitude', 'parent.place.longitude'),
      numbers,
      fc
        .tuple(fc.constantFrom('+', '*'), fc.array(number, { minLength: 2, maxLength: 3 }))
        .map(([op, args]) => ({
          [op]: args,
        })),
      fc.tuple(fc.constantFrom('-', '/', '%'), number, number).map(([op, ...args]) => ({ [op]: args })),
      fc.tuple(fc.constantFrom('-', 'abs', 'ceil', 'floor'), number).map(([op, arg]) => ({ [op]: [arg] })),
      fc.tuple(fc.constantFrom('min', 'max'), number, number).map(([op, ...args]) => ({ [op]: args })),
      call('round', number, fc.integer({ min: -4, max: 13 })),
      call('length', text),
      fc
        .tuple(fc.constantFrom('year', 'month', 'day', 'weekday'), fc.oneof(date, moment))
        .map(([op, arg]) => ({ [op]: [arg] })),
      call('date_diff', fc.oneof(date, moment), fc.oneof(date, moment), dayUnit),
      call('date_diff', moment, moment, timeUnit),
      ...either(number),
    ),
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      at('text', 'other_text', 'parent.text', 'name'),
      at('home.city', 'home.country', 'person.last', 'parent.person.first', 'parent.home.city'),
      fc.constant({ cat: [{ var: 'option' }] }),
      fc.tuple(fc.constantFrom('lower', 'upper', 'trim'), text).map(([op, arg]) => ({ [op]: [arg] })),
      fc
        .array(fc.oneof(text, number, date, moment, texts), { minLength: 1, maxLength: 3 })
        .map((args) => ({ cat: args })),
      call('substr', text, fc.integer({ min: -5, max: 5 })),
      call('substr', text, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })),
      ...either(text),
    ),
    date: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      at('date', 'other_date', 'parent.date', 'term.start', 'term.end', 'parent.term.end'),
      fc.constant({ today: [] }),
      call('date_add', date, fc.oneof(number, fc.integer({ min: -40, max: 40 })), dayUnit),
      call('start_of', fc.oneof(date, moment), dayUnit),
      ...either(date),
      fc.tuple(fc.constantFrom('min', 'max'), date, date).map(([op, ...args]) => ({ [op]: args })),
    ),
    moment: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      at('moment', 'other_moment', 'parent.moment'),
      fc.constant({ now: [] }),
      call(
        'date_add',
        moment,
        fc.oneof(number, fc.integer({ min: -40, max: 40 })),
        fc.oneof(dayUnit, timeUnit),
      ),
      ...either(moment),
    ),
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      at('flag', 'other_flag', 'parent.flag'),
      comparisonOf(number),
      comparisonOf(text),
      comparisonOf(fc.oneof(date, moment)),
      comparisonOf(moment),
      fc
        .tuple(fc.constantFrom('contains', 'starts_with', 'ends_with'), text, fc.oneof(text, texts))
        .map(([op, ...args]) => ({ [op]: args })),
      fc.oneof(number, text, date, moment).map((value) => ({ is_blank: [value] })),
      fc
        .tuple(number, fc.array(fc.oneof(numbers, fc.constant(null)), { maxLength: 3 }))
        .map((args) => ({ in: args })),
      fc
        .tuple(text, fc.array(fc.oneof(texts, fc.constant(null)), { maxLength: 3 }))
        .map((args) => ({ in: args })),
      fc
        .tuple(
          fc.constantFrom('this_week', 'last_month', 'this_quarter', 'next_year'),
          fc.oneof(date, moment),
        )
        .map(([op, arg]) => ({ [op]: [arg] })),
      call('last_n_days', fc.oneof(date, moment), fc.integer({ min: 1, max: 400 })),
      fc.array(condition, { minLength: 1, maxLength: 2 }).map((args) => ({ and: args })),
      fc.array(condition, { minLength: 1, maxLength: 2 }).map((args) => ({ or: args })),
      condition.map((arg) => ({ '!': [arg] })),
      call('if', condition, condition, condition),
      call('==', condition, condition),
    ),
  };
});

// --- the two answers ------------------------------------------------------------------------------------------

let fixture: Fixture;
let thing: CompiledObject;
let rows: readonly { readonly id: string; readonly values: RecordData }[];

beforeAll(async () => {
  fixture = await openFixture(COMPONENTS);
  thing = objectNamed(fixture.snapshot, 'thing');
  const records = fc.sample(record, { numRuns: SIZE, seed: 3 });
  const ids: string[] = [];
  const values: RecordData[] = [];
  for (const [index, data] of records.entries()) {
    // Every second record stands behind a later one.
    const parent = index > 0 && index % 2 === 0 ? index - 1 : undefined;
    const full: RecordData = { ...data, name: 'x', parent: parent === undefined ? null : ids[parent]! };
    const [id] = await insertRecords(fixture, 'thing', [full]);
    ids.push(id!);
    const behind = parent === undefined ? {} : records[parent]!;
    values.push({
      ...full,
      version: 1,
      ...Object.fromEntries(Object.entries(behind).map(([name, value]) => [`parent.${name}`, value])),
    });
  }
  rows = ids.map((id, index) => ({ id, values: values[index]! }));
}, 60_000);
afterAll(() => fixture?.close());

const scopeOf = (values: RecordData) => ({ values, context: CONTEXT });

/** Values of an expression for all records, in order, as PostgreSQL computes them. */
async function computed(source: unknown, wanted: 'number' | 'text'): Promise<(string | number | null)[]> {
  const { value, problems } = checkValueExpression(source, {
    objects: fixture.snapshot.model.objects,
    object: thing,
  });
  if (!value) throw new Error(JSON.stringify(problems));
  const shape = new Shape();
  const shaped = shapeValue(value, {
    shape,
    context: CONTEXT,
    condition: (inner) => shapeCondition(inner, shape, CONTEXT),
    constant: (operand) => (operand.op === 'literal' ? operand.value : evaluate(operand, scopeOf({}))),
  });
  const features = {
    hasIcu: true,
    hasTrigram: false,
    trigramSchema: undefined,
    serverVersion: 180000,
    warnings: [],
  };
  const everyone = new Map([['thing', { is: 'constant', value: true } as const]]);
  const sources = new Sources(thing, { snapshot: fixture.snapshot, features, targetConditions: everyone });
  const sql = lowerValue(shaped, {
    reader: sources,
    features,
    condition: (inner) => lowerCondition(inner, sources, features),
  });
  const text = `select (${sql.text})::text as value from ${sources.from().text} order by t.id`;
  const statement = finishStatement(new Sql(text));
  const result = await fixture.admin.query<{ value: string | null }>(
    statement.text,
    statement.places.map((place) => shape.values[place - 1]),
  );
  return result.rows.map((row) =>
    row.value === null ? null : wanted === 'number' ? Number(row.value) : row.value,
  );
}

async function expectSameValues(source: unknown, wanted: 'number' | 'text'): Promise<void> {
  const { value, problems } = checkValueExpression(source, {
    objects: fixture.snapshot.model.objects,
    object: thing,
  });
  if (!value) throw new Error(JSON.stringify(problems));
  expect(rows.map((row) => evaluate(value, scopeOf(row.values)))).toEqual(await computed(source, wanted));
}

const RUNS = Number(process.env.TRELLIS_RUNS ?? 150);

test('numbers', async () => {
  await fc.assert(
    fc.asyncProperty(language.number, (source) => expectSameValues(source, 'number')),
    { numRuns: RUNS },
  );
}, 120_000);

test('texts', async () => {
  await fc.assert(
    fc.asyncProperty(language.text, (source) => expectSameValues({ cat: [source] }, 'text')),
    { numRuns: RUNS },
  );
}, 120_000);

test('days and moments', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(language.date, language.moment), (source) =>
      expectSameValues({ cat: [source] }, 'text'),
    ),
    { numRuns: RUNS },
  );
}, 120_000);

test('conditions, through the list', async () => {
  await fc.assert(
    fc.asyncProperty(language.condition, async (source) => {
      const { expression, problems } = checkExpression(source, {
        objects: fixture.snapshot.model.objects,
        object: thing,
      });
      if (!expression) throw new Error(JSON.stringify(problems));
      const page = await ask(fixture, 'thing', { filter: source, fields: ['id'], limit: 200 });
      const expected = rows.filter(({ values }) => holds(expression, scopeOf(values))).map(({ id }) => id);
      expect(page.rows.map(({ id }) => id)).toEqual(expected);
    }),
    { numRuns: RUNS * 2 },
  );
}, 120_000);

test('the largest expressions that the checker lets pass are answered', async () => {
  const wrap = (depth: number, start: unknown, make: (inner: unknown) => unknown) =>
    Array.from({ length: depth }).reduce<unknown>((inner) => make(inner), start);
  const [number, moment] = [{ var: 'whole' }, { var: 'moment' }];
  const filters = [
    { '>': [wrap(5, number, (inner) => ({ '+': [inner, ...Array(40).fill(number)] })), 1] },
    { '>': [{ '*': Array(200).fill(number) }, 1] },
    { '>': [wrap(38, number, (inner) => ({ '/': [inner, number] })), 1] },
    { '>': [wrap(38, moment, (inner) => ({ date_add: [inner, number, 'month'] })), moment] },
    { '>': [wrap(38, moment, (inner) => ({ date_add: [inner, number, 'hour'] })), moment] },
    wrap(38, { is_blank: number }, (inner) => ({ if: [inner, true, false] })),
    wrap(18, { is_blank: number }, (inner) => ({ this_week: { if: [inner, moment, { now: [] }] } })),
  ];
  for (const filter of filters) {
    const expression = checkExpression(filter, {
      objects: fixture.snapshot.model.objects,
      object: thing,
    }).expression;
    const page = await ask(fixture, 'thing', { filter, fields: ['id'], limit: 200 });
    const expected = rows.filter(({ values }) => holds(expression!, scopeOf(values))).map(({ id }) => id);
    expect(page.rows.map(({ id }) => id)).toEqual(expected);
  }
}, 60_000);
