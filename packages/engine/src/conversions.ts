/**
 * Type changes of fields that hold values (SPEC P8a to P8e): what a plan says of them, what turns values into the new
 * type, and the background run that works off those of large tables. Storage moves the rows; what a value becomes
 * is the model's answer, checked by the same validators as a save.
 */
import {
  ALWAYS,
  type CompiledField,
  type CompiledObject,
  type ConvertedValue,
  convertValue,
  entryValues,
  type FieldRecord,
  fieldOfRecord,
  type JsonValue,
  type Model,
  recordField,
} from '@trellis/model';
import type {
  Conversion,
  ConvertedRow,
  ConvertValues,
  Snapshot,
  StartedConversion,
  StoredRecord,
  Transaction,
  Workspace,
} from '@trellis/storage';
import type { ConversionPlan } from './engine.ts';
import type { Entry } from './merge-change-set.ts';
import type { Parts } from './parts.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';
import { validateValue } from './validate-value.ts';

const SAMPLES = 10;

/** A field whose key changes: its values are converted from the one to the other. */
export interface TypeChange {
  readonly object: CompiledObject;
  readonly before: CompiledField;
  readonly after: CompiledField;
}

/** The fields that the entries move to another key. Those deleted and made anew are not among them (SPEC P7). */
export function findTypeChanges(base: LoadedMetadata, after: Model, entries: readonly Entry[]): TypeChange[] {
  return entries.flatMap(({ component, key, stored }) => {
    if (!stored || component.kind !== 'field' || key === stored.key) return [];
    const find = (model: Model, name: string) => {
      const [objectName = '', fieldName = ''] = name.split('.');
      const object = model.objects.get(objectName);
      const field = object?.fields.get(fieldName);
      return object && field ? { object, field } : undefined;
    };
    const old = find(base.snapshot.model, stored.component.name);
    const young = find(after, component.name);
    return old && young ? [{ object: young.object, before: old.field, after: young.field }] : [];
  });
}

/** As storage registers it. */
export function toStarted({ object, before, after }: TypeChange): StartedConversion {
  return {
    objectKey: object.key,
    oldKey: before.key,
    newKey: after.key,
    source: recordField(before),
    hasHistory: object.keepsHistory,
  };
}

interface Scope {
  readonly snapshot: Snapshot;
  readonly transaction: Transaction | undefined;
}

/** What becomes of each value. Links are replaced by the titles of their records, whoever may see them. */
async function convertRows(
  parts: Parts,
  { snapshot, transaction }: Scope,
  fields: { readonly from: CompiledField; readonly to: CompiledField },
  rows: readonly { readonly id: string; readonly value: JsonValue }[],
): Promise<readonly ConvertedValue[]> {
  const { from, to } = fields;
  const titles =
    from.type.category === 'relation'
      ? await loadTitles(parts, { snapshot, transaction }, from, rows)
      : undefined;
  const scope = {
    timeZone: snapshot.workspace.timeZone,
    ...(titles ? { titles } : {}),
    check: (value: JsonValue, field: CompiledField) => validateValue(value, field)[0]?.message,
  };
  return rows.map(({ value }) => convertValue(from, to, value, scope));
}

async function loadTitles(
  parts: Parts,
  { snapshot, transaction }: Scope,
  from: CompiledField,
  rows: readonly { readonly value: JsonValue }[],
): Promise<ReadonlyMap<string, string | null>> {
  const idsByObject = new Map<string, Set<string>>();
  for (const { value } of rows) {
    const link = typeof value === 'string' ? { object: from.targets[0], id: value } : value;
    const { object, id } = link as { object?: string; id?: string };
    if (object === undefined || id === undefined) continue;
    idsByObject.set(object, (idsByObject.get(object) ?? new Set()).add(id));
  }
  const titles = new Map<string, string | null>();
  for (const [name, ids] of idsByObject) {
    const object = snapshot.model.objects.get(name);
    if (!object) continue;
    const context = { userId: '', now: parts.now(), timeZone: snapshot.workspace.timeZone };
    const request = { object, ids: [...ids], visible: ALWAYS, context };
    for (const [id, title] of await parts.storage.records.findTargets(snapshot, request, transaction))
      titles.set(id, title);
  }
  return titles;
}

