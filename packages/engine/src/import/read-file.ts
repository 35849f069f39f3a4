/** A stored file as rows: CSV, a sheet of an Excel workbook, or one JSON object per line. */

import type { Workspace } from '@trellis/storage';
import type { InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { unguardText } from '../export/formula-guard.ts';
import type { Parts } from '../parts.ts';
import { CsvReader, type CsvRow, detectDelimiter } from './csv-reader.ts';
import { decodeText, type Encoding } from './decode.ts';
import { findHeader } from './find-header.ts';
import { type PieceSource, unreadable } from './xlsx-archive.ts';
import { MOST_COLUMNS, openWorkbook, type SheetCell } from './xlsx-book.ts';

export type FileFormat = 'csv' | 'ndjson' | 'xlsx';

/** How a file is to be read; settled before its job begins. */
export interface FileShape {
  readonly format: FileFormat;
  /** Of text. */
  readonly encoding: Encoding;
  /** Of CSV. */
  readonly delimiter: string;
  /** Names of the columns, in order; of NDJSON those of the first records. */
  readonly columns: readonly string[];
  /** Of CSV: apostrophes before what looks like a formula stay. */
  readonly raw?: boolean;
  /** Some of it is no text in its encoding: rows that hold such bytes can't be read. */
  readonly isMixed?: boolean;
  /** Of a workbook: the sheet that is read. */
  readonly sheet?: string;
  /** Line or row of the header, from 1; those above it are passed over. 0: there is none. 1 unless given. */
  readonly headerRow?: number;
}

/** One row of a file below its header. */
export interface FileRow {
  readonly line: number;
  /** Cells, or what the line of NDJSON holds. */
  readonly content: readonly SheetCell[] | Readonly<Record<string, unknown>>;
  /** A sentence about what kept it from being read. */
  readonly fault?: string;
}

/** Bytes of the pieces in which files are stored. */
export const PIECE_BYTES = 256 * 1024;
const MAX_LINE = 10_000_000;
const SAMPLE_ROWS = 100;
/** What bytes become that are no letter. */
const UNKNOWN_LETTER = '\ufffd';
type Fault = NonNullable<CsvRow['fault']> | 'no_text';

const FAULTS: Readonly<Record<Fault, string>> = {
  open_quote: 'A quotation mark is opened and never closed.',
  no_text: 'The row has bytes that are no text in UTF-8, the encoding of the other rows.',
  text_after_quote: 'Text follows a closing quotation mark. Quotation marks within a cell are doubled.',
};

export type { PieceSource };

/** A file that lies in the database. */
export function storedFile(
  { storage }: Parts,
  workspace: Workspace,
  fileId: string,
  size: number,
): PieceSource {
  return {
    size,
    pieceSize: PIECE_BYTES,
    piece: (number) => storage.jobs.readFile(workspace, fileId, number),
  };
}

/** Bytes that are all there: the beginning of a file. */
export function heldFile(bytes: Uint8Array): PieceSource {
  const size = bytes.length;
  return { size, pieceSize: Math.max(size, 1), piece: async (number) => (number === 0 ? bytes : undefined) };
}

async function* piecesOf(source: PieceSource): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number++) {
    const piece = await source.piece(number);
    if (!piece) return;
    yield piece;
  }
}

/** Rows in groups, as they come from the pieces of the file. */
export async function* readRows(source: PieceSource, shape: FileShape): AsyncGenerator<readonly FileRow[]> {
  if (shape.format === 'ndjson') return yield* readLines(decodeText(piecesOf(source), shape.encoding), shape);
  for await (const rows of readTable(source, shape)) {
    const below = rows.filter(({ line }) => line > (shape.headerRow ?? 1));
    if (below.length > 0) yield below.map((row) => toFileRow(row, shape));
  }
}

interface TableRow {
  readonly line: number;
  readonly cells: readonly SheetCell[];
  readonly fault?: Fault | undefined;
}

