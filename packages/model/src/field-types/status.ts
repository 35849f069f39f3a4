/**
 * A select whose options follow each other: `transitions` says which may come after which. An option without an entry
 * there may be followed by any, one with an empty list by none. A new record begins with any of them.
 */
import type { FieldType, JsonValue } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { select } from './select.ts';

export const status = {
  ...select,
  name: 'status',
  label: 'Status',
  description: 'Where a record stands, with the steps that are allowed: open, in progress, done.',
  icon: 'progress-check',
  properties: ['options', 'option_set', 'transitions', 'depends_on'],
  widget: 'status',
  convertsTo: ['select', 'multi_select', 'tags', 'text'],
} as const satisfies FieldType;

/** The options that may follow a stored one; undefined when all may. Staying is always allowed, and not listed. */
export function allowedNext(field: CompiledField, stored: JsonValue): readonly string[] | undefined {
  const { transitions } = field.body;
  if (!transitions || typeof stored !== 'string' || !Object.hasOwn(transitions, stored)) return undefined;
  return transitions[stored];
}
