/** A workbook: its sheets, and the rows of one of them as they come. Texts and formats that cells share are kept. */
import { type Archive, openArchive, type PieceSource, unreadable } from './xlsx-archive.ts';
import { columnOf, type NumberFormat, numberFormat, PLAIN, readNumber, unescapeText } from './xlsx-values.ts';

export type SheetCell = string | number | boolean;

export interface SheetRow {
  /** Its number in the sheet, from 1. */
  readonly line: number;
  /** Up to the last cell that holds something; blank ones are empty texts. */
  readonly cells: readonly SheetCell[];
}

export interface Workbook {
  /** Names in their order, hidden ones last. */
  readonly sheets: readonly string[];
  /** The rows that hold something, in groups. */
  rows(sheet: string): AsyncGenerator<readonly SheetRow[]>;
}

/** Of what is read as a whole: the list of sheets, the formats. */
const MOST_OF_PART = 20_000_000;
/** Of the texts that cells share, which have to be kept while rows are read. */
const MOST_TEXTS = 64 * 1024 * 1024;
export const MOST_COLUMNS = 16_384;
const MOST_ROWS = 1_048_576;
const MOST_CELL = 1_000_000;
/** Characters of a sheet that are read at once: a few of them can stand for a row of sixteen thousand cells. */
const AT_ONCE = 4096;

type Attributes = Readonly<Record<string, string>>;
interface Reader {
  open?(name: string, attributes: Attributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

export async function openWorkbook(source: PieceSource): Promise<Workbook> {
  const archive = await openArchive(source);
  const root = await relations(archive, '_rels/.rels', '');
  const main = [...root.values()].find(({ type }) => type === 'officeDocument')?.path ?? 'xl/workbook.xml';
  if (!archive.has(main)) {
    throw unreadable('The file is an archive and no Excel workbook (XLSX). Save it as XLSX or as CSV.');
  }
  const folder = main.slice(0, main.lastIndexOf('/') + 1);
  const parts = await relations(archive, `${folder}_rels/${main.slice(folder.length)}.rels`, folder);
  const pathOf = (type: string) => [...parts.values()].find((part) => part.type === type)?.path;
  const shown = new Map<string, string>();
  const hidden = new Map<string, string>();
  let is1904 = false;
  await parse(archive.read(main, MOST_OF_PART), {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = isTrue(attributes.date1904);
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key === 'id' || key.endsWith(':id'))?.[1];
      const part = parts.get(id ?? '');
      const into = (attributes.state ?? 'visible') === 'visible' ? shown : hidden;
      if (part?.type === 'worksheet' && attributes.name) into.set(attributes.name, part.path);
    },
  });
  const sheets = new Map([...shown, ...hidden]);
  if (sheets.size === 0) throw unreadable('The workbook has no sheet.');
  let shared: Promise<{ readonly texts: SharedTexts; readonly formats: readonly NumberFormat[] }> | undefined;
  const readShared = async () => ({
    texts: await readTexts(archive, pathOf('sharedStrings')),
    formats: await readFormats(archive, pathOf('styles')),
  });
  return {
    sheets: [...sheets.keys()],
    async *rows(name) {
      shared ??= readShared();
      const { texts, formats } = await shared;
      yield* sheetRows(archive.read(sheets.get(name)!), { texts, formats, is1904 });
    },
  };
}

/** The parts that a part refers to, by the ids by which it does. */
async function relations(archive: Archive, path: string, folder: string) {
  const found = new Map<string, { readonly type: string; readonly path: string }>();
  await parse(archive.read(path, MOST_OF_PART), {
    open(name, { Id, Type = '', Target = '' }) {
      if (name !== 'Relationship' || Id === undefined) return;
      const target = Target.startsWith('/') ? Target.slice(1) : folder + Target;
      found.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), path: withoutDots(target) });
    },
  });
  return found;
}

/** `xl/../xl/styles.xml` → `xl/styles.xml`. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return kept.join('/');
}

/** Texts in one block of bytes each megabyte: a million of them cost what they are long, and no object each. */
class SharedTexts {
  readonly #blocks: Buffer[] = [];
  #block = Buffer.allocUnsafe(0);
  #used = 0;
  #size = 0;
  /** Two numbers for each text: its block, and where in it. */
  #places = new Uint32Array(2048);
  #ends = new Uint32Array(1024);
  #count = 0;

