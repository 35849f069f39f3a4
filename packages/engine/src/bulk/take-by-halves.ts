/**
 * Work on groups of records within a job. A group is written in one step; where it is refused as a whole, without a
 * word on which record is at fault, it is taken by halves, until the one that is refused stands alone.
 */
import { StorageError } from '@trellis/storage';
import type { InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { SaveOutcome } from '../parts.ts';
import { NeedsSingles } from '../save-record.ts';
import { LostRace, translateError } from '../translate-error.ts';

const MAX_ATTEMPTS = 3;

/** What is said of values: another try or another day would not mend it by itself. */
export const VALUE_REFUSALS: readonly string[] = ['unique_violation', 'invalid_input', 'stale_version'];
/** What is said of a record that is there, or should be. */
const REFUSALS: readonly string[] = [...VALUE_REFUSALS, 'forbidden', 'unknown_record', 'delete_restricted'];

/** A record that stood alone and was refused: whatever was written of it is rolled back with this. */
class RecordRefused extends Error {
  readonly errors: readonly InputError[];
  constructor(errors: readonly InputError[]) {
    super('The record was refused.');
    this.errors = errors;
  }
}

/** Thrown by `take`: what stands before the index is to be written first, and the others looked at after that. */
export class TakeInTwo extends Error {
  readonly index: number;
  constructor(index: number) {
    super('The group is to be taken in two.');
    this.index = index;
  }
}

export interface GroupWork<T> {
  /** Writes the whole group with its progress, in one step. */
  take(group: readonly T[]): Promise<void>;
  /** Notes that one was refused, in a step of its own. */
  refuse(one: T, errors: readonly InputError[]): Promise<void>;
  /** Codes of errors that are about the records of a group; any other ends the work. All that there are, unless given. */
  readonly refusals?: readonly string[];
}

export async function takeByHalves<T>(group: readonly T[], work: GroupWork<T>, attempt = 1): Promise<void> {
  if (group.length === 0) return;
  try {
    await work.take(group);
  } catch (error) {
    if (error instanceof TakeInTwo) {
      await takeByHalves(group.slice(0, error.index), work);
      return takeByHalves(group.slice(error.index), work);
    }
    if (attempt < MAX_ATTEMPTS && isRace(error)) return takeByHalves(group, work, attempt + 1);
    const errors = refusalOf(error, work.refusals);
    if (!errors) throw error;
    if (group.length === 1) return work.refuse(group[0]!, errors);
    const half = Math.ceil(group.length / 2);
    await takeByHalves(group.slice(0, half), work);
    await takeByHalves(group.slice(half), work);
  }
}

/**
 * Throws where a save of one record has failed: its links come last, so that a part of it may have been written. In a
 * larger group it must stand alone first, since the step writes the others.
 */
export function refuseAlone(outcome: SaveOutcome, groupSize: number): void {
  const [only] = outcome.items;
  if (outcome.items.length !== 1 || !only?.failure) return;
  throw groupSize === 1 ? new RecordRefused(only.failure.errors) : new NeedsSingles();
}

/** Whether the error is about the group, which may be tried again or taken by halves. Nothing of it has been written. */
export function isOfGroup(error: unknown, refusals: readonly string[]): boolean {
  return isRace(error) || refusalOf(error, refusals) !== undefined;
}

function isRace(error: unknown): boolean {
  if (error instanceof LostRace) return true;
  if (error instanceof EngineError)
    return error.code === 'stale_version' || error.code === 'unique_violation';
  return error instanceof StorageError && error.code === 'unique_violation';
}

/** What is wrong with one of the records, or undefined when it is not about records. */
function refusalOf(
  thrown: unknown,
  refusals: readonly string[] = REFUSALS,
): readonly InputError[] | undefined {
  if (thrown instanceof RecordRefused) return thrown.errors;
  if (thrown instanceof NeedsSingles) return [];
  const error = translateError(thrown);
  if (!(error instanceof EngineError) || !refusals.includes(error.code)) return undefined;
  const errors = error.errors as readonly InputError[];
  return errors.length > 0 ? errors : [{ code: error.code, pointer: '', message: error.message }];
}
