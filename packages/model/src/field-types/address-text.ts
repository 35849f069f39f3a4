/** Addresses as text. Apart from the type, so that the first page load can have it alone. */

export const ADDRESS_PARTS = ['street', 'city', 'state', 'postal_code', 'country'] as const;

/** Countries that write the postal code after the city and the state. */
const CODE_LAST = new Set([
  'AU',
  'BR',
  'CA',
  'CO',
  'GB',
  'IE',
  'IN',
  'NZ',
  'PH',
  'PK',
  'SG',
  'TH',
  'TW',
  'US',
  'ZA',
]);

/** The lines of an address, as an envelope to its country has them. */
export function addressLines(value: unknown, locale: string): string[] {
  const parts = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const part = (name: (typeof ADDRESS_PARTS)[number]) => {
    const text = parts[name];
    return typeof text === 'string' ? text : '';
  };
  const join = (texts: readonly string[], between: string) =>
    texts.filter((text) => text !== '').join(between);
  const place = CODE_LAST.has(part('country'))
    ? join([part('city'), join([part('state'), part('postal_code')], ' ')], ', ')
    : join([join([part('postal_code'), part('city')], ' '), part('state')], ', ');
  return [...part('street').split('\n'), place, countryName(part('country'), locale)].filter(
    (line) => line !== '',
  );
}

/** `DE` → `Germany`, in the language asked for. */
export function countryName(code: string, locale: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([locale, 'en'], { type: 'region' }).of(code) ?? code;
}
