/**
 * Turns rows of a file into the items of a save: cells are read by the types of their fields, and lookups that are
 * named by fields of their target are looked up, a whole group of rows with one statement for each lookup.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import type { RecordMatch } from '@trellis/storage';
import type { InputError } from '../engine.ts';
import { CUT_MARK } from '../export/xlsx-writer.ts';
import { ambiguous, findMatches, identityOf, type MatchField, matchValues } from '../match-records.ts';
import type { Parts, SaveItem } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { type ResolvedMapping, recognisedBy } from './mapping.ts';
import type { ImportOptions } from './options.ts';
import { type CellRules, isBlank, readCell, Sought, type Wanted, wantedColumns } from './read-cell.ts';
import type { FileRow, FileShape } from './read-file.ts';
import type { RowsAbove } from './rows-above.ts';
import type { SheetCell } from './xlsx-book.ts';

/** A row with its number in the file, from 1. */
export interface NumberedRow extends FileRow {
  readonly number: number;
}

/** With neither item nor errors, its record exists and is left alone. */
export interface PreparedRow {
  readonly row: NumberedRow;
  readonly item: SaveItem | undefined;
  /** What is wrong with the row by itself; it is not saved then. */
  readonly errors: readonly InputError[];
  /** It names a record that a row above, of the same group, is about to make: that one has to be written first. */
  readonly waits?: boolean;
  /** Of a trial: lookups to records that rows above would have made, which are left out of the item. */
  readonly absent?: readonly string[];
}

export interface RowRules extends CellRules {
  readonly object: CompiledObject;
  readonly shape: FileShape;
  readonly mapping: ResolvedMapping;
  readonly operation: 'create' | 'update' | 'upsert';
  readonly blank: 'keep' | 'clear';
  /** Under upsert: what becomes of rows whose record exists. */
  readonly existing?: 'update' | 'skip';
  /** NDJSON without `columns`: names that the header sample did not show go to the fields of the same name. */
  readonly takesOtherNames: boolean;
}

/** Names of the fields that rows may bring, whatever the beginning of the file has shown. */
export function fieldsOfRows({
  object,
  shape,
  mapping,
  takesOtherNames,
}: Pick<RowRules, 'object' | 'shape' | 'mapping' | 'takesOtherNames'>): readonly string[] {
  if (takesOtherNames && shape.format === 'ndjson') return [...object.fields.keys()];
  return mapping.targets.map(({ field }) => field);
}

/** The rules of what was asked for, before any job. */
export function rowRules(
  pinned: Pinned,
  object: CompiledObject,
  about: { readonly options: ImportOptions; readonly shape: FileShape; readonly mapping: ResolvedMapping },
): RowRules {
  const { options, shape, mapping } = about;
  const { operation, blank, decimalComma, existing, columns } = options;
  const timeZone = options.timeZone ?? pinned.expressionContext.timeZone;
  const takesOtherNames = columns === undefined;
  return { object, shape, mapping, operation, blank, decimalComma, existing, takesOtherNames, timeZone };
}

const CUT = 'The text was cut when it was exported: it is whole in an export as CSV.';

export async function prepareRows(
  parts: Parts,
  pinned: Pinned,
  rows: readonly NumberedRow[],
  rules: RowRules,
  above?: RowsAbove,
): Promise<readonly PreparedRow[]> {
  const { mapping, operation, object } = rules;
  const wanted = wantedColumns(pinned, object, rules);
  const read = rows.map((row) => readRow(row, wanted, rules));
  await resolveAll(parts, pinned, wanted, { rows: read, rules, above, made: new Map() });
  const by = recognisedBy(mapping) ?? [];
  const isSkipping = operation === 'upsert' && rules.existing === 'skip';
  const isById = operation === 'update' && mapping.key === 'id';
  const isSought = isSkipping || (operation === 'update' && !isById);
  const recognised = isSought ? await recognise(parts, pinned, object, by, read) : [];
  const met = new Set<string>();
  return read.map(({ row, values, errors, waits, absent }, index): PreparedRow => {
    if (waits) return { row, item: undefined, errors, waits };
    const refuse = (error: InputError): PreparedRow => ({ row, item: undefined, errors: [error] });
    if (errors.length > 0) return { row, item: undefined, errors };
    const { given, hit } = recognised[index] ?? { given: 'blank', hit: undefined };
    if (hit && hit.count > 1) return refuse(ambiguous(object, by, hit));
    if (isSkipping && typeof given !== 'string') {
      // The first of several rows with one key makes the record, the others find it.
      if (hit || met.has(given.identity)) return { row, item: undefined, errors };
      met.add(given.identity);
    }
    if (operation !== 'update')
      return { row, item: { input: values, id: undefined, version: undefined }, errors, absent };
    const names = by.map(({ field }) => field);
    const input = Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
    const own = isById ? values.id : hit?.id;
    const id = typeof own === 'string' ? own : undefined;
    if (id !== undefined) return { row, item: { input, id, version: undefined }, errors, absent };
    const isSilent = isById ? (own ?? null) === null : given === 'blank';
    const message = isSilent ? 'The row does not say which record it means.' : 'There is no such record.';
    return refuse({ code: 'unknown_record', pointer: jsonPointer(names[0]!), message });
  });
}

