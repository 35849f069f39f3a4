/**
 * Which parts of a question columns can answer. What is read from `data` has to be looked at record by record, so a
 * question that needs it is fine for as long as few records are left to look at.
 */
import {
  ALL_PART,
  allOf,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type FieldPath,
  pathsOfExpression,
  type SortKey,
  sourcePath,
} from '@trellis/model';
import { foldedKey } from '../metadata/field-source.ts';
import { isBlankEnough } from '../metadata/wanted-storage.ts';
import type { ScannedField, Snapshot } from '../storage.ts';
import { isKept } from './rollup-value.ts';

/** What a caller asks by, apart from what they may see. */
export interface Asked {
  readonly filter?: Expression | undefined;
  /** Of a filter that is no more at hand, what it compares. */
  readonly compared?: readonly FieldPath[] | undefined;
  readonly sort?: readonly SortKey[] | undefined;
  /** What groups are made by and measures are taken of. */
  readonly values?: readonly FieldPath[] | undefined;
}

/** What a column must be good for: a text is sought in it, it is compared or gives the order, or it is only read. */
type Use = 'sought' | 'compared' | 'read';

/** A field that no column serves, and the objects whose records are looked at for it, the asked one first. */
export interface Unserved extends ScannedField {
  readonly objects: readonly CompiledObject[];
}

/** What was found of questions that are asked again and again. */
const foundBefore = new WeakMap<
  Asked,
  { readonly snapshot: Snapshot; readonly unserved: readonly Unserved[] }
>();

/** Fields of the question that are read from `data`, each once; most questions have none. */
export function unservedFields(
  snapshot: Snapshot,
  object: CompiledObject,
  asked: Asked,
): readonly Unserved[] {
  const known = foundBefore.get(asked);
  if (known?.snapshot === snapshot) return known.unserved;
  const unserved = findUnserved(snapshot, object, asked);
  foundBefore.set(asked, { snapshot, unserved });
  return unserved;
}

function findUnserved(snapshot: Snapshot, object: CompiledObject, asked: Asked): readonly Unserved[] {
  const found = new Map<CompiledField, Unserved>();
  const add = (path: FieldPath, part: ScannedField['part'], use: Use) => {
    const unserved = unservedBy(snapshot, object, path, use);
    if (unserved && !found.has(unserved.field)) found.set(unserved.field, { ...unserved, part });
  };
  for (const condition of asked.filter ? conjuncts(asked.filter) : []) {
    for (const [path, use] of usesIn(condition)) add(path, 'filter', use);
  }
  for (const path of asked.compared ?? []) add(path, 'filter', 'compared');
  // The order of what is behind a lookup is made of the records that are found.
  for (const { path } of asked.sort ?? []) add(path, 'sort', path.through.length > 0 ? 'read' : 'compared');
  for (const path of asked.values ?? []) add(path, 'value', 'read');
  return [...found.values()];
}

/** The conditions that columns answer: what they leave over is what has to be looked at. */
export function servedFilter(snapshot: Snapshot, object: CompiledObject, filter: Expression): Expression {
  const served = conjuncts(filter).filter((condition) => {
    return usesIn(condition).every(([path, use]) => !unservedBy(snapshot, object, path, use));
  });
  return allOf(...served);
}

/** The conditions that must all hold. */
export function conjuncts(filter: Expression): readonly Expression[] {
  if (filter.op === 'and') return filter.args.flatMap(conjuncts);
  return filter.op === 'constant' && filter.value ? [] : [filter];
}

/** What a condition asks of the columns of its fields; of blanks each `or` may ask apart. */
function usesIn(condition: Expression): readonly (readonly [path: FieldPath, use: Use])[] {
  const { op } = condition;
  if (op === 'or' || op === 'and')
    return condition.args.flatMap(usesIn).map(([path, use]) => [path, use === 'sought' ? 'compared' : use]);
  const isSought = op === 'contains' || op === 'starts_with' || op === 'ends_with';
  const use = isSought ? 'sought' : op === 'is_blank' ? 'read' : 'compared';
  return [...pathsOfExpression(condition)].map((path) => [path, use]);
}

function unservedBy(
  snapshot: Snapshot,
  start: CompiledObject,
  asked: FieldPath,
  use: Use,
): Omit<Unserved, 'part'> | undefined {
  const path = sourcePath(asked);
  const { field } = path;
  if (field.systemColumn !== undefined || field.object === '*') return undefined;
  const object = path.through.length === 0 ? start : snapshot.model.objects.get(field.object);
  // Behind a lookup to several objects only a title can be reached.
  if (!object) return undefined;
  const objects = object === start ? [start] : [start, object];
  if (field.question) return { field, path: asked, remedy: undefined, objects };
  if (field.junction) return undefined;
  const columns = snapshot.columns.get(object.key);
  if (use === 'sought' && field.type.valueType === 'text') {
    const key = field.part?.name === ALL_PART ? field.part.of.key : field.key;
    if (columns?.get(foldedKey(key))?.isReady) return undefined;
    return { field, path: asked, remedy: remedyOf(field, 'searchable', field.isSearchable), objects };
  }
  if (field.part) return { field, path: asked, remedy: undefined, objects };
  const isOfBlanks = use === 'compared' && isBlankEnough(object, field);
  const isReady = columns?.get(field.key)?.isReady && (!field.rollup || isKept(snapshot, object, field));
  if (isReady && !isOfBlanks) return undefined;
  return { field, path: asked, remedy: remedyOf(field, 'indexed', field.isIndexed && !isOfBlanks), objects };
}

/** What can be done: a column for the field; `building` where one is being made. */
function remedyOf(
  field: CompiledField,
  wanted: 'indexed' | 'searchable',
  isWanted: boolean,
): ScannedField['remedy'] {
  if (isWanted) return 'building';
  if (field.part || field.related || field.type.isEncrypted || field.formula?.isStorable === false)
    return undefined;
  if (wanted === 'searchable') return field.type.column?.type === 'text' ? 'searchable' : undefined;
  return field.type.column === undefined || field.type.column.index === 'none' ? undefined : 'indexed';
}
