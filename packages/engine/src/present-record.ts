/**
 * Shapes records for a reader: which fields, under which names, lookups expanded as asked for, nothing that they may
 * not read. A selection is resolved once per object and list of fields and kept with the model; per row there is no
 * resolving, only copying.
 */
import type { Access } from '@trellis/access';
import { jsonPointer } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  type JsonValue,
  type RowSlot,
  resolvePath,
  SECRET_IS_SET,
  TITLE_FIELD,
  wholeOf,
} from '@trellis/model';
import { tooManyLookups } from './count-lookups.ts';
import type { InputError, PresentedRecord } from './engine.ts';
import { EngineError } from './errors.ts';
import { ownPath } from './own-path.ts';
import type { SavedRecord } from './parts.ts';
import type { Pinned } from './pinned.ts';

/** What a reader gets of each record, and what has to be asked of storage for it. */
export interface Selection {
  /** Paths as asked for: the columns of an export. */
  readonly texts: readonly string[];
  readonly paths: readonly FieldPath[];
  /** How a record is laid out: storage makes rows of this form. */
  readonly slots: readonly RowSlot[];
  /** The field that each text ends at. */
  readonly ends: readonly CompiledField[];
  /** Every field that the selection touches: all must be readable for whoever uses it. */
  readonly fields: readonly CompiledField[];
}

/** A slot that is still being laid out. */
interface OpenSlot extends RowSlot {
  parts: OpenSlot[] | undefined;
}

/** Fields that are shown only where deleted records are. */
const DELETION_FIELDS: ReadonlySet<string> = new Set(['deleted_at', 'deleted_by']);
const MAX_SELECTIONS = 200;
const MAX_FIELDS = 1000;
const selections = new WeakMap<CompiledObject, Map<string, Selection>>();
/** What a caller's access, which never changes, was found to be right for. */
const rightFor = new WeakMap<Access, WeakSet<Selection>>();

/** The selection of the given paths, or of all readable fields. Throws `invalid_query` with pointers into `/fields`. */
export function select(
  pinned: Pinned,
  object: CompiledObject,
  fields: readonly string[] | undefined,
  options: { readonly withDeletion: boolean } = { withDeletion: false },
): Selection {
  const key = fields ? `=${String(fields)}` : options.withDeletion ? '*deleted' : '*';
  const cache = selections.get(object) ?? new Map<string, Selection>();
  const known = cache.get(key);
  const right = rightFor.get(pinned.access) ?? new WeakSet<Selection>();
  if (known && right.has(known)) return known;
  rightFor.set(pinned.access, right);
  if (known && isStillRight(pinned, object, known, { isDefault: !fields, ...options })) {
    right.add(known);
    return known;
  }
  const selection = fields
    ? selectPaths(pinned, object, fields)
    : selectAll(pinned, object, options.withDeletion);
  if (cache.size >= MAX_SELECTIONS) cache.clear();
  cache.set(key, selection);
  selections.set(object, cache);
  return selection;
}

/** The cache knows no callers: a selection serves whoever may read exactly what it holds. */
function isStillRight(
  pinned: Pinned,
  object: CompiledObject,
  selection: Selection,
  options: { readonly isDefault: boolean; readonly withDeletion: boolean },
): boolean {
  if (!selection.fields.every(pinned.isReadable)) return false;
  return (
    !options.isDefault ||
    readableFields(pinned, object, options.withDeletion).length === selection.slots.length
  );
}

/** Readable fields in the order in which records show them: id, own fields, then what the platform keeps. */
export function readableFields(
  pinned: Pinned,
  object: CompiledObject,
  withDeletion: boolean,
): CompiledField[] {
  const system = [...object.fields.values()].filter((field) => field.systemColumn !== undefined);
  return [...system.slice(0, 1), ...object.ownFields, ...system.slice(1)].filter(
    (field) => (withDeletion || !DELETION_FIELDS.has(field.name)) && pinned.isReadable(field),
  );
}

function selectAll(pinned: Pinned, object: CompiledObject, withDeletion: boolean): Selection {
  const fields = readableFields(pinned, object, withDeletion);
  return {
    texts: fields.map((field) => field.name),
    ends: fields,
    paths: fields.map(ownPath),
    slots: fields.map(({ name }) => ({ out: name, source: name, parts: undefined })),
    fields,
  };
}

function selectPaths(pinned: Pinned, object: CompiledObject, texts: readonly string[]): Selection {
  const problems: InputError[] = [];
  if (!Array.isArray(texts) || texts.length > MAX_FIELDS) {
    const message = `\`fields\` is a list of up to ${MAX_FIELDS} fields.`;
    throw new EngineError('invalid_query', message, {
      errors: [{ code: 'invalid_value', pointer: '/fields', message }],
    });
  }
  const resolved: FieldPath[] = [];
  for (const [index, text] of texts.entries()) {
    const scope = { objects: pinned.model.objects, object, isReadable: pinned.isReadable };
    const { path, problem } = typeof text === 'string' ? resolvePath(scope, text) : { problem: WRONG_TYPE };
    if (problem) problems.push({ ...problem, pointer: jsonPointer('fields', index) });
    else if (path) resolved.push(path);
  }
  problems.push(...tooManyLookups(resolved, '/fields'));
  if (problems.length > 0)
    throw new EngineError('invalid_query', problems[0]!.message, {
      errors: problems,
    });
  const builder = new SelectionBuilder();
  builder.add(ownPath(object.fields.get('id')!));
  for (const path of resolved) builder.add(path);
  builder.add(ownPath(object.fields.get('version')!));
  return builder.finish(texts, resolved);
}

