/**
 * From what a person calls a thing to what the API calls it: names and plurals are suggested from labels, and names
 * are checked as they are typed. Suggestions may always be overwritten.
 */

import { NAME_MAX_LENGTH as NAME_LIMIT } from '@trellis/metadata';

const NAME = /^[a-z][a-z0-9_]*$/;

/** Letters that Unicode does not decompose into a base letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};

/** `Vendor certification (EU)` → `vendor_certification_eu`; `''` when the label has nothing to build on. */
export function suggestName(label: string, limit: number = NAME_LIMIT): string {
  const plain = label
    .toLowerCase()
    .replaceAll(/[ßæœøđðþłı]/g, (letter) => LETTERS[letter] ?? '')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/['’]/g, '')
    .replaceAll('%', ' percent ')
    .replaceAll('&', ' and ')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  const started = /^[0-9]/.test(plain) ? `n_${plain}` : plain;
  return started.slice(0, limit).replace(/_+$/, '');
}

/** The suggestion, with a number behind it while it is taken or reserved: `status`, `status_2`. */
export function suggestFreeName(
  label: string,
  isTaken: (name: string) => boolean,
  limit: number = NAME_LIMIT,
): string {
  const base = suggestName(label, limit);
  if (base === '' || !isTaken(base)) return base;
  for (let number = 2; ; number++) {
    const suffix = `_${number}`;
    const candidate = base.slice(0, limit - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
}

const IRREGULAR: Readonly<Record<string, string>> = {
  person: 'people',
  child: 'children',
  man: 'men',
  woman: 'women',
  half: 'halves',
  series: 'series',
  staff: 'staff',
  equipment: 'equipment',
  information: 'information',
  feedback: 'feedback',
  analysis: 'analyses',
  criterion: 'criteria',
};

/** The English plural of the last word, keeping its capitals: `Vendor certification` → `Vendor certifications`. */
export function suggestPlural(label: string): string {
  const text = label.trim();
  const match = /^(.*?)([\p{L}]+)$/u.exec(text);
  if (match === null) return text;
  const [, before = '', word = ''] = match;
  const lower = word.toLowerCase();
  const irregular = IRREGULAR[lower];
  if (irregular !== undefined) return before + likeIn(word, irregular);
  if (!/[a-z]$/.test(lower)) return text;
  if (/[^aeiou]y$/.test(lower)) return `${before}${word.slice(0, -1)}ies`;
  if (/(?:s|x|z|ch|sh)$/.test(lower)) return `${before}${word}es`;
  return `${before}${word}s`;
}

function likeIn(model: string, word: string): string {
  return /^\p{Lu}/u.test(model) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

export type NameFault = 'empty' | 'pattern' | 'long' | 'reserved' | 'taken';

export interface NameRules {
  readonly limit?: number;
  readonly isTaken?: (name: string) => boolean;
  readonly isReserved?: (name: string) => boolean;
}

/** What is wrong with a name, or undefined. */
export function findNameFault(name: string, rules: NameRules = {}): NameFault | undefined {
  if (name === '') return 'empty';
  if (!NAME.test(name)) return 'pattern';
  if (name.length > (rules.limit ?? NAME_LIMIT)) return 'long';
  if (rules.isReserved?.(name)) return 'reserved';
  if (rules.isTaken?.(name)) return 'taken';
  return undefined;
}
