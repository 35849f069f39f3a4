/** What somebody types into a search box, understood: the words looked for, a telephone number, an id. */
import { letterForms, searchWords } from './search-words.ts';

export interface SearchTerm {
  /** In the form of `searchWords`, without the space before it. */
  readonly text: string;
  /** As it was typed, in small letters: for text that has no such form yet. */
  readonly typed: string;
  /** Looked for at the beginnings of words alone: it is too short for anywhere else, or begins with a sign that is a word. */
  readonly isPrefix: boolean;
  /** Text of nothing but ASCII may hold it. */
  readonly isPlain: boolean;
}

export interface SearchText {
  /** All of them have to be found, each in any field. */
  readonly terms: readonly SearchTerm[];
  /** All that was typed, in the form of `searchWords` with single spaces. */
  readonly whole: string;
  /** As it was typed, trimmed. */
  readonly typed: string;
  /** Where it looks like a telephone number: its digits, without the zeros before them. */
  readonly digits: string | undefined;
  /** An id, or the one in an address that was pasted. */
  readonly id: string | undefined;
}

/** Words beyond these are not looked for: they would narrow nothing, and cost a scan each. */
const MAX_TERMS = 8;
/** Of a longer word its beginning is looked for. */
const MAX_TERM_LENGTH = 120;
/** Shorter words have no trigram of their own but at the beginning of a word. */
const MIN_ANYWHERE = 3;
const MIN_DIGITS = 4;
const PHONE = /^\+?[\d\s()./-]+$/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

export function parseSearch(given: string): SearchText {
  const typed = given.normalize('NFC').trim();
  const terms = new Map<string, SearchTerm>();
  let word = { form: '', source: '', letters: 0, isPlain: true };
  const end = () => {
    const text = word.form.trim().slice(0, MAX_TERM_LENGTH).trim();
    if (text !== '' && terms.size < MAX_TERMS) {
      const isPrefix = word.letters < MIN_ANYWHERE || word.form.startsWith(' ');
      terms.set(text, { text, typed: word.source.toLowerCase(), isPrefix, isPlain: word.isPlain });
    }
    word = { form: '', source: '', letters: 0, isPlain: true };
  };
  let last = -1;
  for (const { source, start, form } of letterForms(typed)) {
    if (form === ' ') {
      end();
      continue;
    }
    word.form += form;
    if (start !== last) word.source += source;
    last = start;
    if (form === '') continue;
    word.letters++;
    if (isCode(form, source)) word.isPlain = false;
  }
  end();
  const digits = PHONE.test(typed) ? typed.replaceAll(/\D/g, '').replace(/^0+/, '') : '';
  return {
    terms: [...terms.values()],
    whole: singleSpaced(searchWords(typed)).slice(0, 2 * MAX_TERM_LENGTH),
    typed,
    digits: digits.length >= MIN_DIGITS ? digits : undefined,
    id: UUID.exec(typed)?.[0].toLowerCase(),
  };
}

/** `' acme  inc '` → `'acme inc'`. */
export function singleSpaced(words: string): string {
  return words.trim().replaceAll(/ +/g, ' ');
}

/** Whether the form is the code of a letter rather than letters. */
function isCode(form: string, source: string): boolean {
  return source.codePointAt(0)! > 127 && /^ ?z[0-9a-f]{5} ?$/.test(form);
}
