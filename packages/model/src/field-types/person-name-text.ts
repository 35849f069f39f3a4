/** Names of people as text. Apart from the type, so that the first page load can have it alone. */

export const PERSON_NAME_PARTS = ['salutation', 'first', 'middle', 'last', 'suffix'] as const;

/** Languages that put the family first. */
const FAMILY_FIRST = new Set(['hu', 'ja', 'ko', 'vi', 'zh']);

export function formatPersonName(value: unknown, locale: string): string {
  const parts = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const order = FAMILY_FIRST.has(locale.split('-')[0]!.toLowerCase())
    ? ['salutation', 'last', 'first', 'middle', 'suffix']
    : PERSON_NAME_PARTS;
  return order
    .map((name) => parts[name])
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
}
