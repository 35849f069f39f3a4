/**
 * The form in which text is searched: small letters and digits of ASCII, words apart by spaces, one before each. Accents
 * are gone, `ß` is `ss`, Greek and Cyrillic are written in Latin letters; any other letter is a code of its own
 * (`z005d0`), and signs that are words by themselves (Chinese, kana, emoji) stand apart. ASCII, because the trigram index
 * of a database with the locale C sees no other letters.
 *
 * PostgreSQL says the same in `_search_words` (migrations/workspace/0014_search_words.sql): change both or neither, and
 * then under a new name, so that what is stored is made again.
 */

const zip = (from: string, to: string) =>
  [...from].map((letter, index): [string, string] => [letter, to[index]!]);

/** Letters that no decomposition makes Latin. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ...zip('øđðħıłŧŋəɛɔƒɓɗƙƴ', 'oddhiltneeofbdky'),
  ...zip('абвгдезиіклмнопрстуфыэґјѕђ', 'abvgdeziiklmnoprstufyegjzd'),
  ...zip('αβγδεζηικλμνξοπρσςτυφω', 'avgdeziiklmnxoprsstyfo'),
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
  ['ж', 'zh'],
  ['х', 'kh'],
  ['ц', 'ts'],
  ['ч', 'ch'],
  ['ш', 'sh'],
  ['щ', 'shch'],
  ['ю', 'yu'],
  ['я', 'ya'],
  ['є', 'ye'],
  ['љ', 'lj'],
  ['њ', 'nj'],
  ['ћ', 'c'],
  ['џ', 'dz'],
  ['ъ', ''],
  ['ь', ''],
  ['θ', 'th'],
  ['χ', 'ch'],
  ['ψ', 'ps'],
]);

type Ranges = readonly (readonly [number, number])[];

/** Marks that only colour a letter, vowel points that nobody types, and what has no width. */
const STRIPPED: Ranges = [
  [0x00ad, 0x00ad],
  [0x0300, 0x036f],
  [0x0483, 0x0489],
  [0x0591, 0x05c7],
  [0x0610, 0x061a],
  [0x0640, 0x0640],
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x06d6, 0x06ed],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2064],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
  [0x1f3fb, 0x1f3ff],
];

/** Beyond ASCII what is no letter, digit or sign. */
const SEPARATORS: Ranges = [
  [0x0080, 0x00bf],
  [0x00d7, 0x00d7],
  [0x00f7, 0x00f7],
  [0x02b0, 0x02ff],
  [0x2000, 0x20cf],
  [0x2e00, 0x2e7f],
  [0x3000, 0x3004],
  [0x3008, 0x303f],
  [0x30fb, 0x30fb],
  [0xfe10, 0xfe1f],
  [0xfe30, 0xfe6f],
  [0xff00, 0xffef],
];

/** Each is a word by itself. */
const ALONE: Ranges = [
  [0x2100, 0x2bff],
  [0x3005, 0x3007],
  [0x3040, 0x30ff],
  [0x31f0, 0x31ff],
  [0x3400, 0x9fff],
  [0xf900, 0xfaff],
  [0x1f000, 0x1faff],
  [0x20000, 0x323af],
];

const isIn = (ranges: Ranges, code: number) => ranges.some(([from, to]) => code >= from && code <= to);

/** One code point of decomposed text: nothing, a space, letters, or a word of its own with spaces around it. */
function formOf(letter: string): string {
  const code = letter.codePointAt(0)!;
  if (code < 128) return /[A-Za-z0-9]/.test(letter) ? letter.toLowerCase() : ' ';
  if (isIn(STRIPPED, code)) return '';
  let form = '';
  for (const each of letter.toLowerCase()) {
    const place = each.codePointAt(0)!;
    const coded = `z${place.toString(16).padStart(5, '0')}`;
    if (place < 128) form += formOf(each);
    else if (isIn(SEPARATORS, place)) form += ' ';
    else if (isIn(ALONE, place)) form += ` ${coded} `;
    else form += LETTERS.get(each) ?? coded;
  }
  return form;
}

/** `'Łódź, Straße 5'` → `' lodz  strasse 5'`. */
export function searchWords(text: string): string {
  let words = ' ';
  for (const letter of text.normalize('NFKD')) words += formOf(letter);
  return words;
}

/** A letter of the text with its form: nothing, a space where it parts words, else what stands for it. */
export interface LetterForm {
  readonly source: string;
  /** Where the source begins in the text, in UTF-16 units. */
  readonly start: number;
  readonly form: string;
}

/** The forms of a text letter by letter: joined, and with a space before, they are its `searchWords`. */
export function* letterForms(text: string): Generator<LetterForm> {
  let start = 0;
  for (const source of text) {
    for (const letter of source.normalize('NFKD')) yield { source, start, form: formOf(letter) };
    start += source.length;
  }
}
