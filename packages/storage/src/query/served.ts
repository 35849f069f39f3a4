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
import type { ScannedField, Snapshot } from '../storage.ts';
import { isKept } from './rollup-value.ts';

/** What a caller asks by, apart from what they may see. */
export interface Asked {
  readonly filter?: Expression | undefined;
  readonly sort?: readonly SortKey[] | undefined;
  /** What groups are made by and measures are taken of. */
  readonly values?: readonly FieldPath[] | undefined;
}

/** A field that no column serves, and the objects whose records are looked at for it, the asked one first. */
export interface Unserved extends ScannedField {
  readonly objects: readonly CompiledObject[];
}

/** Fields of the question that are read from `data`, each once; most questions have none. */
export function unservedFields(
  snapshot: Snapshot,
  object: CompiledObject,
  asked: Asked,
): readonly Unserved[] {
  const found = new Map<CompiledField, Unserved>();
  const add = (path: FieldPath, part: ScannedField['part'], isText: boolean) => {
    const unserved = unservedBy(snapshot, object, path, isText);
    if (unserved && !found.has(unserved.field)) found.set(unserved.field, { ...unserved, part });
  };
  if (asked.filter) {
    for (const condition of conjuncts(asked.filter)) {
      const isText = searchesText(condition);
      for (const path of pathsOfExpression(condition)) add(path, 'filter', isText);
    }
  }
  for (const { path } of asked.sort ?? []) add(path, 'sort', false);
  for (const path of asked.values ?? []) add(path, 'value', false);
  return [...found.values()];
}

/** The conditions that columns answer: what they leave over is what has to be looked at. */
export function servedFilter(snapshot: Snapshot, object: CompiledObject, filter: Expression): Expression {
  const served = conjuncts(filter).filter((condition) => {
    const isText = searchesText(condition);
    return [...pathsOfExpression(condition)].every((path) => !unservedBy(snapshot, object, path, isText));
  });
  return allOf(...served);
}

/** The conditions that must all hold. */
export function conjuncts(filter: Expression): readonly Expression[] {
  if (filter.op === 'and') return filter.args.flatMap(conjuncts);
  return filter.op === 'constant' && filter.value ? [] : [filter];
}

function searchesText({ op }: Expression): boolean {
  return op === 'contains' || op === 'starts_with' || op === 'ends_with';
}

function unservedBy(
  snapshot: Snapshot,
  start: CompiledObject,
  asked: FieldPath,
  isText: boolean,
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
  if (isText && field.type.valueType === 'text') {
    const key = field.part?.name === ALL_PART ? field.part.of.key : field.key;
    if (columns?.get(foldedKey(key))?.isReady) return undefined;
    return { field, path: asked, remedy: remedyOf(field, 'searchable'), objects };
  }
  if (field.part) return { field, path: asked, remedy: undefined, objects };
  if (columns?.get(field.key)?.isReady && (!field.rollup || isKept(snapshot, object, field)))
    return undefined;
  return { field, path: asked, remedy: remedyOf(field, 'indexed'), objects };
}

/** What can be done: a column for the field; `building` where one is being made. */
function remedyOf(field: CompiledField, wanted: 'indexed' | 'searchable'): ScannedField['remedy'] {
  const isWanted = wanted === 'indexed' ? field.isIndexed : field.isSearchable;
  if (isWanted) return 'building';
  if (field.part || field.related || field.type.isEncrypted || field.formula?.isStorable === false)
    return undefined;
  if (wanted === 'searchable') return field.type.column?.type === 'text' ? 'searchable' : undefined;
  return field.type.column === undefined || field.type.column.index === 'none' ? undefined : 'indexed';
}
