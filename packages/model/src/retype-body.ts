/** A field's body with another type: what means something for both stays, the rest goes. */
import type { FieldBody, FieldTypeName } from '@trellis/metadata';
import { COMMON_PROPERTIES, canBeSearched, canBeUnique } from './compile-field.ts';
import { FIELD_TYPES } from './field-types/registry.ts';

/** The body as an editor offers it; what the new type still needs, such as options, is for its author to say. */
export function retypeBody(body: FieldBody, to: FieldTypeName): FieldBody {
  const type = FIELD_TYPES.get(to);
  if (!type) return { ...body, type: to };
  const kept = Object.fromEntries(
    Object.entries(body).filter(
      ([property]) =>
        COMMON_PROPERTIES.has(property) || type.properties.includes(property as keyof FieldBody),
    ),
  ) as unknown as FieldBody;
  const { default: _, unique, indexed, searchable, required, ...rest } = kept;
  return {
    ...rest,
    type: to,
    ...(unique && canBeUnique(type) ? { unique } : {}),
    ...(indexed && type.column !== undefined && type.column.index !== 'none' ? { indexed } : {}),
    ...(searchable && canBeSearched(type) ? { searchable } : {}),
    ...(required && !type.isReadOnly && type.name !== 'boolean' ? { required } : {}),
  };
}
