/** Workbooks as other programs write them, and what is none. Our own are read back in `apps/server/test/export.test.ts`. */
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { writeXlsx } from '../src/export/xlsx-writer.ts';
import { detectFormats } from '../src/import/cell-formats.ts';
import { detectShape, type FileHints, heldFile, readRows } from '../src/import/read-file.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const sheet = (rows: string) =>
  `<x:worksheet xmlns:x="${MAIN}"><x:sheetData>${rows}</x:sheetData></x:worksheet>`;

/** As another program would: prefixed names, shared texts, formats by number and by code, a sheet that is hidden. */
function parts(rows: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    '_rels/.rels': `<Relationships><Relationship Id="a" Type="${OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Old" state="hidden" r:id="h"/><sheet name="One &amp; only" r:id="s"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${[
      ['h', 'worksheet', 'worksheets/hidden.xml'],
      ['s', 'worksheet', '../xl/worksheets/one.xml'],
      ['t', 'sharedStrings', 'texts.xml'],
      ['f', 'styles', 'styles.xml'],
    ]
      .map(([id, type, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`)
      .join('')}</Relationships>`,
    'xl/texts.xml': `<sst><si><t>Name</t></si><si><r><t>Zo</t></r><r><t xml:space="preserve">ë </t></r><rPh sb="0" eb="1"><t>zoe</t></rPh></si><si><t>a_x000D_b</t></si></sst>`,
    'xl/styles.xml': `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-407]d\\.\\ mmmm\\ yyyy;@"/><numFmt numFmtId="171" formatCode="#,##0.00\\ &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="10"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="20"/><xf numFmtId="46"/></cellXfs></styleSheet>`,
    'xl/worksheets/hidden.xml': sheet(''),
    'xl/worksheets/one.xml': sheet(rows),
    ...more,
  };
}

async function packed(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), path);
  zip.end();
  return buffer(zip.outputStream);
}

async function read(bytes: Uint8Array, hints: FileHints = {}) {
  const source = heldFile(bytes);
  const { shape, sheets } = await detectShape(source, 'utf-8', hints);
  const rows = [];
  for await (const group of readRows(source, shape)) rows.push(...group);
  return { shape, sheets, rows };
}

