/**
 * Compares what the model wants with what the workspace's registers (`_object`, `_column`, `_index`) say is there,
 * object by object. Pure: `publish` carries the result out, `planStorage` describes it.
 */
import type { CompiledObject, Model } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { StorageStep } from '../storage.ts';
import {
  slotName,
  type WantedColumn,
  type WantedIndex,
  wantedColumns,
  wantedIndexes,
} from './wanted-storage.ts';

export type ColumnRowState = 'waiting' | 'filling' | 'indexing' | 'ready' | 'failed' | 'retired';

export interface ColumnRow {
  readonly object_key: string;
  readonly number: number;
  readonly field_key: string;
  readonly column_type: string;
  readonly source: string;
  readonly state: ColumnRowState;
  readonly is_unique: boolean;
  /** Retired, and no living process reads it any more. */
  readonly is_reusable: boolean;
}

export interface IndexRow {
  readonly object_key: string;
  readonly name: string;
  readonly kind: 'index' | 'foreign_key';
  readonly definition: string;
  readonly is_unique: boolean;
  readonly columns: readonly string[];
  readonly state: 'waiting' | 'ready' | 'failed' | 'dropping';
}

/** The registers of one object; `state` undefined: it has no table. */
export interface ObjectRegister {
  readonly state: 'prepared' | 'live' | 'deleted' | undefined;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
}

/** A wanted column in its slot. */
export interface SlottedColumn extends WantedColumn {
  readonly number: number;
}

export interface ObjectPlan {
  readonly object: CompiledObject;
  readonly isNew: boolean;
  /** The table of a deleted object is taken into use again, with its records. */
  readonly isRevived: boolean;
  /** Every column that the object is to have. */
  readonly columns: readonly SlottedColumn[];
  /** Those of them that must be made or filled again. */
  readonly promote: readonly SlottedColumn[];
  readonly retire: readonly ColumnRow[];
  /** Columns that stay and become or cease to be unique. */
  readonly uniqueness: readonly SlottedColumn[];
  readonly addIndexes: readonly WantedIndex[];
  readonly dropIndexes: readonly IndexRow[];
  /** The fields that give numbers: they need a sequence. */
  readonly numbered: readonly string[];
}

export interface PlanContext {
  readonly schema: string;
  readonly model: Model;
  readonly features: DatabaseFeatures;
}

/** What has to be done so that the object's table is as the model wants it. */
export function planObject(
  object: CompiledObject,
  register: ObjectRegister,
  context: PlanContext,
): ObjectPlan {
  const isNew = register.state === undefined || register.state === 'prepared';
  const rows = register.state === undefined ? [] : register.columns;
  const columns: SlottedColumn[] = [];
  const promote: SlottedColumn[] = [];
  const uniqueness: SlottedColumn[] = [];
  const taken = new Set<number>();
  const wanted = wantedColumns(object, context);
  const keepers = new Map<string, ColumnRow>();
  for (const column of wanted) {
    const row = rows.find(
      (each) =>
        each.field_key === column.fieldKey &&
        each.state !== 'retired' &&
        each.column_type === column.type &&
        (!column.isComputed || each.source === column.source),
    );
    if (!row) continue;
    keepers.set(column.fieldKey, row);
    taken.add(row.number);
  }
  const retire = rows.filter((row) => row.state !== 'retired' && !taken.has(row.number));
  let highest = rows.reduce((most, row) => Math.max(most, row.number), 0);
  for (const column of wanted) {
    const keeper = keepers.get(column.fieldKey);
    if (keeper) {
      const slotted = { ...column, number: keeper.number };
      columns.push(slotted);
      if (keeper.source !== column.source || keeper.state === 'failed') promote.push(slotted);
      else if (keeper.is_unique !== column.isUnique) uniqueness.push(slotted);
      continue;
    }
    // Its own old slot may be taken at once: a node that lags reads the same field there, computed the same way.
    const isFree = (row: ColumnRow) =>
      row.state === 'retired' && row.column_type === column.type && !taken.has(row.number);
    const isSameSource = (row: ColumnRow) => !column.isComputed || row.source === column.source;
    const reused =
      rows.find((row) => isFree(row) && row.field_key === column.fieldKey && isSameSource(row)) ??
      rows.find((row) => isFree(row) && row.is_reusable);
    const number = reused?.number ?? ++highest;
    taken.add(number);
    const slotted = { ...column, number };
    columns.push(slotted);
    promote.push(slotted);
  }

  const slots = new Map(columns.map((column) => [column.fieldKey, slotName(column.number)]));
  const indexes = wantedIndexes(object, { ...context, slotOf: (key) => slots.get(key) });
  const names = new Set(indexes.map((index) => index.name));
  const existing = new Map(register.indexes.map((row) => [row.name, row]));
  return {
    object,
    isNew,
    isRevived: register.state === 'deleted',
    columns,
    promote,
    retire,
    uniqueness,
    addIndexes: indexes.filter((index) => {
      const row = existing.get(index.name);
      return !row || row.state === 'dropping' || row.state === 'failed';
    }),
    dropIndexes: register.indexes.filter((row) => !names.has(row.name) && row.state !== 'dropping'),
    numbered: object.ownFields.filter((field) => field.type.name === 'auto_number').map((field) => field.key),
  };
}

