/**
 * What the caller may do with each record of an answer, told beside the records: conditions that storage evaluates in
 * the statement that reads them, so that the answer is the one which a change would get.
 */
import { allOf, type CompiledObject, type Expression, NEVER } from '@trellis/model';
import type { Pinned } from './pinned.ts';

/** In the order in which they are told. `transfer`: give it another owner; `share`: by hand, with people and teams. */
export const RECORD_RIGHTS = ['update', 'delete', 'transfer', 'share'] as const;
export type RecordRight = (typeof RECORD_RIGHTS)[number];

/** Which records each right covers, in the order of `RECORD_RIGHTS`. */
export function rightFlags(pinned: Pinned, object: CompiledObject): readonly Expression[] {
  const covered = (action: 'update' | 'delete') => {
    const decision = pinned.decide(object, action);
    return decision.isAllowed ? decision.predicate : NEVER;
  };
  const update = covered('update');
  const transfer = allOf(update, pinned.access.transferable(object));
  return [update, covered('delete'), transfer, pinned.access.shareable(object)];
}

/** The names of the rights behind the flags of a row. */
export function rightsOf(flags: readonly boolean[] | undefined): readonly RecordRight[] {
  return RECORD_RIGHTS.filter((_, index) => flags?.[index] === true);
}
