/** How a language writes numbers and days, for inputs that are typed into. */

export function numberSeparators(locale: string): { readonly group: string; readonly decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8);
  const part = (type: string) => parts.find((each) => each.type === type)?.value;
  const decimal = part('decimal') ?? '.';
  // A narrow space is typed as a space; an apostrophe as it is.
  const group = (part('group') ?? ',').replace(/[\u00a0\u202f]/g, ' ');
  return { group: group === decimal ? '' : group, decimal };
}

/** The order of day, month and year in numeric dates: `dmy`, `mdy` or `ymd`. */
export function dateOrder(locale: string): string {
  return new Intl.DateTimeFormat(locale, { year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(new Date(Date.UTC(2026, 10, 21)))
    .flatMap((part) =>
      part.type === 'day' || part.type === 'month' || part.type === 'year' ? [part.type.charAt(0)] : [],
    )
    .join('');
}

/** A pattern for dayjs that writes a day in the language's order: `DD MMM YYYY`, `MMM DD, YYYY`, `YYYY-MM-DD`. */
export function datePattern(locale: string): string {
  const order = dateOrder(locale);
  return order === 'mdy' ? 'MMM D, YYYY' : order === 'ymd' ? 'YYYY-MM-DD' : 'D MMM YYYY';
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A day as people type it: `2026-03-31`, `31.3.26`, `3/31/2026`, `31 Mar`, `today`, `+7`. Undefined when it is no day.
 */
export function parseTypedDate(text: string, locale: string, today: string): string | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === '') return undefined;
  if (typed === 'today') return today;
  if (typed === 'tomorrow') return shiftDay(today, 1);
  if (typed === 'yesterday') return shiftDay(today, -1);
  if (/^[+-]\d{1,4}$/.test(typed)) return shiftDay(today, Number(typed));
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (iso) return validDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const named = MONTHS.findIndex((month) => new RegExp(`(^|[^a-z])${month}`).test(typed));
  const numbers = (typed.match(/\d+/g) ?? []).map(Number);
  const thisYear = Number(today.slice(0, 4));
  if (named >= 0) {
    const [first, second] = numbers;
    if (first === undefined) return undefined;
    return first > 31
      ? validDay(first, named + 1, second ?? 1)
      : validDay(fullYear(second ?? thisYear), named + 1, first);
  }
  if (numbers.length < 2 || numbers.length > 3) return undefined;
  const order = numbers.length === 2 ? dateOrder(locale).replace('y', '') : dateOrder(locale);
  const at = (letter: string) => numbers[order.indexOf(letter)] ?? 0;
  return validDay(order.includes('y') ? fullYear(at('y')) : thisYear, at('m'), at('d'));
}

function fullYear(year: number): number {
  return year < 100 ? (year < 70 ? 2000 + year : 1900 + year) : year;
}

function validDay(year: number, month: number, day: number): string | undefined {
  const at = new Date(Date.UTC(year, month - 1, day));
  if (year < 1 || year > 9999 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return undefined;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function shiftDay(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}
