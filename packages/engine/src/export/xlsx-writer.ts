/**
 * Writes a workbook (Office Open XML) at constant memory: rows go through as they come, texts stand in their cells and
 * not in a table of their own. Cells have types, so that a spreadsheet sums numbers and sorts dates, and a text never
 * becomes a formula. What `xlsx-reader.ts` reads of it is what was written.
 */
import { Readable } from 'node:stream';
import type { CellKind, CellValue, ExportColumn } from './export-columns.ts';

export interface XlsxContent {
  readonly sheetName: string;
  readonly columns: readonly ExportColumn[];
  readonly pages: AsyncIterable<readonly (readonly CellValue[])[]>;
}

/** Rows of a sheet, its header included; what is beyond goes to a further sheet. */
const MOST_ROWS = 1_048_576;
/** Of one sheet, before it is packed: archives count in 32 bits. */
const MOST_CHARACTERS = 1_000_000_000;
/** Characters of a cell. */
const MOST_TEXT = 32_767;
/** Ends a text that was too long for its cell. An import takes such a cell for one that says nothing. */
export const CUT_MARK = ' [cut: a cell holds no more; the whole text is in an export as CSV]';
/** Spreadsheets count days from here. Their calendar is wrong before March 1900. */
const DAY_ZERO = Date.UTC(1899, 11, 30);
const DAY = 86_400_000;
const FIRST_DAY = '1900-03-01';

/** Indexes of `cellXfs` in the styles below. */
const STYLES: Readonly<Record<CellKind | 'header', number>> = {
  text: 0,
  number: 0,
  boolean: 0,
  header: 1,
  date: 2,
  datetime: 3,
  percent: 4,
  duration: 5,
};
const WIDTHS: Readonly<Record<CellKind, number>> = {
  text: 24,
  number: 14,
  boolean: 10,
  date: 12,
  datetime: 29,
  percent: 10,
  duration: 12,
};

/** The file as a stream, which fails with the error of `pages` and closes them when it is closed. */
export async function writeXlsx(content: XlsxContent): Promise<Readable> {
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const names: string[] = [];
  const rows = new RowSource(content);
  const addPart = (path: string, text: string) => zip.addBuffer(Buffer.from(text, 'utf8'), path);
  let sheet: Readable | undefined;
  const addSheet = () => {
    const number = names.length + 1;
    names.push(number === 1 ? sheetTitle(content.sheetName) : `${sheetTitle(content.sheetName)} ${number}`);
    sheet = Readable.from(rows.sheet(), { objectMode: false });
    sheet.once('error', (error) => output.destroy(error));
    sheet.once('end', () => {
      if (!rows.isOver) return addSheet();
      for (const [path, text] of Object.entries(bookParts(names))) addPart(path, text);
      zip.end();
    });
    zip.addReadStream(sheet, `xl/worksheets/sheet${number}.xml`, { compressionLevel: 3 });
  };
  zip.once('error', (error) => output.destroy(error as Error));
  output.once('close', () => sheet?.destroy());
  addSheet();
  return output;
}

/** The rows of all pages, handed out sheet by sheet. */
class RowSource {
  readonly #columns: readonly ExportColumn[];
  readonly #letters: readonly string[];
  readonly #pages: AsyncIterator<readonly (readonly CellValue[])[]>;
  #left: readonly (readonly CellValue[])[] = [];
  isOver = false;

  constructor({ columns, pages }: XlsxContent) {
    this.#columns = columns;
    this.#letters = columns.map((_, index) => columnLetters(index));
    this.#pages = pages[Symbol.asyncIterator]();
  }

  async *sheet(): AsyncGenerator<string> {
    let isWhole = false;
    try {
      yield this.#opening();
      let number = 2;
      // A page is asked for before a sheet is found full, so that no further one begins for nothing.
      for (let size = 0; (await this.#hasMore()) && number <= MOST_ROWS && size < MOST_CHARACTERS; ) {
        const taken = this.#left.slice(0, MOST_ROWS - number + 1);
        this.#left = this.#left.slice(taken.length);
        let text = '';
        for (const row of taken) text += this.#row(row, number++);
        size += text.length;
        if (text !== '') yield text;
      }
      yield '</sheetData></worksheet>';
      isWhole = true;
    } finally {
      if (!isWhole) await this.#pages.return?.();
    }
  }

  async #hasMore(): Promise<boolean> {
    while (this.#left.length === 0) {
      const next = await this.#pages.next();
      if (next.done) {
        this.isOver = true;
        return false;
      }
      this.#left = next.value;
    }
    return true;
  }

