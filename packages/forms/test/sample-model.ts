/** A small workspace with a field of every live type, for the tests of this room. */
import type { Component } from '@trellis/metadata';
import { type CompiledField, type CompiledObject, compile, FIELD_TYPES, type Model } from '@trellis/model';
import type { DescribeAccess } from '../src/index.ts';

const object = (name: string, body: object = {}): Component => ({
  kind: 'object',
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name', ...body },
});
const field = (name: string, body: object): Component =>
  ({ kind: 'field', name, body: { label: name.split('.')[1], type: 'text', ...body } }) as Component;

const OPTIONS = [
  { value: 'open', label: 'Open', color: 'blue' },
  { value: 'won', label: 'Won', color: 'green' },
  { value: 'old', label: 'Old', active: false },
];
const TYPED: Readonly<Record<string, object>> = {
  formula: { formula: { '+': [{ var: 'a_integer' }, 1] } },
  related: { related: 'a_lookup.secret_rank' },
  select: { options: OPTIONS },
  status: { options: OPTIONS },
  multi_select: { options: OPTIONS },
  lookup: { to: 'company', reverse_name: 'things', reverse_label: 'Things' },
  multi_lookup: { to: 'company', through: 'membership' },
  auto_number: { format: 'T-{0000}' },
  rollup: { rollup: { object: 'membership', via: 'thing', function: 'count' } },
};

const components: Component[] = [
  object('user'),
  field('user.name', {}),
  object('team'),
  field('team.name', {}),
  object('company'),
  field('company.name', { required: true }),
  field('company.secret_rank', { type: 'integer' }),
  object('membership', { name_field: 'note' }),
  field('membership.note', {}),
  field('membership.thing', { type: 'lookup', to: 'thing', required: true, on_delete: 'cascade' }),
  field('membership.company', { type: 'lookup', to: 'company', required: true, on_delete: 'cascade' }),
  object('thing'),
  field('thing.name', { required: true }),
  field('thing.secret', {}),
  field('thing.second_secret', {}),
  field('thing.code', { set_once: true, no_copy: true }),
  field('thing.due', { type: 'date', default: { today: [] } }),
  field('thing.regarding', { type: 'lookup', to: ['company', 'thing'] }),
  ...[...FIELD_TYPES.keys()].map((type) => field(`thing.a_${type}`, { type, ...TYPED[type] })),
  {
    kind: 'record_type',
    name: 'thing.plain',
    body: {
      label: 'Plain',
      is_default: true,
      options: { a_select: { values: ['open', 'won'], default: 'open' } },
    },
  },
  { kind: 'record_type', name: 'thing.fancy', body: { label: 'Fancy', layout: 'fancy' } },
  {
    kind: 'layout',
    name: 'thing.fancy',
    body: {
      label: 'Fancy',
      highlights: ['secret', 'due'],
      tabs: [
        {
          label: 'Main',
          sections: [
            {
              label: 'All',
              visible_when: { '==': [{ var: 'secret' }, 'x'] },
              columns: [
                {
                  items: [
                    { type: 'field', field: 'secret' },
                    { type: 'field', field: 'code' },
                    { type: 'field', field: 'a_auto_number' },
                    { type: 'field', field: 'a_select', visible_when: { is_blank: [{ var: 'code' }] } },
                  ],
                },
              ],
            },
            { label: 'Only secrets', columns: [{ items: [{ type: 'field', field: 'second_secret' }] }] },
          ],
        },
      ],
    },
  },
  {
    kind: 'layout',
    name: 'company.default',
    body: {
      label: 'Company',
      tabs: [
        {
          label: 'Related',
          sections: [
            {
              columns: [
                {
                  items: [
                    {
                      type: 'related_list',
                      lookup: 'thing.a_lookup',
                      columns: ['name', 'secret'],
                      sort: ['-secret', 'name'],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    kind: 'view',
    name: 'thing.all',
    body: {
      label: 'All',
      columns: ['name', 'secret', 'a_lookup.name', 'owner.name', 'a_lookup.secret_rank'],
      sort: ['-secret', 'name'],
    },
  },
  {
    kind: 'view',
    name: 'thing.secretive',
    body: {
      label: 'Secretive',
      icon: 'lock',
      columns: ['name'],
      filter: { '==': [{ var: 'a_lookup.secret_rank' }, 1] },
    },
  },
  {
    kind: 'app',
    name: 'desk',
    body: {
      label: 'Desk',
      items: [
        { type: 'object', object: 'thing' },
        { type: 'view', view: 'thing.secretive' },
        { type: 'view', view: 'thing.all', label: 'Our things' },
        { type: 'heading', label: 'Companies' },
        { type: 'object', object: 'company' },
        { type: 'heading', label: 'Nothing left' },
      ],
    },
  },
];

export function sampleModel(): Model {
  const { model, problems } = compile(components.map((component) => ({ component })));
  if (model === undefined)
    throw new Error(
      JSON.stringify(
        problems.filter((each) => each.severity === 'error'),
        null,
        2,
      ),
    );
  return model;
}

const ALL = { create: true, read: true, update: true, delete: true, export: true, import: true };

/** Access of someone who sees everything but the named fields (`thing.secret`) and objects. */
export function accessWithout(...hidden: readonly string[]): DescribeAccess {
  const canRead = (each: CompiledField) => !hidden.includes(`${each.object}.${each.name}`);
  return {
    rightsOn: (each: CompiledObject) => ({ ...ALL, read: !hidden.includes(each.name) }),
    canRead,
    canUpdate: canRead,
  };
}
