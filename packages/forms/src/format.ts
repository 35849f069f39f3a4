/**
 * Values as text for people, through Intl. The field types of the model can do this too, but bring phone-number
 * tables along that a first page load should not carry.
 */
import {
  addressLines,
  type Display,
  entryValues,
  filesIn,
  formatCoordinates,
  formatDuration,
  formatPersonName,
  formatTime,
  type JsonValue,
  plainText,
} from '@trellis/model';
import { isBlank } from './blank.ts';
import type { FieldDescription } from './description.ts';

/** Text of a value; blank values give an empty text. Expanded lookups give the title of their target. */
export function formatValue(field: FieldDescription, value: unknown, display: Display): string {
  if (isBlank(value)) return '';
  switch (field.value_type) {
    case 'number':
      return formatNumber(field, Number(value), display);
    case 'boolean':
      return value === true ? '✓' : '';
    case 'date':
      return formatDate(String(value), display);
    case 'datetime':
      return formatInstant(String(value), display);
    case 'time':
      return formatTime(String(value), display.locale);
    case 'option':
      return optionLabel(field, String(value));
    case 'options':
      return Array.isArray(value)
        ? value.map((each) => optionLabel(field, String(each))).join(', ')
        : String(value);
    case 'texts':
      return Array.isArray(value) ? entryValues(value).join(', ') : String(value);
    case 'structure':
      return formatStructure(field, value, display);
    case 'ids':
      return Array.isArray(value) ? value.map(titleOf).join(', ') : '';
    case 'id':
    case 'reference':
      return titleOf(value);
    case 'text':
      return field.type === 'rich_text' ? plainText(String(value)) : titleOf(value);
    default:
      return typeof value === 'object' ? titleOf(value) : String(value);
  }
}

function formatStructure(field: FieldDescription, value: unknown, display: Display): string {
  switch (field.type) {
    case 'person_name':
      return formatPersonName(value, display.locale);
    case 'address':
      return addressLines(value, display.locale).join(', ');
    case 'geolocation':
      return formatCoordinates(value, display.locale);
    case 'date_range': {
      const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
      const [first, last] = [start, end].map((day) =>
        typeof day === 'string' ? formatDate(day, display) : '…',
      );
      return first === last ? String(first) : `${first} – ${last}`;
    }
    case 'secret':
      return '••••••';
    case 'file':
    case 'image':
    case 'files':
      return filesIn(value as JsonValue)
        .map((file) => file.name ?? file.id)
        .join(', ');
    default:
      return JSON.stringify(value);
  }
}

/** Title of an expanded lookup (`{id, name}`); an id alone is all that is known of a record that can't be seen. */
export function titleOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return isBlank(value) ? '' : String(value);
  const entries = Object.entries(value).filter(
    ([key, each]) => key !== 'id' && key !== 'object' && typeof each === 'string',
  );
  const first = entries[0]?.[1];
  if (typeof first === 'string') return first;
  return 'id' in value ? String(value.id) : '';
}

function formatNumber(field: FieldDescription, value: number, display: Display): string {
  if (!Number.isFinite(value)) return '';
  // By the widget: a roll-up of amounts is a roll-up by its type, and reads as an amount.
  if (field.widget === 'duration') return formatDuration(value);
  const digits = field.scale ?? undefined;
  if (field.widget === 'currency') {
    const currency = field.currency ?? display.currency;
    return numberFormat(display.locale, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      ...(digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    }).format(value);
  }
  const options =
    digits === undefined
      ? { maximumFractionDigits: 15, ...(isGrouped(field) ? {} : { useGrouping: false }) }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (field.widget === 'percent')
    return numberFormat(display.locale, { style: 'percent', maximumFractionDigits: 15 }).format(
      round(value / 100),
    );
  return numberFormat(display.locale, options).format(value);
}

/** Whether thousands are set apart: not in a whole number whose limits allow four digits only, such as a year. */
export function isGrouped({ type, schema }: FieldDescription): boolean {
  const { minimum, maximum } = schema as { readonly minimum?: number; readonly maximum?: number };
  return type !== 'integer' || !(Number(minimum) >= 1000 && Number(maximum) <= 9999);
}

/** Points divided by 100 have binary dust in them: 12.55 / 100. */
function round(value: number): number {
  return Number(value.toPrecision(15));
}

/** A date has no zone: it is formatted as the day that it names. */
export function formatDate(value: string, display: Display): string {
  const at = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return value;
  return dateFormat(display.locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}

export function formatInstant(value: string, display: Display): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  return dateFormat(display.locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: display.timeZone,
  }).format(at);
}

function optionLabel(field: FieldDescription, value: string): string {
  return field.options.find((option) => option.value === value)?.label ?? value;
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Making an Intl formatter costs far more than using it, and a list uses it in every cell. */
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale}${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known instanceof Intl.NumberFormat) return known;
  const made = new Intl.NumberFormat(locale, options);
  formats.set(key, made);
  return made;
}

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale}${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known instanceof Intl.DateTimeFormat) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}
