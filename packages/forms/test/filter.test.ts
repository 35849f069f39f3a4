import { checkExpression } from '@trellis/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addsUp,
  comparesNumber,
  conditionTree,
  conjoin,
  countConditions,
  describeObject,
  EMPTY_FILTER,
  type FilterCondition,
  type FilterEditor,
  type FilterExpression,
  type FilterGroup,
  type FilterItem,
  type FilterRelated,
  type FilterValue,
  filterFields,
  fromJsonLogic,
  IS_NEW_PATH,
  PERIOD_NAMES,
  RELATED_COMPARISONS,
  RELATED_FUNCTIONS,
  relationsOf,
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
  fields: fc.constantFrom(['name', 'a_select'], ['due', 'name', 'a_date']),
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
/** What only rules and the like can ask: of a change, and of another field. */
const anyChange: fc.Arbitrary<FilterCondition> = fc
  .constantFrom<Omit<FilterCondition, 'kind'>>(
    { path: 'a_select', verb: 'changed', value: null },
    { path: 'name', verb: 'not_changed', value: null },
    { path: IS_NEW_PATH, verb: 'is_new', value: null },
    { path: IS_NEW_PATH, verb: 'is_not_new', value: null },
    { path: IS_NEW_PATH, verb: 'changed_any', value: ['name', 'a_select'] },
    { path: IS_NEW_PATH, verb: 'not_changed_any', value: ['name', 'a_select', 'due'] },
    { path: '$previous.name', verb: '!=', value: { field: 'name' } },
    { path: 'name', verb: '==', value: { field: '$previous.name' } },
    { path: 'name', verb: 'starts_with', value: { field: 'name' } },
  )
  .map((each) => ({ kind: 'condition', ...each }));
/** What there are no words for. */
const anyExpression: fc.Arbitrary<FilterExpression> = fc
  .constantFrom({ '>': [{ length: [{ var: 'name' }] }, 3] }, { '==': ['x', { var: 'name' }] })
  .map((logic) => ({ kind: 'expression', logic }));
/** Seen from a company: its things, and the things of which it is one of several companies. */
const anyRelated = (where: fc.Arbitrary<FilterGroup>): fc.Arbitrary<FilterRelated> =>
  fc
    .record({
      name: fc.constantFrom(...RELATED_FUNCTIONS),
      field: fc.constantFrom('a_integer', 'a_currency'),
      comparison: fc.constantFrom(...RELATED_COMPARISONS),
      value: fc.integer({ min: -1000, max: 1000 }),
      where,
      isAll: fc.boolean(),
    })
    .map(({ name, field, comparison, value, where: asked, isAll }) => ({
      kind: 'related',
      path: 'things',
      function: name,
      ...(addsUp(name) ? { field } : {}),
      ...(comparesNumber(name) ? { comparison, value } : {}),
      where: isAll && name !== 'all' ? EMPTY_FILTER : asked,
    }));
const anyTree = fc.letrec<{ item: FilterItem; group: FilterGroup }>((tie) => ({
  item: fc.oneof({ depthSize: 'small', maxDepth: 3 }, anyCondition, anyChange, anyExpression, tie('group')),
  group: fc
    .record({
      join: fc.constantFrom('and' as const, 'or' as const),
      isNegated: fc.boolean(),
      items: fc.array(tie('item'), { minLength: 2, maxLength: 4 }),
    })
    .map(({ isNegated, ...group }) => ({ kind: 'group', ...group, ...(isNegated ? { isNegated } : {}) })),
})).group;
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

describe('a condition of the metadata', () => {
  it('means something to the server, arithmetic and changes included', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const scope = { objects: model.objects, object: thing, hasPrevious: true };
        expect(checkExpression(toJsonLogic(tree), scope).problems).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('comes back the same, the parts without words at their places', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        expect(conditionTree(JSON.parse(JSON.stringify(toJsonLogic(tree))))).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps whatever it is given, to the letter where it has no words', () => {
    for (const logic of [{ '>': [1, { var: 'b' }] }, { if: [true, 1, 2] }, { nonsense: 1 }, 'text', false])
      expect(toJsonLogic(conditionTree(logic))).toEqual(logic);
    expect(toJsonLogic(conditionTree({ '!': [{ '<': [{ var: 'a' }, 1] }] }))).toEqual({
      '!': [{ '<': [{ var: 'a' }, 1] }],
    });
    for (const always of [undefined, null, true, {}])
      expect(toJsonLogic(conditionTree(always))).toBeUndefined();
  });
});

describe('a question to related records', () => {
  const asked = anyRelated(anyFilter).chain((related) =>
    fc.constantFrom<FilterGroup>(
      { kind: 'group', join: 'and', items: [related] },
      { kind: 'group', join: 'and', isNegated: true, items: [related] },
      { kind: 'group', join: 'or', items: [related, { ...related, path: 'things' }] },
    ),
  );

  it('means something to the server', () => {
    const company = model.objects.get('company')!;
    fc.assert(
      fc.property(asked, (filter) => {
        const { problems } = checkExpression(toJsonLogic(filter), {
          objects: model.objects,
          object: company,
        });
        expect(problems).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back the same, and with parts without words in the builder', () => {
    const parsed = (filter: FilterGroup) => JSON.parse(JSON.stringify(toJsonLogic(filter)));
    fc.assert(
      fc.property(asked, (filter) => {
        expect(fromJsonLogic(parsed(filter))).toEqual(filter);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(anyRelated(anyTree), (related) => {
        const filter: FilterGroup = { kind: 'group', join: 'and', items: [related] };
        expect(conditionTree(parsed(filter))).toEqual(filter);
      }),
      { numRuns: 300 },
    );
  });

  it('says nothing until it is finished', () => {
    const question = { kind: 'related', path: 'things', where: EMPTY_FILTER } as const;
    for (const unfinished of [
      { ...question, path: '', function: 'some' },
      { ...question, function: 'all' },
      { ...question, function: 'count', comparison: '>', value: null },
      { ...question, function: 'sum', comparison: '>', value: 3 },
    ] satisfies FilterRelated[])
      expect([toJsonLogic(unfinished), countConditions(unfinished)]).toEqual([undefined, 0]);
    expect(toJsonLogic({ ...question, function: 'none' })).toEqual({ none: [{ var: 'things' }] });
  });

  it('is offered for lookups that point here and for links', () => {
    const relations = (name: string) =>
      relationsOf(describeObject(model, model.objects.get(name)!, accessWithout()));
    expect(relations('company')).toContainEqual({ name: 'things', label: 'Things', object: 'thing' });
    expect(relations('thing')).toContainEqual({
      name: 'a_multi_lookup',
      label: 'a_multi_lookup',
      object: 'company',
    });
  });
});

describe('JSON Logic that people could not have built', () => {
  it.each([
    { '>': [{ '+': [{ var: 'a' }, 1] }, { var: 'b' }] },
    { '>': [1, { var: 'b' }] },
    { if: [true, 1, 2] },
    { '!': [{ and: [{ is_blank: [{ var: 'a' }] }, { '<': [{ abs: [{ var: 'a' }] }, 1] }] }] },
    { $changed: ['a', 1] },
    { all: [{ var: 'things' }] },
    { sum: [{ var: 'things' }, { var: 'a_integer' }] },
    { '>': [{ sum: [{ var: 'things' }, { '+': [{ var: 'a_integer' }, 1] }] }, 3] },
    { '>': [{ count: [{ var: 'things' }] }, { var: 'a' }] },
    { some: [{ var: 'things' }, { '<': [{ abs: [{ var: 'a' }] }, 1] }] },
    { and: [] },
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
