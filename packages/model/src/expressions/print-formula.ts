/** Writes JSON Logic as formula text, so that reading the text gives the same expression back. */
import type { JsonValue } from '../field-type.ts';
import { BINARY_SIGNS, FORMULA_FUNCTIONS } from './functions.ts';

const WORDS: readonly string[] = ['TRUE', 'FALSE', 'NULL', 'NOT', 'AND', 'OR'];
const PLAIN_NAME = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/;
/** Binds tighter than every sign. */
const TIGHT = BINARY_SIGNS.length;

interface Printed {
  readonly text: string;
  /** How tightly its outermost operator binds. */
  readonly level: number;
}

/** The text, or undefined when the expression is none that the language knows. */
export function printFormula(expression: unknown): string | undefined {
  return print(expression, 0)?.text;
}

function print(source: unknown, depth: number): Printed | undefined {
  if (depth > 100) return undefined;
  if (source === null || source === undefined) return tight('NULL');
  if (typeof source === 'boolean') return tight(source ? 'TRUE' : 'FALSE');
  if (typeof source === 'string') return tight(`"${source.replaceAll('"', '""')}"`);
  if (typeof source === 'number') {
    if (!Number.isFinite(source)) return undefined;
    return tight(String(source === 0 ? 0 : source));
  }
  if (typeof source !== 'object' || Array.isArray(source)) return undefined;
  const entries = Object.entries(source as { readonly [key: string]: JsonValue });
  const [first] = entries;
  if (!first) return undefined;
  const { object, id } = source as { readonly object?: unknown; readonly id?: unknown };
  if (entries.length === 2 && typeof object === 'string' && typeof id === 'string')
    return call('REFERENCE', [object, id], depth);
  if (entries.length !== 1) return undefined;
  const [operator, given] = first;
  const args = Array.isArray(given) ? (given as readonly JsonValue[]) : [given];
  if (operator === 'var') return typeof args[0] === 'string' && args.length === 1 ? name(args[0]) : undefined;
  if (operator === '-' && args.length === 1) {
    const inner = print(args[0], depth + 1);
    // A number of its own would be read as a negative number, another sign as part of a sum.
    return inner && { text: `-(${inner.text})`, level: TIGHT - 1 };
  }
  const level = BINARY_SIGNS.findIndex((signs) => signs.some((each) => each.operator === operator));
  if (level >= 0 && args.length >= 2) return chain(operator, level, args, depth);
  const known = FORMULA_FUNCTIONS.find((each) => each.operator === operator);
  if (!known) return undefined;
  if (operator === 'today' || operator === 'now') return tight(`${known.name}()`);
  if (['in', 'includes_any', 'includes_all'].includes(operator)) {
    const [value, list] = args;
    return args.length === 2
      ? call(known.name, [value, ...(Array.isArray(list) ? list : [list])], depth)
      : undefined;
  }
  if (operator === '$changed')
    return args.every((each) => typeof each === 'string')
      ? call(
          known.name,
          args.map((each) => ({ var: each })),
          depth,
        )
      : undefined;
  return call(known.name, args, depth);
}

function chain(
  operator: string,
  level: number,
  args: readonly JsonValue[],
  depth: number,
): Printed | undefined {
  const isChain = operator === '+' || operator === '*' || operator === 'cat';
  if (args.length > 2 && !isChain) return undefined;
  const { sign } = BINARY_SIGNS[level]!.find((each) => each.operator === operator)!;
  const parts = args.map((arg) => print(arg, depth + 1));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const text = parts.map((part) => (part.level > level ? part.text : `(${part.text})`)).join(` ${sign} `);
  return { text, level };
}

function call(word: string, args: readonly unknown[], depth: number): Printed | undefined {
  const parts = args.map((arg) => print(arg, depth + 1));
  if (!parts.every((part) => part !== undefined)) return undefined;
  return tight(`${word}(${parts.map((part) => part.text).join(', ')})`);
}

function name(path: string): Printed | undefined {
  if (PLAIN_NAME.test(path) && !WORDS.includes(path.toUpperCase())) return tight(path);
  return path.includes(']') ? undefined : tight(`[${path}]`);
}

function tight(text: string): Printed {
  return { text, level: TIGHT };
}
