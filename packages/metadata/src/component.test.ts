import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ComponentKind,
  componentId,
  isName,
  KIND_NAMES,
  KINDS,
  objectOf,
  parseComponent,
  parseComponents,
  shortName,
} from './component.ts';

/** Faults as `[code, pointer, message and hint]`. */
function faultsOf(input: unknown) {
  const { component, problems } = parseComponent(input);
  expect(component === undefined).toBe(problems.length > 0);
  return problems.map(({ code, pointer, message, hint }) => [
    code,
    pointer,
    message + (hint === undefined ? '' : ` ${hint}`),
  ]);
}

const placesOf = (input: unknown) => faultsOf(input).map(([code, pointer]) => [code, pointer]);
const object = (body: object) => ({
  kind: 'object',
  name: 'deal',
  body: { label: 'Deal', plural_label: 'Deals', name_field: 'name', ...body },
});
const field = (body: object) => ({
  kind: 'field',
  name: 'deal.amount',
  body: { label: 'Amount', type: 'currency', ...body },
});
const layout = (...items: unknown[]) => ({
  kind: 'layout',
  name: 'deal.default',
  body: { label: 'L', tabs: [{ label: 'T', sections: [{ columns: [{ items }] }] }] },
});
const ITEMS = '/body/tabs/0/sections/0/columns/0/items';

describe('what a component is', () => {
  it.each([
    [null, 'wrong_type', ''],
    [[], 'wrong_type', ''],
    ['object', 'wrong_type', ''],
    [{}, 'required', '/kind'],
    [{ kind: 5, name: 'a', body: {} }, 'wrong_type', '/kind'],
    [{ kind: { toString: 1 }, name: 'a', body: {} }, 'wrong_type', '/kind'],
    [{ kind: 'constructor', name: 'a', body: {} }, 'unknown_kind', '/kind'],
    [{ kind: 'role', name: 'a' }, 'wrong_type', '/body'],
    [{ kind: 'role', name: 'a', body: [] }, 'wrong_type', '/body'],
    [{ kind: 'role', body: { label: 'A' } }, 'required', '/name'],
    [{ kind: 'role', name: 5, body: { label: 'A' } }, 'wrong_type', '/name'],
    [{ kind: 'role', name: 'a', body: { label: 'A' }, key: 'a' }, 'unknown_property', '/key'],
  ])('%j', (input, code, pointer) => {
    expect(placesOf(input)).toEqual([[code, pointer]]);
  });

  it('an unknown kind gets a hint', () => {
    expect(faultsOf({ kind: 'feild', name: 'a', body: {} })).toEqual([
      ['unknown_kind', '/kind', 'There is no kind `feild`. Did you mean `field`?'],
    ]);
    expect(faultsOf({ kind: 'x'.repeat(1000), name: 'a', body: {} })[0]![2]!.length).toBeLessThan(400);
  });
});