/** How many of the rows a record is recognised for; `unclear`: the row itself has faults, or says too little. */
export interface MatchCounts {
  readonly rows: number;
  readonly one: number;
  readonly none: number;
  readonly several: number;
  readonly unclear: number;
}

/** What a preview tells of rows: the same is asked of them as by the import. */
export async function countMatches(
  parts: Parts,
  pinned: Pinned,
  rows: readonly NumberedRow[],
  rules: RowRules,
): Promise<MatchCounts> {
  const wanted = wantedColumns(pinned, rules.object, rules);
  const read = rows.map((row) => readRow(row, wanted, rules));
  await resolveAll(parts, pinned, wanted, { rows: read, rules, above: undefined, made: new Map() });
  const by = recognisedBy(rules.mapping) ?? [];
  const counts = { rows: rows.length, one: 0, none: 0, several: 0, unclear: 0 };
  for (const [index, { given, hit }] of (await recognise(parts, pinned, rules.object, by, read)).entries()) {
    if (read[index]!.errors.length > 0 || typeof given === 'string') counts.unclear++;
    else if (!hit) counts.none++;
    else if (hit.count === 1) counts.one++;
    else counts.several++;
  }
  return counts;
}

interface ReadRow {
  readonly row: NumberedRow;
  readonly values: Record<string, JsonValue | Sought>;
  readonly errors: InputError[];
  waits?: boolean;
  readonly absent: string[];
}

function readRow(row: NumberedRow, wanted: readonly Wanted[], rules: RowRules): ReadRow {
  const values: Record<string, JsonValue | Sought> = Object.create(null);
  const errors: InputError[] = [];
  const { content, fault } = row;
  if (fault !== undefined) {
    errors.push({ code: 'unreadable_row', pointer: '', message: fault });
    return { row, values, errors, absent: [] };
  }
  const isCells = Array.isArray(content);
  const cells = content as readonly SheetCell[];
  const members = content as Readonly<Record<string, JsonValue>>;
  const { defaults = {} } = rules.mapping;
  for (const each of wanted) {
    const { field, target, index } = each;
    if (!isCells && !Object.hasOwn(members, target.column)) continue;
    const given = isCells ? cells[index]! : members[target.column]!;
    if (isBlank(given)) {
      // A key that is blank is missing; of all else a blank of a file says nothing unless it is asked to.
      if (rules.blank === 'clear') values[field.name] ??= null;
      continue;
    }
    const isCut = typeof given === 'string' && given.endsWith(CUT_MARK);
    // What an export cut is no news for the record that it came from.
    if (isCut && rules.operation !== 'create') continue;
    const found = isCut ? { problem: CUT } : readCell(given, each, { isCell: isCells, rules });
    if ('problem' in found) {
      errors.push({ code: 'invalid_value', pointer: jsonPointer(field.name), message: found.problem });
    } else values[field.name] = together(values[field.name], found.value);
  }
  for (const [name, value] of Object.entries(defaults)) values[name] ??= value;
  if (!isCells && rules.takesOtherNames) {
    const known = new Set([...wanted.map(({ target }) => target.column), ...rules.mapping.skipped]);
    for (const [name, value] of Object.entries(members)) if (!known.has(name)) values[name] = value;
  }
  return { row, values, errors, absent: [] };
}

/** Several columns may say which record a lookup means. */
function together(before: JsonValue | Sought | undefined, value: JsonValue | Sought): JsonValue | Sought {
  if (!(before instanceof Sought && value instanceof Sought)) return value;
  return new Sought([...before.terms, ...value.terms]);
}

/** Looks up what lookups mean: a statement for each that a group of rows has. */
async function resolveAll(
  parts: Parts,
  pinned: Pinned,
  wanted: readonly Wanted[],
  file: ReadFile,
): Promise<void> {
  const { rows } = file;
  const fields = new Set(wanted.filter(({ match }) => match).map(({ field }) => field));
  for (const field of fields) {
    const sought = rows.flatMap((row) => {
      const value = row.values[field.name];
      return value instanceof Sought ? [{ row, sought: value }] : [];
    });
    // Where one of several columns is blank, the others say which record is meant.
    const alike = Map.groupBy(sought, (each) => each.sought.terms.map(({ by }) => by.field.key).join(' '));
    for (const group of alike.values()) await resolve(parts, pinned, field, group, file);
  }
}

