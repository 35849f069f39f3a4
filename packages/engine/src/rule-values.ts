/**
 * What rules look at: the values of drafts by path, before and after the change, and those of other records behind
 * their lookups. Rules read every field whoever saves, so nothing here asks for access. However many records are saved,
 * each object that paths lead to costs one statement.
 */
import {
  ALWAYS,
  allOf,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type ExpressionContext,
  type FieldPath,
  firstOf,
  isId,
  type JsonValue,
  objectsOfPath,
  pathsOfExpression,
  sourcePath,
} from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import type { Draft } from './draft.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { keptRollup } from './present-rollups.ts';

/** Who looks: rules read every record, what a person is shown takes their rights. */
type Eyes = 'platform' | 'caller';

/** Values by the text of their paths, open until the paths through lookups are filled in. */
export type OpenValues = Record<string, JsonValue>;

/** What rules are judged in: the acting user, the instant, and the workspace's time zone whoever asks. */
export function ruleContext(pinned: Pinned): ExpressionContext {
  return { ...pinned.expressionContext, timeZone: pinned.snapshot.workspace.timeZone };
}

/** The own fields by which the paths begin, each once. */
export function firstFieldsOf(paths: Iterable<FieldPath>): CompiledField[] {
  return [...new Set([...paths].map(firstOf))];
}

/** Whether storage has to be asked for the value: it is another record's, or an answer of related records. */
export function isDistant(path: FieldPath): boolean {
  return sourcePath(path).through.length > 0 || path.field.question !== undefined;
}

/** Values of own fields as they shall be, or as they are stored. */
export function ownValues(
  pinned: Pinned,
  draft: Draft,
  fields: readonly CompiledField[],
  side: 'after' | 'before',
): OpenValues {
  const values: OpenValues = {};
  const data = side === 'after' ? draft.data : draft.current?.data;
  for (const field of fields) {
    if (field.systemColumn !== undefined)
      values[field.name] = systemValue(pinned, draft, field.systemColumn, side);
    else if (field.rollup) values[field.name] = keptRollup(field, draft.current?.derived[field.key]);
    else values[field.name] = data?.[field.key] ?? null;
  }
  return values;
}

/**
 * Roll-ups of the records themselves that are not kept for every record yet: worked out by one statement for all rows.
 * A save changes none of its own record's roll-ups before it is written, so both sides of it read the same.
 */
export async function fillRollups(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly fields: readonly CompiledField[];
    readonly rows: readonly { readonly draft: Draft; readonly sides: readonly (OpenValues | undefined)[] }[];
  },
  transaction: Transaction | undefined,
): Promise<void> {
  const { object, fields, rows } = request;
  const kept = pinned.snapshot.rollups?.get(object.key);
  const open = fields.filter((field) => field.rollup && !kept?.has(field.key));
  const stored = rows.filter(({ draft }) => draft.current);
  if (open.length === 0 || stored.length === 0) return;
  const ids = [...new Set(stored.map(({ draft }) => draft.id))];
  const found = await loadValues(parts, pinned, { object, ids, paths: open.map(ownPath) }, transaction);
  for (const { draft, sides } of stored) {
    const values = found.get(draft.id);
    for (const { name } of values ? open : [])
      for (const side of sides) if (side) side[name] = values![name] ?? null;
  }
}

function systemValue(pinned: Pinned, draft: Draft, column: string, side: 'after' | 'before'): JsonValue {
  const { current } = draft;
  const isAfter = side === 'after';
  switch (column) {
    case 'id':
      return draft.id;
    case 'owner_id':
      return isAfter ? draft.ownerId : (current?.ownerId ?? null);
    case 'record_type':
      return isAfter ? draft.recordType : (current?.recordType ?? null);
    case 'created_at':
      return current?.createdAt ?? pinned.at;
    case 'created_by':
      return current?.createdBy ?? pinned.actorId;
    case 'updated_at':
      return current?.updatedAt ?? pinned.at;
    case 'updated_by':
      return current?.updatedBy ?? pinned.actorId;
    case 'version':
      return current?.version ?? null;
    default:
      return null;
  }
}

