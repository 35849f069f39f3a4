/** Checks the regular expressions of a field: its own, and those of the schema that its JSON must meet. */
import { type ComponentOf, jsonPointer } from '@trellis/metadata';
import type { Compilation } from './compilation.ts';
import { patternFault } from './patterns.ts';

/** Reports every pattern that is none; false when there is any. */
export function checkPatterns(compilation: Compilation, component: ComponentOf<'field'>): boolean {
  const { pattern, json_schema: schema } = component.body;
  if (pattern === undefined && schema === undefined) return true;
  const found = [
    ...(pattern === undefined ? [] : [['/body/pattern', pattern] as const]),
    ...patternsIn(schema, '/body/json_schema'),
  ];
  let isSound = true;
  for (const [pointer, source] of found) {
    const fault = patternFault(source);
    if (fault === undefined) continue;
    isSound = false;
    compilation.error(
      component,
      'invalid_pattern',
      pointer,
      `the pattern is no regular expression that can be used: ${fault}.`,
      'Patterns follow the syntax of RE2, which is that of most languages without looking around or back.',
    );
  }
  return isSound;
}

function* patternsIn(
  schema: unknown,
  pointer: string,
): Generator<readonly [pointer: string, source: string]> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    const at = pointer + jsonPointer(key);
    if (key === 'pattern' && typeof value === 'string') yield [at, value];
    else yield* patternsIn(value, at);
  }
}