const WRONG_TYPE = { code: 'wrong_type', message: 'A field is named by text.' };

/** Lays paths out as slots: `account.owner.name` becomes `account: {id, owner: {id, name}}`. */
class SelectionBuilder {
  readonly #paths = new Map<string, FieldPath>();
  readonly #slots: OpenSlot[] = [];

  /** A part is given within its whole: `{"address": {"city": …}}` is what it is asked for as. */
  add(asked: FieldPath): void {
    const path = wholePath(asked);
    const segments = path.text.split('.');
    let slots = this.#slots;
    for (const [depth, lookup] of path.through.entries()) {
      const source = segments.slice(0, depth + 1).join('.');
      this.#paths.set(source, { text: source, through: path.through.slice(0, depth), field: lookup });
      slots = this.#expand(slots, segments[depth]!, source);
    }
    const out = segments.at(-1)!;
    this.#paths.set(path.text, path);
    if (!slots.some((slot) => slot.out === out)) slots.push({ out, source: path.text, parts: undefined });
  }

  /** The parts of a lookup as an object; a plain id that was asked for before gives way to it. */
  #expand(slots: OpenSlot[], out: string, source: string): OpenSlot[] {
    const index = slots.findIndex((slot) => slot.out === out);
    const known = slots[index]?.parts;
    if (known) return known;
    const parts: OpenSlot[] = [];
    const slot: OpenSlot = { out, source, parts };
    if (index < 0) slots.push(slot);
    else slots[index] = slot;
    return parts;
  }

  finish(texts: readonly string[], resolved: readonly FieldPath[]): Selection {
    return {
      texts,
      ends: resolved.map((path) => path.field),
      paths: [...this.#paths.values()],
      slots: this.#slots,
      fields: [...new Set(resolved.flatMap((path) => [...path.through, wholeOf(path.field)]))].filter(
        (field) => field !== TITLE_FIELD,
      ),
    };
  }
}

function wholePath(path: FieldPath): FieldPath {
  const { part } = path.field;
  if (!part) return path;
  return { text: path.text.slice(0, -part.name.length - 1), through: path.through, field: part.of };
}

/** What the platform keeps of a record just saved, by the names of its fields. */
export function systemValues(record: SavedRecord): Readonly<Record<string, JsonValue>> {
  return {
    id: record.id,
    owner_id: record.ownerId,
    record_type: record.recordType,
    created_at: record.createdAt,
    created_by: record.createdBy,
    updated_at: record.updatedAt,
    updated_by: record.updatedBy,
    version: record.version,
  };
}

/**
 * A record just saved, with all readable fields. By field name: `links` are those that the save did not write,
 * `formulas` and `rollups` what is computed.
 */
export function presentSaved(
  selection: Selection,
  object: CompiledObject,
  record: SavedRecord,
  {
    links,
    formulas,
    rollups,
  }: {
    readonly links: ReadonlyMap<string, readonly string[]>;
    readonly formulas: ReadonlyMap<string, JsonValue>;
    readonly rollups: ReadonlyMap<string, JsonValue>;
  },
): PresentedRecord {
  const { template, system, plain, computed, secrets, junctions } = savedShape(selection, object);
  const result: Record<string, JsonValue> = { ...template };
  const { data } = record;
  const kept = systemValues(record);
  for (const { name } of system) result[name] = kept[name] ?? null;
  for (const { name, key } of plain) {
    const value = data[key];
    if (value !== undefined && value !== null) result[name] = value;
  }
  for (const { name, rollup } of computed) result[name] = (rollup ? rollups : formulas).get(name) ?? null;
  for (const { name } of junctions) result[name] = record.links.get(name) ?? links.get(name) ?? [];
  for (const { name, key } of secrets) if (data[key] !== undefined) result[name] = SECRET_IS_SET;
  return result;
}

/** How a saved record is laid out; worked out once, like the selection. */
interface SavedShape {
  /** All of its properties, blank: see `read-row.ts` of storage on why a record begins as a copy. */
  readonly template: Readonly<Record<string, JsonValue>>;
  readonly system: readonly CompiledField[];
  readonly plain: readonly CompiledField[];
  /** Roll-ups, formulas and related fields. */
  readonly computed: readonly CompiledField[];
  readonly secrets: readonly CompiledField[];
  readonly junctions: readonly CompiledField[];
}

const savedShapes = new WeakMap<Selection, SavedShape>();

function savedShape(selection: Selection, object: CompiledObject): SavedShape {
  const known = savedShapes.get(selection);
  if (known) return known;
  const fields = selection.slots.map(({ out }) => object.fields.get(out)!);
  const blank = (field: CompiledField) => [field.name, field.type.valueType === 'boolean' ? false : null];
  const isComputed = ({ rollup, formula, related }: CompiledField) =>
    rollup !== undefined || formula !== undefined || related !== undefined;
  const own = fields.filter((field) => field.systemColumn === undefined);
  const stored = own.filter((field) => !isComputed(field) && !field.junction);
  const shape = {
    template: JSON.parse(JSON.stringify(Object.fromEntries(fields.map(blank)))) as SavedShape['template'],
    system: fields.filter(({ systemColumn }) => systemColumn !== undefined),
    computed: own.filter(isComputed),
    plain: stored.filter(({ type }) => !type.isSecret),
    secrets: stored.filter(({ type }) => type.isSecret),
    junctions: own.filter((field) => !isComputed(field) && field.junction),
  };
  savedShapes.set(selection, shape);
  return shape;
}
