/**
 * A link to one record of another object: its id, or `{object, id}` where the target may be of several objects. As a
 * parent lookup, the target owns this record.
 */
import type { FieldType, JsonValue } from '../field-type.ts';
import { blankText, COUNTS, compareCodePoints, ID_PATTERN, sampleId } from './facets.ts';

export const lookup = {
  name: 'lookup',
  label: 'Lookup',
  description: 'A link to a record of another object.',
  category: 'relation',
  icon: 'arrow-up-right',
  properties: ['to', 'on_delete', 'parent', 'tree', 'reverse_name', 'reverse_label'],
  valueType: 'id',
  column: { type: 'uuid', index: 'btree' },
  isReadOnly: false,
  filterOperators: ['==', '!=', 'in', 'is_blank'],
  aggregates: COUNTS,
  isSortable: false,
  isGroupable: true,
  widget: 'lookup',
  merge: 'keep',
  convertsTo: ['text'],
  check: (body) => {
    if (body.to === undefined) {
      return [
        { code: 'required', pointer: '/to', message: 'A lookup needs `to`: the object that it points to.' },
      ];
    }
    if (body.parent && typeof body.to !== 'string') {
      return [
        {
          code: 'conflicting_properties',
          pointer: '/parent',
          message: 'A parent lookup points to exactly one object.',
        },
      ];
    }
    if (body.parent && body.to === '*') {
      return [
        {
          code: 'conflicting_properties',
          pointer: '/parent',
          message: 'A parent lookup points to exactly one object.',
        },
      ];
    }
    if (body.parent && body.on_delete !== undefined && body.on_delete !== 'cascade') {
      return [
        {
          code: 'conflicting_properties',
          pointer: '/on_delete',
          message: 'A parent lookup always cascades: the children go with their parent.',
          hint: 'Leave `on_delete` out, or drop `parent`.',
        },
      ];
    }
    if (body.required && body.on_delete === 'clear') {
      return [
        {
          code: 'conflicting_properties',
          pointer: '/on_delete',
          message: 'A required lookup can not be cleared when its target is deleted.',
          hint: 'Use `restrict` or `cascade`.',
        },
      ];
    }
    return [];
  },
  valueSchema: (field) => {
    const id = { type: 'string', pattern: ID_PATTERN, errorMessage: 'This is not the id of a record.' };
    if (!field.isPolymorphic) return id;
    return {
      type: 'object',
      properties: { object: { type: 'string', enum: [...field.targets] }, id },
      required: ['object', 'id'],
      additionalProperties: false,
    };
  },
  canonicalise: (value) => {
    if (typeof value === 'string') return blankText(value.trim().toLowerCase());
    const reference = value as { object?: unknown; id?: unknown } | null;
    if (typeof reference === 'object' && reference !== null && typeof reference.id === 'string') {
      return { ...reference, id: reference.id.trim().toLowerCase() };
    }
    return value;
  },
  parseText: (text, field) => {
    const typed = text.trim();
    if (typed === '') return { value: null };
    if (!field.isPolymorphic) return { value: typed.toLowerCase() };
    const colon = typed.indexOf(':');
    const [object, id] = [typed.slice(0, colon), typed.slice(colon + 1)];
    if (!field.targets.includes(object))
      return { problem: `Write it as object:id, with one of ${field.targets.join(', ')}.` };
    return { value: { object, id: id.toLowerCase() } };
  },
  toText: textOf,
  display: (value) => (typeof value === 'string' ? value : (value as { id: string }).id),
  compare: (left, right) => compareCodePoints(textOf(left), textOf(right)),
  isEqual: (left, right) =>
    left === right || (left !== null && right !== null && textOf(left) === textOf(right)),
  mask: () => '•••',
  sample: (random, field) => {
    const id = sampleId(random);
    return field.isPolymorphic
      ? { object: field.targets[Math.floor(random() * field.targets.length)] ?? '', id }
      : id;
  },
} as const satisfies FieldType;

/** The id, or `object:id` where the target may be of several objects. */
function textOf(value: JsonValue): string {
  if (typeof value === 'string') return value;
  const reference = value as { object: string; id: string };
  return `${reference.object}:${reference.id}`;
}
