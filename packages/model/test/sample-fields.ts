/** Fields of every live type, with and without their properties, for the property tests of field types. */
import type { Component, FieldBody } from '@trellis/metadata';
import { type CompiledField, compile, type Model } from '../src/index.ts';

const options = [
  { value: 'plain', label: 'Plain' },
  { value: 'semi;colon', label: 'Semi; colon' },
  { value: 'back\\slash', label: 'Back \\ slash' },
  { value: 'end\\', label: 'End' },
  { value: 'Ünïcødé 東京 🎈', label: 'Unicode' },
  { value: 'old', label: 'Old', active: false },
];

const BODIES: { readonly [name: string]: Omit<FieldBody, 'label'> } = {
  name: { type: 'text' },
  short: { type: 'text', max_length: 5 },
  code: { type: 'text', pattern: '^[a-z ]+$' },
  notes: { type: 'long_text' },
  story: { type: 'rich_text' },
  short_story: { type: 'rich_text', max_length: 12 },
  plain_markdown: { type: 'markdown' },
  script: { type: 'code', language: 'sql' },
  short_script: { type: 'code', max_length: 9 },
  words: { type: 'tags' },
  step: { type: 'status', options, transitions: { plain: ['old'], old: [] } },
  contact: { type: 'person_name' },
  billing: { type: 'address' },
  term: { type: 'date_range' },
  place: { type: 'geolocation' },
  anything: { type: 'json' },
  settings: {
    type: 'json',
    json_schema: {
      type: 'object',
      properties: { count: { type: 'integer', minimum: 0 }, note: { type: 'null' } },
      required: ['count'],
    },
  },
  email: { type: 'email' },
  phone: { type: 'phone' },
  emails: { type: 'email', multiple: true },
  phones: { type: 'phone', multiple: true, default_country: 'DE' },
  phone_de: { type: 'phone', default_country: 'DE' },
  link: { type: 'url' },
  count: { type: 'integer' },
  below_zero: { type: 'integer', max: -5 },
  stars: { type: 'rating' },
  three_stars: { type: 'rating', max: 3 },
  brand: { type: 'color' },
  slot: { type: 'time' },
  span: { type: 'duration' },
  short_span: { type: 'duration', min: -60, max: 600 },
  rating: { type: 'integer', min: 1, max: 5 },
  decimal: { type: 'decimal' },
  fine: { type: 'decimal', scale: 12, min: 0, max: 1 },
  rough: { type: 'decimal', precision: 2, scale: 0 },
  price: { type: 'currency', currency: 'EUR' },
  share: { type: 'percent', min: 0, max: 100, scale: 1 },
  active: { type: 'boolean' },
  day: { type: 'date' },
  moment: { type: 'datetime' },
  choice: { type: 'select', options },
  choices: { type: 'multi_select', options },
  link_to: { type: 'lookup', to: 'thing' },
  any: { type: 'lookup', to: '*', reverse_name: 'any_of' },
  either: { type: 'lookup', to: ['thing', 'membership'], reverse_name: 'either_of' },
  things: { type: 'multi_lookup', to: 'thing', through: 'membership' },
  approver: { type: 'user' },
  token: { type: 'secret' },
  contract: { type: 'file', accept: ['application/pdf'], max_size: 5 },
  papers: { type: 'files' },
  photo: { type: 'image' },
  number: { type: 'auto_number', format: 'C-{YYYY}-{00000}' },
  members: { type: 'rollup', rollup: { object: 'membership', via: 'one', function: 'count' } },
  doubled: { type: 'formula', formula: { '*': [{ var: 'price' }, 2] } },
  shouted: { type: 'formula', formula: { upper: [{ var: 'name' }] } },
  chosen: { type: 'formula', formula: { coalesce: [{ var: 'choice' }, { var: 'step' }] } },
  due: { type: 'formula', formula: { date_add: [{ var: 'day' }, 1, 'week'] } },
  seen_day: { type: 'related', related: 'link_to.day' },
  seen_choice: { type: 'related', related: 'link_to.choice' },
  seen_price: { type: 'related', related: 'link_to.price' },
  seen_link: { type: 'related', related: 'link_to.either' },
  seen_name: { type: 'related', related: 'link_to.link_to.shouted' },
  seen_number: { type: 'related', related: 'link_to.number' },
  is_due: { type: 'formula', formula: { '<': [{ var: 'day' }, { today: [] }] } },
};

function field(name: string, body: FieldBody): Component {
  return { kind: 'field', name, body };
}

function object(name: string): Component {
  return { kind: 'object', name, body: { label: name, plural_label: name, name_field: 'name' } };
}

const { model: compiled, problems } = compile(
  [
    object('thing'),
    object('membership'),
    object('user'),
    field('user.name', { label: 'Name', type: 'text' }),
    field('membership.name', { label: 'Name', type: 'text' }),
    field('membership.one', { label: 'One', type: 'lookup', to: 'thing' }),
    field('membership.other', { label: 'Other', type: 'lookup', to: 'thing' }),
    ...Object.entries(BODIES).map(([name, body]) => field(`thing.${name}`, { label: name, ...body })),
  ].map((component) => ({ component })),
);
if (!compiled) throw new Error(JSON.stringify(problems, null, 2));

export const model: Model = compiled;
export const fields: readonly CompiledField[] = model.objects.get('thing')!.ownFields;

export function requireField(name: string): CompiledField {
  return model.objects.get('thing')!.fields.get(name)!;
}
