import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSimilar, findWords, parseSearch, searchWords } from '../src/index.ts';

const wordsOf = (text: string) => parseSearch(text).terms.map((term) => term.text);
const marked = (text: string, asked: string) =>
  findWords(text, parseSearch(asked)).map(([from, until]) => text.slice(from, until));

describe('what is typed', () => {
  it('is taken as words, however they are parted', () => {
    expect(wordsOf('  Jean-Luc  PICARD@ship.org jean')).toEqual(['jean', 'luc', 'picard', 'ship', 'org']);
    expect(wordsOf('Łódź Straße Ærø')).toEqual(['lodz', 'strasse', 'aero']);
    expect(wordsOf('%_ "" \'')).toEqual([]);
    expect(wordsOf('東京 abc東')).toEqual(['z06771  z04eac', 'abc z06771']);
    expect(wordsOf('a b c d e f g h i j')).toHaveLength(8);
    expect(parseSearch('jo').terms[0]).toMatchObject({ isPrefix: true, isPlain: true });
    expect(parseSearch('joh').terms[0]).toMatchObject({ isPrefix: false, isPlain: true });
    expect(parseSearch('שלום').terms[0]).toMatchObject({ isPrefix: false, isPlain: false });
    // Who writes the code of a letter means just that.
    expect(parseSearch('z06771').terms[0]).toMatchObject({ isPlain: true });
  });

  it('may be a number or an id', () => {
    expect(parseSearch('+49 (171) 234-56').digits).toBe('4917123456');
    expect(parseSearch('0049 171').digits).toBe('49171');
    expect([parseSearch('0 12').digits, parseSearch('jo 01712').digits]).toEqual([undefined, undefined]);
    const id = '0190ABCD-0001-7000-8000-000000000001';
    expect(parseSearch(`https://x.example/o/deal/${id}?tab=1`).id).toBe(id.toLowerCase());
  });
});

describe('what is marked', () => {
  it('are beginnings of words, else parts, in the text as it is', () => {
    expect(marked('Johnson & johns', 'john')).toEqual(['John', 'john']);
    expect(marked('Blackvelvet', 'velvet')).toEqual(['velvet']);
    expect(marked('🚀 Cafe\u0301 Müller', 'cafe muller')).toEqual(['Cafe\u0301', 'Müller']);
    expect(marked('Große Straße', 'strass gross')).toEqual(['Groß', 'Straß']);
    expect(marked('aaaa', 'aa aaa')).toEqual(['aaa']);
    expect(marked('+49 171 23-45', '0171 2345')).toEqual(['171 23-45']);
  });

  it('lies in the text, apart and in order', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (given, asked) => {
        let end = 0;
        for (const [from, until] of findWords(given, parseSearch(asked))) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(until).toBeGreaterThan(from);
          end = until;
        }
        expect(end).toBeLessThanOrEqual(given.length);
        expect(searchWords(given)).toMatch(/^[a-z0-9 ]*$/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is like it', () => {
  it('is off by a letter or two of a long enough word, whole or as far as it was typed', () => {
    const errorsOf = (text: string, term: string) => findSimilar(text, term)?.errors;
    expect(errorsOf('Johnson', 'jonson')).toBe(1);
    expect(errorsOf('Johnson', 'jhonson')).toBe(1);
    expect(errorsOf('Johnson', 'jxhnsxn')).toBeUndefined();
    expect(errorsOf('Microsoft', 'micrsoftt')).toBe(2);
    expect(errorsOf('Microsoft Corp', 'micosof')).toBe(1);
    expect(errorsOf("O'Brien", 'obrien')).toBe(0);
    expect(errorsOf('Ann', 'anm')).toBeUndefined();
    expect(findSimilar('Dr. Johnson', 'jonson')?.range).toEqual([4, 11]);
  });
});
