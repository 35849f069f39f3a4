/** A record on its way through a save: what was there, what was asked for, what it shall become, what is wrong. */
import type { CompiledField, JsonValue } from '@trellis/model';
import type { StoredRecord } from '@trellis/storage';
import type { InputError } from './engine.ts';
import { EngineError, type EngineErrorCode } from './errors.ts';
import type { ParsedInput } from './parse-input.ts';
import type { Failure, SaveItem } from './parts.ts';

export interface Draft {
  /** Position in the request. */
  readonly index: number;
  readonly item: SaveItem;
  readonly isNew: boolean;
  readonly id: string;
  readonly input: ParsedInput;
  /** Set by step 2 for a record that exists. */
  current: StoredRecord | undefined;
  /** Keys of values that this save converts, because the type change has not reached the record. */
  settled: readonly string[];
  ownerId: string;
  recordType: string | null;
  /** The whole data as it shall be, by field key. */
  data: Record<string, JsonValue>;
  /** Fields that differ from what is stored. The values of a new record differ from blank. */
  changes: Map<CompiledField, { readonly before: JsonValue; readonly after: JsonValue }>;
  /** Per multi_lookup in the input: the set that it shall hold. */
  links: Map<CompiledField, readonly string[]>;
  /** Faults of the input, all of them. */
  readonly problems: InputError[];
  /** What rules of severity `warning` have found. */
  readonly warnings: InputError[];
  /** Why nothing further was looked at: not there, not allowed, changed by somebody else. */
  failure: Failure | undefined;
}

export function makeDraft(
  index: number,
  item: SaveItem,
  id: string,
  isNew: boolean,
  input: ParsedInput,
): Draft {
  return {
    index,
    item,
    isNew,
    id,
    input,
    current: undefined,
    settled: [],
    ownerId: '',
    recordType: null,
    data: {},
    changes: new Map(),
    links: new Map(),
    problems: [...input.problems],
    warnings: [],
    failure: undefined,
  };
}

/** Whether nothing speaks against writing it. */
export function isSound(draft: Draft): boolean {
  return draft.failure === undefined && draft.problems.length === 0;
}

/** Why the draft is not written; undefined for a sound one. */
export function failureOf(draft: Draft): Failure | undefined {
  if (draft.failure) return draft.failure;
  if (draft.problems.length === 0) return undefined;
  const isTaken = draft.problems.every((problem) => problem.code === 'unique_violation');
  const count = draft.problems.length;
  return isTaken
    ? fail('unique_violation', 'A value that must be unique is taken.', draft.problems)
    : fail('invalid_input', `The record has ${count} ${count === 1 ? 'fault' : 'faults'}.`, draft.problems);
}

export function fail(
  code: EngineErrorCode,
  message: string,
  errors: readonly InputError[] = [],
  details: Failure['details'] = {},
): Failure {
  return { code, message, errors: errors.length > 0 ? errors : [{ code, pointer: '', message }], details };
}

export function toError(failure: Failure): EngineError {
  const { code, message, errors, details } = failure;
  return new EngineError(code, message, { errors, details });
}

/** What an invisible record and one that is not there have in common. */
export function unknownRecord(): Failure {
  return fail('unknown_record', 'There is no such record.');
}
