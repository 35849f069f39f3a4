/** What a file shows before anything is imported: its form, its columns, and the fields that they seem to be for. */
import { nearest } from '@trellis/metadata';
import type { CompiledObject, JsonValue } from '@trellis/model';
import { type Names, oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { validateValue } from '../validate-value.ts';
import { type DateFormat, detectFormats, type NumberFormat } from './cell-formats.ts';
import { type Encoding, EncodingDetector } from './decode.ts';
import type { StoredFile } from './imports.ts';
import { fieldForColumn, plain, recognisedBy, resolveMapping } from './mapping.ts';
import type { ImportOptions } from './options.ts';
import { countMatches, type MatchCounts, rowRules } from './prepare-rows.ts';
import { isBlank, readCell, wantedColumns } from './read-cell.ts';
import {
  detectShape,
  type FileFormat,
  type FileRow,
  type FileShape,
  heldFile,
  type PieceSource,
  readRows,
  storedFile,
} from './read-file.ts';

/** What a preview looks at of a text; of a workbook it needs all. */
export const PREVIEW_BYTES = 256 * 1024;
const SAMPLES = 3;
/** Rows for which records are looked for. */
const MATCHED_ROWS = 1000;
/** Of these rows: a sheet may have thousands of columns. */
const MATCHED_CELLS = 1_000_000;

/** A file, or its beginning, held for a preview. */
export interface HeldFile {
  readonly name: string | undefined;
  /** Empty of a file that is kept. */
  readonly head: Uint8Array;
  /** Given of a workbook, and of a file that is kept. */
  readonly stored: StoredFile | undefined;
}

export interface ImportPreview {
  readonly format: FileFormat;
  readonly encoding: Encoding;
  readonly delimiter: string;
  /** Of a workbook: its sheets, and the one that is looked at. */
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  /** Row of the header; 0 where the file seems to have none. */
  readonly header_row: number;
  readonly columns: readonly {
    readonly name: string;
    readonly samples: readonly string[];
    /** The field that it seems to be for. */
    readonly suggestion: string | null;
    /** How its values are written, should they be dates or numbers; null where nothing is to be said. */
    readonly formats: { readonly date: DateFormat | null; readonly number: NumberFormat | null };
    /** Where the mapping gives it a field: how the samples are understood. */
    readonly read: readonly ReadSample[] | null;
  }[];
  /** Where records are to be recognised: for how many of the first rows one, none or several are. */
  readonly matches: MatchCounts | null;
}

export interface ReadSample {
  readonly sample: string;
  /** The value as people read it; null where it is not understood. */
  readonly shown: string | null;
  readonly problem: string | null;
}

export async function previewFile(
  parts: Parts,
  pinned: Pinned,
  {
    object,
    held,
    options,
  }: { readonly object: CompiledObject; readonly held: HeldFile; readonly options: ImportOptions },
): Promise<ImportPreview> {
  const old = oldNames(parts, pinned);
  const { stored } = held;
  const encoding = options.encoding ?? (stored?.isKept ? stored.encoding : encodingOf(held.head));
  const source = stored
    ? storedFile(parts, pinned.context.workspace, stored.id, stored.bytes)
    : heldFile(held.head);
  const hints = { ...options, fileName: held.name };
  let found = await detectShape(source, encoding, hints);
  const fits = (column: string) => suggest(pinned, object, column, old) !== null;
  // A header that looks like data is one all the same when a field is called so.
  if (options.headerRow === undefined && !found.hasHeader && !found.shape.columns.some(fits)) {
    found = await detectShape(source, encoding, { ...hints, headerRow: 0 });
  }
  const { format, delimiter, columns, sheet = null, headerRow = 1 } = found.shape;
  return {
    matches: await matchesOf(parts, pinned, {
      object,
      options,
      shape: found.shape,
      rows: () => firstRows(source, found.shape, { isCut: !stored && held.head.length >= PREVIEW_BYTES }),
    }),
    format,
    encoding,
    delimiter,
    sheets: found.sheets,
    sheet,
    header_row: headerRow,
    columns: columns.map((column, index) => {
      const cells = [
        ...new Map(cellsOf(found.rows, column, index).map((cell) => [textOf(cell), cell])).values(),
      ];
      const samples = cells.slice(0, SAMPLES);
      const texts = cells.filter((cell) => typeof cell === 'string');
      return {
        name: column,
        samples: samples.map(textOf),
        suggestion: headerRow === 0 ? null : suggest(pinned, object, column, old),
        formats: detectFormats(texts, { locale: localeOf(pinned), delimiter }),
        read: readSamples(pinned, object, { column, samples, options, shape: found.shape }),
      };
    }),
  };
}

/** Null where nothing is to be recognised, or the mapping has faults that the import will tell. */
async function matchesOf(
  parts: Parts,
  pinned: Pinned,
  {
    object,
    options,
    shape,
    rows,
  }: {
    readonly object: CompiledObject;
    readonly options: ImportOptions;
    readonly shape: FileShape;
    readonly rows: () => Promise<readonly FileRow[]>;
  },
): Promise<MatchCounts | null> {
  const { mapping, errors } = resolveMapping(pinned, object, shape, options, oldNames(parts, pinned));
  const by = recognisedBy(mapping);
  if (errors.length > 0 || !by || by.some(({ field }) => field === 'id')) return null;
  const numbered = (await rows()).map((row, index) => ({ ...row, number: index + 1 }));
  return countMatches(parts, pinned, numbered, rowRules(pinned, object, { options, shape, mapping }));
}

async function firstRows(
  source: PieceSource,
  shape: FileShape,
  { isCut }: { readonly isCut: boolean },
): Promise<readonly FileRow[]> {
  const found: FileRow[] = [];
  const most = Math.min(MATCHED_ROWS, Math.ceil(MATCHED_CELLS / Math.max(1, shape.columns.length)));
  for await (const rows of readRows(source, shape)) {
    found.push(...rows);
    if (found.length > most) return found.slice(0, most);
  }
  // The last row of what is only the beginning of a file may be half of one.
  return isCut ? found.slice(0, -1) : found;
}

function localeOf({ context }: Pinned): string {
  return context.kind === 'user' ? context.locale : context.workspace.locale;
}

/** What the mapping makes of samples; null where the column has no field, or is a lookup that is looked for. */
function readSamples(
  pinned: Pinned,
  object: CompiledObject,
  about: {
    readonly column: string;
    readonly samples: readonly JsonValue[];
    readonly options: ImportOptions;
    readonly shape: FileShape;
  },
): readonly ReadSample[] | null {
  const { column, samples, options, shape } = about;
  const given = options.columns?.[column];
  if (given === undefined || given === null) return null;
  const { match, ...target } = typeof given === 'string' ? { field: given, match: undefined } : given;
  const field = object.fields.get(target.field);
  if (!field || !pinned.isReadable(field) || match !== undefined || field.targets.length > 0) return null;
  const [wanted] = wantedColumns(pinned, object, { shape, mapping: { targets: [{ column, ...target }] } });
  const { timeZone: usual } = pinned.expressionContext;
  const timeZone = options.timeZone ?? usual;
  const rules = { decimalComma: options.decimalComma, timeZone };
  const display = { locale: localeOf(pinned), timeZone: usual, currency: pinned.context.workspace.currency };
  return samples.map((cell): ReadSample => {
    const found = readCell(cell, wanted!, { isCell: shape.format !== 'ndjson', rules });
    const sample = textOf(cell);
    if ('problem' in found) return { sample, shown: null, problem: found.problem };
    const value = field.type.canonicalise(found.value, field) as JsonValue;
    const fault = validateValue(value, field)[0];
    if (fault) return { sample, shown: null, problem: fault.message };
    return { sample, shown: value === null ? '' : field.type.display(value, field, display), problem: null };
  });
}

function encodingOf(head: Uint8Array): Encoding {
  const detector = new EncodingDetector();
  detector.add(head);
  return detector.end(false).encoding;
}

/** What the first rows have in a column, blanks left out. */
function cellsOf(rows: readonly FileRow[], column: string, index: number): readonly JsonValue[] {
  return rows
    .flatMap(({ content, fault }) => {
      if (fault !== undefined) return [];
      const cell = Array.isArray(content)
        ? content[index]
        : (content as Readonly<Record<string, JsonValue>>)[column];
      return cell === undefined ? [] : [cell as JsonValue];
    })
    .filter((cell) => !isBlank(cell));
}

function textOf(cell: JsonValue): string {
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** By name or label; else the field whose words the header is made of, or one that is written nearly so. */
function suggest(
  pinned: Pinned,
  object: CompiledObject,
  column: string,
  old: Names | undefined,
): string | null {
  const exact = fieldForColumn(pinned, object, column, { operation: 'update', keys: ['id'], old });
  if (exact === 'skip') return null;
  if (exact) return exact.name;
  const writable = [...object.fields.values()].filter(
    (field) => field.isWritable && pinned.isReadable(field),
  );
  const wanted = plain(column);
  if (wanted.length < 3) return null;
  const words = new Map<string, string>();
  for (const field of writable) {
    for (const word of [plain(field.name), plain(field.label)])
      if (!words.has(word)) words.set(word, field.name);
  }
  const withObject = [plain(object.label), plain(object.name)]
    .filter((prefix) => wanted.startsWith(prefix))
    .map((prefix) => words.get(wanted.slice(prefix.length)));
  const isNamed = withObject.find((name) => name !== undefined);
  if (isNamed !== undefined) return isNamed;
  const near = nearest(wanted, words.keys());
  return near === undefined ? null : words.get(near)!;
}
