/**
 * What a save asks of the fields of an object, worked out once per compiled object: of sixty fields nearly every answer
 * is none or a few, and each save asks a dozen times.
 */
import type { CompiledField, CompiledObject } from '@trellis/model';

export interface SaveShape {
  /** Fields that silence may fill on creation, by themselves or for some record type. */
  readonly withDefaults: readonly CompiledField[];
  /** Required whatever the record: those that can be hidden are judged by the rules. */
  readonly required: readonly CompiledField[];
  readonly autoNumbers: readonly CompiledField[];
  readonly trees: readonly CompiledField[];
  readonly holdsFiles: boolean;
}

const shapes = new WeakMap<CompiledObject, SaveShape>();

export function saveShape(object: CompiledObject): SaveShape {
  const known = shapes.get(object);
  if (known) return known;
  const { ownFields, recordTypes, rules } = object;
  const ofTypes = new Set(recordTypes.flatMap(({ body }) => Object.keys(body.options ?? {})));
  const shape = {
    withDefaults: ownFields.filter(
      ({ name, default: given }) => (given && given.kind !== 'computed') || ofTypes.has(name),
    ),
    required: ownFields.filter(
      ({ name, isRequired, isWritable }) =>
        isRequired && isWritable && !rules.conditions.get(name)?.visibleWhen,
    ),
    autoNumbers: ownFields.filter(({ type }) => type.name === 'auto_number'),
    trees: ownFields.filter(({ body, related }) => body.tree === true && !related),
    holdsFiles: ownFields.some(({ type }) => type.holdsFiles === true),
  };
  shapes.set(object, shape);
  return shape;
}
