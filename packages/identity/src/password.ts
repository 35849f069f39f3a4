/**
 * Passwords: the policy, and the one way they are hashed and verified.
 *
 * Policy (design brief §7): at least 12 characters, no composition rules, none that a guesser tries first, at most
 * 1,024 so that hashing can't be made expensive by sending a book. Hash: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), computed on
 * the thread pool. Text is brought to Unicode NFKC first, so that the same keys on another keyboard are the same
 * password.
 */
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { isCommonPassword } from './common-passwords.ts';

export const PASSWORD_MIN_LENGTH = 12;
export const PASSWORD_MAX_LENGTH = 1024;

const PARAMETERS = {
  // The package's enum is a `const enum`, which does not exist where types are erased: 2 is Argon2id.
  algorithm: 2 as Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** Whether the number of characters, not bytes, is within the policy. */
export function hasGoodLength(password: string): boolean {
  return password.length <= PASSWORD_MAX_LENGTH && lengthOf(password) >= PASSWORD_MIN_LENGTH;
}

/** Code points of the normal form: an emoji counts once, and so does a letter typed with a combining accent. */
function lengthOf(password: string): number {
  return [...password.normalize('NFKC')].length;
}

/**
 * What is wrong with a new password, as a sentence, or undefined when it is good. Counts characters, not bytes.
 * `names` are words of its owner that it must not merely repeat.
 */
export function checkPassword(password: string, names: readonly string[] = []): string | undefined {
  if (password.length > PASSWORD_MAX_LENGTH) {
    return `A password has at most ${PASSWORD_MAX_LENGTH.toLocaleString('en')} characters.`;
  }
  if (lengthOf(password) < PASSWORD_MIN_LENGTH)
    return `A password has at least ${PASSWORD_MIN_LENGTH} characters.`;
  if (isCommonPassword(password, names))
    return 'This password is among the first that a guesser tries. Take several words that do not belong together.';
  return undefined;
}

/** The argon2id hash of a password, in PHC form, parameters and salt included. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), PARAMETERS);
}

let dummyHash: Promise<string> | undefined;

/**
 * Whether the password fits the hash. Without a hash (nobody has that address) the same work is done on a dummy,
 * so that the time taken does not tell whether an account exists.
 */
export async function verifyPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  if (password.length > PASSWORD_MAX_LENGTH) return false;
  if (!passwordHash) {
    dummyHash ??= hashPassword('a password that belongs to nobody');
    await verify(await dummyHash, password.normalize('NFKC'));
    return false;
  }
  return verify(passwordHash, password.normalize('NFKC'));
}

/** Whether a stored hash was made with other parameters than today's, and should be made anew at next sign-in. */
export function needsRehash(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = PARAMETERS;
  return !passwordHash.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
}