describe('a workbook', () => {
  it('is read by the types and formats of its cells', async () => {
    const rows = `
      <x:row r="2"><x:c r="B2" t="str"><x:v>Report</x:v></x:c></x:row>
      <x:row r="4"><x:c r="A4" t="s"><x:v>0</x:v></x:c><x:c r="B4" t="inlineStr"><x:is><x:t>Day</x:t></x:is></x:c><x:c t="str"><x:v>At</x:v></x:c>
        <x:c t="str"><x:v>Share</x:v></x:c><x:c t="str"><x:v>Until</x:v></x:c><x:c t="str"><x:v>Sum</x:v></x:c><x:c t="str"><x:v>Time</x:v></x:c><x:c t="str"><x:v>Span</x:v></x:c><x:c t="str"><x:v>Ok</x:v></x:c></x:row>
      <x:row><x:c t="s"><x:v>1</x:v></x:c><x:c s="1"><x:v>46112</x:v></x:c><x:c s="2"><x:v>46112.6042476852</x:v></x:c><x:c s="3"><x:v>0.125</x:v></x:c>
        <x:c s="4"><x:v>46112</x:v></x:c><x:c s="5"><x:f>A1*2</x:f><x:v>0.30000000000000004</x:v></x:c><x:c s="6"><x:v>0.395833333333333</x:v></x:c><x:c s="7"><x:v>1.5</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>
      <x:row r="7"><x:c r="A7" t="s"><x:v>2</x:v></x:c><x:c r="I7" t="e"><x:v>#N/A</x:v></x:c></x:row>
      <x:row r="8"><x:c r="C8" s="1"/></x:row>`;
    const { shape, sheets, rows: found } = await read(await packed(parts(rows)));
    expect([shape.sheet, sheets, shape.headerRow]).toEqual(['One & only', ['One & only', 'Old'], 4]);
    expect(shape.columns).toEqual(['Name', 'Day', 'At', 'Share', 'Until', 'Sum', 'Time', 'Span', 'Ok']);
    expect(found).toEqual([
      {
        line: 5,
        content: [
          'Zoë ',
          '2026-03-31',
          '2026-03-31T14:30:07.000',
          12.5,
          '2026-03-31',
          0.3,
          '09:30',
          '36:00',
          true,
        ],
      },
      { line: 7, content: ['a\rb', '', '', '', '', '', '', '', '#N/A'] },
    ]);
  });

  it('may count from 1904', async () => {
    const book = parts('<row><c t="str"><v>d</v></c></row><row><c s="1"><v>44650</v></c></row>');
    const text = book['xl/workbook.xml']!.replace('<sheets>', '<workbookPr date1904="1"/><sheets>');
    const { rows } = await read(await packed({ ...book, 'xl/workbook.xml': text }));
    expect(rows.map(({ content }) => content)).toEqual([['2026-03-31']]);
  });

  it('is read from another sheet or header when it is asked to be', async () => {
    const rows = '<row r="1"><c t="str"><v>a</v></c></row><row r="2"><c t="str"><v>b</v></c></row>';
    const bytes = await packed(parts(rows));
    expect((await read(bytes, { headerRow: 0 })).rows).toHaveLength(2);
    expect((await read(bytes, { headerRow: 2 })).shape.columns).toEqual(['b']);
    expect((await read(bytes, { sheet: 'Old' })).shape.columns).toEqual([]);
    await expect(read(bytes, { sheet: 'None' })).rejects.toMatchObject({ errors: [{ pointer: '/sheet' }] });
  });

  it('gives back what was written, whatever the texts and numbers', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('_x0041_', '=1', ' a ', '\r\n'),
    );
    const number = fc
      .double({ noNaN: true, min: -1e300, max: 1e300 })
      .map((each) => Number(each.toPrecision(15)) || 0);
    const instant = fc
      .date({
        min: new Date('1900-03-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      })
      .map((each) => each.toISOString());
    const row = fc.tuple(
      text.filter((each) => !/\p{Cs}/u.test(each)),
      number,
      fc.boolean(),
      instant,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const values = rows.map(([one, two, three, four]) => [one, two, three, four.slice(0, 10), four, 'x']);
        const pages = (async function* () {
          yield values;
        })();
        const kinds = ['text', 'number', 'boolean', 'date', 'datetime', 'text'] as const;
        const columns = kinds.map((kind, index) => ({ name: `${kind} ${index}`, kind }));
        const bytes = await buffer(await writeXlsx({ sheetName: 'All', columns, pages }));
        const found = await read(bytes);
        expect(found.rows.map(({ content }) => content)).toEqual(values);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a workbook that somebody made to harm', () => {
  const row = (cells: string, r = '') => `<row${r}>${cells}</row>`;
  const text = (value: string, r = '') => `<c${r} t="str"><v>${value}</v></c>`;
  const contents = async (rows: string, hints: FileHints = { headerRow: 0 }) =>
    (await read(await packed(parts(rows)), hints)).rows;

  it('reads no memory of the server: places of shared texts are whole numbers', async () => {
    const shared = ['0', '0.5', '1.5', '-1', '-0.5', '3', '1e9', 'NaN', 'Infinity', '0x1'];
    const cells = shared.map((place) => `<c t="s"><v>${place}</v></c>`).join('') + text('end');
    const [found] = await contents(row(cells));
    expect(found!.content).toEqual(['Name', '', '', '', '', '', '', '', '', 'Zoë ', 'end']);
  });

  it('loses no row by its number', async () => {
    const numbers = ['7', 'NaN', '3', '-1', '1.5', '1e300', '99999999999', '', '9'];
    const rows = numbers.map((number, index) => row(text(`n${index}`), ` r="${number}"`)).join('');
    const found = await contents(rows);
    expect(found.map(({ line }) => line)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(found.map(({ content }) => content)).toEqual(numbers.map((_, index) => [`n${index}`]));
  });

  it('keeps nobody busy with the format of a cell', async () => {
    for (const code of ['['.repeat(200_000), `${'m'.repeat(200_000)}h`, '[h'.repeat(100_000)]) {
      const styles = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="${code}"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>`;
      const book = parts(row('<c s="0"><v>46112</v></c>'), { 'xl/styles.xml': styles });
      const { rows } = await read(await packed(book), { headerRow: 0 });
      expect(rows.map(({ content }) => content)).toEqual([[46112]]);
    }
  });

  it('keeps nobody busy with a header or a value that is nearly a number', async () => {
    const long = (text: string) => text.repeat(100_000 / text.length);
    const nearly = [`${long('1')}x`, `-${long(' ')}1${long(' ')}x`, long('@'), `1${long(' ')}1`];
    for (const each of nearly) {
      const { shape } = await read(new TextEncoder().encode(`"${each}",b\n1,2\n`));
      expect(shape.columns).toHaveLength(2);
      const given = { locale: 'en', delimiter: ',' };
      expect(detectFormats([each], given)).toEqual({ date: null, number: null });
    }
  });

  it('is not held in memory where nothing comes of it', async () => {
    const blanks = Array.from({ length: 3_000_000 }, (_, index) => (index % 90 === 0 ? 'x' : 'ab ')).join('');
    const harmful = [`<!-- ${blanks} -->`, `<a b="${blanks}"/>`, `<![CDATA[${blanks}]]>`, `<?a ${blanks}?>`];
    for (const each of harmful)
      await expect(contents(`${each}${row(text('a'))}`)).rejects.toMatchObject({
        errors: [{ code: 'unreadable_file' }],
      });
  });

  it('has few of its widest rows in hand at once', async () => {
    const wide = row(text('x', ' r="XFD1"'));
    const source = heldFile(await packed(parts(wide.repeat(3000))));
    const { shape } = await detectShape(source, 'utf-8', {});
    let most = 0;
    let count = 0;
    for await (const group of readRows(source, shape)) {
      most = Math.max(most, group.length);
      count += group.length;
    }
    expect(count).toBe(2999);
    expect(most).toBeLessThan(200);
  });
});

it('a file has at most as many columns as a sheet', async () => {
  const refused = { errors: [{ code: 'unreadable_file', pointer: '/file' }] };
  const bytes = (content: string) => new TextEncoder().encode(content);
  await expect(read(bytes(`${','.repeat(20_000)}\n`))).rejects.toMatchObject(refused);
  const members = Array.from({ length: 17_000 }, (_, index) => `"${index}":1`).join();
  await expect(read(bytes(`{${members}}\n`))).rejects.toMatchObject(refused);
});

describe('what is refused in words', () => {
  const refused = async (bytes: Uint8Array, words: RegExp) =>
    expect(read(bytes)).rejects.toMatchObject({
      code: 'invalid_input',
      errors: [{ code: 'unreadable_file', pointer: '/file', message: expect.stringMatching(words) }],
    });
  const header = '<row><c t="str"><v>a</v></c></row>';

  it('a workbook that is cut, an archive that is none, and the old form', async () => {
    const whole = await packed(parts(header));
    await refused(whole.subarray(0, whole.length / 2), /damaged/);
    const spoilt = Buffer.from(whole);
    spoilt.fill(7, 40, whole.length - 1000);
    await refused(spoilt, /damaged/);
    await refused(await packed({ 'word/document.xml': '<a/>' }), /no Excel workbook/);
    await refused(Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old form \(XLS\) or a password/);
    const unclosed = parts(header, { 'xl/worksheets/one.xml': `<worksheet><sheetData>${header}` });
    await refused(await packed(unclosed), /damaged/);
  });

  it('a bomb', async () => {
    const bomb = ' '.repeat(30_000_000);
    await refused(
      await packed(parts(header, { 'xl/worksheets/one.xml': sheet(header + bomb) })),
      /unpacks to far more/,
    );
    const deep = `<worksheet>${'<a>'.repeat(200)}`;
    await refused(await packed(parts(header, { 'xl/worksheets/one.xml': deep })), /nested/);
    const entity = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${sheet('<row><c t="str"><v>&b;</v></c></row>')}`;
    const { shape } = await read(await packed(parts(header, { 'xl/worksheets/one.xml': entity })));
    expect(shape.columns).toEqual(['&b;']);
  });

  it('never anything but a refusal, whatever is spoilt', async () => {
    const whole = await packed(parts(header + header));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const spoilt = Buffer.from(whole);
        spoilt[at] = byte;
        if (spoilt[0] !== 0x50 || spoilt[1] !== 0x4b) return;
        await read(spoilt).catch((error: { code?: string }) => expect(error.code).toBe('invalid_input'));
      }),
      { numRuns: 60 },
    );
  });
});