/** All rows that hold something, the header and what stands above it too. */
async function* readTable(source: PieceSource, shape: FileShape): AsyncGenerator<readonly TableRow[]> {
  if (shape.format === 'xlsx') return yield* (await openWorkbook(source)).rows(shape.sheet!);
  const clean = (rows: readonly CsvRow[]): readonly TableRow[] =>
    shape.raw && !shape.isMixed ? rows : rows.map((row) => cleanRow(row, shape));
  const reader = new CsvReader(shape.delimiter);
  for await (const text of decodeText(piecesOf(source), shape.encoding)) yield clean(reader.push(text));
  yield clean(reader.end());
}

function cleanRow({ line, cells, fault }: CsvRow, { raw, isMixed }: FileShape): TableRow {
  const isNoText = isMixed && cells.some((cell) => cell.includes(UNKNOWN_LETTER));
  return { line, cells: raw ? cells : cells.map(unguardText), fault: isNoText ? 'no_text' : fault };
}

function toFileRow({ line, cells, fault }: TableRow, { format, columns }: FileShape): FileRow {
  if (fault) return { line, content: cells, fault: FAULTS[fault] };
  const width = columns.length;
  if (cells.length === width) return { line, content: cells };
  // A sheet has no end to the right: blank cells there are none.
  if (format === 'xlsx' && cells.length < width) {
    return { line, content: [...cells, ...Array<string>(width - cells.length).fill('')] };
  }
  const message = `The row has ${cells.length} cells and the header ${width}.`;
  return { line, content: cells, fault: message };
}

async function* readLines(
  text: AsyncIterable<string>,
  { isMixed }: FileShape,
): AsyncGenerator<readonly FileRow[]> {
  let rest = '';
  let line = 1;
  const read = (source: string): FileRow[] => {
    const number = line++;
    const trimmed = source.trim();
    if (trimmed === '') return [];
    if (isMixed && trimmed.includes(UNKNOWN_LETTER)) {
      return [{ line: number, content: [trimmed], fault: FAULTS.no_text }];
    }
    try {
      const value: unknown = JSON.parse(trimmed);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return [{ line: number, content: value as Record<string, unknown> }];
      }
    } catch {
      // Told below.
    }
    return [{ line: number, content: [trimmed], fault: 'The line is not one JSON object.' }];
  };
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    if (rest.length > MAX_LINE) {
      lines.push(rest.slice(0, 1000));
      rest = '';
    }
    yield lines.flatMap(read);
  }
  yield read(rest);
}

export interface FileHints {
  readonly format?: FileFormat | undefined;
  readonly delimiter?: string | undefined;
  readonly fileName?: string | undefined;
  readonly raw?: boolean;
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
  readonly isMixed?: boolean | undefined;
}

export interface DetectedFile {
  readonly shape: FileShape;
  /** The first rows below the header. */
  readonly rows: readonly FileRow[];
  /** Of a workbook: its sheets. */
  readonly sheets: readonly string[];
  /** Whether the row that is taken for the header looks like one. */
  readonly hasHeader: boolean;
}

/**
 * What a file says about its shape, with its first rows. Of CSV and NDJSON the beginning is looked at, of a workbook
 * its sheets. @throws EngineError `invalid_input` for what is no such file
 */
