import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanName, detectType } from '../src/index.ts';

const bytes = (...parts: (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([...part]))));

it.each([
  [
    'photo.txt',
    bytes(
      [0x89],
      'PNG\r\n',
      [0x1a],
      '\n',
      [0, 0, 0, 13],
      'IHDR',
      [0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0],
      'IDAT',
    ),
    'image/png',
  ],
  ['photo.png', bytes('<html><script>alert(1)</script>'), 'text/html'],
  [
    'photo.png',
    bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    'image/svg+xml',
  ],
  ['a.pdf', bytes('%PDF-1.7\n'), 'application/pdf'],
  ['a.csv', bytes('name;city\nAda;Köln\n'), 'text/csv'],
  ['a.txt', bytes('name'), 'text/plain'],
  ['a.txt', bytes('MZ', [0, 1, 2, 3], 'x'), 'application/x-msdownload'],
  ['a.bin', bytes([1, 2, 3, 0, 255]), 'application/octet-stream'],
  ['empty', bytes(), 'text/plain'],
])('%s is what its content says', async (name, content, type) => {
  expect(await detectType(content, name)).toBe(type);
});

it('a name that says nothing of the container changes nothing', async () => {
  expect(await detectType(bytes('%PDF-1.7\n'), 'a.docx')).toBe('application/pdf');
});

it.each([
  ['C:\\fakepath\\Angebot März.pdf', 'Angebot März.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['rechnung\u202efdp.exe', 'rechnungfdp.exe'],
  ['a\u0000b\r\n.txt', 'ab.txt'],
  ['...', 'file'],
  ['', 'file'],
])('%j is kept as %j', (given, kept) => {
  expect(cleanName(given)).toBe(kept);
});

it('a name is clean once it is cleaned, and never long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
      const name = cleanName(given);
      expect(name.length).toBeGreaterThan(0);
      expect(Array.from(name).length).toBeLessThanOrEqual(150);
      expect(name).not.toMatch(/[/\\"\p{Cc}]/u);
    }),
    { numRuns: 30 },
  );
});