/** The converter that storage calls; `findField` knows the new field, which a publish has only planned yet. */
export function makeConverter(
  parts: Parts,
  snapshot: Snapshot,
  findField: (conversion: Conversion) => CompiledField | undefined,
): ConvertValues {
  return async (conversion, rows, transaction): Promise<readonly ConvertedRow[]> => {
    const from = fieldOfRecord(conversion.source as FieldRecord);
    const to = findField(conversion);
    if (!from || !to) throw new Error(`The fields of the conversion ${conversion.id} are not there.`);
    const results = await convertRows(parts, { snapshot, transaction }, { from, to }, rows);
    return rows.map(({ id }, index) => {
      const result = results[index]!;
      return 'problem' in result
        ? { id, value: null, isExact: false, reason: result.problem }
        : { id, value: result.value, isExact: result.isExact };
    });
  };
}

export function findByKey(model: Model, { objectKey, newKey }: Conversion): CompiledField | undefined {
  for (const object of model.objects.values()) {
    if (object.key === objectKey) return object.ownFields.find((field) => field.key === newKey);
  }
  return undefined;
}

// --- the plan -------------------------------------------------------------------------------------------------

/** Converts what is there, or a sample of a large table, without writing anything. */
export async function previewTypeChange(
  parts: Parts,
  snapshot: Snapshot,
  { object, before, after }: TypeChange,
): Promise<ConversionPlan> {
  const { share, rows } = await parts.storage.conversions.sample(snapshot.workspace, {
    objectKey: object.key,
    fieldKey: before.key,
    which: 'all',
  });
  const results = await convertRows(
    parts,
    { snapshot, transaction: undefined },
    { from: before, to: after },
    rows,
  );
  const counts = { exact: 0, lossy: 0, kept: 0 };
  const lossySamples: ConversionPlan['lossySamples'][number][] = [];
  const keptSamples: ConversionPlan['keptSamples'][number][] = [];
  for (const [index, { id, value }] of rows.entries()) {
    const result = results[index]!;
    if ('problem' in result) {
      counts.kept++;
      if (keptSamples.length < SAMPLES) keptSamples.push({ id, value, reason: result.problem });
    } else if (result.isExact) counts.exact++;
    else {
      counts.lossy++;
      if (lossySamples.length < SAMPLES) lossySamples.push({ id, before: value, after: result.value });
    }
  }
  const scale = (count: number) => Math.round(count / share);
  const [exact, lossy, kept] = [scale(counts.exact), scale(counts.lossy), scale(counts.kept)];
  return {
    object: object.name,
    field: after.name,
    from: typeOf(before),
    to: typeOf(after),
    total: exact + lossy + kept,
    exact,
    lossy,
    kept,
    isEstimate: share < 1,
    lossySamples,
    keptSamples,
    duplicates: after.isUnique ? countShared(results, after) : 0,
  };
}

/** The name of its type; several values have that of their widget, such as `emails`. */
function typeOf({ type }: CompiledField): string {
  return type.column?.entry === undefined ? type.name : type.widget;
}

/** Values that come out the same more than once, beyond the first of each; of lists those that share an entry. */
function countShared(results: readonly ConvertedValue[], field: CompiledField): number {
  const isList = field.type.column?.entry !== undefined;
  const seen = new Set<string>();
  let shared = 0;
  for (const result of results) {
    if ('problem' in result) continue;
    const texts = isList ? entryValues(result.value) : [JSON.stringify(result.value)];
    if (texts.some((text) => seen.has(text))) shared++;
    for (const text of texts) seen.add(text);
  }
  return shared;
}

// --- saving while a conversion runs ---------------------------------------------------------------------------

