import { checkExpression } from '@trellis/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conjoin,
  countConditions,
  describeObject,
  type FilterCondition,
  type FilterEditor,
  type FilterGroup,
  type FilterValue,
  filterFields,
  fromJsonLogic,
  PERIOD_NAMES,
  toJsonLogic,
} from '../src/index.ts';
import { accessWithout, sampleModel } from './sample-model.ts';

const model = sampleModel();
const thing = model.objects.get('thing')!;
const fields = filterFields(describeObject(model, thing, accessWithout()));
const ID = '01a20054-534f-7263-b9ab-4eacfab65602';

/** What the editor `field` gives: the value of the field's own widget. */
const OWN_VALUES: Readonly<Record<string, FilterValue>> = {
  tags: ['red', 'two words'],
  time: '09:30',
  color: '#336699',
  duration: 90,
  rating: 3,
};

const VALUES: Readonly<Record<FilterEditor, fc.Arbitrary<FilterValue>>> = {
  none: fc.constant(null),
  field: fc.constant('09:30'),
  text: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
  number: fc.integer({ min: -1000, max: 1000 }),
  boolean: fc.boolean(),
  date: fc.constantFrom<FilterValue>('2026-11-21', { relative: 'today' }),
  datetime: fc.constantFrom<FilterValue>('2026-11-21', { relative: 'today' }, { relative: 'now' }),
  option: fc.constantFrom('open', 'won'),
  options: fc.constantFrom(['open'], ['open', 'won']),
  record: fc.constant(ID),
  period: fc
    .constantFrom(...PERIOD_NAMES)
    .map((period) => (period.includes('_n_') ? { period, n: 7 } : { period })),
};

const anyCondition: fc.Arbitrary<FilterCondition> = fc
  .constantFrom(...fields.flatMap((field) => field.verbs.map((verb) => ({ field, verb }))))
  // A boolean's text would be an option's value: record types have none of the sample options.
  .filter(({ field }) => field.path !== 'record_type')
  .chain(({ field, verb }) =>
    (verb.editor === 'field' ? fc.constant(OWN_VALUES[field.field.type] ?? null) : VALUES[verb.editor]).map(
      (value) => ({
        kind: 'condition' as const,
        path: field.path,
        verb: verb.verb,
        value,
      }),
    ),
  );
const anyFilter = fc.letrec<{ item: FilterCondition | FilterGroup; group: FilterGroup }>((tie) => ({
  item: fc.oneof({ depthSize: 'small', maxDepth: 3 }, anyCondition, tie('group')),
  group: fc.record({
    kind: fc.constant('group' as const),
    join: fc.constantFrom('and' as const, 'or' as const),
    items: fc.array(tie('item'), { minLength: 2, maxLength: 4 }),
  }),
})).group;

describe('a filter that people build', () => {
  it('means something to the server, whatever field, verb and value it has', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const { problems } = checkExpression(toJsonLogic(filter), { objects: model.objects, object: thing });
        expect(problems).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('comes back the same from the JSON Logic that stands for it', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(fromJsonLogic(JSON.parse(JSON.stringify(toJsonLogic(filter))))).toEqual(filter);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out what is not finished', () => {
    const filter: FilterGroup = {
      kind: 'group',
      join: 'and',
      items: [
        { kind: 'condition', path: 'a_select', verb: 'in', value: [] },
        { kind: 'condition', path: 'name', verb: 'contains', value: '' },
        { kind: 'condition', path: 'name', verb: 'is_blank', value: null },
        { kind: 'condition', path: 'due', verb: 'period', value: null },
      ],
    };
    expect(toJsonLogic(filter)).toEqual({ is_blank: [{ var: 'name' }] });
    expect(countConditions(filter)).toBe(1);
  });
});

describe('JSON Logic that people could not have built', () => {
  it.each([
    { '>': [{ var: 'a' }, { var: 'b' }] },
    { if: [true, 1, 2] },
    { '!': [{ and: [{ is_blank: [{ var: 'a' }] }] }] },
    { '==': [{ var: 'a' }, { object: 'x', id: 'y' }] },
    'text',
    [],
  ])('is told apart: %j', (logic) => {
    expect(fromJsonLogic(logic)).toBeUndefined();
  });
});

it('conjoins what says something', () => {
  expect(conjoin(null, undefined)).toBeUndefined();
  expect(conjoin(null, { is_blank: [{ var: 'a' }] })).toEqual({ is_blank: [{ var: 'a' }] });
  expect(conjoin({ a: 1 }, { b: 2 })).toEqual({ and: [{ a: 1 }, { b: 2 }] });
});