interface Wanted {
  readonly object: CompiledObject;
  readonly ids: Set<string>;
  /** By their text, seen from the object. */
  readonly paths: Map<string, FieldPath>;
  readonly uses: {
    readonly row: OpenValues;
    readonly id: string;
    readonly text: string;
    readonly as: string;
  }[];
}

/**
 * Adds the values of all paths that pass lookups, or ask related records, to rows that hold the value of the first
 * lookup, or the id. What leads to no live record is blank. Related records are seen as they are stored.
 */
export async function fillPaths(
  parts: Parts,
  pinned: Pinned,
  rows: readonly OpenValues[],
  paths: readonly FieldPath[],
  transaction: Transaction | undefined,
  eyes: Eyes = 'platform',
): Promise<void> {
  const wanted = new Map<string, Wanted>();
  for (const path of paths) {
    const source = sourcePath(path);
    const [lookup, ...through] = source.through;
    if (!lookup && !path.field.question) continue;
    // What is asked of records related to the record itself is read of the record.
    const rest = lookup ? [...through, source.field].map(({ key }) => key).join('.') : path.text;
    const isTitle = lookup && (lookup.systemColumn !== undefined || lookup.isPolymorphic);
    for (const row of rows) {
      row[path.text] ??= null;
      const { id, objects } = lookup
        ? targetOf(lookup, row[lookup.name])
        : { id: String(row.id), objects: [path.field.object] };
      for (const name of objects) {
        const object = pinned.model.objects.get(name);
        if (!object) continue;
        const inner = isTitle ? ownPath(object.nameField) : { text: rest, through, field: source.field };
        const each: Wanted = wanted.get(name) ?? { object, ids: new Set(), paths: new Map(), uses: [] };
        wanted.set(name, each);
        each.ids.add(id);
        each.paths.set(inner.text, inner);
        each.uses.push({ row, id, text: inner.text, as: path.text });
      }
    }
  }
  for (const { object, ids, paths: inner, uses } of wanted.values()) {
    const found = await loadValues(
      parts,
      pinned,
      { object, ids: [...ids], paths: [...inner.values()], eyes },
      transaction,
    );
    for (const { row, id, text, as } of uses) {
      const values = found.get(id);
      if (values) row[as] = (values[text] as JsonValue | undefined) ?? null;
    }
  }
}

async function loadValues(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly ids: readonly string[];
    readonly paths: readonly FieldPath[];
    readonly eyes?: Eyes;
  },
  transaction: Transaction | undefined,
): Promise<ReadonlyMap<string, OpenValues>> {
  const { object, ids, paths, eyes = 'platform' } = request;
  const id = ownPath(object.fields.get('id')!);
  const targets = paths.flatMap((path) => [...objectsOfPath(path)]);
  const isOne: Expression = { op: 'in', value: { op: 'field', type: 'id', path: id }, list: ids };
  const visible = pinned.visible(object);
  const isAll = eyes === 'platform';
  const page = await parts.storage.records.query(
    pinned.snapshot,
    {
      object,
      fields: [id, ...paths],
      filter: isAll ? isOne : allOf(isOne, visible),
      targetFilters: isAll
        ? new Map(targets.map((name) => [name, ALWAYS]))
        : pinned.targetFilters([...paths, ...pathsOfExpression(visible)]),
      search: undefined,
      sort: [{ path: id, descending: false }],
      limit: ids.length,
      after: undefined,
      before: undefined,
      count: 'none',
      deleted: false,
      context: ruleContext(pinned),
    },
    transaction,
  );
  return new Map(page.rows.map((row) => [String(row.id), row as OpenValues]));
}

/** The record that a lookup's value means, and the objects that it may be in. */
function targetOf(
  lookup: CompiledField,
  value: JsonValue | undefined,
): { readonly id: string; readonly objects: readonly string[] } {
  const { object, id } = (
    typeof value === 'object' && value !== null ? value : { object: undefined, id: value }
  ) as { readonly object: unknown; readonly id: unknown };
  if (typeof id !== 'string' || !isId(id)) return { id: '', objects: [] };
  return { id, objects: typeof object === 'string' ? [object] : lookup.targets };
}
