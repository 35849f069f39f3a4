/**
 * Loads demo data into a workspace through the public API. What is loaded stands in `demo.json` beside the CSV
 * files: tables and ordered steps; this file knows no object by name.
 *
 * A step turns each row of a table into one record. Records that are there already, by the step's natural key, are
 * left as they are, so that a second run changes nothing and a broken one can be taken up again. A row that can't
 * be turned into a record, or that the server refuses, is reported and the load goes on. Throws
 * `DemoDescriptionError` for a wrong description and `DemoLoadError` when the server can't be worked with.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DemoClient, recordsDoor, StepRefused, usersDoor } from './demo-server.ts';
import { openTables, type ShiftDescription, type TableDescription, type Tables } from './demo-tables.ts';
import {
  DemoDescriptionError,
  evaluateValue,
  holds,
  isBlank,
  type Json,
  type LoadedRecord,
  type Row,
  RowFault,
  type ValueContext,
} from './demo-values.ts';

export { formatDemoReport, showDemoProgress, writeDemoRejects } from './demo-report.ts';
export { type DemoClient, DemoLoadError } from './demo-server.ts';
export { DemoDescriptionError } from './demo-values.ts';

export interface StepDescription {
  readonly name: string;
  /** How later steps refer to its records: its own name unless given; several steps may share one. */
  readonly lookup_name?: string;
  readonly label: string;
  /** Object to create records of, or `users` (through `/users`) as `resource`. */
  readonly object?: string;
  readonly resource?: 'users';
  readonly table: string;
  readonly where?: Json;
  /** The field that identifies a record. Its value is also what later steps look up, unless `lookup_key` is given. */
  readonly key: string;
  /** What later steps give as `key`, made from the row: a number of the source rather than the field's value. */
  readonly lookup_key?: Json;
  /** True: where the server refuses the whole step (403, 404, 501), it is skipped and lookups to it are blank. */
  readonly optional?: boolean;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface DemoDescription {
  readonly shifts?: Readonly<Record<string, ShiftDescription>>;
  /** Tables of known values that several fields share, such as countries by their English names. */
  readonly maps?: ValueContext['maps'];
  readonly tables: Readonly<Record<string, TableDescription>>;
  readonly steps: readonly StepDescription[];
}

export interface DemoReject {
  readonly step: string;
  readonly object: string;
  /** Number of the row in the step's table, from 1. */
  readonly row: number;
  readonly key: string | null;
  readonly reasons: readonly string[];
  readonly values: Row;
}

export interface DemoStepReport {
  readonly step: string;
  readonly label: string;
  readonly object: string;
  readonly read: number;
  readonly created: number;
  /** Found by their key and left as they are. */
  readonly existing: number;
  readonly rejected: number;
  /** Why the step was not run, where it was not. */
  readonly skipped: string | undefined;
}

export interface DemoReport {
  readonly steps: readonly DemoStepReport[];
  readonly rejects: readonly DemoReject[];
  readonly milliseconds: number;
}

export interface DemoProgress {
  readonly step: number;
  readonly steps: number;
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly rejected: number;
}

export interface DemoOptions {
  readonly client: DemoClient;
  /** Folder that holds `demo.json` and what it names. */
  readonly folder: string;
  readonly onProgress?: (progress: DemoProgress) => void;
  /** `YYYY-MM-DD`; the day that relative dates count from. The present day in UTC unless given. */
  readonly today?: string;
}

/** Records in one request. */
const BATCH_SIZE = 500;

interface Candidate {
  readonly number: number;
  readonly row: Row;
  readonly key: string;
  readonly values: Readonly<Record<string, Json>>;
}

/** Loads a demo folder; what was rejected is in the report, not thrown. */
export async function loadDemo(options: DemoOptions): Promise<DemoReport> {
  const began = performance.now();
  const description = readDescription(options.folder);
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const maps = description.maps ?? {};
  const tables = openTables(options.folder, description.tables, {
    today,
    shifts: description.shifts ?? {},
    maps,
  });
  const loaded = new Map<string, Map<string, LoadedRecord> | 'skipped'>();
  const rejects: DemoReject[] = [];
  const steps: DemoStepReport[] = [];
  for (const [index, step] of description.steps.entries()) {
    const report = await runStep(step, {
      client: options.client,
      tables,
      maps,
      today,
      loaded,
      rejects,
      onProgress: (done, total, rejected) =>
        options.onProgress?.({
          step: index + 1,
          steps: description.steps.length,
          label: step.label,
          done,
          total,
          rejected,
        }),
    });
    steps.push(report);
  }
  return { steps, rejects, milliseconds: Math.round(performance.now() - began) };
}

/** Reads and checks `demo.json`: names that steps and tables use must be there before anything is written. */
export function readDescription(folder: string): DemoDescription {
  const description = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as DemoDescription;
  const seen = new Set<string>();
  for (const step of description.steps) {
    const place = `Step ${step.name}`;
    if (seen.has(step.name)) throw new DemoDescriptionError(`${place} is given twice.`);
    seen.add(step.name);
    if ((step.object === undefined) === (step.resource === undefined)) {
      throw new DemoDescriptionError(`${place} needs either \`object\` or \`resource\`.`);
    }
    if (!Object.hasOwn(description.tables, step.table)) {
      throw new DemoDescriptionError(`${place}: there is no table \`${step.table}\`.`);
    }
    if (!Object.hasOwn(step.fields, step.key)) {
      throw new DemoDescriptionError(`${place}: its key \`${step.key}\` is none of its fields.`);
    }
  }
  return description;
}

