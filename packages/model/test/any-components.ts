/** Components that parse, made up from few names so that they meet, agree and clash. For property tests. */
import { type Component, FIELD_TYPE_NAMES, parseComponents } from '@trellis/metadata';
import fc from 'fast-check';

const names = fc.constantFrom('a', 'b', 'user', 'constructor', 'owner');
const fieldNames = fc.constantFrom('name', 'x', 'y', 'z', 'id', 'owner_id', 'constructor');
const fullNames = fc.tuple(names, fieldNames).map((parts) => parts.join('.'));
const paths = fc.oneof(fieldNames, fullNames, fc.constantFrom('x.y.name', 'owner.name', 'x.x.x.x.x.x'));
const label = fc.constant('L');
const option = fc.record(
  { value: fc.constantFrom('one', 'two', 'three'), label },
  { requiredKeys: ['value', 'label'] },
);
const options = fc.array(option, { maxLength: 3 });
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('one', '2026-01-01', 5, { today: [] }, { now: [] }, { var: '$user.id' }, ''),
);
const condition = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  paths.map((path) => ({ is_blank: { var: path } })),
  fc.tuple(paths, value).map(([path, given]) => ({ '==': [{ var: [path] }, given] })),
);
const maybe = fc.boolean();

const item = fc.oneof(
  fc.record({ type: fc.constant('field'), field: fieldNames }),
  fc.record(
    {
      type: fc.constant('related_list'),
      lookup: fullNames,
      columns: fc.array(paths, { minLength: 1, maxLength: 2 }),
      sort: fc.array(paths, { maxLength: 2 }),
    },
    { requiredKeys: ['type', 'lookup'] },
  ),
);

const some = { noNullPrototype: true };
const bodies = {
  object: fc.record(
    {
      label,
      plural_label: label,
      name_field: fieldNames,
      sharing: fc.constantFrom('private', 'read', 'parent'),
      indexes: fc.array(
        fc.record({
          fields: fc.array(paths, { minLength: 1, maxLength: 2 }),
          include: fc.array(fieldNames, { maxLength: 2 }),
        }),
        { maxLength: 2 },
      ),
    },
    { ...some, requiredKeys: ['label', 'plural_label', 'name_field'] },
  ),
  field: fc.record(
    {
      label,
      type: fc.constantFrom(...FIELD_TYPE_NAMES),
      required: maybe,
      unique: maybe,
      indexed: maybe,
      searchable: maybe,
      default: value,
      max_length: fc.constantFrom(1, 5000),
      pattern: fc.constantFrom('(', '^a$'),
      min: fc.integer(),
      max: fc.integer(),
      precision: fc.integer({ min: 1, max: 15 }),
      scale: fc.integer({ min: 0, max: 14 }),
      format: fc.constantFrom('{0}', '{X}'),
      options,
      option_set: fc.constantFrom('o', 'p'),
      to: fc.oneof(names, fc.constant('*'), fc.array(names, { minLength: 1, maxLength: 3 })),
      parent: maybe,
      on_delete: fc.constantFrom('restrict', 'clear', 'cascade'),
      reverse_name: fieldNames,
      through: names,
      default_country: fc.constantFrom('DE', 'ZZ'),
      visible_when: condition,
    },
    { ...some, requiredKeys: ['label', 'type'] },
  ),
  record_type: fc.record(
    {
      label,
      is_default: maybe,
      active: maybe,
      layout: fc.constantFrom('l', 'm'),
      options: fc.dictionary(
        fieldNames,
        fc.record(
          {
            values: fc.array(fc.constantFrom('one', 'four'), { minLength: 1 }),
            default: fc.constantFrom('one', 'two'),
          },
          { requiredKeys: ['values'] },
        ),
        { noNullPrototype: true },
      ),
    },
    { ...some, requiredKeys: ['label'] },
  ),
  layout: fc.record({ label, tabs: fc.constant(1) }, some).chain(() =>
    fc.array(item, { maxLength: 4 }).map((items) => ({
      label: 'L',
      highlights: ['x'],
      tabs: [{ label: 'T', sections: [{ columns: [{ items }] }] }],
    })),
  ),
  view: fc.record(
    {
      label,
      is_default: maybe,
      columns: fc.array(paths, { minLength: 1, maxLength: 3 }),
      sort: fc.array(
        paths.map((path) => `-${path}`),
        { maxLength: 2 },
      ),
      filter: condition,
      group_by: paths,
      mode: fc.constantFrom('grid', 'map'),
    },
    { ...some, requiredKeys: ['label', 'columns'] },
  ),
  app: fc.record(
    {
      label,
      items: fc.array(
        fc.oneof(
          fc.record({ type: fc.constant('object'), object: names }),
          fc.record({ type: fc.constant('view'), view: fullNames }),
        ),
        { maxLength: 3 },
      ),
    },
    some,
  ),
  option_set: fc.record({ label, options: fc.array(option, { minLength: 1, maxLength: 3 }) }, some),
  rule: fc.record({ label, invalid_when: condition, message: label }, some),
  sharing_rule: fc.record(
    { share_with: fc.constant([{ role: 'r' }]), access: fc.constant('read'), when: condition },
    some,
  ),
  role: fc.record({ label, parent: fc.constantFrom('r', 's') }, some),
  permission_set: fc.record(
    { label, objects: fc.dictionary(names, fc.record({ read: maybe }, some), { noNullPrototype: true }) },
    some,
  ),
};

const ofObject = new Set(['field', 'record_type', 'layout', 'view', 'rule', 'sharing_rule']);
const component = fc
  .constantFrom(...(Object.keys(bodies) as (keyof typeof bodies)[]), 'object', 'field', 'field', 'field')
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      name: kind === 'object' ? names : ofObject.has(kind) ? fullNames : fc.constantFrom('o', 'p', 'r'),
      body: bodies[kind as keyof typeof bodies] as fc.Arbitrary<unknown>,
    }),
  );

/** Sets of components, each given once. */
export const anyComponents: fc.Arbitrary<readonly Component[]> = fc
  .array(component, { maxLength: 40 })
  .map((components) => parseComponents(components).components);
