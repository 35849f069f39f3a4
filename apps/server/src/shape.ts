/**
 * Checks the outer shape of what a request brings (a query string or a small body) and gives it a type. In: a value
 * and a table of what each property must be. Out: an object with the given properties only, or one problem with
 * every fault, unknown properties included. What the parts mean (which fields exist, which values fit) is the
 * engine's question.
 */
import type { ProblemEntry } from '@trellis/api';
import { jsonPointer, nearest } from '@trellis/metadata';
import { HttpProblem } from './http-problem.ts';
import { parseJson } from './json-body.ts';

/** Reads one property. Throws `Fault` with the end of the sentence "`name` must be …". */
export type Reader<T> = (value: unknown, name: string) => T;
export type Shape = { readonly [property: string]: Reader<unknown> };
export type Shaped<S extends Shape> = { -readonly [P in keyof S]?: Exclude<ReturnType<S[P]>, undefined> };

class Fault extends Error {}

/** Beyond so many faults it is no slip any more, and telling all would cost more than it took to send them. */
const MAX_FAULTS = 100;

/** Reads a JSON body with these properties; `null` stands for "not given". @throws HttpProblem `invalid_input`. */
export function readBody<S extends Shape>(body: unknown, shape: S): Shaped<S> {
  return readProperties(requireObject(body), shape, 'invalid_input');
}

/** Reads a question in a body: the same, but its faults are `invalid_query`. */
export function readQueryBody<S extends Shape>(body: unknown, shape: S): Shaped<S> {
  return readProperties(requireObject(body), shape, 'invalid_query');
}

/** Reads a query string with these parameters. @throws HttpProblem `invalid_query`, or `malformed_json`. */
export function readParameters<S extends Shape>(query: unknown, shape: S): Shaped<S> {
  return readProperties(query as Record<string, unknown>, shape, 'invalid_query');
}

/** The body as an object. @throws HttpProblem `malformed_request` without a body, `invalid_input` for another value. */
export function requireObject(body: unknown): Record<string, unknown> {
  if (body === undefined) throw new HttpProblem('malformed_request', 'The request needs a JSON body.');
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  const message = 'The body must be a JSON object.';
  throw new HttpProblem('invalid_input', message, { errors: [{ code: 'wrong_type', pointer: '', message }] });
}

/** Throws the problem for properties that must be given and are not. */
export function requireGiven<T extends object, K extends keyof T & string>(
  input: T,
  ...names: readonly K[]
): asserts input is T & { readonly [N in K]-?: Exclude<T[N], undefined> } {
  const errors = names
    .filter((name) => input[name] === undefined)
    .map((name) => ({ code: 'required', pointer: jsonPointer(name), message: `\`${name}\` is required.` }));
  if (errors.length > 0) throw invalidInput(errors);
}

/** The problem for faults of a body, all together. */
export function invalidInput(errors: readonly ProblemEntry[]): HttpProblem {
  const detail = errors.length === 1 ? errors[0]!.message : `The input has ${errors.length} faults.`;
  return new HttpProblem('invalid_input', detail, { errors });
}

function readProperties<S extends Shape>(
  given: Readonly<Record<string, unknown>>,
  shape: S,
  code: 'invalid_input' | 'invalid_query',
): Shaped<S> {
  const errors: ProblemEntry[] = [];
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (errors.length >= MAX_FAULTS) break;
    const value = given[name];
    const reader = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (!reader) {
      const near = nearest(name, Object.keys(shape));
      const known = Object.keys(shape).map((each) => `\`${each}\``);
      errors.push({
        code: code === 'invalid_query' ? 'unknown_parameter' : 'unknown_property',
        pointer: jsonPointer(name),
        message: `There is no ${code === 'invalid_query' ? 'parameter' : 'property'} of this name.`,
        hint: near
          ? `Did you mean \`${near}\`?`
          : known.length > 0
            ? `There are ${known.join(', ')}.`
            : 'None is understood here.',
      });
    } else if (value !== null && value !== undefined) {
      try {
        const read = reader(value, name);
        if (read !== undefined) result[name] = read;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const message = `\`${name}\` must be ${error.message}.`;
        errors.push({ code: 'invalid_value', pointer: jsonPointer(name), message });
      }
    }
  }
  if (errors.length === 0) return result as Shaped<S>;
  const detail = errors.length === 1 ? errors[0]!.message : `There are ${errors.length} faults.`;
  throw new HttpProblem(code, detail, { errors });
}

// --- readers for bodies ---------------------------------------------------------------------------------------

export const anything: Reader<unknown> = (value) => value;

export const text: Reader<string> = (value) => {
  if (typeof value !== 'string') throw new Fault('text');
  return value;
};

export const flag: Reader<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new Fault('true or false');
  return value;
};

export const whole: Reader<number> = (value) => {
  if (!Number.isSafeInteger(value)) throw new Fault('a whole number');
  return value as number;
};

export const list: Reader<readonly unknown[]> = (value) => {
  if (!Array.isArray(value)) throw new Fault('a list');
  return value;
};

/** A list of texts, or one text with commas. */
export const names: Reader<readonly string[]> = (value) => {
  if (typeof value === 'string') return splitNames(value);
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string'))
    throw new Fault('a list of texts');
  return value;
};

export function oneOf<const T extends readonly string[]>(...values: T): Reader<T[number]> {
  return (value) => {
    if (typeof value === 'string' && values.includes(value)) return value;
    throw new Fault(`one of ${values.map((each) => `\`${each}\``).join(', ')}`);
  };
}

// --- readers for query strings --------------------------------------------------------------------------------

/** A parameter given once. */
export const parameter: Reader<string> = (value) => {
  if (typeof value !== 'string') throw new Fault('given only once');
  return value;
};

export const wholeParameter: Reader<number> = (value, name) => {
  const given = parameter(value, name);
  if (!/^-?\d{1,15}$/.test(given)) throw new Fault('a whole number');
  return Number(given);
};

export const flagParameter: Reader<boolean> = (value, name) => {
  const given = parameter(value, name);
  if (given !== 'true' && given !== 'false') throw new Fault('true or false');
  return given === 'true';
};

export const namesParameter: Reader<readonly string[]> = (value, name) => splitNames(parameter(value, name));

/** A JSON text. Throws `malformed_json` (400) when it is none. */
export const jsonParameter: Reader<unknown> = (value, name) =>
  parseJson(parameter(value, name), jsonPointer(name));

function splitNames(given: string): readonly string[] {
  return given === '' ? [] : given.split(',').map((each) => each.trim());
}
