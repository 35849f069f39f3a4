/** Records and expressions of every kind, generated: what the tests of one meaning have in common. */
import type { FieldBody } from '@trellis/metadata';
import type { JsonValue } from '@trellis/model';
import fc from 'fast-check';

const OPTIONS = ['a', 'b', 'Größe', "$1 \\ it's {data}"].map((value) => ({ value, label: value }));
/** An object with fields of most types, and a lookup to itself. */
export const THING: Readonly<Record<string, Partial<FieldBody> & { type: FieldBody['type'] }>> = {
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
  mails: { type: 'email', multiple: true },
  kept_mails: { type: 'email', multiple: true, searchable: true },
  parent: { type: 'lookup', to: 'thing', reverse_name: 'children', tree: true },
};

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
const address = fc.constantFrom('ada@example.com', 'ada@home.org', 'größe@example.com', 'b@x.io', '50%@x.io');
const addresses = fc
  .uniqueArray(address, { minLength: 1, maxLength: 3 })
  .map((values) => values.map((value, index) => (index === 0 ? { value } : { value, label: 'Home' })));
export const record = fc.record({
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
  mails: blankable(addresses),
  kept_mails: blankable(addresses),
  term: blankable(fc.tuple(days, days).map((pair) => ({ start: pair.sort()[0]!, end: pair.sort()[1]! }))),
});

// --- generated expressions ------------------------------------------------------------------------------------

export type Source = { readonly [operator: string]: unknown } | JsonValue;
const at = (...names: string[]): fc.Arbitrary<Source> =>
  fc.constantFrom(...names).map((name) => ({ var: name }));
const call = (operator: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Source> =>
  fc.tuple(...args).map((given) => ({ [operator]: given }));
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const dayUnit = fc.constantFrom('day', 'week', 'month', 'quarter', 'year');
const timeUnit = fc.constantFrom('hour', 'minute', 'second');

type Language = {
  number: Source;
  text: Source;
  date: Source;
  moment: Source;
  condition: Source;
};

/** What is asked of the records behind `parent`, in a language of theirs. */
function questionsIn(inner: fc.LetrecValue<Language> | undefined) {
  if (!inner) return { number: [], date: [], moment: [], condition: [] };
  const records = at('children', 'parent.children');
  const { number, date, moment, condition } = inner;
  return {
    number: [
      call('count', records),
      call('count', records, condition),
      fc.oneof(
        ...['sum', 'avg', 'min', 'max'].flatMap((operator) => [
          call(operator, records, number),
          call(operator, records, number, condition),
        ]),
      ),
    ],
    date: ['min', 'max'].flatMap((operator) => [
      call(operator, records, date),
      call(operator, records, date, condition),
    ]),
    moment: ['min', 'max'].map((operator) => call(operator, records, moment, condition)),
    condition: [
      call('some', records, condition),
      call('none', records, condition),
      call('all', records, condition),
      call('some', records),
    ],
  };
}

const languageAround = (inner: fc.LetrecValue<Language> | undefined, maxDepth = 1000) =>
  fc.letrec<Language>((tie) => {
    const questions = questionsIn(inner);
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
        { depthSize: 'small', maxDepth, withCrossShrink: true },
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
        ...questions.number,
      ),
      text: fc.oneof(
        { depthSize: 'small', maxDepth, withCrossShrink: true },
        at('text', 'other_text', 'parent.text', 'name'),
        at(
          'mails.primary',
          'parent.mails.primary',
          'home.city',
          'home.country',
          'person.last',
          'parent.person.first',
          'parent.home.city',
        ),
        fc.constant({ cat: [{ var: 'option' }] }),
        at('mails.all', 'kept_mails.all').map((all) => ({ cat: [all] })),
        fc.tuple(fc.constantFrom('lower', 'upper', 'trim'), text).map(([op, arg]) => ({ [op]: [arg] })),
        fc
          .array(fc.oneof(text, number, date, moment, texts), { minLength: 1, maxLength: 3 })
          .map((args) => ({ cat: args })),
        call('substr', text, fc.integer({ min: -5, max: 5 })),
        call('substr', text, fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })),
        ...either(text),
      ),
      date: fc.oneof(
        { depthSize: 'small', maxDepth, withCrossShrink: true },
        at('date', 'other_date', 'parent.date', 'term.start', 'term.end', 'parent.term.end'),
        fc.constant({ today: [] }),
        call('date_add', date, fc.oneof(number, fc.integer({ min: -40, max: 40 })), dayUnit),
        call('start_of', fc.oneof(date, moment), dayUnit),
        ...either(date),
        fc.tuple(fc.constantFrom('min', 'max'), date, date).map(([op, ...args]) => ({ [op]: args })),
        ...questions.date,
      ),
      moment: fc.oneof(
        { depthSize: 'small', maxDepth, withCrossShrink: true },
        at('moment', 'other_moment', 'parent.moment'),
        fc.constant({ now: [] }),
        call(
          'date_add',
          moment,
          fc.oneof(number, fc.integer({ min: -40, max: 40 })),
          fc.oneof(dayUnit, timeUnit),
        ),
        ...either(moment),
        ...questions.moment,
      ),
      condition: fc.oneof(
        { depthSize: 'small', maxDepth, withCrossShrink: true },
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
          .tuple(
            fc.constantFrom('includes_any', 'includes_all'),
            at('mails', 'kept_mails', 'parent.mails', 'parent.kept_mails'),
            fc.uniqueArray(address, { maxLength: 3 }),
          )
          .map(([op, ...args]) => ({ [op]: args })),
        at('mails', 'kept_mails', 'parent.kept_mails').map((value) => ({ is_blank: [value] })),
        fc
          .tuple(
            at('mails', 'kept_mails', 'parent.mails', 'parent.kept_mails'),
            fc.constantFrom('ADA', '@x.io', 'größe', '50%', 'm', 'none'),
          )
          .map((args) => ({ contains: args })),
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
        ...questions.condition,
      ),
    };
  });

/** Expressions that ask no related records. */
export const language = languageAround(undefined);
/** Expressions that ask related records, and of these what is related to them. */
export const askingLanguage = languageAround(languageAround(languageAround(undefined, 2), 2), 2);
