/** Which row of a table names its columns. */
import type { SheetCell } from './xlsx-book.ts';

interface Row {
  readonly line: number;
  readonly cells: readonly SheetCell[];
}

/** Above a header there are titles, dates and blank rows, seldom more. */
const LOOKED_AT = 20;
/** What stands below a header and seldom in one: numbers, dates, amounts, addresses, ids. */
const MOST_OF_DATA = 100;
const DATA =
  /^[-+]?[\p{Sc}\s]*[\d.,' ]*\d[\d.,' ]*(?:%|[\p{Sc}\s]*)$|^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|@.+\.|^https?:|^[0-9a-f]{8}-[0-9a-f]{4}-/iu;

/**
 * The first row that is as wide as the table, and whether it reads like a header: every column has a name of its own
 * and none of them looks like data.
 */
export function findHeader(rows: readonly Row[]): { readonly line: number; readonly isHeader: boolean } {
  const first = rows.slice(0, LOOKED_AT);
  const filled = (row: Row) => row.cells.filter((cell) => String(cell).trim() !== '').length;
  const width = Math.max(0, ...first.map(filled));
  const header = first.find((row) => filled(row) >= Math.max(1, width * 0.6)) ?? first[0];
  if (!header) return { line: 1, isHeader: true };
  const texts = header.cells.map((cell) => String(cell).trim());
  const isNamed = header.cells.every(
    (cell) => typeof cell === 'string' && !DATA.test(cell.trim().slice(0, MOST_OF_DATA)),
  );
  return { line: header.line, isHeader: isNamed && new Set(texts).size === texts.length };
}
