/** Times of day as people type and read them. Apart from the type, so that the first page load can have it alone. */

const TYPED = /^(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2}))?)?(am|pm)?$/;

/** `9:30`, `09:30:15`, `9 am`, `0930` → `09:30`, `09:30:15`, `09:00`, `09:30`; undefined when it is no time. */
export function parseTime(text: string): string | undefined {
  if (text.length > 40) return undefined;
  const typed = text.toLowerCase().replaceAll(/\s/g, '').replaceAll('.m.', 'm');
  const spelled = /^\d{4}$/.test(typed) ? `${typed.slice(0, 2)}:${typed.slice(2)}` : typed;
  const match = TYPED.exec(spelled);
  if (!match) return undefined;
  const [, hourText = '', minuteText = '00', secondText = '00', half] = match;
  const hour = Number(hourText);
  // A bare number could be anything; with minutes or a half of the day it is a time.
  if (match[2] === undefined && half === undefined) return undefined;
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  const ofDay = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0);
  if (ofDay > 23 || Number(minuteText) > 59 || Number(secondText) > 59) return undefined;
  const minutes = `${String(ofDay).padStart(2, '0')}:${minuteText}`;
  return secondText === '00' ? minutes : `${minutes}:${secondText}`;
}

/** `14:30` as a language writes it: `14:30`, `2:30 PM`. */
export function formatTime(time: string, locale: string): string {
  const at = new Date(`1970-01-01T${time.length === 5 ? `${time}:00` : time}Z`);
  if (Number.isNaN(at.getTime())) return time;
  return new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(time.length > 5 ? { second: '2-digit' } : {}),
    timeZone: 'UTC',
  }).format(at);
}
