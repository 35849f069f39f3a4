/**
 * Dates and numbers as people write them: 31.03.2026, 3/31/2026, 31 Mar 2026, 1.234,56 €, (1,234.56). A column's format
 * says which day and which point is meant where a text alone does not; it is found out from samples, or chosen.
 */
import { type CompiledField, instantOf } from '@trellis/model';

/** Order of the parts of a date. What begins with four digits is always a year, whatever the order. */
export const DATE_FORMATS = ['ymd', 'dmy', 'mdy'] as const;
/** 1,234.56 or 1.234,56. */
export const NUMBER_FORMATS = ['point', 'comma'] as const;
export const CELL_FORMATS = [...DATE_FORMATS, ...NUMBER_FORMATS] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];
export type NumberFormat = (typeof NUMBER_FORMATS)[number];
export type CellFormat = DateFormat | NumberFormat;

/** The formats that mean something for a field. */
export function formatsFor({ type }: Pick<CompiledField, 'type'>): readonly CellFormat[] {
  if (type.valueType === 'date' || type.valueType === 'datetime') return DATE_FORMATS;
  return type.valueType === 'number' && type.name !== 'duration' ? NUMBER_FORMATS : [];
}

/**
 * A cell's text in the form that the field's type reads: 2026-03-31, an instant, 1234.56. What does not fit is given
 * back as it is, for the type to refuse. A time without a zone is one of `timeZone`.
 */
export function toPlainText(
  text: string,
  field: Pick<CompiledField, 'type'>,
  { format, timeZone }: { readonly format: CellFormat | undefined; readonly timeZone: string },
): string {
  const { valueType, name } = field.type;
  if (text.length > MOST_OF_VALUE) return text;
  if (valueType === 'date' || valueType === 'datetime') {
    if ((valueType === 'date' ? PLAIN_DATE : PLAIN_INSTANT).test(text)) return text;
    const order = format === 'dmy' || format === 'mdy' ? format : 'ymd';
    return plainDate(text.trim(), order, { valueType, timeZone }) ?? text;
  }
  if (valueType !== 'number' || name === 'duration') return text;
  if (PLAIN_NUMBER.test(text)) return text;
  const bare = name === 'percent' ? text.replace(/\s*%\s*$/, '') : text;
  const plain = plainNumber(bare, format === 'comma' ? 'comma' : 'point');
  // 1.5 is no number of a column that is written 1,5: it would silently be read as another one.
  return plain ?? (format === 'comma' ? `“${text.trim()}”` : text);
}

/** Characters of a date or number. The patterns below would look at longer texts for very long. */
const MOST_OF_VALUE = 200;

