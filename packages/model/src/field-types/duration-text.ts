/** Spans of time as people type and read them. Apart from the type, so that the first page load can have it alone. */

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
const PART = /(\d{1,9}(?:\.\d{1,6})?)(d|h|m|s)[a-z]{0,7}/y;

/**
 * Seconds in `1:30` (hours and minutes), `1:30:05`, `1h 30m`, `1.5 hours`, `2d`, `45s` and `90` (minutes); undefined
 * when it is no span.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 60) return undefined;
  const typed = text.toLowerCase().replaceAll(/\s/g, '').replaceAll(',', '.');
  const isNegative = typed.startsWith('-');
  const seconds = readSpan(isNegative ? typed.slice(1) : typed);
  if (seconds === undefined) return undefined;
  const whole = Math.round(seconds);
  return isNegative && whole !== 0 ? -whole : whole;
}

function readSpan(text: string): number | undefined {
  const clock = /^(\d{1,9}):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (clock) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Number(text) * 60;
  let seconds = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const part = PART.exec(text);
    if (!part) return undefined;
    seconds += Number(part[1]) * SECONDS[part[2]!]!;
    at = PART.lastIndex;
  }
  return at === 0 ? undefined : seconds;
}

/** `5400` → `1:30`, `5405` → `1:30:05`: hours are not folded into days, whose length is a matter of taste. */
export function formatDuration(seconds: number): string {
  const span = Math.abs(seconds);
  const [hours, minutes, rest] = [Math.floor(span / 3600), Math.floor(span / 60) % 60, span % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return `${seconds < 0 ? '-' : ''}${hours}:${two(minutes)}${rest === 0 ? '' : `:${two(rest)}`}`;
}
