/**
 * Regular expressions that admins write for their fields, tested without letting one of them stop the process:
 * `(a+)+$` takes longer than the universe has on forty letters and a dot. In: a pattern and its flags. Out: what ajv
 * wants of a regular expression, `test`. A test that takes too long counts as no match.
 */
import { createContext, Script } from 'node:vm';

/** Beyond it even a pattern that grows with the square or cube of the text takes too long. */
const LONG_TEXT = 500;
/** Repeating a repetition doubles the ways with each letter: so many are still tried at once. */
const SHORT_TEXT = 16;
/** Of the clock, and long enough that a busy machine doesn't refuse what is sound. */
const PATIENCE_MILLISECONDS = 250;
/** Time-outs after which a pattern is known to be a bad one and gets little time until it has done better. */
const MAX_TIMEOUTS = 4;
const LEAST_MILLISECONDS = 5;

const context = createContext({ pattern: /(?:)/, text: '' });
const run = new Script('pattern.test(text)');

export interface TestedPattern {
  test(text: string): boolean;
  /** Ajv tells patterns apart by it. */
  toString(): string;
}

/** The pattern; guarded where its form and the text's length make it possible that it never ends. */
export function guardPattern(source: string, flags: string): TestedPattern {
  const pattern = new RegExp(source, flags);
  const repetitions = source.match(/[*+?]|\{\d+,/g)?.length ?? 0;
  const isRisky = repetitions > 2 || /\)(?:[*+]|\{\d)/.test(source);
  if (repetitions === 0 && !isRisky) return pattern;
  const most = isRisky ? SHORT_TEXT : LONG_TEXT;
  let timeouts = 0;
  return {
    toString: () => `guarded ${pattern}`,
    test(text) {
      if (text.length <= most) return pattern.test(text);
      const timeout = timeouts < MAX_TIMEOUTS ? PATIENCE_MILLISECONDS : LEAST_MILLISECONDS;
      Object.assign(context, { pattern, text });
      try {
        const isMet = run.runInContext(context, { timeout }) as boolean;
        timeouts = Math.max(0, timeouts - 1);
        return isMet;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        timeouts++;
        return false;
      } finally {
        Object.assign(context, { pattern: undefined, text: '' });
      }
    },
  };
}
