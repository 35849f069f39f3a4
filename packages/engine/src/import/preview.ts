/** What a file shows before anything is imported: its form, its columns, and the fields that they seem to be for. */
import { nearest } from '@trellis/metadata';
import type { CompiledObject } from '@trellis/model';
import { type Names, oldNames } from '../old-names.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { type Encoding, EncodingDetector } from './decode.ts';
import type { StoredFile } from './imports.ts';
import { fieldForColumn, plain } from './mapping.ts';
import type { ImportOptions } from './options.ts';
import { detectShape, type FileFormat, type FileRow, heldFile, storedFile } from './read-file.ts';

/** What a preview looks at of a text; of a workbook it needs all. */
export const PREVIEW_BYTES = 256 * 1024;
const SAMPLES = 3;

/** A file, or its beginning, held for a preview. */
export interface HeldFile {
  readonly name: string | undefined;
  readonly head: Uint8Array;
  /** Given of a workbook. */
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
  }[];
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
  const encoding = options.encoding ?? encodingOf(held.head);
  const { stored } = held;
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
    format,
    encoding,
    delimiter,
    sheets: found.sheets,
    sheet,
    header_row: headerRow,
    columns: columns.map((column, index) => ({
      name: column,
      samples: [...new Set(valuesOf(found.rows, column, index))].slice(0, SAMPLES),
      suggestion: headerRow === 0 ? null : suggest(pinned, object, column, old),
    })),
  };
}

function encodingOf(head: Uint8Array): Encoding {
  const detector = new EncodingDetector();
  detector.add(head);
  return detector.end(false);
}

/** What the first rows have in a column, blanks left out. */
function valuesOf(rows: readonly FileRow[], column: string, index: number): readonly string[] {
  return rows
    .flatMap(({ content, fault }) => (fault === undefined ? [cellOf(content, column, index)] : []))
    .filter((value) => value.trim() !== '');
}

function cellOf(content: FileRow['content'], column: string, index: number): string {
  if (Array.isArray(content)) return String(content[index] ?? '');
  const value = (content as Readonly<Record<string, unknown>>)[column];
  return value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

/** By name or label; else the field whose words the header is made of, or one that is written nearly so. */
function suggest(
  pinned: Pinned,
  object: CompiledObject,
  column: string,
  old: Names | undefined,
): string | null {
  const exact = fieldForColumn(pinned, object, column, { operation: 'update', key: 'id', old });
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