  add(text: string): void {
    const length = Buffer.byteLength(text);
    this.#size += length;
    if (this.#size > MOST_TEXTS) {
      throw unreadable(
        'The workbook has too many different texts to be read at once. Save the sheet as CSV.',
      );
    }
    if (this.#used + length > this.#block.length) {
      this.#block = Buffer.allocUnsafe(Math.max(1024 * 1024, length));
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    if (this.#count === this.#ends.length) {
      this.#places = grown(this.#places);
      this.#ends = grown(this.#ends);
    }
    this.#places[this.#count * 2] = this.#blocks.length - 1;
    this.#places[this.#count * 2 + 1] = this.#used;
    this.#used += this.#block.write(text, this.#used, 'utf8');
    this.#ends[this.#count++] = this.#used;
  }

  get(index: number): string | undefined {
    // A file may say 0.5: between two places there is memory that is nobody's to read.
    if (!(Number.isInteger(index) && index >= 0 && index < this.#count)) return undefined;
    const block = this.#blocks[this.#places[index * 2]!]!;
    return block.toString('utf8', this.#places[index * 2 + 1], this.#ends[index]);
  }
}

function grown(given: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(given.length * 2);
  larger.set(given);
  return larger;
}

async function readTexts(archive: Archive, path: string | undefined): Promise<SharedTexts> {
  const texts = new SharedTexts();
  if (path === undefined) return texts;
  let text = '';
  let isText = false;
  // Readings of Chinese letters stand beside their text and are none of it.
  let isReading = false;
  await parse(archive.read(path), {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') isReading = true;
      else if (name === 't') isText = !isReading;
    },
    text: (part) => {
      if (isText) text = longer(text, part);
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
      else if (name === 'si') texts.add(unescapeText(text));
    },
  });
  return texts;
}

async function readFormats(archive: Archive, path: string | undefined): Promise<readonly NumberFormat[]> {
  const formats: NumberFormat[] = [];
  if (path === undefined) return formats;
  const codes = new Map<number, string>();
  let isOfCells = false;
  await parse(archive.read(path, MOST_OF_PART), {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      else if (name === 'cellXfs') isOfCells = true;
      else if (name === 'xf' && isOfCells) {
        const id = Number(attributes.numFmtId ?? 0);
        formats.push(numberFormat(id, codes.get(id)));
      }
    },
    close(name) {
      if (name === 'cellXfs') isOfCells = false;
    },
  });
  return formats;
}

interface Shared {
  readonly texts: SharedTexts;
  readonly formats: readonly NumberFormat[];
  readonly is1904: boolean;
}

async function* sheetRows(xml: AsyncGenerator<string>, shared: Shared): AsyncGenerator<readonly SheetRow[]> {
  let rows: SheetRow[] = [];
  let cells: SheetCell[] = [];
  let line = 0;
  let index = 0;
  let cell: Attributes = {};
  let value = '';
  let isValue = false;
  let isReading = false;
  const { write, end } = await parserOf({
    open(name, attributes) {
      if (name === 'row') {
        line = lineOf(attributes.r, line);
        cells = [];
        index = 0;
      } else if (name === 'c') {
        cell = attributes;
        index = columnOf(attributes.r) ?? index;
        value = '';
      } else if (name === 'rPh') isReading = true;
      else if (name === 'v' || name === 't') isValue = !isReading;
    },
    text(part) {
      if (isValue) value = longer(value, part);
    },
    close(name) {
      if (name === 'v' || name === 't') isValue = false;
      else if (name === 'rPh') isReading = false;
      else if (name === 'c') {
        const read = value === '' ? '' : readCell(value, cell, shared);
        if (read !== '') {
          if (index >= MOST_COLUMNS) throw unreadable(`A sheet has at most ${MOST_COLUMNS} columns.`);
          while (cells.length < index) cells.push('');
          cells[index] = read;
        }
        index++;
      } else if (name === 'row' && cells.length > 0) rows.push({ line, cells });
    },
  });
  for await (const text of xml) {
    for (let at = 0; at < text.length; at += AT_ONCE) {
      write(text.slice(at, at + AT_ONCE));
      if (rows.length === 0) continue;
      yield rows;
      rows = [];
    }
  }
  end();
  if (rows.length > 0) yield rows;
}

/** Rows are numbered upwards; one that says anything else is the next. */
function lineOf(given: string | undefined, before: number): number {
  const said = Number(given ?? Number.NaN);
  return Number.isInteger(said) && said > before && said <= MOST_ROWS ? said : before + 1;
}

function readCell(value: string, { t, s }: Attributes, { texts, formats, is1904 }: Shared): SheetCell {
  if (t === 's') return texts.get(Number(value)) ?? '';
  if (t === 'b') return value.trim() === '1' || value.trim() === 'true';
  if (t === 'str' || t === 'inlineStr') return unescapeText(value);
  if (t === 'e' || t === 'd') return value;
  const number = Number(value);
  return Number.isFinite(number) ? readNumber(number, formats[Number(s ?? 0)] ?? PLAIN, is1904) : value;
}

function longer(text: string, part: string): string {
  if (text.length + part.length > MOST_CELL) throw unreadable('A cell of the workbook is too long.');
  return text + part;
}

async function parse(xml: AsyncGenerator<string>, reader: Reader): Promise<void> {
  const { write, end } = await parserOf(reader);
  for await (const text of xml) write(text);
  end();
}

/** Names come without the prefix of their namespace. Entities of a file's own are not known, and so can't be bombs. */
async function parserOf({ open, close, text }: Reader) {
  const { Parser } = await import('htmlparser2');
  let depth = 0;
  // The parser holds what it has not told of yet: a comment or attribute without end would fill the memory.
  let untold = 0;
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        untold = 0;
        if (++depth > 100) throw unreadable('The workbook is damaged: its parts are nested too deeply.');
        open?.(local(name), attributes);
      },
      onclosetag(name) {
        untold = 0;
        depth--;
        close?.(local(name));
      },
      ontext(part) {
        untold = 0;
        text?.(part);
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  const write = (part: string) => {
    untold += part.length;
    parser.write(part);
    if (untold > MOST_CELL) throw unreadable('A part of the workbook is too long to be read.');
  };
  const end = () => {
    // What begins and never ends was cut off.
    const isWhole = depth === 0;
    parser.end();
    if (!isWhole)
      throw unreadable('The workbook is damaged, or has not arrived whole. Save it anew and try again.');
  };
  return { write, end };
}

function isTrue(text: string | undefined): boolean {
  return text === '1' || text === 'true';
}
