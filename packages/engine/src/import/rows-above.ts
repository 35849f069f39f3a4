/**
 * Lookups of a file to its own records: a company whose parent stands further up. In an import the rows above are written
 * before such a row is looked at; a trial writes nothing, and remembers here what they would have made.
 */
import { createHash } from 'node:crypto';
import type { CompiledObject, JsonValue } from '@trellis/model';
import { identityOf, type MatchField, matchValues } from '../match-records.ts';
import type { ResolvedMapping } from './mapping.ts';

/** Beyond so many the trial goes on without. */
const MOST = 2_000_000;

/** All ways in which lookups of the file find records of its own object. */
export function ownLookups(object: CompiledObject, { targets }: ResolvedMapping): readonly MatchField[][] {
  const own = targets.filter(
    (target) => target.match !== undefined && (target.object ?? object.name) === object.name,
  );
  return [...Map.groupBy(own, ({ field }) => field).values()]
    .flatMap((columns) => {
      const fields = columns.map(
        ({ match, folded }): MatchField => ({ field: match!, folded: folded ?? false }),
      );
      // Where one of several columns is blank, the others say which record is meant.
      const all: MatchField[][] = [[]];
      for (const field of fields) all.push(...all.map((some) => [...some, field]));
      return all;
    })
    .filter((match) => match.length > 0);
}

/** How many rows above would have made a record with these values. */
export class RowsAbove {
  readonly #counts = new Map<number, number>();

  add(object: CompiledObject, mapping: ResolvedMapping, input: unknown): void {
    for (const match of ownLookups(object, mapping)) {
      const given = matchValues(object, match, input);
      if (typeof given === 'string' || this.#counts.size >= MOST) continue;
      for (const claim of new Set(given.claims)) {
        const mark = markOf(match, claim);
        this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1);
      }
    }
  }

  count(object: CompiledObject, match: readonly MatchField[], values: readonly JsonValue[]): number {
    return this.#counts.get(markOf(match, identityOf(object, match, values))) ?? 0;
  }
}

/** 48 bits, as of unique values (`seen-keys.ts`). */
function markOf(match: readonly MatchField[], identity: string): number {
  const by = match.map(({ field, folded }) => `${field}${folded ? '~' : ''}`).join(' ');
  return createHash('sha1').update(`${by}\0${identity}`).digest().readUIntBE(0, 6);
}