interface StepContext {
  readonly client: DemoClient;
  readonly tables: Tables;
  readonly maps: ValueContext['maps'];
  readonly today: string;
  readonly loaded: Map<string, Map<string, LoadedRecord> | 'skipped'>;
  readonly rejects: DemoReject[];
  readonly onProgress: (done: number, total: number, rejected: number) => void;
}

async function runStep(step: StepDescription, context: StepContext): Promise<DemoStepReport> {
  const object = step.object ?? step.resource!;
  const lookupName = step.lookup_name ?? step.name;
  const shared = context.loaded.get(lookupName);
  const records = new Map<string, LoadedRecord>(shared === 'skipped' ? [] : shared);
  const counts = { created: 0, existing: 0, rejected: 0 };
  const reject = (
    candidate: Pick<Candidate, 'number' | 'row'>,
    key: string | null,
    reasons: readonly string[],
  ) => {
    counts.rejected += 1;
    context.rejects.push({
      step: step.name,
      object,
      row: candidate.number,
      key,
      reasons,
      values: candidate.row,
    });
  };
  const { candidates, read } = prepareCandidates(step, context, reject);
  const progress = () =>
    context.onProgress(counts.created + counts.existing + counts.rejected, read, counts.rejected);
  const report = (skipped?: string): DemoStepReport => ({
    step: step.name,
    label: step.label,
    object,
    read,
    ...counts,
    skipped,
  });
  const keep = (candidate: Candidate, id: string) =>
    records.set(lookupKey(step, candidate, context), { object, id });
  progress();
  try {
    const door =
      step.resource === 'users' ? usersDoor(context.client) : recordsDoor(context.client, object, step.key);
    const existing = await door.find(candidates.map((candidate) => candidate.key));
    const missing: Candidate[] = [];
    for (const candidate of candidates) {
      const id = existing.get(candidate.key);
      if (id === undefined) {
        missing.push(candidate);
        continue;
      }
      counts.existing += 1;
      keep(candidate, id);
    }
    progress();
    for (let at = 0; at < missing.length; at += BATCH_SIZE) {
      const batch = missing.slice(at, at + BATCH_SIZE);
      const results = await door.create(batch.map((candidate) => candidate.values));
      for (const [index, candidate] of batch.entries()) {
        const result = results[index];
        if (result?.id !== undefined) {
          counts.created += 1;
          keep(candidate, result.id);
        } else {
          reject(candidate, candidate.key, result?.reasons ?? ['The server gave no result for it.']);
        }
      }
      progress();
    }
  } catch (error) {
    if (!(error instanceof StepRefused) || !step.optional) throw error;
    context.loaded.set(lookupName, shared ?? 'skipped');
    return report(error.message);
  }
  context.loaded.set(lookupName, records);
  return report();
}

/** Turns the step's rows into records to be; faulty rows and repeated keys are rejected here. */
function prepareCandidates(
  step: StepDescription,
  context: StepContext,
  reject: (row: { number: number; row: Row }, key: string | null, reasons: readonly string[]) => void,
): { candidates: Candidate[]; read: number } {
  const candidates: Candidate[] = [];
  const seen = new Set<string>();
  let read = 0;
  for (const [index, row] of context.tables.rows(step.table).entries()) {
    const number = index + 1;
    const valueContext = contextFor(row, context);
    let place = 'where';
    try {
      if (step.where !== undefined && !holds(step.where, valueContext)) continue;
      read += 1;
      const values: Record<string, Json> = {};
      for (const [field, expression] of Object.entries(step.fields)) {
        place = field;
        const value = evaluateValue(expression, valueContext);
        if (!isBlank(value)) values[field] = value;
      }
      const key = values[step.key];
      if (key === undefined) reject({ number, row }, null, [`Its key, \`${step.key}\`, is blank.`]);
      else if (seen.has(String(key))) reject({ number, row }, String(key), ['Another row has the same key.']);
      else candidates.push({ number, row, key: String(key), values });
      seen.add(String(key));
    } catch (error) {
      if (error instanceof RowFault) reject({ number, row }, null, [`${place}: ${error.message}`]);
      else if (error instanceof DemoDescriptionError) {
        throw new DemoDescriptionError(`Step ${step.name}, ${place}: ${error.message}`);
      } else throw error;
    }
  }
  return { candidates, read };
}

function contextFor(row: Row, context: StepContext): ValueContext {
  return {
    row,
    today: context.today,
    shifts: context.tables.shifts,
    maps: context.maps,
    findRecord: (name, key) => {
      const records = context.loaded.get(name);
      if (records === undefined) throw new DemoDescriptionError(`There is no earlier step \`${name}\`.`);
      return records === 'skipped' ? 'skipped' : records.get(key);
    },
  };
}

function lookupKey(step: StepDescription, candidate: Candidate, context: StepContext): string {
  if (step.lookup_key === undefined) return candidate.key;
  return String(evaluateValue(step.lookup_key, contextFor(candidate.row, context)));
}
