/** What becomes of values when their field changes its type: every pair of the table, on generated values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledField,
  canConvert,
  checkValue,
  compile,
  convertValue,
  FIELD_TYPES,
  fieldOfRecord,
  type JsonValue,
  readsSameValues,
  recordField,
  retypeBody,
} from '../src/index.ts';
import { fields, requireField } from './sample-fields.ts';

const scope = { timeZone: 'Europe/Berlin' };
// A formula's values have a type, and are nobody's to convert.
const written = fields.filter((field) => field.body.type === field.type.name);
const pairs = written.flatMap((from) =>
  written.filter((to) => canConvert(from.type, to.type)).map((to) => ({ from, to })),
);
const convert = (from: string, to: string, value: JsonValue) =>
  convertValue(requireField(from), requireField(to), value, scope);

/** A valid value of the field made from numbers that fast-check chooses, or text that is a value of it. */
function valuesOf(field: CompiledField): fc.Arbitrary<JsonValue> {
  const samples = fc
    .array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 8, maxLength: 8 })
    .map((numbers) => {
      let next = 0;
      return field.type.sample(() => numbers[next++ % numbers.length]!, field);
    });
  if (field.type.valueType !== 'text' || field.type.isReadOnly) return samples;
  const texts = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom(
        '12',
        '0012',
        '1,234.5',
        '-7',
        'yes',
        'Plain',
        'plain',
        '2024-02-29',
        '31.02.2024',
        'a;b',
      ),
    )
    .map((text) => field.type.canonicalise(text, field) as JsonValue);
  const isValid = (value: JsonValue) => value !== null && checkValue(value, field) === undefined;
  return fc.tuple(samples, texts).map(([sample, text]) => (isValid(text) ? text : sample));
}

