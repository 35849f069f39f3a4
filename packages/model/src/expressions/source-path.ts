/** Where the value of a path lies: related fields, on the way and at the end, replaced by the way to what they show. */
import type { CompiledField } from '../model.ts';
import { partFields } from './part-field.ts';
import type { FieldPath } from './path.ts';

/** The path itself unless it meets a related field. The text stays as written: it names the value, not the way. */
export function sourcePath(path: FieldPath): FieldPath {
  const whole = path.field.part?.of ?? path.field;
  if (!whole.related && !path.through.some((hop) => hop.related)) return path;
  const through = [...path.through.flatMap(wayTo), ...(whole.related?.through ?? [])];
  const source = whole.related?.field ?? whole;
  const { part } = path.field;
  return { text: path.text, through, field: part ? partFields(source).get(part.name)! : source };
}

/** The lookups that are followed from a record to what one of its lookups points to. */
export function wayTo(lookup: CompiledField): readonly CompiledField[] {
  return lookup.related ? [...lookup.related.through, lookup.related.field] : [lookup];
}

/** Of a related field what a caller must be able to read besides it; nothing for all others. */
export function fieldsBehind(field: CompiledField): readonly CompiledField[] {
  const { related } = field.part?.of ?? field;
  // A title at the end of a path through several objects is no field of one.
  return related ? [...related.through, related.field].filter((each) => each.object !== '*') : [];
}
