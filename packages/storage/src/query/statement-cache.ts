/**
 * Compiled statements by shape. A statement is prepared on the server under its own name from its second use on;
 * a shape that is seen once leaves nothing behind there.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Statement } from '../connections.ts';
import type { Sql } from '../sql.ts';
import type { StatementPlan } from './plan-choice.ts';

/** A statement, with the places of a shape's values in the order of its own parameters. */
export interface CompiledStatement {
  readonly text: string;
  readonly places: readonly number[];
  /** Absent: any plan does. */
  readonly plan?: StatementPlan;
}

interface Entry<T> {
  readonly compiled: T;
  uses: number;
}

const MAX_SHAPES = 2_000;
/** Characters of all keys together: a filter of 500 conditions has 10,000, and some 350 kB are kept for it. */
const MAX_KEYS = 4_000_000;
/** A longer text is sent each time: the plans of prepared ones stay in PostgreSQL as long as the connection lives. */
const MAX_NAMED_TEXT = 20_000;

export class StatementCache<T extends object> {
  readonly #entries = new LRUCache<string, Entry<T>>({
    max: MAX_SHAPES,
    maxSize: MAX_KEYS,
    sizeCalculation: (_entry, key) => key.length + 1,
  });

  /**
   * What was compiled for the key, compiling it now when it is new. `prepare` names its statements when it is not, which
   * `isRepeated` tells.
   */
  get(
    key: string,
    compile: () => T,
  ): {
    readonly compiled: T;
    readonly prepare: (statement: CompiledStatement) => Statement;
    readonly isRepeated: boolean;
  } {
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { compiled: compile(), uses: 0 };
      this.#entries.set(key, entry);
    }
    const isRepeated = ++entry.uses > 1;
    return {
      compiled: entry.compiled,
      isRepeated,
      prepare: ({ text, plan }) => ({
        text,
        name:
          isRepeated && plan?.isNameable !== false && text.length <= MAX_NAMED_TEXT
            ? statementName(text)
            : undefined,
        plans: plan?.plans,
      }),
    };
  }
}

const names = new LRUCache<string, string>({ max: 4_000 });

/** A name that is the same for the same text, and short enough for PostgreSQL. */
export function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `t_${createHash('sha256').update(text).digest('base64url').slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}

/**
 * Numbers the parameters of a statement from 1 on: the places of a shape's values that it uses, in order of first
 * use. PostgreSQL refuses a parameter that no statement mentions.
 */
export function finishStatement(statement: Sql): CompiledStatement {
  const places: number[] = [];
  const text = statement.text.replaceAll(/\$(\d+)/g, (_match, digits: string) => {
    const place = Number(digits);
    let index = places.indexOf(place);
    if (index < 0) index = places.push(place) - 1;
    return `$${index + 1}`;
  });
  return { text, places };
}

/** The values of a shape in the order of a statement's parameters. */
export function valuesFor(statement: CompiledStatement, values: readonly unknown[]): unknown[] {
  return statement.places.map((place) => values[place - 1]);
}
