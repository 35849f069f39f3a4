/** What the numbers and texts of a workbook mean: dates by the format of their cell, letters that XML can't hold. */

/** What a number format makes of a number. */
export type NumberKind = 'number' | 'percent' | 'date' | 'time' | 'span';

export interface NumberFormat {
  readonly kind: NumberKind;
  /** Our own exports say so: the moment is in UTC and not on somebody's clock. */
  readonly isUtc: boolean;
}

export const PLAIN: NumberFormat = { kind: 'number', isUtc: false };

/** Formats that have a number and no text, by what Excel does with them everywhere. */
const BUILT_IN: Readonly<Record<number, NumberKind>> = Object.fromEntries([
  ...[9, 10].map((id) => [id, 'percent']),
  ...[14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'date']),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56].map((id) => [id, 'time']),
  [46, 'span'],
]);

/** What spreadsheets take themselves; longer ones would keep the patterns below busy. */
const MOST_OF_FORMAT = 255;

export function numberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) {
    const kind = BUILT_IN[id] ?? 'number';
    return kind === 'number' ? PLAIN : { kind, isUtc: false };
  }
  if (code.length > MOST_OF_FORMAT) return PLAIN;
  // What is written out says nothing about the number, but for the zone of our own.
  const isUtc = code.includes('"UTC"');
  const bare = code
    .split(';')[0]!
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, '')
    .toLowerCase();
  if (/\[(h+|m+|s+)\]/.test(bare)) return { kind: 'span', isUtc };
  const letters = bare.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/general|am\/pm|a\/p/g, '');
  if (/[yd]/.test(letters) || /^[^hs]*m[^hs]*$/.test(letters)) return { kind: 'date', isUtc };
  if (/[hs]/.test(letters)) return { kind: 'time', isUtc };
  return letters.includes('%') ? { kind: 'percent', isUtc } : PLAIN;
}

const DAY = 86_400_000;
const DAY_ZERO = Date.UTC(1899, 11, 30);
/** Workbooks of old Macintoshes count from 1904. */
const DAYS_TO_1904 = 1462;
const LAST_DAY = 2_958_465;

/** A number of a cell: as it is, or as the text of a date, a time of day or a span that its format makes of it. */
export function readNumber(given: number, { kind, isUtc }: NumberFormat, is1904: boolean): string | number {
  if (kind === 'number') return tidy(given);
  // Percent is in points here: 0.125 shown as 12.5 %.
  if (kind === 'percent') return tidy(given * 100);
  if (kind === 'span') return span(given);
  if (kind === 'time' && given >= 0 && given < 1) return span(given).padStart(5, '0');
  const days = is1904 ? given + DAYS_TO_1904 : given;
  if (days < 0 || days > LAST_DAY + 1) return tidy(given);
  // Day 60 is a 29 February 1900 that never was: those before it are one off.
  const instant = new Date(DAY_ZERO + Math.round((days < 60 ? days + 1 : days) * DAY)).toISOString();
  if (kind === 'date' && instant.endsWith('T00:00:00.000Z') && !isUtc) return instant.slice(0, 10);
  return isUtc ? instant : instant.slice(0, -1);
}

/** Arithmetic of spreadsheets leaves noise behind the fifteenth digit. */
function tidy(number: number): number {
  return Number(number.toPrecision(15));
}

/** `1:30`, or with seconds where there are some. */
function span(days: number): string {
  const seconds = Math.round((Math.abs(days) * DAY) / 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  const rest = seconds % 60;
  const clock = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return `${days < 0 ? '-' : ''}${clock}${rest === 0 ? '' : `:${two(rest)}`}`;
}

/** `_x000D_` stands for a letter that XML has none for. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9a-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** `AB12` → 27. Undefined for what is no place. */
export function columnOf(place: string | undefined): number | undefined {
  let index = 0;
  for (const letter of place ?? '') {
    const value = letter.charCodeAt(0) - 64;
    if (value < 1 || value > 26) break;
    index = index * 26 + value;
  }
  return index === 0 ? undefined : index - 1;
}
