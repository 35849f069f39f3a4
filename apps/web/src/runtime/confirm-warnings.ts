/**
 * Saves that a person confirms: rules of severity `warning` hold the first attempt up, their messages are shown, and
 * only who wants to save all the same sends it again. The dialog stands in the shell (`WarningsDialog.tsx`).
 */
import { ApiError } from '@trellis/api';

export interface Question {
  readonly messages: readonly string[];
  answer(isConfirmed: boolean): void;
}

let question: Question | undefined;
/** Questions are asked one after the other: two saves may be on their way. */
let last: Promise<unknown> = Promise.resolve();
const listeners = new Set<() => void>();

function show(next: Question | undefined): void {
  question = next;
  for (const listener of listeners) listener();
}

/** The question that waits for its answer. */
export function openQuestion(): Question | undefined {
  return question;
}

export function onQuestion(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Rejects with the refusal, whose entries have the messages, when the person would rather change the record. */
export async function confirmed<T>(attempt: (warnings: 'refuse' | 'report') => Promise<T>): Promise<T> {
  try {
    return await attempt('refuse');
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.code !== 'unconfirmed_warnings') throw error;
    const messages = [...new Set(error.problem.errors.map((entry) => entry.message))];
    const asked = last.then(() => new Promise<boolean>((answer) => show({ messages, answer })));
    last = asked.then(() => show(undefined));
    const isConfirmed = await asked;
    if (!isConfirmed) throw error;
    return attempt('report');
  }
}
