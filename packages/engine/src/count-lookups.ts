/**
 * How many lookups a question follows: each is a table more in its statement. A path is at most five lookups long, but
 * there may be a thousand of them, and PostgreSQL would think about their tables for longer than anybody waits.
 */
import { type FieldPath, pathsOfQuestion, sourcePath } from '@trellis/model';
import type { InputError } from './engine.ts';

/** Of the fields that are asked for, and as many of a filter. */
const MAX_LOOKUPS = 200;

/** The fault of paths that follow too many; what several begin with counts once. */
export function tooManyLookups(paths: Iterable<FieldPath>, pointer: string): InputError[] {
  const followed = new Set<string>();
  count(paths, '', followed);
  if (followed.size <= MAX_LOOKUPS) return [];
  return [
    {
      code: 'too_many_lookups',
      pointer,
      message: `It follows ${followed.size} lookups, and at most ${MAX_LOOKUPS} are possible.`,
      hint: 'Ask for what lies behind fewer lookups at once.',
    },
  ];
}

function count(paths: Iterable<FieldPath>, start: string, followed: Set<string>): void {
  for (const path of paths) {
    const { through, field } = sourcePath(path);
    let way = start;
    for (const lookup of through) {
      way += `${lookup.object}.${lookup.key}/`;
      followed.add(way);
    }
    // A question is told from others by its name, which says all of it.
    if (field.question) count(pathsOfQuestion(field.question), `${way}${field.name}/`, followed);
  }
}
