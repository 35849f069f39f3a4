/**
 * Passwords that guessers try first. At twelve characters and more these are not the words of the well-known lists
 * but those words with trimmings: `password1234`, `P4ssw0rd!!!!`, `qwertyqwerty`. So the trimmings are taken off
 * before the list is asked. The list (`common-passwords.txt`) is made from the one in zxcvbn (MIT, Dan Wheeler and
 * Dropbox): the words of its first 6,000 passwords, and all that are long enough by themselves.
 */
import { readFileSync } from 'node:fs';

const LOOKALIKES: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
/** Fewer different characters than this are no password, however many there are of them. */
const LEAST_DIFFERENT = 5;
/** What is left of a password beside a name or a common word must have this many characters to count. */
const LEAST_REST = 8;

let words: ReadonlySet<string> | undefined;

/** Whether a guesser would try it early. `names` are words of its owner: address, name, workspace. */
export function isCommonPassword(password: string, names: readonly string[] = []): boolean {
  words ??= new Set(
    readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
  const folded = password.normalize('NFKC').toLowerCase();
  if (new Set(folded).size < LEAST_DIFFERENT || isSequence(folded)) return true;
  const bare = withoutTrimmings(folded);
  if (words.has(bare) || words.has(folded) || isSequence(bare)) return true;
  if (new Set(bare).size > 0 && isRepeated(bare, words)) return true;
  return names
    .flatMap((name) =>
      name
        .normalize('NFKC')
        .toLowerCase()
        .split(/[\s@._-]+/),
    )
    .some((name) => name.length >= 4 && isMostly(folded, name));
}

/** Without digits and signs at its ends, and with letters in place of what looks like them. */
function withoutTrimmings(folded: string): string {
  return folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '').replace(/[013457@$!]/g, (sign) => LOOKALIKES[sign]!);
}

/** `123456789012`, `abcdefghijkl`, `cba…`: each character follows the one before. */
function isSequence(text: string): boolean {
  if (text.length < 6) return false;
  const steps = [...text]
    .slice(1)
    .map((character, index) => character.codePointAt(0)! - text.codePointAt(index)!);
  const isStep = (step: number, by: number) => step === by || step === -9 * by;
  return steps.every((step) => isStep(step, 1)) || steps.every((step) => isStep(step, -1));
}

/** `qwertyqwerty`: a word that is common, or short, again and again. */
function isRepeated(text: string, known: ReadonlySet<string>): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const unit = text.slice(0, length);
    if (text.length % length !== 0 || unit.repeat(text.length / length) !== text) continue;
    return length < LEAST_REST || known.has(unit);
  }
  return false;
}

/** Whether hardly anything is left when the name is taken out. */
function isMostly(folded: string, name: string): boolean {
  return folded.includes(name) && folded.replaceAll(name, '').length < LEAST_REST;
}
