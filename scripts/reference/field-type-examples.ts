/**
 * What the reference of field types shows of each type: a field, and texts as people type them or files hold them,
 * the last one refused where the type refuses anything. What becomes of them is computed when the page is written.
 */
import type { FieldBody, FieldTypeName } from '../../packages/metadata/src/index.ts';

export interface FieldTypeExample {
  readonly body: Omit<FieldBody, 'label' | 'type'>;
  readonly texts: readonly string[];
}

const options = [
  { value: 'new', label: 'New' },
  { value: 'won', label: 'Won', color: 'green' as const },
];

/** A type without an entry keeps no value that could be typed; the page then shows its facets alone. */
export const FIELD_TYPE_EXAMPLES: { readonly [type in FieldTypeName]?: FieldTypeExample } = {
  text: { body: { max_length: 12 }, texts: ['  Größe 7 ', 'Longer than twelve'] },
  long_text: { body: {}, texts: ['First line\nSecond line'] },
  rich_text: { body: {}, texts: ['<p>Hello <b>you</b><script>alert(1)</script></p>'] },
  markdown: { body: {}, texts: ['# Title'] },
  code: { body: { language: 'sql' }, texts: ['select 1'] },
  email: { body: {}, texts: ['ann@example.com', 'ann at example'] },
  phone: { body: { default_country: 'DE' }, texts: ['030 901820', '+1 212 555 2368', '12'] },
  url: { body: {}, texts: ['https://example.com/a?b=1', 'javascript:alert(1)'] },
  person_name: { body: {}, texts: ['Ada Lovelace', 'Lovelace, Ada'] },
  address: { body: {}, texts: ['Unter den Linden 1;Berlin;;10117;DE', 'Berlin'] },
  color: { body: {}, texts: ['#1E90FF', 'blueish'] },
  integer: { body: { min: 0 }, texts: ['1200', '1.5', '-1'] },
  decimal: { body: { scale: 3 }, texts: ['3.14159', '1234567890.1234567'] },
  percent: { body: {}, texts: ['12.5', 'many'] },
  currency: { body: { currency: 'EUR' }, texts: ['1250.5', '12,5,0'] },
  rating: { body: { max: 5 }, texts: ['4', '6'] },
  duration: { body: {}, texts: ['1h 30m', '90', 'a while'] },
  date: { body: {}, texts: ['2026-03-31', '2026-02-31'] },
  datetime: { body: {}, texts: ['2026-03-31T09:30:00+02:00', '31 March'] },
  time: { body: {}, texts: ['9:30', '25:00'] },
  date_range: { body: {}, texts: ['2026-03-01/2026-03-31', '2026-03-31/2026-03-01'] },
  boolean: { body: {}, texts: ['yes', 'FALSE', 'perhaps'] },
  select: { body: { options }, texts: ['won', 'Won', 'lost'] },
  status: { body: { options, transitions: { new: ['won'], won: [] } }, texts: ['new', 'lost'] },
  multi_select: { body: { options }, texts: ['new;won', 'lost'] },
  tags: { body: {}, texts: ['red; green; red'] },
  geolocation: { body: {}, texts: ['52.52, 13.405', '91, 0'] },
  json: { body: {}, texts: ['{"a":[1,null]}', '{"a":'] },
  lookup: { body: { to: 'thing' }, texts: ['0198c0de-0000-7000-8000-000000000001', 'Acme'] },
  multi_lookup: { body: { to: 'thing', through: 'membership' }, texts: [] },
  user: { body: {}, texts: ['0198c0de-0000-7000-8000-000000000001'] },
  formula: { body: { formula: { '*': [2, 3] } }, texts: [] },
  related: { body: { related: 'owner.name' }, texts: [] },
  auto_number: { body: { format: 'C-{YYYY}-{00000}' }, texts: [] },
  rollup: { body: { rollup: { object: 'membership', via: 'one', function: 'count' } }, texts: [] },
};
