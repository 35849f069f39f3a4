/**
 * Which share of the records holds a text, guessed as PostgreSQL guesses it: by trying it on the values that it keeps of the
 * column (`pg_stats`). It is asked here because the two errors of the guess do not cost the same. A text that is taken for
 * rarer than it is gathers some more records than need be; one that is taken for common, because one of three hundred
 * examples happens to hold it, has PostgreSQL look through all records from the newest on, for seconds.
 */
import { ALL_PART, type CompiledObject, type FieldPath } from '@trellis/model';
import { LRUCache } from 'lru-cache';
import { foldedKey, wordsKey } from '../metadata/field-source.ts';
import type { Snapshot } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import type { Condition, Term } from './shape.ts';

/** Below this share a text counts as rare: of three hundred examples at most two hold it. */
const RARE = 0.01;
/** What PostgreSQL keeps changes with each of its looks at the table. */
const FRESH_MILLISECONDS = 300_000;
/** What an index of trigrams needs to find anything by: three letters or digits one after the other. */
const TRIGRAM = /[\p{L}\p{N}]{3}/u;

export interface Examples {
  /** The most common values, each with its share of the records. */
  readonly common: readonly (readonly [value: string, share: number])[];
  /** Some of the others. */
  readonly others: readonly string[];
  /** The share of the records that the others stand for. */
  readonly share: number;
}

interface Known {
  readonly examples: Examples | 'unknown';
  readonly readAt: number;
}

export class TextExamples {
  readonly #logins: WorkspaceLogins;
  readonly #known = new LRUCache<string, Known>({ max: 100 });
  readonly #reading = new Set<string>();

  constructor(logins: WorkspaceLogins) {
    this.#logins = logins;
  }

  /**
   * Whether a condition that is met wherever `condition` is can be met by few records only, which an index of trigrams finds. Not
   * as long as the examples are being read: nobody waits for them.
   */
  isRare(
    snapshot: Snapshot,
    object: CompiledObject,
    condition: Condition,
    values: readonly unknown[],
  ): boolean {
    const share = shareOf(condition, values, (path, keyOf) => {
      const { part } = path.field;
      const key = keyOf(part?.name === ALL_PART ? part.of.key : path.field.key);
      const column = path.through.length === 0 ? snapshot.columns.get(object.key)?.get(key) : undefined;
      return column?.isReady ? this.#examplesOf(snapshot, object, column.name) : undefined;
    });
    return share !== undefined && share < RARE;
  }

  #examplesOf(snapshot: Snapshot, object: CompiledObject, column: string): Examples | 'unknown' {
    const { workspace } = snapshot;
    const key = `${workspace.schema} ${object.key} ${column}`;
    const known = this.#known.get(key);
    const isFresh = known !== undefined && performance.now() - known.readAt < FRESH_MILLISECONDS;
    if (!isFresh && !this.#reading.has(key)) {
      this.#reading.add(key);
      this.#read(snapshot, object, column)
        .then((examples) => void this.#known.set(key, { examples, readAt: performance.now() }))
        // The next one to ask tries again; whoever asked does without.
        .catch(() => undefined)
        .finally(() => this.#reading.delete(key));
    }
    return known?.examples ?? 'unknown';
  }

  async #read(
    { workspace }: Snapshot,
    object: CompiledObject,
    column: string,
  ): Promise<Examples | 'unknown'> {
    const connections = await this.#logins.of(workspace);
    const [row] = await connections.readRows<{
      common: string[] | null;
      shares: number[] | null;
      others: string[] | null;
      blank: number;
    }>(
      `select most_common_vals::text::text[] as common, most_common_freqs::float8[] as shares,
              histogram_bounds::text::text[] as others, null_frac::float8 as blank
         from pg_stats where schemaname = $1 and tablename = $2 and attname = $3`,
      [workspace.schema, object.key, column],
    );
    if (!row) return 'unknown';
    const shares = row.shares ?? [];
    const common = (row.common ?? []).map((value, index) => [value, shares[index] ?? 0] as const);
    const others = row.others ?? [];
    const share = Math.max(0, 1 - row.blank - shares.reduce((sum, each) => sum + each, 0));
    // Of a rest without examples anything may be true.
    return others.length === 0 && share >= RARE ? 'unknown' : { common, others, share };
  }
}

/** What is known of the column that keeps a field in a form; undefined where there is none. */
export type ExamplesOf = (
  path: FieldPath,
  keyOf: (fieldKey: string) => string,
) => Examples | 'unknown' | undefined;

/**
 * The share of the records that meet the texts of a condition, at most; undefined where no text narrows it that an index of
 * trigrams finds, or nothing is known of one.
 */
export function shareOf(
  condition: Condition,
  values: readonly unknown[],
  examplesOf: ExamplesOf,
): number | undefined {
  const holding = (path: FieldPath, keyOf: (fieldKey: string) => string, pattern: Term) => {
    const text = pattern.is === 'value' ? values[pattern.place - 1] : undefined;
    if (typeof text !== 'string' || !TRIGRAM.test(text)) return undefined;
    const examples = examplesOf(path, keyOf);
    return typeof examples === 'object' ? shareHolding(examples, text.toLowerCase()) : undefined;
  };
  const ofAny = (shares: readonly (number | undefined)[]) =>
    shares.reduce<number | undefined>(
      (sum, share) => (sum === undefined || share === undefined ? undefined : sum + share),
      0,
    );
  const read = (each: Condition): number | undefined => {
    switch (each.is) {
      case 'and': {
        const shares = each.args.map(read).filter((share) => share !== undefined);
        return shares.length === 0 ? undefined : Math.min(...shares);
      }
      case 'or':
        return ofAny(each.args.map(read));
      case 'like':
        return holding(each.value.path, foldedKey, each.pattern);
      case 'searched': {
        // As it is looked at: see `lowerSearched`.
        const { path } = each.value;
        const hasWords = examplesOf(path, wordsKey) !== undefined;
        const inFolded = [...each.folded, ...(hasWords || !each.typed ? [] : [each.typed])];
        const shares = inFolded.map((pattern) => holding(path, foldedKey, pattern));
        return ofAny(hasWords ? [...shares, holding(path, wordsKey, each.words)] : shares);
      }
      default:
        return undefined;
    }
  };
  return read(condition);
}

function shareHolding({ common, others, share }: Examples, pattern: string): number {
  const holds = likeTest(pattern);
  const ofCommon = common.reduce((sum, [value, each]) => (holds(value) ? sum + each : sum), 0);
  const found = others.filter(holds).length;
  return ofCommon + (others.length === 0 ? 0 : (share * found) / others.length);
}

/** A pattern of `like` in which `%` is the only sign that stands for others, `\` before a sign takes it as it is. */
export function likeTest(pattern: string): (text: string) => boolean {
  const pieces = [''];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at]!;
    if (sign === '%') pieces.push('');
    else pieces[pieces.length - 1] += sign === '\\' ? (pattern[++at] ?? '') : sign;
  }
  const [first, ...middle] = pieces as [string, ...string[]];
  const last = middle.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const piece of middle) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}