  #opening(): string {
    const widths = this.#columns.map(
      ({ kind }, index) =>
        `<col min="${index + 1}" max="${index + 1}" width="${WIDTHS[kind]}" customWidth="1"/>`,
    );
    const header = this.#columns.map(({ name }, index) =>
      textCell(`${this.#letters[index]}1`, name, STYLES.header),
    );
    return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row r="1">${header.join('')}</row>`;
  }

  #row(values: readonly CellValue[], number: number): string {
    let cells = '';
    for (let index = 0; index < values.length; index++) {
      const value = values[index]!;
      if (value !== null && value !== '')
        cells += cellOf(`${this.#letters[index]}${number}`, value, this.#columns[index]!.kind);
    }
    return `<row r="${number}">${cells}</row>`;
  }
}

function cellOf(place: string, value: string | number | boolean, kind: CellKind): string {
  if (typeof value === 'boolean') return `<c r="${place}" t="b"><v>${value ? 1 : 0}</v></c>`;
  const number =
    typeof value === 'string' ? dayNumber(value, kind) : kind === 'duration' ? (value * 1000) / DAY : value;
  if (number === undefined) return textCell(place, String(value), STYLES.text);
  const style = STYLES[kind];
  return `<c r="${place}"${style === 0 ? '' : ` s="${style}"`}><v>${number}</v></c>`;
}

/** A date as spreadsheets count, or undefined for what they can't count and what is no date. */
function dayNumber(text: string, kind: CellKind): number | undefined {
  if ((kind !== 'date' && kind !== 'datetime') || text < FIRST_DAY) return undefined;
  return (Date.parse(kind === 'date' ? `${text}T00:00:00Z` : text) - DAY_ZERO) / DAY;
}

function textCell(place: string, text: string, style: number): string {
  const given = style === 0 ? '' : ` s="${style}"`;
  return `<c r="${place}"${given} t="inlineStr"><is><t xml:space="preserve">${escapeText(fitText(text))}</t></is></c>`;
}

function fitText(text: string): string {
  if (text.length <= MOST_TEXT) return text;
  return text.slice(0, MOST_TEXT - CUT_MARK.length).replace(/[\ud800-\udbff]$/, '') + CUT_MARK;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML can't hold.
const SPECIAL = /[&<>"]|[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9a-f]{4}_)/gi;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of XML. What XML has no letter for is written `_x0001_`, as the format wants it, and so is such a text itself. */
function escapeText(text: string): string {
  return text.replaceAll(
    SPECIAL,
    (letter) => ENTITIES[letter] ?? `_x${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}

/** 0 → A, 26 → AA. */
function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}

/** Sheets are called by at most 31 characters, and not by all of them. */
function sheetTitle(name: string): string {
  return (
    name
      .replaceAll(/[[\]:*?/\\']/g, ' ')
      .trim()
      .slice(0, 25) || 'Records'
  );
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function bookParts(names: readonly string[]): Record<string, string> {
  const each = (text: (number: number, name: string) => string) =>
    names.map((name, index) => text(index + 1, name)).join('');
  const styles = names.length + 1;
  return {
    'xl/workbook.xml': `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${each(
      (number, name) => `<sheet name="${escapeText(name)}" sheetId="${number}" r:id="rId${number}"/>`,
    )}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each(
      (number) =>
        `<Relationship Id="rId${number}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
    )}<Relationship Id="rId${styles}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': STYLE_SHEET,
    '_rels/.rels': `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    '[Content_Types].xml': `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${each(
      (number) =>
        `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${TYPE}.worksheet+xml"/>`,
    )}</Types>`,
  };
}

const FORMATS = ['yyyy\\-mm\\-dd', 'yyyy\\-mm\\-dd\\ hh:mm:ss.000\\ "UTC"', 'General"%"', '[h]:mm:ss'];
const FIRST_FORMAT = 164;
const STYLE_SHEET = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${FORMATS.length}">${FORMATS.map(
  (code, index) => `<numFmt numFmtId="${FIRST_FORMAT + index}" formatCode="${escapeText(code)}"/>`,
).join(
  '',
)}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>${FORMATS.map(
  (_, index) =>
    `<xf numFmtId="${FIRST_FORMAT + index}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
).join(
  '',
)}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
