/** Reading CSV: whatever was written comes back, however it is cut; what is broken spoils its own line only. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader, type CsvRow, detectDelimiter } from '../src/import/csv-reader.ts';
import { decodeText, EncodingDetector } from '../src/import/decode.ts';

function read(text: string, delimiter = ',', cuts: readonly number[] = []): CsvRow[] {
  const reader = new CsvReader(delimiter);
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  );
  const rows: CsvRow[] = [];
  for (const [index, place] of places.slice(1).entries())
    rows.push(...reader.push(text.slice(places[index], place)));
  return [...rows, ...reader.end()];
}

function write(
  rows: readonly (readonly string[])[],
  delimiter: string,
  lineEnd: string,
  quotesAll: boolean,
): string {
  const cell = (text: string) =>
    quotesAll || /["\r\n]/.test(text) || text.includes(delimiter) || text === ''
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  return rows.map((row) => row.map(cell).join(delimiter) + lineEnd).join('');
}

describe('CSV', () => {
  it('comes back as it was written, in whatever pieces it arrives', () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', 'a', ' ', 'é', '\t'), maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 6 }),
        (rows, delimiter, lineEnd, quotesAll, cuts) => {
          const found = read(write(rows, delimiter, lineEnd, quotesAll), delimiter, cuts);
          expect(found.map(({ cells }) => cells)).toEqual(rows);
          expect(found.every(({ fault }) => fault === undefined)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws, and reads the same in any pieces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'b'), maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (text, cuts) => {
          expect(read(text, ',', cuts)).toEqual(read(text));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('has line numbers, which breaks within cells move on', () => {
    expect(read('a,b\n"1\n2",3\n\n4,5\n').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it('with a broken quote loses that line alone', () => {
    expect(read('a,b\n"open,1\n2,3\n"x"y,4\n5,6')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['"open', '1'], fault: 'text_after_quote' },
      { line: 3, cells: ['2', '3'] },
      { line: 4, cells: ['"x"y', '4'], fault: 'text_after_quote' },
      { line: 5, cells: ['5', '6'] },
    ]);
    expect(read('a\n"never\nclosed\n')).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['"never'], fault: 'open_quote' },
      { line: 3, cells: ['closed'] },
    ]);
  });

  it('takes a quote within a cell for itself', () => {
    expect(read('5" disk,ok\n')[0]!.cells).toEqual(['5" disk', 'ok']);
  });

  it('does not hold a file in memory for a quote that is never closed', () => {
    const reader = new CsvReader(',');
    const rows = [...reader.push('"'), ...reader.push(`${'x'.repeat(900_000)}\n`.repeat(3)), ...reader.end()];
    expect(rows.map(({ fault }) => fault)).toEqual(['open_quote', undefined, undefined]);
  });

  it.each([
    ['a,b,c\n1,2,3', ','],
    ['a;b\n1,5;2', ';'],
    ['a\tb, c\n1\t2', '\t'],
    ['"x;y";b;c\n1;2;3\n', ';'],
    ['one\ntwo', ','],
  ])('knows the delimiter of %j', (text, delimiter) => expect(detectDelimiter(text)).toBe(delimiter));
});

describe('encodings', () => {
  const text = 'Name;Größe\nÅsa Ñ “x”;5 €\n';
  const utf16 = (order: 'le' | 'be') => {
    const bytes = Buffer.from(text, 'utf16le');
    return order === 'le' ? bytes : bytes.swap16();
  };
  const windows = Buffer.from(
    [...text].map((letter) => ({ '“': 0x93, '”': 0x94, '€': 0x80 })[letter] ?? letter.codePointAt(0)!),
  );
  it.each([
    ['UTF-8', 'utf-8', Buffer.from(text)],
    ['UTF-8 with a mark', 'utf-8', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 with a mark', 'utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16('le')])],
    ['UTF-16 big-endian with a mark', 'utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16('be')])],
    ['UTF-16 without a mark', 'utf-16le', utf16('le')],
    ['Windows-1252', 'windows-1252', windows],
  ])('%s is known and read, byte by byte', async (_, encoding, bytes) => {
    const detector = new EncodingDetector();
    for (const byte of bytes) detector.add(Buffer.from([byte]));
    const found = detector.end().encoding;
    expect(found).toBe(encoding);
    async function* pieces() {
      for (const byte of bytes) yield Buffer.from([byte]);
    }
    let read = '';
    for await (const piece of decodeText(pieces(), found)) read += piece;
    expect(read).toBe(text);
  });
});
