/**
 * Days and periods in a time zone: for evaluation in memory, and as bounds that statements get as parameters, so
 * that a predicate stays a plain comparison with its column.
 *
 * A bound is half-open: from included, until excluded. Weeks are ISO weeks and begin on Monday.
 */
import type { PeriodName } from './expressions/expression.ts';

export interface Span {
  /** `YYYY-MM-DD` */
  readonly from: string;
  readonly until: string;
}

/** The day that it is in the zone at an instant. */
export function dayOf(instant: string, timeZone: string): string {
  const parts = partsAt(Date.parse(instant), timeZone);
  return formatDay(parts.day);
}

interface KnownDay {
  readonly day: string;
  /** Epoch milliseconds, `until` excluded. */
  readonly from: number;
  readonly until: number;
}
const todays = new Map<string, KnownDay>();

/** One name of a zone can be written in thousands of ways, in capitals and not, and callers write them. */
const MAX_KNOWN_ZONES = 500;

function keep<T>(known: Map<string, T>, timeZone: string, value: T): void {
  if (known.size >= MAX_KNOWN_ZONES) known.clear();
  known.set(timeZone, value);
}

/** The day that it is in the zone now: `dayOf` for instants that come one after the other, which is hundred times as fast. */
export function todayAt(now: string, timeZone: string): string {
  const time = Date.parse(now);
  const known = todays.get(timeZone);
  if (known && time >= known.from && time < known.until) return known.day;
  const day = dayOf(now, timeZone);
  const [from, until] = [day, addDays(day, 1)].map((each) => Date.parse(startOfDay(each, timeZone)));
  // Years beyond the fourth digit have no instant that could be parsed.
  if (Number.isFinite(from) && Number.isFinite(until))
    keep(todays, timeZone, { day, from: from!, until: until! });
  return day;
}

/** The first instant of a day in the zone: midnight, or later where a clock change skips midnight. */
export function startOfDay(day: string, timeZone: string): string {
  if (day.endsWith('infinity')) return day;
  const target = toEpochDay(day);
  const midnight = target * MILLISECONDS_OF_DAY;
  // Candidates: midnight by each offset in force around it; of two midnights the first is meant.
  const offsets = [-1, 0, 1].map((days) => offsetAt(midnight + days * MILLISECONDS_OF_DAY, timeZone));
  const candidates = offsets.map((offset) => midnight - offset).sort((left, right) => left - right);
  for (const candidate of candidates) {
    const { day: found, time } = partsAt(candidate, timeZone);
    if (found === target && time === 0) return formatTimestamp(candidate);
  }
  // Midnight is skipped: find the change between the last instant before the day and one within it.
  let before = candidates[0]! - MILLISECONDS_OF_DAY;
  let within = candidates.at(-1)! + 12 * 3_600_000;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (partsAt(middle, timeZone).day < target) before = middle;
    else within = middle;
  }
  return formatTimestamp(within);
}

export function addDays(day: string, count: number): string {
  return formatDay(toEpochDay(day) + count);
}

/** The span of a named period around a day. */
export function spanOf(period: PeriodName, n: number | undefined, today: string): Span {
  const count = n ?? 1;
  if (period === 'last_n_days') return { from: addDays(today, 1 - count), until: addDays(today, 1) };
  if (period === 'next_n_days') return { from: today, until: addDays(today, count) };
  const [which, unit] = period.split('_') as [
    'this' | 'last' | 'next',
    'week' | 'month' | 'quarter' | 'year',
  ];
  const shift = { this: 0, last: -1, next: 1 }[which];
  if (unit === 'week') {
    const weekday = (toEpochDay(today) + 3) % 7; // 1970-01-01 was a Thursday; Monday is 0
    const from = addDays(today, (((weekday % 7) + 7) % 7) * -1 + shift * 7);
    return { from, until: addDays(from, 7) };
  }
  const months = { month: 1, quarter: 3, year: 12 }[unit];
  const [year, month] = today.split('-').map(Number) as [number, number];
  const index = year * 12 + (month - 1);
  const start = Math.floor(index / months) * months + shift * months;
  return { from: firstOfMonth(start), until: firstOfMonth(start + months) };
}

/** What clocks in the zone show at an instant, as the milliseconds that UTC clocks would need to show the same. */
export function localTime(instant: number, timeZone: string): number {
  return instant + offsetAt(instant, timeZone);
}

/**
 * The instant at which clocks in the zone show a time. A time that a clock change skips is read with the offset
 * before it, one that comes twice is the later one: what PostgreSQL does.
 */
export function instantOf(local: number, timeZone: string): number {
  const before = offsetAt(local - MILLISECONDS_OF_DAY, timeZone);
  const after = offsetAt(local + MILLISECONDS_OF_DAY, timeZone);
  const isAfter = offsetAt(local - after, timeZone) === after;
  return local - (isAfter ? after : before);
}

const MILLISECONDS_OF_DAY = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function partsAt(instant: number, timeZone: string): { day: number; time: number } {
  const local = instant + offsetAt(instant, timeZone);
  const day = Math.floor(local / MILLISECONDS_OF_DAY);
  return { day, time: local - day * MILLISECONDS_OF_DAY };
}

/** Offsets by zone and quarter of an hour, where clocks don't change within it: asking costs microseconds. */
const knownOffsets = new Map<string, Map<number, number>>();
const QUARTER_HOUR = 900_000;
const MAX_KNOWN_OFFSETS = 10_000;

/** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
  const quarter = Math.floor(instant / QUARTER_HOUR);
  let ofZone = knownOffsets.get(timeZone);
  const known = ofZone?.get(quarter);
  if (known !== undefined) return known;
  const offset = readOffset(instant, timeZone);
  const start = quarter * QUARTER_HOUR;
  const isSteady = [start, start + QUARTER_HOUR - 1000].every(
    (each) => readOffset(each, timeZone) === offset,
  );
  if (!isSteady) return offset;
  if (!ofZone || ofZone.size >= MAX_KNOWN_OFFSETS) {
    ofZone = new Map();
    keep(knownOffsets, timeZone, ofZone);
  }
  ofZone.set(quarter, offset);
  return offset;
}

function readOffset(instant: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    keep(formatters, timeZone, formatter);
  }
  const part: Record<string, number> = {};
  let isBeforeChrist = false;
  for (const { type, value } of formatter.formatToParts(instant)) {
    if (type === 'era') isBeforeChrist = value.startsWith('B');
    else part[type] = Number(value);
  }
  const year = isBeforeChrist ? 1 - part.year! : part.year!;
  const local =
    utc(year, part.month! - 1, part.day!) +
    part.hour! * 3_600_000 +
    part.minute! * 60_000 +
    part.second! * 1000;
  return local - Math.floor(instant / 1000) * 1000;
}

/** `Date.UTC` reads years below 100 as 19xx. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function toEpochDay(day: string): number {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return utc(year, month - 1, date) / MILLISECONDS_OF_DAY;
}

function formatDay(epochDay: number): string {
  const text = formatTimestamp(epochDay * MILLISECONDS_OF_DAY);
  return text.endsWith('infinity') ? text : text.slice(0, 10);
}

/** Values have years from 1 to 9999; a bound beyond is beyond all of them. */
function formatTimestamp(instant: number): string {
  const date = new Date(instant);
  const year = date.getUTCFullYear();
  if (year < 1) return '-infinity';
  return year > 9999 ? 'infinity' : date.toISOString();
}

function firstOfMonth(index: number): string {
  if (index < 12) return '-infinity';
  if (index >= 120_000) return 'infinity';
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}-01`;
}
