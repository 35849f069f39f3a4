/**
 * Patterns that admins have written, matched by the same linear-time engine as on the server. The engine comes with the
 * first form that has a pattern; until it is there, the server is the one to judge.
 */
import type { FieldDescription } from '@trellis/forms';
import type { JsonSchema, TextPattern } from '@trellis/model';

let engine: typeof import('./pattern-engine.ts') | undefined;
const known = new Map<string, TextPattern>();

/** Fetches the engine if one of the fields needs it. */
export async function loadPatterns(fields: readonly FieldDescription[]): Promise<void> {
  if (engine !== undefined || !fields.some((field) => sourcesOf(field.schema).length > 0)) return;
  engine = await import('./pattern-engine.ts');
}

/** Whether the text meets the patterns of its schema, as far as that can be told here. */
export function meetsPatterns(schema: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'string' || engine === undefined) return true;
  for (const source of sourcesOf(schema)) {
    const pattern = known.get(source) ?? engine.compilePattern(source);
    known.set(source, pattern);
    if (!pattern.test(value)) return false;
  }
  return true;
}

/** An admin's patterns stand under `allOf`. */
function sourcesOf(schema: JsonSchema): string[] {
  const parts = (schema.allOf as readonly JsonSchema[] | undefined) ?? [];
  return parts.flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
}
