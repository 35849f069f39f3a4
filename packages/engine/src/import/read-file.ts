/** A stored file as rows: CSV with a header, or one JSON object per line. */

import type { Workspace } from '@trellis/storage';
import { unguardText } from '../export/formula-guard.ts';
import type { Parts } from '../parts.ts';
import { CsvReader, type CsvRow, detectDelimiter } from './csv-reader.ts';
import { decodeText, type Encoding } from './decode.ts';

export type FileFormat = 'csv' | 'ndjson';

/** How a file is to be read; settled before its job begins. */
export interface FileShape {
  readonly format: FileFormat;
  readonly encoding: Encoding;
  /** Of CSV. */
  readonly delimiter: string;
  /** Names of the columns, in order; of NDJSON those of the first records. */
  readonly columns: readonly string[];
  /** Of CSV: apostrophes before what looks like a formula stay. */
  readonly raw?: boolean;
}

/** One row of a file below its header. */
export interface FileRow {
  readonly line: number;
  /** Cells of CSV, or what the line of NDJSON holds. */
  readonly content: readonly string[] | Readonly<Record<string, unknown>>;
  /** A sentence about what kept it from being read. */
  readonly fault?: string;
}

const MAX_LINE = 10_000_000;
const SAMPLE_ROWS = 100;
const FAULTS: Readonly<Record<NonNullable<CsvRow['fault']>, string>> = {
  open_quote: 'A quotation mark is opened and never closed.',
  text_after_quote: 'Text follows a closing quotation mark. Quotation marks within a cell are doubled.',
};

export async function* readPieces(
  { storage }: Parts,
  workspace: Workspace,
  fileId: string,
): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number++) {
    const piece = await storage.jobs.readFile(workspace, fileId, number);
    if (!piece) return;
    yield piece;
  }
}

/** Rows in groups, as they come from the pieces of the file. */
export async function* readRows(
  pieces: AsyncIterable<Uint8Array>,
  shape: FileShape,
): AsyncGenerator<readonly FileRow[]> {
  const text = decodeText(pieces, shape.encoding);
  if (shape.format === 'ndjson') return yield* readLines(text);
  const reader = new CsvReader(shape.delimiter);
  let isHeader = true;
  const understand = (rows: readonly CsvRow[]): FileRow[] => {
    const below = isHeader ? rows.slice(1) : rows;
    if (rows.length > 0) isHeader = false;
    return below.map((row) => toFileRow(row, shape));
  };
  for await (const piece of text) yield understand(reader.push(piece));
  yield understand(reader.end());
}

function toFileRow({ line, cells: given, fault }: CsvRow, { columns, raw }: FileShape): FileRow {
  const cells = raw ? given : given.map(unguardText);
  const width = columns.length;
  if (fault) return { line, content: cells, fault: FAULTS[fault] };
  if (cells.length === width) return { line, content: cells };
  const message = `The row has ${cells.length} cells and the header ${width}.`;
  return { line, content: cells, fault: message };
}

async function* readLines(text: AsyncIterable<string>): AsyncGenerator<readonly FileRow[]> {
  let rest = '';
  let line = 1;
  const read = (source: string): FileRow[] => {
    const number = line++;
    const trimmed = source.trim();
    if (trimmed === '') return [];
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
}

/** What the beginning of a file says about its shape, with its first rows. */
export async function detectShape(
  head: Uint8Array,
  encoding: Encoding,
  hints: FileHints,
): Promise<{ readonly shape: FileShape; readonly rows: readonly FileRow[] }> {
  async function* once() {
    yield head;
  }
  let text = '';
  for await (const piece of decodeText(once(), encoding)) text += piece;
  const looksLikeJson = /\.(ndjson|jsonl)$/i.test(hints.fileName ?? '') || /^\s*\{/.test(text);
  const format = hints.format ?? (looksLikeJson ? 'ndjson' : 'csv');
  const delimiter = hints.delimiter ?? (format === 'csv' ? detectDelimiter(text) : ',');
  const raw = hints.raw ?? false;
  const unnamed: FileShape = { format, encoding, delimiter, columns: [], raw };
  if (format === 'csv') {
    const reader = new CsvReader(delimiter);
    const [header] = [...reader.push(text), ...reader.end()];
    const columns = (header?.cells ?? []).map(
      (cell, index) => (raw ? cell : unguardText(cell)).trim() || `Column ${index + 1}`,
    );
    const shape = { ...unnamed, columns };
    return { shape, rows: await firstRows(once(), shape) };
  }
  const rows = await firstRows(once(), unnamed);
  const columns = new Set(
    rows.flatMap(({ content, fault }) => (fault === undefined ? Object.keys(content) : [])),
  );
  return { shape: { ...unnamed, columns: [...columns] }, rows };
}

async function firstRows(pieces: AsyncIterable<Uint8Array>, shape: FileShape): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const group of readRows(pieces, shape)) {
    for (const row of group) if (rows.push(row) === SAMPLE_ROWS) return rows;
  }
  return rows;
}