/** The plan in words. `isEmpty`: the table holds no records, so that all is done at once. */
export function describePlan(
  plan: ObjectPlan,
  isEmpty: boolean,
  newSequences: readonly string[],
): StorageStep[] {
  const { object } = plan;
  const isImmediate = plan.isNew || isEmpty;
  const steps: StorageStep[] = [];
  const nameOf = (slotKey: string) => {
    const key = slotKey.replace(/~.*/, '');
    return object.ownFields.find((field) => field.key === key)?.name ?? key;
  };
  const step = (
    kind: StorageStep['kind'],
    field: string | undefined,
    description: string,
    immediate = isImmediate,
  ) =>
    steps.push({
      kind,
      object: object.name,
      ...(field === undefined ? {} : { field }),
      description,
      isImmediate: immediate,
    });
  if (plan.isNew) step('create_table', undefined, `Makes the table of ${object.label}.`);
  if (plan.isRevived) {
    step(
      'create_table',
      undefined,
      `Takes the table of ${object.label} into use again, with the records it still has.`,
      true,
    );
  }
  for (const key of newSequences)
    step('create_sequence', nameOf(key), `Makes the counter of ${object.label}.${nameOf(key)}.`, true);
  if (plan.isNew) return steps;
  for (const column of plan.promote) {
    const how = isImmediate ? 'Makes a column for' : 'Makes and fills a column online for';
    step('promote_field', nameOf(column.fieldKey), `${how} ${object.label}.${nameOf(column.fieldKey)}.`);
  }
  for (const row of plan.retire) {
    step(
      'retire_column',
      nameOf(row.field_key),
      `Retires the column of ${object.label}.${nameOf(row.field_key)}; its values stay.`,
      true,
    );
  }
  if (plan.promote.length + plan.retire.length > 0) {
    step('replace_trigger', undefined, `Renews the trigger that fills the columns of ${object.label}.`);
  }
  for (const index of plan.addIndexes) {
    const fields = plan.columns.filter((column) => index.columns.includes(slotName(column.number)));
    const names = fields.map((column) => nameOf(column.fieldKey)).join(', ') || 'system fields';
    const field = fields.length === 1 ? nameOf(fields[0]!.fieldKey) : undefined;
    if (index.kind === 'foreign_key')
      step('add_foreign_key', field, `Ties ${object.label}.${names} to its target.`);
    else
      step(
        'create_index',
        field,
        `Builds ${index.isUnique ? 'the unique index' : 'an index'} on ${object.label} (${names}).`,
      );
  }
  return steps;
}
