/** What PostgreSQL can't hold in a text, and a file may: NUL, and a half of a surrogate pair. */
import type { JsonValue } from '@trellis/model';

const UNSTORABLE = /[\0\p{Cs}]/u;
const EACH = new RegExp(UNSTORABLE, 'gu');

/** Whether a cell, or a member of a line of NDJSON with all that is in it, can be stored. */
export function isStorable(value: JsonValue): boolean {
  if (typeof value === 'string') return !UNSTORABLE.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isStorable);
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each!));
}

/** The same value with U+FFFD in place of what can't be stored, for the file of refused rows. */
export function asStorable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(EACH, '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asStorable);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [asStorable(key) as string, asStorable(each!)]),
  );
}
