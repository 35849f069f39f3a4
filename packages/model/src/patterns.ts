/**
 * Regular expressions that admins write, matched in time linear to the text (RE2), so that no pattern can hang a
 * server: `(a+)+$` costs what `a+$` costs. Linear time has a price: what looks around or back (`(?=`, `(?<=`, `\1`)
 * has no meaning here, and is refused when it is published.
 */
import { RE2JS } from 're2js';
import type { JsonSchema } from './field-type.ts';

export interface TextPattern {
  /** Whether the pattern is met anywhere in the text. */
  test(text: string): boolean;
  /** Validators tell patterns apart by it. */
  toString(): string;
}

/** Lookarounds and what refers back to a group; `(?<name>` opens a group. */
const LOOKS_AROUND = /\(\?<?[=!]/;
const REFERS_BACK = /(?:^|[^\\])(?:\\\\)*\\(?:[1-9]|k<)/;

/** The pattern, ready to be matched; throws an `Error` with a sentence for the admin when it is none. */
export function compilePattern(source: string): TextPattern {
  if (LOOKS_AROUND.test(source))
    throw new Error('it looks ahead or behind, which is not available: it could take for ever');
  if (REFERS_BACK.test(source))
    throw new Error('it refers back to a group, which is not available: it could take for ever');
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(RE2JS.translateRegExp(source));
  } catch (error) {
    throw new Error((error as Error).message.replace(/^error parsing regexp: /, ''), { cause: error });
  }
  return { test: (text) => pattern.matcher(text).find(), toString: () => `linear ${source}` };
}

/** Patterns of admins that a schema asks of a text: they stand under `allOf`, those of the types themselves do not. */
export function patternsUnderAllOf(schema: JsonSchema): string[] {
  const parts = (schema.allOf as readonly JsonSchema[] | undefined) ?? [];
  return parts.flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
}

/** What keeps the text from being a pattern, in half a sentence; undefined when nothing does. */
export function patternFault(source: string): string | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