describe('converting values', () => {
  it('knows pairs for every type that has values of its own', () => {
    for (const type of FIELD_TYPES.values()) {
      for (const target of type.convertsTo)
        expect(FIELD_TYPES.has(target), `${type.name} → ${target}`).toBe(true);
    }
    expect(pairs.length).toBeGreaterThan(100);
  });

  it('gives a valid value or a reason, never throws, and what is exact leads back', () => {
    let exact = 0;
    let lossy = 0;
    let refused = 0;
    for (const { from, to } of pairs) {
      fc.assert(
        fc.property(valuesOf(from), (value) => {
          fc.pre(value !== null && checkValue(value, from) === undefined);
          const result = convertValue(from, to, value, scope);
          const told = `${from.name} → ${to.name}: ${JSON.stringify(value)} → ${JSON.stringify(result)}`;
          if ('problem' in result) {
            refused++;
            expect(result.problem, told).not.toBe('');
            return;
          }
          expect(result.value, told).not.toBeNull();
          expect(checkValue(result.value, to), told).toBeUndefined();
          if (!result.isExact) {
            lossy++;
            return;
          }
          exact++;
          const back = convertValue(to, from, result.value, { ...scope, check: () => undefined });
          expect('value' in back && from.type.isEqual(back.value, value), told).toBe(true);
        }),
        { numRuns: 30 },
      );
    }
    expect(Math.min(exact, lossy, refused)).toBeGreaterThan(100);
  });

  it('works for every pair: at least one value of each converts', () => {
    const random = seeded(7);
    const dead = pairs
      .filter(
        ({ from, to }) =>
          !['pattern', 'max', 'max_length', 'precision'].some((each) => each in to.body || each in from.body),
      )
      .filter(({ from, to }) => {
        const typed =
          from.type.valueType === 'text' ? Array.from({ length: 5 }, () => textFor(to, random, from)) : [];
        const samples = Array.from({ length: 30 }, () => from.type.sample(random, from));
        if (from.type.valueType === 'number') samples.push(3);
        if (from.type.valueType === 'texts') samples.push(['plain']);
        if (from.type.valueType === 'options') samples.push(['plain']);
        return ![...typed, ...samples].some((value) => 'value' in convertValue(from, to, value, scope));
      })
      .map(({ from, to }) => `${from.name} → ${to.name}`);
    // A checkbox fits no option that is called neither yes nor no, and the sample's options are called otherwise.
    const checkboxes = new Set(
      written.filter((field) => field.type.name === 'boolean').map((field) => field.name),
    );
    const isChoice = (name: string) => requireField(name).options.length > 0;
    const unexpected = dead.filter((pair) => {
      const [from = '', to = ''] = pair.split(' → ');
      return !((checkboxes.has(from) && isChoice(to)) || (checkboxes.has(to) && isChoice(from)));
    });
    expect(unexpected).toEqual([]);
  });

  it.each([
    ['name', 'count', '12', { value: 12, isExact: true }],
    ['name', 'count', '0012', { value: 12, isExact: false }],
    ['name', 'count', 'twelve', { problem: 'This is not a number.' }],
    ['name', 'choice', 'Plain', { value: 'plain', isExact: true }],
    ['name', 'day', '2024-02-31', expect.objectContaining({ problem: expect.any(String) })],
    ['decimal', 'count', 2.5, { value: 3, isExact: false }],
    ['decimal', 'count', 2, { value: 2, isExact: true }],
    ['decimal', 'price', 1.005, { value: 1.01, isExact: false }],
    ['day', 'moment', '2024-03-31', { value: '2024-03-30T23:00:00.000Z', isExact: true }],
    ['moment', 'day', '2024-03-30T23:30:00.000Z', { value: '2024-03-31', isExact: false }],
    ['choice', 'name', 'plain', { value: 'Plain', isExact: true }],
    ['choice', 'choices', 'plain', { value: ['plain'], isExact: true }],
    ['choices', 'choice', ['plain', 'old'], expect.objectContaining({ problem: expect.any(String) })],
    ['story', 'name', '<p>One <b>two</b></p>', { value: 'One two', isExact: false }],
    ['count', 'stars', 9, expect.objectContaining({ problem: expect.any(String) })],
    ['active', 'name', true, { value: 'true', isExact: true }],
  ] as [string, string, JsonValue, object][])('%s → %s of %j', (from, to, value, expected) => {
    expect(convert(from, to, value)).toEqual(expected);
  });

  it('turns a link into the title of its record', () => {
    const id = '0190c0de-0000-7000-8000-000000000001';
    const titles = new Map([[id, 'Acme']]);
    expect(convertValue(requireField('link_to'), requireField('name'), id, { ...scope, titles })).toEqual({
      value: 'Acme',
      isExact: false,
    });
    expect(convert('link_to', 'name', id)).toEqual({ value: id, isExact: false });
  });

  it('is not needed where the new type reads every old value', () => {
    expect(readsSameValues(requireField('name'), requireField('notes'))).toBe(true);
    expect(readsSameValues(requireField('count'), requireField('decimal'))).toBe(true);
    expect(readsSameValues(requireField('decimal'), requireField('count'))).toBe(false);
    expect(readsSameValues(requireField('name'), requireField('email'))).toBe(false);
    for (const { from, to } of pairs.filter((pair) => readsSameValues(pair.from, pair.to))) {
      fc.assert(
        fc.property(valuesOf(from), (value) => {
          fc.pre(value !== null && checkValue(value, from) === undefined);
          expect(checkValue(value, to), `${from.name} → ${to.name} ${JSON.stringify(value)}`).toBeUndefined();
        }),
        { numRuns: 20 },
      );
    }
  });

  it('leaves a body that the new type takes', () => {
    for (const { from, to } of pairs) {
      const common = { required: true, unique: true, indexed: true, searchable: true, default: 'x' };
      const body = retypeBody({ ...from.body, ...common } as never, to.type.name);
      const compiled = compile([
        {
          component: {
            kind: 'object',
            name: 'o',
            body: { label: 'O', plural_label: 'Os', name_field: 'name' },
          },
        },
        { component: { kind: 'field', name: 'o.name', body: { label: 'N', type: 'text' } } },
        { component: { kind: 'field', name: 'o.value', body } },
      ]);
      const codes = compiled.problems.map((problem) => problem.code);
      expect(codes, `${from.name} → ${to.name}`).not.toContain('property_not_applicable');
    }
  });

  it('works with a field that was kept as data', () => {
    for (const { from, to } of pairs) {
      const kept = fieldOfRecord(JSON.parse(JSON.stringify(recordField(from))))!;
      const value = from.type.sample(seeded(3), from);
      expect(convertValue(kept, to, value, scope)).toEqual(convertValue(from, to, value, scope));
    }
  });
});

/** Text that means a value of the target. */
function textFor(to: CompiledField, random: () => number, from: CompiledField): JsonValue {
  return from.type.canonicalise(to.type.toText(to.type.sample(random, to), to), from) as JsonValue;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
