/** The entries of a list of addresses or numbers. Apart from its types, so that the first page load can have it alone. */

/** The part of such a value that is its first entry: `emails.primary`. */
export const PRIMARY_PART = 'primary';
/** All of its entries as one text, each on a line of its own. */
export const ALL_PART = 'all';

/** The addresses or numbers of a value, the primary one first; of a list of plain texts the texts. */
export function entryValues(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [entry];
    const inner = (entry as { readonly value?: unknown } | null)?.value;
    return typeof inner === 'string' ? [inner] : [];
  });
}

/** A part of such a value; undefined where it has none. */
export function partOfEntries(value: unknown, part: string): string | undefined {
  const values = entryValues(value);
  if (values.length === 0) return undefined;
  return part === PRIMARY_PART ? values[0] : part === ALL_PART ? values.join('\n') : undefined;
}

/** One step of a path into a record as it is sent: a property, or the part of a list of entries. */
export function stepInto(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) return partOfEntries(value, segment);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[segment];
}
