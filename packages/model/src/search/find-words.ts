/** Where the words of a search stand in a text, for marking them, and how near a word comes to a mistyped one. */
import type { SearchText } from './search-text.ts';
import { letterForms } from './search-words.ts';

/** A part of a text, in UTF-16 units: from, until. */
export type TextRange = readonly [from: number, until: number];

/** A text holds a word rarely more often than a reader wants to see marked. */
const MAX_RANGES = 20;

interface Mapped {
  readonly words: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The searched form of a text with the place in it that each character comes from. */
function mapped(text: string): Mapped {
  let words = ' ';
  const [starts, ends] = [[0], [0]];
  for (const { source, start, form } of letterForms(text)) {
    words += form;
    const end = start + source.length;
    // A mark of its own belongs to the letter before it.
    if (form === '' && ends.length > 1) ends[ends.length - 1] = end;
    for (let index = 0; index < form.length; index++) {
      starts.push(start);
      ends.push(end);
    }
  }
  return { words, starts, ends };
}

/**
 * The parts of a text that a search has found, in order and apart from each other: of each word where words begin with
 * it, else where it stands within one. The digits of a telephone number are found whatever stands between them.
 */
export function findWords(text: string, search: Pick<SearchText, 'terms' | 'digits'>): readonly TextRange[] {
  const map = mapped(text);
  const found: TextRange[] = [];
  for (const { text: term, isPrefix } of search.terms) {
    const atStart = occurrences(map, ` ${term}`, 1);
    found.push(...(atStart.length > 0 || isPrefix ? atStart : occurrences(map, term, 0)));
  }
  if (search.digits !== undefined) found.push(...findDigits(text, search.digits));
  return merged(found);
}

function occurrences({ words, starts, ends }: Mapped, sought: string, skipped: number): TextRange[] {
  const found: TextRange[] = [];
  for (let at = words.indexOf(sought); at >= 0 && found.length < MAX_RANGES; ) {
    found.push([starts[at + skipped]!, ends[at + sought.length - 1]!]);
    at = words.indexOf(sought, at + sought.length);
  }
  return found;
}

function findDigits(text: string, digits: string): TextRange[] {
  const places = [...text.matchAll(/\d/g)].map((match) => match.index);
  const at = places
    .map((place) => text[place])
    .join('')
    .indexOf(digits);
  return at < 0 ? [] : [[places[at]!, places[at + digits.length - 1]! + 1]];
}

function merged(ranges: readonly TextRange[]): readonly TextRange[] {
  const apart: [number, number][] = [];
  for (const [from, until] of ranges.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = apart.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], until);
    else apart.push([from, until]);
  }
  return apart;
}

/**
 * How many typing errors lie between a term and the nearest word of the text, or two words without what stands between,
 * and where that is; undefined where it is more than people make: one in a word of four letters, two from eight on.
 */
export function findSimilar(
  text: string,
  term: string,
): { readonly errors: number; readonly range: TextRange } | undefined {
  const letters = lettersOf(term);
  const allowed = letters.length < 4 ? 0 : letters.length < 8 ? 1 : 2;
  const { words, starts, ends } = mapped(text);
  const parts = [...words.matchAll(/[^ ]+/g)].map(({ 0: word, index }) => ({ word, index }));
  let best: { errors: number; range: TextRange } | undefined;
  for (const [place, { word, index }] of parts.entries()) {
    const next = parts[place + 1];
    for (const [candidate, last] of [
      [word, { word, index }],
      ...(next ? ([[word + next.word, next]] as const) : []),
    ] as const) {
      const errors = errorsBetween(letters, lettersOf(candidate), allowed);
      if (errors > allowed || (best && best.errors <= errors)) continue;
      best = { errors, range: [starts[index]!, ends[last.index + last.word.length - 1]!] };
    }
  }
  return best;
}

function lettersOf(word: string): readonly string[] {
  return word.match(/z[0-9a-f]{5}|./g) ?? [];
}

/** Letters to change, add, leave out or swap until the word begins with the term; more than allowed at a first glance. */
function errorsBetween(term: readonly string[], word: readonly string[], allowed: number): number {
  if (word.length < term.length - allowed) return allowed + 1;
  // What is still being typed is the beginning of a word.
  const width = Math.min(word.length, term.length + allowed);
  let before: number[] = [];
  let row = Array.from({ length: width + 1 }, (_, index) => index);
  for (let i = 1; i <= term.length; i++) {
    const next = [i];
    for (let j = 1; j <= width; j++) {
      const isSame = term[i - 1] === word[j - 1];
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && term[i - 1] === word[j - 2] && term[i - 2] === word[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  // Of a beginning the rest is free, but of a word that is nearly whole it counts.
  return word.length <= term.length + allowed ? row[width]! : Math.min(...row.slice(term.length - allowed));
}
