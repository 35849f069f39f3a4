/**
 * The parts of a structured value as fields: `billing_address.city` is a text, `term.end` a date. A part is made of
 * its field once and has a type with all facets, so that checker, filters, sort and groups treat it as any field;
 * whoever reads its value finds it by `part`.
 */
import type { FieldBody } from '@trellis/metadata';
import type { FieldType } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import type { FieldPath } from './path.ts';

const partsOf = new WeakMap<CompiledField, ReadonlyMap<string, CompiledField>>();

/** The parts of a field by name, in the order of its type; empty for types of one value. */
export function partFields(field: CompiledField): ReadonlyMap<string, CompiledField> {
  const known = partsOf.get(field);
  if (known) return known;
  const parts = new Map(
    Object.entries(field.type.parts ?? {}).map(([name, part]): [string, CompiledField] => [
      name,
      Object.freeze({
        ...field,
        name,
        // No field's key has a point: nothing that is kept by key is mistaken for a part.
        key: `${field.key}.${name}`,
        label: `${field.label} · ${part.label}`,
        type: part.type,
        body: bodyOfPart(field, part),
        isRequired: false,
        isUnique: false,
        isIndexed: false,
        isSearchable: false,
        isWritable: false,
        related: undefined,
        default: undefined,
        part: { of: field, name },
      }),
    ]),
  );
  partsOf.set(field, parts);
  return parts;
}

/** A number behind `phones.primary` is read by the country of its whole. */
function bodyOfPart(
  field: CompiledField,
  part: { readonly label: string; readonly type: FieldType },
): FieldBody {
  const { multiple: _, ...body } = field.body;
  const shared = Object.entries(body).filter(([name]) =>
    (part.type.properties as readonly string[]).includes(name),
  );
  return { ...Object.fromEntries(shared), label: part.label, type: part.type.name };
}

/**
 * What a list is sorted by when it is asked for the field: of several addresses the primary one. The text of the path
 * stays, so that a sort reads back as it was written.
 */
export function sortedPath(path: FieldPath): FieldPath {
  const { sortedBy } = path.field.type;
  const part = sortedBy === undefined ? undefined : partFields(path.field).get(sortedBy);
  return part ? Object.freeze({ ...path, field: part }) : path;
}

/** The field that holds a value: of a part its whole. */
export function wholeOf(field: CompiledField): CompiledField {
  return field.part?.of ?? field;
}
