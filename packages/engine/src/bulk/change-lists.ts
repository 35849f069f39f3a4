/**
 * What a mass edit does to fields: set to a value, clear, and of fields with several values add some or take some away.
 * The last two depend on what each record has; what comes out is an ordinary input for the save.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, type CompiledField, type CompiledObject, type JsonValue } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import type { InputError } from '../engine.ts';
import { parseInput } from '../parse-input.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { validateValue } from '../validate-value.ts';
import { loadLinks } from '../write-links.ts';

type Values = { readonly [field: string]: JsonValue };

/** As it is kept with the job. */
export interface FieldChange {
  readonly set: Values;
  readonly add: Values;
  readonly remove: Values;
}

/** Whether values can be added to the field's and taken away: several options, words or links. */
export function takesSeveral(field: CompiledField): boolean {
  const { valueType } = field.type;
  if (valueType === 'options' || valueType === 'ids') return true;
  const schema = field.type.valueSchema(field) as { readonly items?: { readonly type?: unknown } };
  return valueType === 'texts' && schema.items?.type === 'string';
}

/** Reads what a caller gives, with all that can be said before any record is looked at. */
export function readChange(
  pinned: Pinned,
  object: CompiledObject,
  given: { readonly set?: unknown; readonly add?: unknown; readonly remove?: unknown },
  problems: InputError[],
): FieldChange {
  const seen = new Set<string>();
  const read = (part: keyof FieldChange): Values => {
    const values = given[part];
    if (values === undefined) return {};
    const parsed = parseInput(pinned, values, { object, isNew: false, isPlatform: false });
    const fault = (error: InputError) => problems.push({ ...error, pointer: `/${part}${error.pointer}` });
    for (const problem of parsed.problems) fault(problem);
    for (const [field, value] of parsed.values) {
      const pointer = jsonPointer(field.name);
      if (part === 'set' && field.isRequired && (value === null || value === ''))
        fault({ code: 'required', pointer, message: `${field.label} is required and can’t be cleared.` });
      if (part !== 'set' && !takesSeveral(field)) {
        const message = `${field.label} has one value: set it.`;
        fault({ code: 'not_supported', pointer, message });
      } else if (part !== 'set' && !Array.isArray(value)) {
        fault({ code: 'wrong_type', pointer, message: `${field.label} takes a list.` });
      } else for (const each of validateValue(value, field)) fault(each);
      if (field.type.holdsFiles && value !== null)
        fault({
          code: 'not_supported',
          pointer,
          message: 'A file belongs to one record: it can only be cleared.',
        });
      // Adding to a field and taking from it go together; setting it as well would say two things.
      if (part === 'set' || !seen.has(field.name)) continue;
      fault({
        code: 'conflicting_properties',
        pointer,
        message: `${field.label} is set: nothing is added then.`,
      });
    }
    if (part === 'set') for (const field of parsed.values.keys()) seen.add(field.name);
    return typeof values === 'object' && values !== null ? (values as Values) : {};
  };
  const change = { set: read('set'), add: read('add'), remove: read('remove') };
  const isEmpty = Object.values(change).every((part) => Object.keys(part).length === 0);
  if (isEmpty)
    problems.push({
      code: 'required',
      pointer: '/set',
      message: 'Say what is to change: `set`, `add` or `remove`.',
    });
  return change;
}

/** Names of the fields that it changes. */
export function fieldsOf({ set, add, remove }: FieldChange): readonly string[] {
  return [...new Set([set, add, remove].flatMap((part) => Object.keys(part)))];
}

/** The input of the save of each record. However many records, it takes one statement and one for each field of links. */
export async function inputsOf(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly ids: readonly string[];
    readonly change: FieldChange;
    readonly transaction: Transaction | undefined;
  },
): Promise<ReadonlyMap<string, Values>> {
  const { object, ids, change, transaction } = request;
  const { set, add, remove } = change;
  const lists = fieldsOf({ set: {}, add, remove }).flatMap((name) => object.fields.get(name) ?? []);
  if (lists.length === 0) return new Map(ids.map((id) => [id, set]));
  const query = {
    object,
    ids,
    visible: pinned.visible(object),
    allowed: ALWAYS,
    deleted: 'live' as const,
    context: pinned.expressionContext,
  };
  const stored = await parts.storage.records.loadForWrite(pinned.snapshot, query, transaction);
  const data = new Map(stored.map((record) => [record.id, record.data]));
  const inputs = new Map(ids.map((id): [string, Record<string, JsonValue>] => [id, { ...set }]));
  for (const field of lists) {
    const isLinks = field.type.valueType === 'ids';
    const links = isLinks ? await loadLinks(parts, pinned, field, { ids, transaction }) : undefined;
    const canonical = (part: Values): readonly JsonValue[] => {
      const value = part[field.name] === undefined ? [] : field.type.canonicalise(part[field.name]!, field);
      return Array.isArray(value) ? value : [];
    };
    const [added, removed] = [canonical(add), new Set(canonical(remove))];
    for (const [id, input] of inputs) {
      const current = links ? (links.get(id) ?? []).map((link) => link.far) : data.get(id)?.[field.key];
      const known: readonly JsonValue[] = Array.isArray(current) ? current : [];
      const kept = known.filter((value) => !removed.has(value));
      input[field.name] = [...kept, ...added.filter((value) => !kept.includes(value))];
    }
  }
  return inputs;
}
