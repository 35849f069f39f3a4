/** Which JSON can be kept. Apart from the type, so that forms can have it alone. */

const MOST_LEVELS = 64;
/** Entries and characters of text together; a document is better kept as a file. */
const MOST_SIZE = 200_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what PostgreSQL can't store.
const STORABLE = /^[^\u0000\p{Cs}]*$/u;

/**
 * Whether a value can be kept as JSON in PostgreSQL: no NUL and no half of a surrogate pair, no infinity, not too deep
 * and not too large. It never calls itself, however deep the value is.
 */
export function isStorableJson(value: unknown): boolean {
  let size = 0;
  const open: { readonly value: unknown; readonly level: number }[] = [{ value, level: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const each = next.value;
    size += typeof each === 'string' ? each.length + 1 : 1;
    if (size > MOST_SIZE || next.level > MOST_LEVELS) return false;
    if (each === null || typeof each === 'boolean') continue;
    if (typeof each === 'string') {
      if (!STORABLE.test(each)) return false;
    } else if (typeof each === 'number') {
      if (!Number.isFinite(each)) return false;
    } else if (Array.isArray(each)) {
      for (const entry of each) open.push({ value: entry, level: next.level + 1 });
    } else if (typeof each === 'object') {
      for (const [key, entry] of Object.entries(each)) {
        if (!STORABLE.test(key)) return false;
        size += key.length;
        open.push({ value: entry, level: next.level + 1 });
      }
    } else return false;
  }
  return true;
}
