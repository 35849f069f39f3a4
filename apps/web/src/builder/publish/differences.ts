/**
 * Differences of a plan as a person reads them: `/options/2/label` of a field is "Options › 3 › Label", a value is
 * shown as text, and a list that only grew says what was added.
 */
import { isSame } from '../draft/same.ts';

export interface Difference {
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ReadableDifference {
  /** Segments of the place, ready to be joined: `['Options', '3', 'Label']`. */
  readonly place: readonly string[];
  readonly before: string | null;
  readonly after: string | null;
}

const LIMIT = 120;

/** `body` is the component as it will be: parts with a label are called by it rather than by their number. */
export function readDifference(difference: Difference, body?: unknown): ReadableDifference {
  const { before, after } = difference;
  return {
    place: placeOf(difference.pointer, body),
    ...(Array.isArray(before) && Array.isArray(after)
      ? readLists(before, after)
      : {
          before: before === undefined ? null : readValue(before),
          after: after === undefined ? null : readValue(after),
        }),
  };
}

/** Of two lists only what came and went is worth reading, or the order when that is all that changed. */
function readLists(
  before: readonly unknown[],
  after: readonly unknown[],
): { before: string | null; after: string | null } {
  const gone = before.filter((each) => !after.some((other) => isSame(each, other)));
  const come = after.filter((each) => !before.some((other) => isSame(each, other)));
  if (gone.length === 0 && come.length === 0) return { before: readValue(before), after: readValue(after) };
  return {
    before: gone.length === 0 ? null : readValue(gone),
    after: come.length === 0 ? null : readValue(come),
  };
}

function placeOf(pointer: string, body: unknown): string[] {
  const place: string[] = [];
  let value = body;
  for (const raw of pointer.split('/').slice(1)) {
    const segment = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[segment] : undefined;
    if (/^\d+$/.test(segment)) place.push(labelOf(value) ?? String(Number(segment) + 1));
    else place.push(humanise(segment));
  }
  return place;
}

function labelOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('label' in value)) return undefined;
  return typeof value.label === 'string' && value.label !== '' ? value.label : undefined;
}

/** `plural_label` → `Plural label` */
export function humanise(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value in words, never as JSON: options by label, items by what they show, conditions by the fields in them. */
export function readValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'string' || typeof value === 'number') return cut(String(value));
  if (Array.isArray(value)) return value.length === 0 ? '—' : cut(value.map(readValue).join(', '));
  if (typeof value !== 'object') return '—';
  const parts = value as Readonly<Record<string, unknown>>;
  for (const property of ['label', 'field', 'lookup', 'component', 'object', 'view', 'var', 'value']) {
    if (typeof parts[property] === 'string') return cut(parts[property]);
  }
  return cut(
    Object.entries(parts)
      .map(([key, each]) =>
        isOperator(key) ? readOperator(key, each) : `${humanise(key)}: ${readValue(each)}`,
      )
      .join('; '),
  );
}

const OPERATORS: Readonly<Record<string, string>> = {
  '==': 'is',
  '!=': 'is not',
  in: 'is one of',
  '!': 'not',
  is_blank: 'is blank',
  contains: 'contains',
};

function isOperator(key: string): boolean {
  return (
    /^[^a-z]/.test(key) ||
    key in OPERATORS ||
    /^(?:and|or|today|now|this_|last_|next_|includes_|starts_|ends_)/.test(key)
  );
}

function readOperator(operator: string, args: unknown): string {
  const list = (Array.isArray(args) ? args : [args]).map(readValue);
  if (operator === 'and' || operator === 'or') return list.join(` ${operator} `);
  const name = OPERATORS[operator] ?? operator.replaceAll('_', ' ');
  if (list.length === 0) return name;
  if (operator === '!') return `${name} (${list.join(', ')})`;
  return `${list[0]} ${name}${list.length > 1 ? ` ${list.slice(1).join(', ')}` : ''}`;
}

function cut(text: string): string {
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 1)}…`;
}
