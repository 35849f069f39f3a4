/** Instants as wall-clock times of a zone and back, through Intl: what a date and time input shows and takes. */

export interface ZonedParts {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM:SS` */
  readonly time: string;
}

/** The wall-clock time of an instant in a zone. */
export function toZonedParts(instant: string, timeZone: string): ZonedParts {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '00';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
  };
}

/**
 * The instant at which the clocks of a zone show a time. Where they show it twice (autumn) the earlier one, where
 * never (spring) the instant that they jump past it.
 */
export function fromZonedParts({ date, time }: ZonedParts, timeZone: string): string {
  const wanted = Date.parse(`${date}T${time}Z`);
  const offsetAt = (at: number) => {
    const shown = toZonedParts(new Date(at).toISOString(), timeZone);
    return Date.parse(`${shown.date}T${shown.time}Z`) - Math.floor(at / 1000) * 1000;
  };
  // The offsets a day before and after bracket any change of the clocks.
  const candidates = [offsetAt(wanted - 86_400_000), offsetAt(wanted + 86_400_000)].map(
    (offset) => wanted - offset,
  );
  const exact = candidates.filter((at) => at + offsetAt(at) === wanted);
  return new Date(exact.length > 0 ? Math.min(...exact) : Math.max(...candidates)).toISOString();
}