/** What is most of most files, and stands for itself. */
const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;
const PLAIN_INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const PLAIN_NUMBER = /^-?\d+$/;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NUMERIC = /^(\d{1,4})\s*[-./ ]\s*(\d{1,2})\s*[-./ ]\s*(\d{1,4})(?![\d])\.?(.*)$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const DAY_MONTH = /^(\d{1,2})[.\s-]+(\p{L}{3,9})\.?[,\s-]+(\d{4})(.*)$/u;
const MONTH_DAY = /^(\p{L}{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(.*)$/u;
const TIME =
  /^[T,\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?\.?m?\.?\s*(z|utc|[+-]\d{2}:?\d{2})?$/i;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** What follows the date. */
  readonly rest: string;
}

function plainDate(
  text: string,
  order: DateFormat,
  { valueType, timeZone }: { readonly valueType: 'date' | 'datetime'; readonly timeZone: string },
): string | undefined {
  const found = readDay(text, order);
  if (!found) return undefined;
  const { year, month, day } = found;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const rest = found.rest.trim();
  const time = rest === '' ? undefined : TIME.exec(rest);
  if (rest !== '' && !time) return undefined;
  if (valueType === 'date') return date;
  const [, hours = '0', minutes = '00', seconds = '00', fraction = '', half, zone] = time ?? [];
  const isPm = half?.toLowerCase() === 'p';
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (isPm ? 12 : 0);
  const clock = `${two(hour)}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  if (zone !== undefined) {
    const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z';
    return `${date}T${clock}${offset}`;
  }
  const local = Date.parse(`${date}T${clock}Z`);
  // 30 February and 25 o'clock are for the type to refuse.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) return undefined;
  return new Date(instantOf(local, timeZone)).toISOString();
}

function readDay(text: string, order: DateFormat): Day | undefined {
  const compact = COMPACT.exec(text);
  if (compact) return dayOf(compact[1]!, compact[2]!, compact[3]!, '');
  const named = DAY_MONTH.exec(text);
  if (named) return namedDay(named[3]!, named[2]!, named[1]!, named[4]!);
  const american = MONTH_DAY.exec(text);
  if (american) return namedDay(american[3]!, american[1]!, american[2]!, american[4]!);
  const [, first = '', second = '', third = '', rest = ''] = NUMERIC.exec(text) ?? [];
  if (first === '') return undefined;
  if (first.length > 2)
    return first.length === 4 && third.length <= 2 ? dayOf(first, second, third, rest) : undefined;
  if (third.length === 3 || order === 'ymd') return undefined;
  return order === 'dmy' ? dayOf(third, second, first, rest) : dayOf(third, first, second, rest);
}

function namedDay(year: string, name: string, day: string, rest: string): Day | undefined {
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return month === 0 ? undefined : dayOf(year, String(month), day, rest);
}

/** Two digits of a year mean the one that is nearer: 69 is 2069, 70 is 1970. */
function dayOf(year: string, month: string, day: string, rest: string): Day {
  const given = Number(year);
  const whole = year.length > 2 ? given : given + (given < 70 ? 2000 : 1900);
  return { year: whole, month: Number(month), day: Number(day), rest };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** Signs and codes of money at either end. */
const MONEY = '(?:[A-Z]{0,2}\\p{Sc}|[A-Z]{3}|kr\\.?|Kr\\.?|zł|Kč|Ft|lei|Fr\\.?)';
const BEFORE = new RegExp(`^([-+(]?)\\s*${MONEY}\\s*`, 'u');
const BEHIND = new RegExp(`\\s*${MONEY}\\s*([-)]?)$`, 'u');

const STYLES = { point: numberStyle("[,'’\\s]", '\\.'), comma: numberStyle("[.'’\\s]", ',') };

function numberStyle(group: string, point: string): { readonly whole: RegExp; readonly group: RegExp } {
  const digits = `\\d{1,3}(?:${group}\\d{3})+|\\d+`;
  return {
    whole: new RegExp(`^(?:(?:${digits})(?:${point}\\d*)?|${point}\\d+)(?:[eE][-+]?\\d+)?$`, 'u'),
    group: new RegExp(group, 'gu'),
  };
}

function plainNumber(text: string, style: NumberFormat): string | undefined {
  let rest = text.trim().replaceAll('\u2212', '-');
  if (!/\d/.test(rest)) return undefined;
  rest = rest.replace(BEFORE, '$1').replace(BEHIND, '$1').trim();
  const isNegative = /^\(.*\)$|^-|-$/.test(rest);
  rest = rest.replace(/^[-+(]\s*/, '').replace(/\s*[-)]$/, '');
  const { whole, group } = STYLES[style];
  if (!whole.test(rest)) return undefined;
  const digits = rest.replaceAll(group, '').replace(',', '.');
  return isNegative ? `-${digits}` : digits;
}

/** What the texts of a column look like, as dates and as numbers; null where they don't, or where nothing is to be said. */
export function detectFormats(
  samples: readonly string[],
  hints: { readonly locale: string; readonly delimiter: string },
): { readonly date: DateFormat | null; readonly number: NumberFormat | null } {
  if (samples.some((text) => text.length > MOST_OF_VALUE)) return { date: null, number: null };
  return { date: dateFormatOf(samples, hints.locale), number: numberFormatOf(samples, hints.delimiter) };
}

function dateFormatOf(samples: readonly string[], locale: string): DateFormat | null {
  const fits = DATE_FORMATS.filter((order) => samples.every((text) => isDay(text.trim(), order)));
  if (samples.length === 0 || fits.length === 0) return null;
  if (fits.includes('ymd') || fits.length === 1) return fits.includes('ymd') ? 'ymd' : fits[0]!;
  // All days are below 13: dots are European; with slashes it depends on who writes.
  return samples.some((text) => text.includes('/')) && /-(US|PH)\b/.test(locale) ? 'mdy' : 'dmy';
}

function isDay(text: string, order: DateFormat): boolean {
  const plain = plainDate(text, order, { valueType: 'datetime', timeZone: 'UTC' });
  return plain !== undefined && !Number.isNaN(Date.parse(plain));
}

function numberFormatOf(samples: readonly string[], delimiter: string): NumberFormat | null {
  const bare = samples.map((text) => text.replace(/\s*%\s*$/, ''));
  const fits = NUMBER_FORMATS.filter((style) => bare.every((text) => plainNumber(text, style) !== undefined));
  if (samples.length === 0 || fits.length === 0) return null;
  if (fits.length === 1) return fits[0]!;
  // 1.234 and 1,234 may be either: what a file is cut at is not what its numbers are written with.
  const hasMarks = bare.some((text) => /\d[.,]\d/.test(text));
  if (!hasMarks) return null;
  return delimiter === ';' ? 'comma' : 'point';
}
