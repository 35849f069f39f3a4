/**
 * An axis of a summary: the field that it groups by, with a period or the width of its ranges, as it stands in the
 * address: `stage`, `close_date:month`, `amount:1000`.
 */
import type { GroupBody, GroupLabels } from '@trellis/api';
import { type FieldDescription, formatValue, type ObjectDescription } from '@trellis/forms';
import type { Display } from '@trellis/model';
import type { SummaryMessages } from './messages.ts';

export const PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Period = (typeof PERIODS)[number];

export interface Axis {
  readonly field: FieldDescription;
  readonly period: Period | undefined;
  readonly width: number | undefined;
}

const DEFAULT_WIDTHS: Readonly<Record<string, number>> = { currency: 1000, percent: 10, rating: 1 };

/** What says nothing of the records of a list: how often they were saved, and of those in the recycle bin. */
const UNTOLD: readonly string[] = ['id', 'version', 'deleted_at', 'deleted_by'];

/**
 * Fields that make readable groups: those where every record has a value of its own are left out. First come those that
 * the list shows, in its order, then the other ones of the object, and last those that every object has.
 *
 * @param columns paths of the list's columns
 */
export function groupableFields(
  description: ObjectDescription,
  columns: readonly string[],
): readonly FieldDescription[] {
  const placeOf = ({ name, is_system }: FieldDescription) => {
    const shown = columns.indexOf(name);
    return shown >= 0 ? shown : columns.length + (is_system ? 1 : 0);
  };
  return description.fields
    .filter(
      (field) =>
        field.is_groupable &&
        !field.is_unique &&
        field.name !== description.name_field &&
        !UNTOLD.includes(field.name),
    )
    .sort((left, right) => placeOf(left) - placeOf(right));
}

export function parseAxis(text: string | undefined, fields: readonly FieldDescription[]): Axis | undefined {
  const [name, detail] = (text ?? '').split(':');
  const field = fields.find((each) => each.name === name);
  if (!field) return undefined;
  const width = Number(detail);
  return {
    field,
    period: isMoment(field) ? (PERIODS.find((period) => period === detail) ?? 'month') : undefined,
    width:
      field.value_type === 'number'
        ? Number.isFinite(width) && width > 0
          ? width
          : (DEFAULT_WIDTHS[field.type] ?? 10)
        : undefined,
  };
}

export function textOfAxis({ field, period, width }: Axis): string {
  const detail = period ?? width;
  return detail === undefined ? field.name : `${field.name}:${detail}`;
}

export function groupOf({ field, period, width }: Axis): string | GroupBody {
  if (period !== undefined) return { field: field.name, period };
  return width === undefined ? field.name : { field: field.name, width };
}

function isMoment({ value_type }: FieldDescription): boolean {
  return value_type === 'date' || value_type === 'datetime';
}

interface Range {
  readonly from: number;
  readonly until: number;
}

/** What people call a group. */
export function titleOfGroup(
  value: unknown,
  axis: Axis,
  {
    t,
    display,
    labels,
  }: { readonly t: SummaryMessages; readonly display: Display; readonly labels: GroupLabels },
): string {
  const { field, period, width } = axis;
  if (value === null || value === undefined) return t('blank');
  if (width !== undefined) {
    const { from, until } = value as Range;
    const written = (number: number) => formatValue(field, number, display);
    return t('range', { from: written(from), until: written(until) });
  }
  if (period !== undefined) return titleOfPeriod(String(value), period, { t, display });
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  const label = labels[field.name]?.[String(value)];
  if (label !== undefined) return label;
  return field.value_type === 'id' ? t('hidden') : String(value);
}

function titleOfPeriod(
  day: string,
  period: Period,
  { t, display: { locale } }: { readonly t: SummaryMessages; readonly display: Display },
): string {
  const date = new Date(`${day}T00:00:00Z`);
  const written = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }).format(date);
  switch (period) {
    case 'day':
      return written({ dateStyle: 'medium' });
    case 'week':
      return t('weekOf', { day: written({ dateStyle: 'medium' }) });
    case 'month':
      return written({ month: 'long', year: 'numeric' });
    case 'quarter':
      return t('quarter', { quarter: Math.floor(date.getUTCMonth() / 3) + 1, year: date.getUTCFullYear() });
    case 'year':
      return written({ year: 'numeric' });
  }
}

/** The condition that the records of a group meet, as the filter of a list. */
export function filterOfGroup(value: unknown, { field, period, width }: Axis): unknown {
  const variable = { var: field.name };
  if (value === null || value === undefined) return { is_blank: [variable] };
  if (width !== undefined) {
    const { from, until } = value as Range;
    return { and: [{ '>=': [variable, from] }, { '<': [variable, until] }] };
  }
  if (period !== undefined) {
    const from = String(value);
    return { and: [{ '>=': [variable, from] }, { '<': [variable, afterPeriod(from, period)] }] };
  }
  return { '==': [variable, value] };
}

/** The first day after the period that begins on a day. */
export function afterPeriod(day: string, period: Period): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (period === 'day' || period === 'week') date.setUTCDate(date.getUTCDate() + (period === 'day' ? 1 : 7));
  else date.setUTCMonth(date.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[period]);
  return date.toISOString().slice(0, 10);
}
