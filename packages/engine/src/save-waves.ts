/**
 * Which record each item of a save means, and in which order items are saved: what names or recognises a record that another
 * item of the batch has made or changed comes after it, as it would by single requests.
 */
import type { Transaction } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { InputError } from './engine.ts';
import { ambiguous, findMatches, isUnguarded, matchValues, unrecognisable } from './match-records.ts';
import type { Parts, SaveItem, SaveRequest } from './parts.ts';
import type { Pinned } from './pinned.ts';

export interface Wave {
  readonly index: number;
  readonly item: SaveItem;
  /** The same text of all items that are known to mean the same record, before it is looked for. */
  readonly identity: string | undefined;
  /** What the record that is made of the item, or changed by it, is recognised by. */
  readonly claims: readonly string[];
}

/** The part of a batch that is saved together: no record is named twice in it. */
export interface MeantWave {
  readonly wave: readonly Wave[];
  /** Ids of records by the index of their item. */
  readonly ids: ReadonlyMap<number, string>;
  /** Why it is not known which record an item means. */
  readonly faults: ReadonlyMap<number, InputError>;
  /** Items that turned out to mean the record of an earlier one, which is told beside them: they come after it. */
  readonly later: readonly (readonly [earlier: Wave, later: Wave])[];
}

/** Which record each item means: given, recognised by an upsert, or none yet; and why it is not known. */
export async function resolveIds(
  parts: Parts,
  pinned: Pinned,
  { operation, object, match = [], dryRun }: SaveRequest,
  wave: readonly Wave[],
  transaction: Transaction | undefined,
): Promise<MeantWave> {
  const ids = new Map<number, string>();
  const faults = new Map<number, InputError>();
  if (operation === 'update') for (const { index, item } of wave) ids.set(index, item.id ?? '');
  const known = { wave, ids, faults, later: [] };
  if (operation !== 'upsert') return known;
  const sought = wave.flatMap(({ index, item }) => {
    const given = matchValues(object, match, item.input);
    if (given === 'blank') faults.set(index, unrecognisable(object, match));
    return typeof given === 'string' ? [] : [{ index, values: given.values }];
  });
  if (sought.length === 0) return known;
  // Two that find none at the same time would make the same record twice.
  if (transaction && !dryRun && isUnguarded(object, match))
    await parts.storage.records.lockMatches(pinned.snapshot, object, transaction);
  const rows = sought.map(({ values }) => values);
  const found = await findMatches(parts, pinned, object, { match, rows }, transaction);
  for (const [place, { index }] of sought.entries()) {
    const hit = found[place];
    if (hit?.count === 1) ids.set(index, hit.id);
    else if (hit) faults.set(index, ambiguous(object, match, hit));
  }
  // Two addresses of one record lead to it by different values.
  const met = new Map<string, Wave>();
  const now: Wave[] = [];
  const later: (readonly [Wave, Wave])[] = [];
  for (const entry of wave) {
    const id = ids.get(entry.index);
    const earlier = id === undefined ? undefined : met.get(id);
    if (earlier) later.push([earlier, entry]);
    else now.push(entry);
    if (id !== undefined && !earlier) met.set(id, entry);
  }
  return { wave: now, ids, faults, later };
}

/**
 * Whether a record that an upsert took for new is there by now, made by somebody who was faster: its values are taken, by the very
 * record that is meant. What the caller does not see is taken by another.
 */
export async function isMadeMeanwhile(
  parts: Parts,
  pinned: Pinned,
  { operation, object, match = [] }: SaveRequest,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<boolean> {
  if (operation !== 'upsert') return false;
  const rows = drafts.flatMap(({ isNew, problems, item }) => {
    if (!isNew || !problems.some(({ code }) => code === 'unique_violation')) return [];
    const given = matchValues(object, match, item.input);
    return typeof given === 'string' ? [] : [given.values];
  });
  const found = await findMatches(parts, pinned, object, { match, rows }, transaction);
  return found.some((hit) => hit !== undefined);
}

/**
 * The items of a batch in waves, each of them in the order of the batch, so that a record named twice is written twice, one
 * after the other, as it would be by single requests. Nearly always there is one wave.
 */
export class Waves {
  #waves: (readonly Wave[])[];
  /** Identities that turned out to be one record's, by one of them. */
  readonly #one = new Map<string, string>();

  constructor(request: SaveRequest) {
    const all = request.items.map((item, index) => ({ index, item, ...identityOf(request, item) }));
    this.#waves = request.operation === 'create' || all.length < 2 ? [all] : this.#split(all);
  }

  next(): readonly Wave[] | undefined {
    return this.#waves.shift();
  }

  /** Puts items off that turned out to mean the record of an earlier one: not after what names that record later in the batch. */
  putOff(pairs: MeantWave['later']): void {
    if (pairs.length === 0) return;
    for (const [earlier, later] of pairs) {
      const [root, other] = [this.#root(earlier.identity!), this.#root(later.identity!)];
      if (root !== other) this.#one.set(other, root);
    }
    const left = [...pairs.map(([, later]) => later), ...this.#waves.flat()];
    this.#waves = this.#split(left.sort((one, other) => one.index - other.index));
  }

  #root(identity: string): string {
    let root = identity;
    for (let next = this.#one.get(root); next !== undefined; next = this.#one.get(root)) root = next;
    return root;
  }

  /** An item comes after those whose record it may mean, and not before those that might take its record for theirs. */
  #split(entries: readonly Wave[]): (readonly Wave[])[] {
    const waves: Wave[][] = [];
    const [claimed, sought] = [new Map<string, number>(), new Map<string, number>()];
    for (const entry of entries) {
      const identity = entry.identity === undefined ? undefined : this.#root(entry.identity);
      const claims = entry.claims.map((claim) => this.#root(claim));
      const after = identity === undefined ? 0 : (claimed.get(identity) ?? -1) + 1;
      const number = Math.max(after, ...claims.map((claim) => sought.get(claim) ?? 0));
      const wave = waves[number] ?? [];
      waves[number] = wave;
      wave.push(entry);
      if (identity !== undefined) sought.set(identity, number);
      for (const claim of claims) claimed.set(claim, Math.max(number, claimed.get(claim) ?? 0));
    }
    return waves;
  }
}

function identityOf(
  { operation, object, match = [] }: SaveRequest,
  { id, input }: SaveItem,
): Pick<Wave, 'identity' | 'claims'> {
  if (operation === 'update') return { identity: id, claims: id === undefined ? [] : [id] };
  const given = operation === 'create' ? 'blank' : matchValues(object, match, input);
  return typeof given === 'string' ? { identity: undefined, claims: [] } : given;
}
