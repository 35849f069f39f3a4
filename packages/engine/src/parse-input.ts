/**
 * Step 1 of a save: reads a record as sent, field by field, into canonical values. A field that the caller can't read
 * is unknown to them; one that can't be written is refused, never dropped. What the values mean together is a
 * later step's question.
 */
import { jsonPointer, nearest } from '@trellis/metadata';
import type { CompiledField, CompiledObject } from '@trellis/model';
import type { InputError } from './engine.ts';
import type { Pinned } from './pinned.ts';

/** Unknown names of one record that are told, and names of one call that nearest ones are looked for. */
const MAX_UNKNOWN = 100;
const MAX_HINTS = 200;

export interface ParsedInput {
  /** Canonical values by field, null for a field that is cleared; not yet checked against the field's schema. */
  readonly values: ReadonlyMap<CompiledField, unknown>;
  readonly problems: readonly InputError[];
}

export interface InputRules {
  readonly object: CompiledObject;
  readonly isNew: boolean;
  /** Consequences that the platform writes itself are not bound to the caller's field rights. */
  readonly isPlatform: boolean;
}

export function parseInput(pinned: Pinned, input: unknown, rules: InputRules): ParsedInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const message = 'A record is an object with fields, such as {"name": "Ada"}.';
    return { values: new Map(), problems: [{ code: 'wrong_type', pointer: '', message }] };
  }
  const { object, isNew, isPlatform } = rules;
  const decision = pinned.decide(object, isNew ? 'create' : 'update');
  const values = new Map<CompiledField, unknown>();
  const problems: InputError[] = [];
  let unknown = 0;
  for (const name of Object.keys(input)) {
    const field = object.fields.get(name);
    if (!field || !(isPlatform || pinned.isReadable(field))) {
      if (++unknown <= MAX_UNKNOWN) problems.push(unknownField(pinned, object, name));
      continue;
    }
    if (!field.isWritable || !(isPlatform || decision.canUpdate(field))) {
      const message = field.isWritable
        ? `You may read ${field.label}, not change it.`
        : `${field.label} is kept by the platform and can't be written.`;
      problems.push({ code: 'read_only', pointer: jsonPointer(name), message });
      continue;
    }
    values.set(field, canonicalise((input as Record<string, unknown>)[name], field));
  }
  return { values, problems };
}

function canonicalise(value: unknown, field: CompiledField): unknown {
  if (value === undefined || value === null) return field.type.valueType === 'ids' ? [] : null;
  const canonical = field.type.canonicalise(value, field);
  return canonical === undefined ? null : canonical;
}

function unknownField(pinned: Pinned, object: CompiledObject, name: string): InputError {
  const near = nearestField(pinned, object, name);
  return {
    code: 'unknown_field',
    pointer: jsonPointer(name),
    message: `${object.label} has no field \`${name}\`.`,
    ...(near === undefined ? {} : { hint: `Did you mean \`${near}\`?` }),
  };
}

/** By name and object, of one call: a batch says the same wrong name in each of its records. */
const hints = new WeakMap<Pinned, Map<string, string | undefined>>();

function nearestField(pinned: Pinned, object: CompiledObject, name: string): string | undefined {
  const known = hints.get(pinned) ?? new Map<string, string | undefined>();
  hints.set(pinned, known);
  const key = `${object.key} ${name}`;
  if (known.has(key) || known.size >= MAX_HINTS) return known.get(key);
  const fields = [...object.fields.values()].filter((field) => field.isWritable && pinned.isReadable(field));
  const near = nearest(
    name,
    fields.map((field) => field.name),
  );
  known.set(key, near);
  return near;
}
