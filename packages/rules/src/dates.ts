/**
 * Calendar arithmetic on days (`2026-03-31`) and moments (RFC 3339 UTC), as PostgreSQL does it; what is no date, and
 * what would leave the years 1 to 9999, is null.
 */
import { type DateUnit, instantOf, isCalendarDay, localTime } from '@trellis/model';

const DAY = 86_400_000;
/** Milliseconds of the units that clocks count. */
const ELAPSED: Readonly<Partial<Record<DateUnit, number>>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
};
const MONTHS: Readonly<Partial<Record<DateUnit, number>>> = { month: 1, quarter: 3, year: 12 };
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const END = Date.parse('9999-12-31T23:59:59.999Z') + 1;

/** `count` units later; within the last day of a shorter month. */
export function addToDay(day: string, count: number, unit: DateUnit): string | null {
  const start = parseDay(day);
  return start === undefined ? null : formatDay(moved(start, Math.trunc(count), unit));
}

export function addToMoment(moment: string, count: number, unit: DateUnit, timeZone: string): string | null {
  const start = Date.parse(moment);
  if (Number.isNaN(start)) return null;
  const whole = Math.trunc(count);
  const step = ELAPSED[unit];
  if (step !== undefined) return formatMoment(start + whole * step);
  const local = moved(localTime(start, timeZone), whole, unit);
  // Beyond these, no zone has a rule that could matter, and none can be asked.
  const isNear = local > FIRST - 2 * DAY && local < END + 2 * DAY;
  return isNear ? formatMoment(instantOf(local, timeZone)) : null;
}

/** Whole units from one day to another, cut towards zero. */
export function daysBetween(from: string, until: string, unit: DateUnit): number | null {
  const [first, last] = [parseDay(from), parseDay(until)];
  if (first === undefined || last === undefined) return null;
  const months = MONTHS[unit];
  if (months === undefined) return whole((last - first) / (unit === 'week' ? 7 * DAY : DAY));
  const [earlier, later] = first <= last ? [first, last] : [last, first];
  const [start, end] = [new Date(earlier), new Date(later)];
  const between =
    (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
  const full = end.getUTCDate() < start.getUTCDate() ? between - 1 : between;
  return whole((first <= last ? full : -full) / months);
}

/** Whole hours, minutes or seconds from one moment to another, cut towards zero. */
export function timeBetween(from: string, until: string, unit: DateUnit): number | null {
  const elapsed = Date.parse(until) - Date.parse(from);
  return Number.isNaN(elapsed) ? null : whole(elapsed / (ELAPSED[unit] ?? DAY));
}

/** Year, month, day of the month, or day of the week from 1 (Monday) to 7. */
export function partOfDay(day: string, part: 'year' | 'month' | 'day' | 'weekday'): number | null {
  const parsed = parseDay(day);
  if (parsed === undefined) return null;
  const date = new Date(parsed);
  switch (part) {
    case 'year':
      return date.getUTCFullYear();
    case 'month':
      return date.getUTCMonth() + 1;
    case 'day':
      return date.getUTCDate();
    case 'weekday':
      return date.getUTCDay() || 7;
  }
}

/** The first day of the week, month, quarter or year. */
export function startOf(day: string, unit: DateUnit): string | null {
  const parsed = parseDay(day);
  if (parsed === undefined) return null;
  const date = new Date(parsed);
  if (unit === 'day') return day;
  if (unit === 'week') return formatDay(parsed - ((date.getUTCDay() + 6) % 7) * DAY);
  const months = MONTHS[unit] ?? 1;
  date.setUTCMonth(Math.floor(date.getUTCMonth() / months) * months, 1);
  return formatDay(date.getTime());
}

/** A time on UTC clocks, moved by calendar units. */
function moved(time: number, count: number, unit: DateUnit): number {
  if (Math.abs(count) > 4_000_000) return Number.NaN;
  if (unit === 'day' || unit === 'week') return time + count * (unit === 'week' ? 7 * DAY : DAY);
  const date = new Date(time);
  const dayOfMonth = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (MONTHS[unit] ?? 1));
  const lastDay = new Date(date.getTime());
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  date.setUTCDate(Math.min(dayOfMonth, lastDay.getUTCDate()));
  return date.getTime();
}

function parseDay(day: string): number | undefined {
  return isCalendarDay(day) ? Date.parse(`${day}T00:00:00.000Z`) : undefined;
}

function formatDay(time: number): string | null {
  return formatMoment(time)?.slice(0, 10) ?? null;
}

function formatMoment(time: number): string | null {
  return time >= FIRST && time < END ? new Date(time).toISOString() : null;
}

function whole(value: number): number {
  return Math.trunc(value) + 0;
}
