/** Points on the map as text. Apart from the type, so that the first page load can have it alone. */

/** `52.5163° N, 13.3777° E`, with the language's own decimal sign. */
export function formatCoordinates(value: unknown, locale: string): string {
  const { latitude, longitude } = (value ?? {}) as { latitude?: unknown; longitude?: unknown };
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return '';
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 7 });
  const side = (degrees: number, positive: string, negative: string) =>
    `${number.format(Math.abs(degrees))}° ${degrees < 0 ? negative : positive}`;
  return `${side(latitude, 'N', 'S')}, ${side(longitude, 'E', 'W')}`;
}
