/** What SPEC.md's rules T1 to T5 promise of every field type. */
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledField,
  checkValue,
  countSignificantDigits,
  FIELD_TYPES,
  type JsonValue,
  VALUE_KEYWORDS,
} from '../src/index.ts';
import { fields } from './sample-fields.ts';

const display = { locale: 'en-GB', timeZone: 'Europe/Berlin', currency: 'EUR' };
const byName = fields.map((field) => [field.name, field] as const);
const random = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });

function sample(field: CompiledField, numbers: readonly number[]): JsonValue {
  let index = 0;
  return field.type.sample(() => numbers[index++ % numbers.length]!, field);
}

/** JSON, with many values that look like somebody's canonical form. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[+()\d .x-]{0,20}$/),
  fc.stringMatching(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?(Z|\+\d\d:\d\d))?$/),
  fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
  fc.emailAddress(),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '&',
        '"',
        "'",
        '<b>',
        '</b>',
        '<p ',
        'onclick=',
        '<script>',
        '<svg><style>',
        '<!--',
        '&lt;',
        '&#x3c;',
        '<a href="javascript:',
        '<table>',
        '<td',
        'text',
        ' ',
        '\u0000',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
  fc.webUrl(),
  fc.uuid(),
  fc.array(fc.uuid()),
  fc.array(fc.constantFrom('plain', 'semi;colon', 'old', 'none', '')),
  fc.record({ object: fc.constantFrom('thing', 'nothing'), id: fc.oneof(fc.uuid(), fc.string()) }),
  fc.record(
    {
      first: fc.oneof(fc.string(), fc.constant(' Ada  M ')),
      last: fc.constantFrom('', 'Lovelace; Byron', 'back\\slash', 5),
      street: fc.constantFrom('1 High St\r\n Floor 2', ';'),
      country: fc.constantFrom('de', 'DE', 'ZZ', 'Germany'),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  fc.record(
    { start: fc.constantFrom('2026-01-01', '2026-12-31', 'x'), end: fc.constantFrom('2026-06-30', null) },
    { requiredKeys: [], noNullPrototype: true },
  ),
  fc.record(
    { latitude: fc.double(), longitude: fc.double({ min: -200, max: 200 }) },
    { requiredKeys: ['latitude'], noNullPrototype: true },
  ),
  fc.double(),
  fc.integer(),
  fc.integer({ min: -1000, max: 1000 }).map((number) => number / 100),
  fc.constantFrom(
    'plain',
    'İ',
    'H\u0331@example.com',
    '\ud800',
    '\u0000',
    -0,
    1e21,
    1e-9,
    '2016-12-31T23:59:60.000Z',
    '2026-02-31T00:00:00.000Z',
    '0000-01-01',
  ),
);

it('every live type has a sample field', () => {
  expect([...new Set(fields.map((field) => field.body.type))].sort()).toEqual([...FIELD_TYPES.keys()].sort());
});

describe.each(byName)('%s', (_name, field) => {
  const hasPattern = field.body.pattern !== undefined;

  it('T1 a sample is canonical and fits', () => {
    fc.assert(
      fc.property(random, (numbers) => {
        const value = sample(field, numbers);
        expect(checkValue(value, field)).toBeUndefined();
        expect(field.type.canonicalise(value, field)).toEqual(value);
        expect(field.type.isEqual(value, value)).toBe(true);
        expect(typeof field.type.display(value, field, display)).toBe('string');
        expect(typeof field.type.mask(value)).toBe('string');
      }),
    );
  });

  it('T2 canonicalising never throws, and twice is once', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const once = field.type.canonicalise(value, field);
        expect(field.type.canonicalise(once, field)).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });

  it('T2 what fits in canonical form can be shown, hidden and written as text', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const value = field.type.canonicalise(given, field) as JsonValue;
        if (value === null || checkValue(value, field) !== undefined) return;
        field.type.display(value, field, display);
        field.type.mask(value);
        expect(field.type.parseText(field.type.toText(value, field), field)).toEqual({ value });
      }),
      { numRuns: 500 },
    );
  });

  it('T2 reading any text gives a value in canonical form, or a problem', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          anything.map((value) => JSON.stringify(value) ?? ''),
        ),
        (text) => {
          const parsed = field.type.parseText(text, field);
          if ('problem' in parsed) expect(parsed.problem).not.toBe('');
          else expect(field.type.canonicalise(parsed.value, field)).toEqual(parsed.value);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('T3 text read back is the value', () => {
    fc.assert(
      fc.property(random, (numbers) => {
        const value = sample(field, numbers);
        expect(field.type.parseText(field.type.toText(value, field), field)).toEqual({ value });
      }),
    );
  });

  it.runIf(field.type.isSortable)('T4 its order is total', () => {
    const values = fc.array(random, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(values, (lists) => {
        const [a, b, c] = lists.map((numbers) => sample(field, numbers)) as [JsonValue, JsonValue, JsonValue];
        const compare = (left: JsonValue, right: JsonValue) =>
          Math.sign(field.type.compare(left, right, field));
        expect(compare(a, a)).toBe(0);
        expect(compare(a, b) + compare(b, a)).toBe(0);
        expect(compare(a, b) === 0).toBe(field.type.isEqual(a, b));
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it.skipIf(hasPattern)('T5 agrees with ajv on any value', () => {
    const validate = createAjv().compile(field.type.valueSchema(field));
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          random.map((numbers) => sample(field, numbers)),
        ),
        (given) => {
          for (const value of [given, field.type.canonicalise(given, field)]) {
            if (value === null || value === undefined) continue;
            expect([value, checkValue(value, field) === undefined]).toEqual([value, validate(value)]);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** As the engine makes it. */
function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  ajv.addKeyword({
    keyword: 'maxSignificantDigits',
    type: 'number',
    validate: (limit: number, value: number) => countSignificantDigits(value) <= limit,
  });
  for (const [keyword, holds] of VALUE_KEYWORDS)
    ajv.addKeyword({ keyword, validate: (_: unknown, value: unknown) => holds(value) });
  ajv.addKeyword('errorMessage');
  return ajv;
}
