/**
 * Many-to-many: ids on the wire, rows of a real junction object in storage. It keeps no value of its own, so it has
 * no column, and attributes of a link are edited on the junction.
 */
import type { FieldType, JsonValue } from '../field-type.ts';
import { ID_PATTERN, sampleId } from './facets.ts';

export const multiLookup = {
  name: 'multi_lookup',
  label: 'Many-to-many',
  description: 'Links to any number of records, through a junction object.',
  category: 'relation',
  icon: 'arrows-split',
  properties: ['to', 'through'],
  valueType: 'ids',
  column: undefined,
  isReadOnly: false,
  filterOperators: [],
  aggregates: [],
  isSortable: false,
  isGroupable: false,
  widget: 'multi_lookup',
  merge: 'union',
  convertsTo: [],
  check: (body) => {
    const faults: { code: string; pointer: string; message: string; hint?: string }[] = [];
    if (typeof body.to !== 'string' || body.to === '*') {
      faults.push({
        code: 'required',
        pointer: '/to',
        message: 'A many-to-many field needs `to`: one object.',
      });
    }
    if (body.through === undefined) {
      faults.push({
        code: 'required',
        pointer: '/through',
        message: 'A many-to-many field needs `through`: the junction object that holds the links.',
      });
    }
    for (const property of ['required', 'unique', 'indexed', 'searchable', 'default'] as const) {
      if (body[property] !== undefined && body[property] !== false) {
        faults.push({
          code: 'property_not_applicable',
          pointer: `/${property}`,
          message: `\`${property}\` means nothing on a many-to-many field.`,
          hint: 'Set it on the junction object.',
        });
      }
    }
    return faults;
  },
  valueSchema: () => ({
    type: 'array',
    maxItems: 1000,
    uniqueItems: true,
    items: { type: 'string', pattern: ID_PATTERN, errorMessage: 'This is not the id of a record.' },
  }),
  canonicalise: (value) =>
    Array.isArray(value)
      ? [
          ...new Set(
            value.map((each: unknown) => (typeof each === 'string' ? each.trim().toLowerCase() : each)),
          ),
        ]
      : value === null
        ? []
        : value,
  parseText: (text) => {
    const ids = text.toLowerCase().split(/[;\s]+/);
    return { value: [...new Set(ids.filter((id) => id !== ''))] };
  },
  toText: (value) => (value as readonly string[]).join(';'),
  display: (value) => (value as readonly JsonValue[]).join(', '),
  compare: () => 0,
  isEqual: (left, right) => {
    const [first, second] = [left, right].map((value) =>
      [...((value as readonly string[] | null) ?? [])].sort(),
    );
    return JSON.stringify(first) === JSON.stringify(second);
  },
  mask: () => '•••',
  sample: (random) => [sampleId(random)],
} as const satisfies FieldType;
