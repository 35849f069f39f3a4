/**
 * The parts of a structured value as fields: `billing_address.city` is a text, `term.end` a date. A part is made of
 * its field once and has a type with all facets, so that checker, filters, sort and groups treat it as any field;
 * whoever reads its value finds it by `part`.
 */
import type { CompiledField } from '../model.ts';

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
        body: { label: part.label, type: part.type.name },
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

/** The field that holds a value: of a part its whole. */
export function wholeOf(field: CompiledField): CompiledField {
  return field.part?.of ?? field;
}