/** A record with its values in the new types, and the keys that were filled by that. */
export interface SettledRecord {
  readonly record: StoredRecord;
  readonly settled: readonly string[];
}

/**
 * What a save builds on: values that the background run has not reached are converted here, and the marker tells it
 * that this record has been decided; so a field that is cleared now stays cleared (SPEC P8c).
 */
export async function settleConversions(
  parts: Parts,
  scope: Scope,
  object: CompiledObject,
  record: StoredRecord,
): Promise<SettledRecord> {
  const open = scope.snapshot.conversions?.get(object.key) ?? [];
  const data: Record<string, JsonValue> = { ...record.data };
  const settled: string[] = [];
  let isTouched = false;
  for (const conversion of open) {
    const marker = `~${conversion.newKey}`;
    const old = data[conversion.oldKey];
    if (old === undefined || data[marker] !== undefined) continue;
    isTouched = true;
    data[marker] = true;
    const from = fieldOfRecord(conversion.source as FieldRecord);
    const to = object.ownFields.find((field) => field.key === conversion.newKey);
    if (!from || !to || data[conversion.newKey] !== undefined) continue;
    const [result] = await convertRows(parts, scope, { from, to }, [{ id: record.id, value: old }]);
    if (!result || 'problem' in result) continue;
    data[conversion.newKey] = result.value;
    settled.push(conversion.newKey);
  }
  return isTouched ? { record: { ...record, data }, settled } : { record, settled };
}

/** What values of then read as in the type of today, by record; undefined for one that does not convert. */
export async function convertForward(
  parts: Parts,
  scope: Scope,
  object: CompiledObject,
  conversion: Conversion,
  rows: readonly { readonly id: string; readonly value: JsonValue }[],
): Promise<ReadonlyMap<string, JsonValue>> {
  const from = fieldOfRecord(conversion.source as FieldRecord);
  const to = object.ownFields.find((field) => field.key === conversion.newKey);
  if (!from || !to || rows.length === 0) return new Map();
  const results = await convertRows(parts, scope, { from, to }, rows);
  return new Map(
    rows.flatMap(({ id }, index) => {
      const result = results[index]!;
      return 'problem' in result ? [] : [[id, result.value] as const];
    }),
  );
}

// --- the background run ---------------------------------------------------------------------------------------

const PAUSE_MILLISECONDS = 30_000;

/**
 * Works off the conversions of this process's workspaces. Every process that knows of one waits for its turn, so
 * that another goes on at once when the one at work is killed.
 */
export class ConversionRunner {
  readonly #closing = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Begins to work unless it is at it already. Never rejects. */
  wake(parts: Parts, workspace: Workspace): void {
    if (this.#closing.signal.aborted || this.#running.has(workspace.id)) return;
    const run = this.run(parts, workspace)
      .catch((error: unknown) => this.#retry(parts, workspace, error))
      .finally(() => this.#running.delete(workspace.id));
    this.#running.set(workspace.id, run);
  }

  /** Until nothing is left to convert. */
  async run(parts: Parts, workspace: Workspace): Promise<void> {
    const convert: ConvertValues = async (conversion, rows, transaction) => {
      let { snapshot } = await parts.snapshots.load(workspace);
      if (!findByKey(snapshot.model, conversion))
        ({ snapshot } = await parts.snapshots.loadNewest(workspace));
      const { model } = snapshot;
      return makeConverter(parts, snapshot, (each) => findByKey(model, each))(conversion, rows, transaction);
    };
    await parts.storage.conversions.run(workspace, convert, { wait: true, signal: this.#closing.signal });
  }

  #retry(parts: Parts, workspace: Workspace, error: unknown): void {
    if (this.#closing.signal.aborted) return;
    parts.log.warn('A type change stopped; it is taken up again in a moment.', {
      workspace: workspace.name,
      error: String(error),
    });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.wake(parts, workspace);
    }, PAUSE_MILLISECONDS);
    timer.unref();
    this.#timers.add(timer);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }
}