describe('names', () => {
  it.each([
    ['object', 'deal', true],
    ['object', 'a'.repeat(50), true],
    ['object', 'a'.repeat(51), false],
    ['object', 'Deal', false],
    ['object', '1deal', false],
    ['object', '_deal', false],
    ['object', 'deal-x', false],
    ['object', 'deal\n', false],
    ['object', '', false],
    ['object', 'deal.x', false],
    ['role', 'a'.repeat(100), true],
    ['role', 'a'.repeat(101), false],
    ['role', 'a.b', false],
    ['field', `deal.${'a'.repeat(100)}`, true],
    ['field', `deal.${'a'.repeat(101)}`, false],
    ['field', `${'a'.repeat(51)}.x`, false],
    ['field', 'amount', false],
    ['field', '.amount', false],
    ['field', 'deal.', false],
    ['field', 'deal.a.b', false],
    ['field', 'deal.Amount', false],
  ] as [ComponentKind, string, boolean][])('%s %s: %s', (kind, name, isValid) => {
    const { problems } = parseComponent({ kind, name, body: {} });
    expect(problems.some(({ code, pointer }) => code === 'invalid_name' && pointer === '/name')).toBe(
      !isValid,
    );
  });

  it('are put together and taken apart', () => {
    expect([
      componentId({ kind: 'field', name: 'deal.amount' }),
      shortName('deal.amount'),
      shortName('sales'),
    ]).toEqual(['field:deal.amount', 'amount', 'sales']);
    expect([
      objectOf({ kind: 'field', name: 'deal.amount' }),
      objectOf({ kind: 'app', name: 'sales' }),
    ]).toEqual(['deal', undefined]);
    expect(['a', 'a_1', 'A', '', 'a.b', 'a'.repeat(101)].map(isName)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('bodies', () => {
  it.each([
    [object({ label: undefined }), [['required', '/body/label', 'deal: `label` is required.']]],
    [
      object({ lable: 'x' }),
      [['unknown_property', '/body/lable', 'deal: there is no property `lable`. Did you mean `label`?']],
    ],
    [
      object({ zzzzzz: 'x' }),
      [['unknown_property', '/body/zzzzzz', expect.stringContaining('Properties are label, plural_label')]],
    ],
    [object({ label: 5 }), [['wrong_type', '/body/label', 'deal: expected string, not number.']]],
    [object({ label: null }), [['wrong_type', '/body/label', 'deal: expected string, not null.']]],
    [object({ label: '' }), [['invalid_value', '/body/label', expect.any(String)]]],
    [
      object({ sharing: 'privat' }),
      [
        [
          'invalid_value',
          '/body/sharing',
          'deal: `privat` is not one of the values allowed here. Did you mean `private`?',
        ],
      ],
    ],
    [object({ sharing: 5 }), [['wrong_type', '/body/sharing', 'deal: expected string, not number.']]],
    [
      object({ sharing: { toString: 1 } }),
      [['wrong_type', '/body/sharing', 'deal: expected string, not object.']],
    ],
    [
      object({ name_field: 'The name' }),
      [
        [
          'invalid_value',
          '/body/name_field',
          'deal: `The name` is not well formed. It must match ^[a-z][a-z0-9_]*$.',
        ],
      ],
    ],
    [object({ search: 'yes' }), [['wrong_type', '/body/search', 'deal: expected boolean, not string.']]],
    [
      object({ indexes: [{ fields: ['a'], includes: [] }] }),
      [['unknown_property', '/body/indexes/0/includes', expect.stringContaining('`include`')]],
    ],
    [object({ 'a/b~c': 1 }), [['unknown_property', '/body/a~1b~0c', expect.any(String)]]],
    [object({ __proto__x: 1 }), [['unknown_property', '/body/__proto__x', expect.any(String)]]],
    [
      JSON.parse('{"kind":"role","name":"a","body":{"label":"A","__proto__":{"parent":"b"}}}'),
      [['unknown_property', '/body/__proto__', expect.any(String)]],
    ],
    [
      field({ type: 'curency' }),
      [
        [
          'invalid_value',
          '/body/type',
          'deal.amount: `curency` is not one of the values allowed here. Did you mean `currency`?',
        ],
      ],
    ],
    [field({ scale: 20 }), [['invalid_value', '/body/scale', expect.stringContaining('<= 14')]]],
    [field({ scale: 1.5 }), [['wrong_type', '/body/scale', 'deal.amount: expected integer, not number.']]],
    [
      field({ options: [{ value: ' a', label: 'A' }] }),
      [['invalid_value', '/body/options/0/value', expect.any(String)]],
    ],
    [
      field({ options: [{ value: 'a\nb', label: 'A' }] }),
      [['invalid_value', '/body/options/0/value', expect.any(String)]],
    ],
    [
      field({ to: 5 }),
      [['invalid_value', '/body/to', 'deal.amount: this is none of the forms allowed here.']],
    ],
    [
      field({ to: 'Account' }),
      [['invalid_value', '/body/to', expect.stringContaining('`Account` is not well formed')]],
    ],
    [
      field({ to: ['account', 'Contact'] }),
      [['invalid_value', '/body/to/1', expect.stringContaining('`Contact` is not well formed')]],
    ],
    [field({ to: [] }), [['invalid_value', '/body/to', expect.stringContaining('fewer than 1')]]],
    [
      { kind: 'record_type', name: 'deal.a', body: { label: 'A', options: { 'Not a name': 5 } } },
      [['unknown_property', '/body/options/Not a name', expect.any(String)]],
    ],
    [
      {
        kind: 'permission_set',
        name: 'a',
        body: {
          label: 'A',
          objects: { Deal: { read: true }, deal: { fields: { Amount: 'read', amount: 'write' } } },
        },
      },
      expect.arrayContaining([
        ['unknown_property', '/body/objects/Deal', expect.any(String)],
        ['unknown_property', '/body/objects/deal/fields/Amount', expect.any(String)],
        ['invalid_value', '/body/objects/deal/fields/amount', expect.any(String)],
      ]),
    ],
  ])('%j', (input, faults) => {
    expect(faultsOf(input)).toEqual(faults);
  });

  it.each([
    [field({ to: '*', options: [{ value: 'In Progress, “ok”', label: 'A' }] })],
    [field({ to: 'account' })],
    [field({ to: ['account', 'contact'] })],
  ])('%j is right', (input) => {
    expect(faultsOf(input)).toEqual([]);
  });

  it('tells all faults at once, name and body', () => {
    expect(placesOf({ kind: 'object', name: 'Deal', body: { label: '', plural: 'x' }, more: 1 })).toEqual([
      ['unknown_property', '/more'],
      ['invalid_name', '/name'],
      ['required', '/body/plural_label'],
      ['required', '/body/name_field'],
      ['unknown_property', '/body/plural'],
      ['invalid_value', '/body/label'],
    ]);
  });
});

describe('items of a layout', () => {
  it.each([
    [[{ type: 'field' }], [['required', '/0/field']]],
    [
      [{ type: 'field', feild: 'a' }],
      [
        ['required', '/0/field'],
        ['unknown_property', '/0/feild'],
      ],
    ],
    [[{ type: 'field', field: 5 }], [['wrong_type', '/0/field']]],
    [[{ type: 'related_list', lookup: 'contact' }], [['invalid_value', '/0/lookup']]],
    [[{ type: 'component', component: 'map' }], [['invalid_value', '/0/component']]],
    [[{ type: 'button' }], [['invalid_value', '/0']]],
    [[{ field: 'a' }], [['invalid_value', '/0']]],
    [[5], [['invalid_value', '/0']]],
    [[null], [['invalid_value', '/0']]],
    // Each item is judged by its own type, whatever the others are.
    [
      [
        { type: 'field' },
        { type: 'related_list', lookup: 'x' },
        { type: 'button' },
        { type: 'component', component: 'x', z: 1 },
        { type: 'field', field: 'ok' },
      ],
      [
        ['required', '/0/field'],
        ['invalid_value', '/1/lookup'],
        ['invalid_value', '/2'],
        ['unknown_property', '/3/z'],
        ['invalid_value', '/3/component'],
      ],
    ],
  ])('%j', (items, places) => {
    const byPlace = (list: unknown[]) => list.map((each) => JSON.stringify(each)).sort();
    expect(byPlace(placesOf(layout(...items)))).toEqual(
      byPlace(places.map(([code, pointer]) => [code, ITEMS + pointer])),
    );
  });

  it('a wrong item names the types that there are', () => {
    expect(faultsOf(layout({ type: 'button' }))[0]![2]).toContain(
      'Its `type` must be one of field, related_list, component.',
    );
  });

  it('thousands of wrong items are told apart in linear time', () => {
    const wrong = Array.from({ length: 800 }, (_, index) =>
      index % 2 === 0 ? { type: 'field' } : { type: 'related_list', lookup: 'x' },
    );
    const tabs = Array.from({ length: 25 }, () => ({
      label: 'T',
      sections: [{ columns: [{ items: wrong }] }],
    }));
    expect(placesOf({ kind: 'layout', name: 'deal.default', body: { label: 'L', tabs } })).toHaveLength(
      20_000,
    );
  });
});

describe('many components', () => {
  const role = (name: string) => ({ kind: 'role', name, body: { label: 'R' } });

  it('those that are right are kept in order, all faults are told, pointers begin with the place', () => {
    const { components, problems } = parseComponents([role('a'), role('B'), 5, role('c'), role('a')]);
    expect(components.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['invalid_name', '/1/name'],
      ['wrong_type', '/2'],
      ['duplicate_component', '/4/name'],
    ]);
    expect(problems.at(-1)!.message).toBe('The role a is given twice, first at /0.');
  });

  it('the same name in another kind is another component', () => {
    expect(
      parseComponents([
        role('a'),
        { kind: 'option_set', name: 'a', body: { label: 'A', options: [{ value: 'x', label: 'X' }] } },
      ]).problems,
    ).toEqual([]);
  });

  it.each([[undefined], [null], [{}], ['[]'], [5]])('%j is no list', (input) => {
    expect(parseComponents(input).problems).toMatchObject([{ code: 'wrong_type', pointer: '' }]);
  });
});

describe('anything at all', () => {
  it('never throws, and points into what was given', () => {
    const anything = fc.jsonValue();
    const component = fc.record(
      {
        kind: fc.oneof(fc.constantFrom(...KIND_NAMES), anything),
        name: fc.oneof(fc.constantFrom('a', 'a.b'), anything),
        body: fc.oneof(
          anything,
          fc.dictionary(
            fc.constantFrom('label', 'type', 'tabs', 'items', 'options', 'to', 'columns', 'objects'),
            anything,
          ),
        ),
      },
      { requiredKeys: ['kind'] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.array(fc.oneof(component, anything))), (input) => {
        const { components, problems } = parseComponents(input);
        if (Array.isArray(input) && components.length < input.length)
          expect(problems.length).toBeGreaterThan(0);
        for (const { pointer, message } of problems) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect(message).not.toContain('undefined');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('JSON too deep for any reader is refused', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const rule = { kind: 'rule', name: 'deal.a', body: { label: 'A', message: 'No.', invalid_when: deep } };
    expect(placesOf(rule)).toEqual([['too_deep', '']]);
  });

  it('every kind has a folder of its own', () => {
    expect(new Set(Object.values(KINDS).map(({ folder }) => folder)).size).toBe(KIND_NAMES.length);
  });
});
