/**
 * What a question came to can be kept for the next time that it is asked, while the values in it would be the same
 * again: the model, who asks and their day have stayed.
 */
import { type ExpressionContext, type RecordQuery, type RecordTerms, todayAt } from '@trellis/model';
import type { Snapshot } from '../storage.ts';

export interface RightFor {
  readonly snapshot: Snapshot;
  readonly context: ExpressionContext;
  /** The day that it is taken to be, by time zone. */
  readonly days: ReadonlyMap<string, string>;
}

/** Whether the values would be the same again. */
export function isStillRight(known: RightFor, snapshot: Snapshot, context: ExpressionContext): boolean {
  if (known.snapshot !== snapshot) return false;
  const before = known.context;
  const isSameAsker =
    before.userId === context.userId &&
    before.timeZone === context.timeZone &&
    before.sharedTimeZone === context.sharedTimeZone &&
    before.userName === context.userName &&
    before.userEmail === context.userEmail;
  if (!isSameAsker) return false;
  for (const [timeZone, day] of known.days) if (todayAt(context.now, timeZone) !== day) return false;
  return true;
}

const OF_TERMS: readonly (keyof RecordTerms)[] = [
  'object',
  'fields',
  'layout',
  'filter',
  'targetFilters',
  'search',
  'sort',
  'limit',
  'deleted',
  'flags',
];
/** What changes the statement beyond the terms. */
const BEYOND: readonly (keyof RecordQuery)[] = [
  'id',
  'after',
  'before',
  'leavesOutDragged',
  'parents',
  'tellsWaiting',
  'asOf',
];

/** The terms that say all of the query but who asks, when, and how it is counted; undefined where something else does too. */
export function termsOf(query: RecordQuery): RecordTerms | undefined {
  const { terms } = query;
  if (!terms || terms.search !== undefined) return undefined;
  const isAll =
    OF_TERMS.every((name) => terms[name] === query[name]) &&
    BEYOND.every((name) => query[name] === undefined);
  return isAll ? terms : undefined;
}