async function resolve(
  parts: Parts,
  pinned: Pinned,
  field: CompiledField,
  rows: readonly { readonly row: ReadRow; readonly sought: Sought }[],
  file: ReadFile,
): Promise<void> {
  const { terms } = rows[0]!.sought;
  const { object } = terms[0]!.by;
  const match = terms.map(({ by }) => ({ field: by.field.name, folded: by.folded }));
  const asked = rows.map(({ sought }) => askedOf(sought));
  const all = asked.flat().filter((values) => !values.includes(null));
  const found = await findMatches(parts, pinned, object, { match, rows: all, pointer: '/columns' });
  const hitOf = new Map(all.map((values, index) => [values, found[index]]));
  for (const [index, { row }] of rows.entries()) {
    const { values, errors } = row;
    const hits = asked[index]!.map((each) => hitOf.get(each) ?? severalAbove(file, object, match, each));
    if (object === file.rules.object && meansRowAbove(file, row, match, { asked: asked[index]!, hits })) {
      if (!row.waits) row.absent.push(field.name);
      delete values[field.name];
      continue;
    }
    const several = hits.find((hit) => hit && hit.count > 1);
    if (several || hits.includes(undefined)) {
      const pointer = jsonPointer(field.name);
      const labels = terms.map(({ by }) => by.field.label).join(', ');
      const { message } = several
        ? ambiguous(object, match, several)
        : { message: `There is no ${object.label} with this ${labels}.` };
      errors.push({ code: several ? 'ambiguous_target' : 'unknown_target', pointer, message });
      delete values[field.name];
      continue;
    }
    const ids = hits.map((hit) => hit!.id);
    values[field.name] =
      field.type.valueType === 'ids'
        ? [...new Set(ids)]
        : field.isPolymorphic
          ? { object: object.name, id: ids[0]! }
          : ids[0]!;
  }
}

/** A group of rows, with what a trial knows of those above it. */
interface ReadFile {
  readonly rows: readonly ReadRow[];
  readonly rules: RowRules;
  readonly above: RowsAbove | undefined;
  /** By the fields that a lookup finds records by: numbers of the first rows with these values. */
  readonly made: Map<string, ReadonlyMap<string, number>>;
}

function firstMade(file: ReadFile, match: readonly MatchField[]): ReadonlyMap<string, number> {
  const key = JSON.stringify(match);
  let made = file.made.get(key);
  if (!made) {
    const first = new Map<string, number>();
    for (const { row, values, errors } of file.rows) {
      const given = errors.length > 0 ? 'faulty' : matchValues(file.rules.object, match, values);
      if (typeof given === 'string') continue;
      for (const claim of given.claims) if (!first.has(claim)) first.set(claim, row.number);
    }
    made = first;
    file.made.set(key, made);
  }
  return made;
}

/** Of a trial: a lookup could mean several of the records that rows above would have made. */
function severalAbove(
  { rules, above }: ReadFile,
  object: CompiledObject,
  match: readonly MatchField[],
  values: readonly JsonValue[],
): RecordMatch | undefined {
  const isOwn = object === rules.object && !values.includes(null);
  const count = isOwn && above ? above.count(object, match, values) : 0;
  return count > 1 ? { id: '', count } : undefined;
}

/** Whether a lookup means a record that the database does not have yet; `waits` is set where its row is in this group. */
function meansRowAbove(
  file: ReadFile,
  row: ReadRow,
  match: readonly MatchField[],
  { asked, hits }: { readonly asked: readonly (readonly JsonValue[])[]; readonly hits: readonly unknown[] },
): boolean {
  const { rules, above } = file;
  const { object } = rules;
  const missing = asked.filter((values, index) => hits[index] === undefined && !values.includes(null));
  if (missing.length === 0) return false;
  const identities = new Set(missing.map((values) => identityOf(object, match, values)));
  const made = firstMade(file, match);
  row.waits ||= [...identities].some((identity) => (made.get(identity) ?? Infinity) < row.row.number);
  if (row.waits) return true;
  return above !== undefined && missing.every((values) => above.count(object, match, values) === 1);
}

/** Of a lookup to one what all columns say together; of one to many each value by itself. */
function askedOf({ terms }: Sought): readonly (readonly JsonValue[])[] {
  const [first] = terms;
  return terms.length === 1
    ? first!.values.map((value) => [value])
    : [terms.map(({ values }) => values[0] ?? null)];
}

interface Recognised {
  readonly given: ReturnType<typeof matchValues>;
  readonly hit: RecordMatch | undefined;
}

/** Records to change, or that are there already. */
async function recognise(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  by: readonly MatchField[],
  rows: readonly ReadRow[],
): Promise<readonly Recognised[]> {
  const given = rows.map(({ values }) => matchValues(object, by, values));
  const clear = given.filter((each) => typeof each !== 'string');
  const sought = clear.map(({ values }) => values);
  const found = await findMatches(parts, pinned, object, { match: by, rows: sought });
  const hitOf = new Map(clear.map((each, index) => [each, found[index]]));
  return given.map((each) => ({ given: each, hit: typeof each === 'string' ? undefined : hitOf.get(each) }));
}
