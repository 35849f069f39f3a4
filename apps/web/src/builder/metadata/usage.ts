/**
 * Who uses a field: every place in the metadata that names it, also by a path through lookups from another object.
 * Asked before a field is deleted.
 */
import type { Reference } from '../draft/draft.ts';
import { type Catalogue, targetsOf } from './catalogue.ts';

export interface Usage extends Reference {
  readonly label: string;
  /** JSON pointer into the body. */
  readonly pointer: string;
}

/** Uses of `deal.amount`, one entry per component and place. */
export function findFieldUsages(catalogue: Catalogue, fieldName: string): readonly Usage[] {
  const dot = fieldName.indexOf('.');
  const object = fieldName.slice(0, dot);
  const field = fieldName.slice(dot + 1);
  const usages: Usage[] = [];
  for (const component of catalogue.components) {
    if (component.kind === 'field' && component.name === fieldName) continue;
    const home = component.name.includes('.')
      ? component.name.slice(0, component.name.indexOf('.'))
      : component.name;
    const label = labelOf(component.body) ?? component.name;
    const add = (pointer: string) =>
      usages.push({ kind: component.kind, name: component.name, label, pointer });
    walk(component.body, '', (value, pointer, key) => {
      if (typeof value === 'string') {
        const place = { value, pointer, key, home, kind: component.kind, body: component.body };
        if (names(catalogue, place, { object, field, fieldName })) add(pointer);
      }
    });
    if (home === object && component.kind === 'record_type' && hasOption(component.body, field))
      add(`/options/${field}`);
    if (component.kind === 'permission_set' && grantsField(component.body, object, field))
      add(`/objects/${object}/fields/${field}`);
  }
  return usages;
}

interface Place {
  readonly value: string;
  readonly pointer: string;
  readonly key: string;
  readonly home: string;
  readonly kind: string;
  readonly body: unknown;
}

/** Property names whose text is a field of the component's own object, or a path from it. */
const FIELD_KEYS = new Set([
  'var',
  'field',
  'name_field',
  'group_by',
  'columns',
  'sort',
  'fields',
  'highlights',
  'include',
]);

function names(
  catalogue: Catalogue,
  place: Place,
  target: { readonly object: string; readonly field: string; readonly fieldName: string },
): boolean {
  if (place.key === 'lookup' || place.key === 'view') return place.value === target.fieldName;
  if (place.kind === 'field' && place.pointer.startsWith('/rollup/')) {
    return (
      (place.key === 'via' || place.key === 'field') &&
      place.value === target.field &&
      place.home !== target.object
    );
  }
  if (!FIELD_KEYS.has(place.key)) return false;
  // Columns and sort keys of a related list start from the object on the other side of its lookup.
  const home = relatedHome(place) ?? place.home;
  return resolvesTo(catalogue, home, place.value.replace(/^-/, ''), target);
}

function relatedHome({ kind, pointer, body }: Place): string | undefined {
  if (kind !== 'layout' || !/\/items\/\d+\/(?:columns|sort)\/\d+$/.test(pointer)) return undefined;
  const lookup = valueAt(body, pointer.replace(/\/(?:columns|sort)\/\d+$/, '/lookup'));
  return typeof lookup === 'string' ? lookup.slice(0, lookup.indexOf('.')) : undefined;
}

function resolvesTo(
  catalogue: Catalogue,
  start: string,
  path: string,
  target: { readonly object: string; readonly field: string },
): boolean {
  let objects: readonly string[] = [start];
  for (const step of path.split('.')) {
    if (step === target.field && objects.includes(target.object)) return true;
    objects = objects.flatMap((object) => {
      const field = catalogue.find('field', `${object}.${step}`);
      return field === undefined ? [] : targetsOf(field.body);
    });
    if (objects.length === 0) return false;
  }
  return false;
}

function walk(
  value: unknown,
  pointer: string,
  visit: (value: unknown, pointer: string, key: string) => void,
  key = '',
) {
  visit(value, pointer, key);
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) walk(each, `${pointer}/${index}`, visit, key);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) walk(each, `${pointer}/${name}`, visit, name);
  }
}

export function valueAt(body: unknown, pointer: string): unknown {
  let value = body;
  for (const segment of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[segment.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

function labelOf(body: unknown): string | undefined {
  const label = valueAt(body, '/label');
  return typeof label === 'string' ? label : undefined;
}

function hasOption(body: unknown, field: string): boolean {
  return valueAt(body, `/options/${field}`) !== undefined;
}

function grantsField(body: unknown, object: string, field: string): boolean {
  return valueAt(body, `/objects/${object}/fields/${field}`) !== undefined;
}
