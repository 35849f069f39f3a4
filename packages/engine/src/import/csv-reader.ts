/**
 * Reads CSV (RFC 4180) from text that comes in pieces, one row at a time, with line numbers. A broken quote spoils its
 * own line and no other: the row is handed out with a fault, and reading goes on with the next line. That is what the
 * usual parsers don't do, and why this is one of our own.
 */
export interface CsvRow {
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What kept it from being read; `cells` is then the line cut at its delimiters, quotes and all. */
  readonly fault?: 'open_quote' | 'text_after_quote';
}

/** A quote that isn't closed within so many characters was never meant to be one. */
const MAX_ROW = 1_000_000;

export class CsvReader {
  readonly #delimiter: string;
  #rest = '';
  #line = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Rows that are complete with this piece. Empty lines are no rows. */
  push(text: string): CsvRow[] {
    this.#rest = this.#rest === '' ? text : this.#rest + text;
    return this.#read(false);
  }

  end(): CsvRow[] {
    return this.#read(true);
  }

  #read(isEnd: boolean): CsvRow[] {
    const text = this.#rest;
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < text.length) {
      const stop = endOfLine(text, at, isEnd);
      if (stop === undefined) break;
      const line = text.slice(at, stop.end);
      if (!line.includes('"')) {
        if (line !== '') rows.push({ line: this.#line, cells: line.split(this.#delimiter) });
        this.#line++;
        at = stop.next;
        continue;
      }
      const row = this.#readQuoted(text, at, isEnd);
      if (row === undefined) break;
      if (typeof row === 'string') {
        rows.push({ line: this.#line, cells: line.split(this.#delimiter), fault: row });
        this.#line++;
        at = stop.next;
      } else {
        rows.push({ line: this.#line, cells: row.cells });
        this.#line += countLines(text, at, row.next);
        at = row.next;
      }
    }
    this.#rest = text.slice(at);
    return rows;
  }

  /** Undefined: more text is needed. A text: what is wrong with it. */
  #readQuoted(
    text: string,
    from: number,
    isEnd: boolean,
  ): { readonly cells: string[]; readonly next: number } | NonNullable<CsvRow['fault']> | undefined {
    const delimiter = this.#delimiter;
    const cells: string[] = [];
    for (let at = from; ; ) {
      if (text[at] !== '"') {
        // A quote within a cell that begins without one stands for itself: 5" disk.
        const stop = endOfLine(text, at, isEnd);
        const cut = text.indexOf(delimiter, at);
        if (cut >= 0 && (stop === undefined || cut < stop.end)) {
          cells.push(text.slice(at, cut));
          at = cut + 1;
          continue;
        }
        if (stop === undefined) return undefined;
        cells.push(text.slice(at, stop.end));
        return { cells, next: stop.next };
      }
      let close = text.indexOf('"', at + 1);
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
      if (close < 0 || close - from > MAX_ROW)
        return isEnd || text.length - from > MAX_ROW ? 'open_quote' : undefined;
      // The last character that there is: another quote may follow it.
      if (close + 1 === text.length && !isEnd) return undefined;
      const cell = text.slice(at + 1, close);
      cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell);
      const after = text[close + 1];
      if (after === delimiter) {
        at = close + 2;
        if (at === text.length && !isEnd) return undefined;
        continue;
      }
      if (after !== undefined && after !== '\n' && after !== '\r') return 'text_after_quote';
      const stop = endOfLine(text, close + 1, isEnd);
      return stop === undefined ? undefined : { cells, next: stop.next };
    }
  }
}

/** Where a line ends and the next one begins; undefined when that lies beyond the text. */
function endOfLine(text: string, from: number, isEnd: boolean): { end: number; next: number } | undefined {
  const feed = text.indexOf('\n', from);
  if (feed < 0) return isEnd ? { end: withoutReturn(text, from, text.length), next: text.length } : undefined;
  return { end: withoutReturn(text, from, feed), next: feed + 1 };
}

function withoutReturn(text: string, from: number, end: number): number {
  return end > from && text[end - 1] === '\r' ? end - 1 : end;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The delimiter by which the first rows have the most cells in common. */
export function detectDelimiter(sample: string): string {
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const reader = new CsvReader(delimiter);
    const rows = [...reader.push(sample), ...reader.end()].slice(0, 50);
    const width = rows[0]?.cells.length ?? 0;
    const alike = rows.filter((row) => row.cells.length === width && row.fault === undefined).length;
    const score = width < 2 ? 0 : (alike / rows.length) * 100 + width;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}
