/** Any number of files, in the order in which they were put. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { isId, sampleId } from './facets.ts';
import { checkFileBody, FILE_SCHEMA, fileFamily, idOf, nameOf, readFile } from './file-family.ts';
import { filesIn } from './file-values.ts';

const MOST_FILES = 100;

export const files = {
  ...fileFamily,
  name: 'files',
  label: 'Files',
  description: 'Several documents or pictures, in an order of your own.',
  icon: 'files',
  widget: 'files',
  merge: 'union',
  check: (body) => checkFileBody(body),
  valueSchema: () => ({ type: 'array', maxItems: MOST_FILES, items: FILE_SCHEMA }),
  canonicalise: (value) => {
    if (typeof value === 'string' && value.trim() === '') return null;
    const list = Array.isArray(value) ? value.map(readFile).filter((each) => each !== null) : value;
    if (!Array.isArray(list)) return list;
    const seen = new Set<unknown>();
    const once = list.filter((each) => {
      const id = (each as { id?: unknown }).id;
      return typeof id !== 'string' || (!seen.has(id) && seen.add(id));
    });
    return once.length === 0 ? null : once;
  },
  parseText: (text) => {
    const ids = text
      .toLowerCase()
      .split(/[;\s]+/)
      .filter((id) => id !== '');
    if (ids.length === 0) return { value: null };
    if (!ids.every(isId)) return { problem: 'These are not the ids of files.' };
    return { value: [...new Set(ids)].map((id) => ({ id })) };
  },
  toText: (value) =>
    filesIn(value)
      .map((each) => each.id)
      .join(';'),
  display: (value) => (value as readonly JsonValue[]).map(nameOf).join(', '),
  isEqual: (left, right) => listed(left) === listed(right),
  sample: (random) => [{ id: sampleId(random) }],
} as const satisfies FieldType;

function listed(value: JsonValue): string {
  return Array.isArray(value) ? value.map(idOf).join(';') : '';
}