export async function detectShape(
  source: PieceSource,
  encoding: Encoding,
  hints: FileHints,
): Promise<DetectedFile> {
  const head = (await source.piece(0)) ?? new Uint8Array(0);
  const format = hints.format ?? formatOf(head, encoding, hints.fileName);
  const isMixed = hints.isMixed ?? false;
  const base = { encoding, delimiter: ',', columns: [], raw: hints.raw ?? false, isMixed };
  if (format === 'ndjson') {
    const shape: FileShape = { ...base, format };
    const rows = await firstRows(readRows(heldFile(head), shape));
    const columns = new Set(
      rows.flatMap(({ content, fault }) => (fault === undefined ? Object.keys(content) : [])),
    );
    requireColumns(columns.size);
    return { shape: { ...shape, columns: [...columns] }, rows, sheets: [], hasHeader: true };
  }
  if (format === 'xlsx') {
    if (!isArchive(head)) throw notAWorkbook(head);
    const { sheets } = await openWorkbook(source);
    const sheet = hints.sheet ?? sheets[0]!;
    if (!sheets.includes(sheet)) throw noSuchSheet(sheets);
    return tableShape(source, { ...base, format, sheet }, hints, sheets);
  }
  if (isArchive(head) || isOldOffice(head)) throw notAWorkbook(head);
  const text = await decoded(head, encoding);
  const delimiter = hints.delimiter ?? detectDelimiter(text);
  return tableShape(heldFile(head), { ...base, format, delimiter }, hints, []);
}

async function tableShape(
  source: PieceSource,
  shape: FileShape,
  hints: FileHints,
  sheets: readonly string[],
): Promise<DetectedFile> {
  const first = await firstRows(readTable(source, shape));
  const found = findHeader(first);
  const headerRow = hints.headerRow ?? (shape.format === 'xlsx' ? found.line : (first[0]?.line ?? 1));
  const header = headerRow === 0 ? undefined : first.find(({ line }) => line >= headerRow);
  const width = Math.max(0, ...first.map(({ cells }) => cells.length));
  const named = header?.cells ?? [];
  requireColumns(headerRow === 0 ? width : named.length);
  // A sheet may have a column that nobody named.
  const isOpen = headerRow === 0 || (header !== undefined && shape.format === 'xlsx');
  const cells = [...named, ...Array<string>(isOpen ? Math.max(0, width - named.length) : 0).fill('')];
  const columns = cells.map((cell, index) => String(cell).trim() || `Column ${index + 1}`);
  const whole: FileShape = { ...shape, columns, headerRow: header?.line ?? headerRow };
  const below = first.filter(({ line }) => line > whole.headerRow!);
  return { shape: whole, rows: below.map((row) => toFileRow(row, whole)), sheets, hasHeader: found.isHeader };
}

/** Each column is held against each field. */
function requireColumns(count: number): void {
  if (count > MOST_COLUMNS) throw unreadable(`A file has at most ${MOST_COLUMNS} columns.`);
}

async function firstRows<Row>(groups: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const group of groups) {
    for (const row of group) if (rows.push(row) === SAMPLE_ROWS) return rows;
  }
  return rows;
}

function formatOf(head: Uint8Array, encoding: Encoding, fileName: string | undefined): FileFormat {
  if (isArchive(head) || isOldOffice(head)) return 'xlsx';
  if (/\.(ndjson|jsonl)$/i.test(fileName ?? '')) return 'ndjson';
  return /^\s*\{/.test(new TextDecoder(encoding).decode(head.subarray(0, 1000))) ? 'ndjson' : 'csv';
}

async function decoded(bytes: Uint8Array, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const piece of decodeText(piecesOf(heldFile(bytes)), encoding)) text += piece;
  return text;
}

export function isArchive(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** Workbooks from before 2007, and those that are locked with a password. */
function isOldOffice(head: Uint8Array): boolean {
  return head[0] === 0xd0 && head[1] === 0xcf && head[2] === 0x11 && head[3] === 0xe0;
}

function notAWorkbook(head: Uint8Array): EngineError {
  if (isOldOffice(head)) {
    return unreadable(
      'The workbook has the old form (XLS) or a password. Save it as XLSX without one, or as CSV.',
    );
  }
  return unreadable('This is no Excel workbook (XLSX).');
}

function noSuchSheet(sheets: readonly string[]): EngineError {
  const message = 'The workbook has no sheet of this name.';
  const hint = `There are ${sheets.slice(0, 20).join(', ')}.`;
  const errors: readonly InputError[] = [{ code: 'invalid_value', pointer: '/sheet', message, hint }];
  return new EngineError('invalid_input', message, { errors });
}
