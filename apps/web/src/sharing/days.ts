/** Days as people choose them, and the instants that they begin and end at by the clocks of the workspace. */
import { fromZonedParts, toZonedParts } from '../runtime/time-zone.ts';

/** `YYYY-MM-DD` → the instant at which the day is over. */
export function endOfDay(date: string, timeZone: string): string {
  return fromZonedParts({ date, time: '23:59:59' }, timeZone);
}

export function startOfDay(date: string, timeZone: string): string {
  return fromZonedParts({ date, time: '00:00:00' }, timeZone);
}

export function dayOf(instant: string, timeZone: string): string {
  return toZonedParts(instant, timeZone).date;
}
