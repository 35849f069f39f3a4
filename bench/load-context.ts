/**
 * What the load is about, drawn from the seeded records: ids, parts of names, and where page 100 of each list
 * begins. Also the proof that both sides answer alike, without which their ratio would say nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import { ALL_FIELDS } from './hand/fields.ts';
import { HAND_SCHEMA } from './hand/tables.ts';
import {
  createRequest,
  handListAddress,
  LIST_FILTERS,
  type LoadContext,
  listAddress,
  type Side,
  type WorkloadName,
} from './load/workloads.ts';
import { NAME_WORDS } from './seed/deal-values.ts';
import { createRandom } from './statistics.ts';

export interface Door {
  readonly origin: string;
  readonly cookie: string;
}
export type Doors = Readonly<Record<Side, Door>>;

const PAGE_BEFORE = 99;
const KNOWN_FIELDS: ReadonlySet<string> = new Set(ALL_FIELDS.map(({ name }) => name));

interface Page {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
  readonly count?: { readonly value: number; readonly kind: string };
}

export async function createLoadContext(pool: pg.Pool, doors: Doors): Promise<LoadContext> {
  const ids = async (sql: string) => (await pool.query<{ id: string }>(sql)).rows.map((row) => row.id);
  const dealIds = await ids(`select id from ${HAND_SCHEMA}.deal order by md5(id::text) limit 20000`);
  const accountIds = await ids(`select id from ${HAND_SCHEMA}.account order by md5(id::text) limit 5000`);
  const ownerIds = await ids(`select distinct owner_id as id from ${HAND_SCHEMA}.deal order by 1 limit 200`);
  const random = createRandom(7);
  const numbers = NAME_WORDS.map(() => String(Math.floor(10_000 + random() * 90_000)));
  const cursors: Record<Side, string[]> = { trellis: [], hand: [] };
  for (const filter of LIST_FILTERS) {
    cursors.trellis.push(await walk(doors.trellis, (after) => listAddress(filter, ['id'], after)));
    cursors.hand.push(await walk(doors.hand, (after) => handListAddress(filter, after)));
  }
  // A limit that no list reaches tells how far Trellis counts.
  const counted = await ask<Page>(doors.trellis, listAddress(LIST_FILTERS[0]!, ['id'], undefined, true));
  const countLimit = counted.count?.kind === 'at_least' ? counted.count.value : 10_000;
  return { dealIds, accountIds, ownerIds, terms: [...NAME_WORDS, ...numbers], cursors, countLimit };
}

/** The cursor of page 100, or of the last page there is. */
async function walk(door: Door, address: (after: string | undefined) => string): Promise<string> {
  let after: string | undefined;
  for (let page = 1; page <= PAGE_BEFORE; page++) {
    const { next } = await ask<Page>(door, address(after));
    if (next === null) break;
    after = next;
  }
  return after ?? '';
}

/** Whether the same questions get the same answers: one sentence for each that does not. */
export async function findDifferences(context: LoadContext, doors: Doors): Promise<readonly string[]> {
  const differences: string[] = [];
  const compare = async (name: WorkloadName, shape: (answer: unknown) => unknown) => {
    for (let seed = 1; seed <= 5; seed++) {
      const answers = [];
      for (const side of ['trellis', 'hand'] as const) {
        const request = createRequest(name, side, context, createRandom(seed));
        answers.push(shape(await ask(doors[side], request.path, request.method, request.body)));
      }
      const [ours, theirs] = answers;
      if (!isDeepStrictEqual(ours, theirs)) {
        differences.push(`${name} differs: ${firstDifference(ours, theirs, '')}`);
        return;
      }
    }
  };
  const page = (answer: unknown) => {
    const { records, next, count } = answer as Page;
    return { records: records.map(known), hasNext: next !== null, count };
  };
  await compare('get', (answer) => known(answer as Page['records'][number]));
  for (const name of ['list', 'list_100', 'list_view', 'list_count', 'search'] as const)
    await compare(name, page);
  await compare('aggregate', (answer) => {
    const { rows } = answer as { rows: { stage: string }[] };
    return rows.toSorted((a, b) => (a.stage < b.stage ? -1 : 1));
  });
  return differences;
}

/** Without those formulas of the standard CRM that the hand-written service does not have. */
function known(record: Page['records'][number]): Page['records'][number] {
  return Object.fromEntries(Object.entries(record).filter(([name]) => KNOWN_FIELDS.has(name)));
}

function firstDifference(ours: unknown, theirs: unknown, path: string): string {
  if (typeof ours === 'object' && typeof theirs === 'object' && ours !== null && theirs !== null) {
    const left = ours as Record<string, unknown>;
    const right = theirs as Record<string, unknown>;
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      if (!isDeepStrictEqual(left[key], right[key]))
        return firstDifference(left[key], right[key], `${path}/${key}`);
    }
  }
  return `${path || '/'} is ${JSON.stringify(ours)?.slice(0, 200)} and ${JSON.stringify(theirs)?.slice(0, 200)}`;
}

export async function ask<T>(door: Door, path: string, method = 'GET', body?: string): Promise<T> {
  const response = await fetch(`${door.origin}${path}`, {
    method,
    headers: {
      cookie: door.cookie,
      origin: door.origin,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${path.slice(0, 300)}: ${response.status} ${text.slice(0, 800)}`);
  return JSON.parse(text) as T;
}
