/** Currencies and countries as the browser knows them, with names in the language of the page. */
interface Choice {
  readonly value: string;
  readonly label: string;
}

export function currencyChoices(): Choice[] {
  const names = new Intl.DisplayNames(undefined, { type: 'currency' });
  return Intl.supportedValuesOf('currency').map((code) => ({
    value: code,
    label: `${code} · ${names.of(code) ?? code}`,
  }));
}

/** Codes that name no country, though the browser has a name for them. */
const NO_COUNTRIES = new Set([
  'EU',
  'EZ',
  'UN',
  'QO',
  'XA',
  'XB',
  'ZZ',
  'AC',
  'CP',
  'DG',
  'EA',
  'IC',
  'TA',
  'CQ',
]);
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

export function countryChoices(): Choice[] {
  const names = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'none' });
  const canonical = (code: string) => new Intl.Locale(`und-${code}`).region === code;
  return LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .filter((code) => !NO_COUNTRIES.has(code) && names.of(code) !== undefined && canonical(code))
    .map((code) => ({ value: code, label: names.of(code) ?? code }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
