/**
 * What a list costs somebody who may not see everything, beside the same list of the administrator, both of Trellis
 * over HTTP, where 200 people stand in a tree of roles and 300,000 deals are shared by hand. Before it is timed, what
 * everybody sees is counted and compared with a count that knows nothing of Trellis.
 */
import { type Client, createClient } from '@trellis/api';
import type pg from 'pg';
import { ask, type Door } from '../load-context.ts';
import { findTables } from '../seed/seed-trellis.ts';
import { median } from '../statistics.ts';
import { type CountedFilter, countAll, countIndependently } from './independent-count.ts';
import {
  type BenchPerson,
  DESCRIPTIONS,
  FACTS,
  PERSONS,
  type Person,
  prepareOrganisation,
  SHARES,
} from './organisation.ts';

const ROUNDS = 9;
const REQUESTS = 20;
/** A round ends after so long, however few requests it had. */
const ROUND_MILLISECONDS = 2_000;
const FILTER: CountedFilter = { stage: 'closed_won', amountOver: 10_000 };

/** `newest`: all by closing date; `filtered`: those of a stage above an amount; `counted`: these with their number. */
const QUESTIONS = ['newest', 'filtered', 'counted'] as const;
type Question = (typeof QUESTIONS)[number];

/** Of the administrator's time: who sees only their own or all, and who sees a subtree and what is shared. */
const BUDGETS: Readonly<Record<Person, number>> = {
  all: 1.3,
  own: 1.3,
  few: 3,
  rule: 3,
  seller: 3,
  line: 3,
  subtree: 3,
  region: 3,
};

export interface AccessFigures {
  readonly shares: number;
  readonly administrator: Readonly<Record<Question, number>>;
  readonly people: Readonly<
    Record<
      Person,
      {
        /** How many deals they see. */
        readonly sees: number;
        /** Time for one of the administrator's: the median of rounds that take turns. */
        readonly ratios: Readonly<Record<Question, number>>;
        readonly milliseconds: Readonly<Record<Question, number>>;
      }
    >
  >;
  /** Counts that are not those of the independent count; empty where all is well. */
  readonly wrongCounts: readonly string[];
}

/** Makes the organisation, unless an earlier run on this database has, counts and measures. */
export async function measureAccess(
  door: Door,
  client: Client,
  pool: pg.Pool,
  say: (line: string) => void,
): Promise<AccessFigures> {
  say(`Making an organisation with ${SHARES} shares`);
  const persons = await prepareOrganisation(pool, client, await findTables(pool));
  const doors = new Map<Person, Door>();
  for (const person of PERSONS) doors.set(person, await signIn(door.origin, persons[person]));
  const { wrongCounts, sees } = await compareCounts(door, doors, persons, pool);
  for (const wrong of wrongCounts) say(`WRONG COUNT: ${wrong}`);
  await pool.query(`drop table ${FACTS}.deal`);

  const administrator: Record<string, number> = {};
  const people: Record<string, { ratios: Record<string, number>; milliseconds: Record<string, number> }> =
    Object.fromEntries(
      PERSONS.map((person) => [person, { sees: sees.get(person)!, ratios: {}, milliseconds: {} }]),
    );
  for (const question of QUESTIONS) {
    const address = addressOf(question);
    const whole: number[] = [];
    for (const person of PERSONS) {
      const restricted = doors.get(person)!;
      for (const each of [restricted, door]) await meanOf(each, address);
      const rounds: { ratio: number; own: number }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const admin = await meanOf(door, address);
        const own = await meanOf(restricted, address);
        whole.push(admin);
        rounds.push({ ratio: own / admin, own });
      }
      people[person]!.ratios[question] = rounded(median(rounds.map(({ ratio }) => ratio)));
      people[person]!.milliseconds[question] = rounded(median(rounds.map(({ own }) => own)));
    }
    administrator[question] = rounded(median(whole));
    say(
      `lists (${question}): ${PERSONS.map((each) => `${each} ${people[each]!.ratios[question]}`).join(', ')}`,
    );
  }
  return { shares: SHARES, administrator, people, wrongCounts } as unknown as AccessFigures;
}

/** Exact counts of every person, whole and filtered, beside the independent ones; and a walk to the end for whoever sees few. */
async function compareCounts(
  door: Door,
  doors: ReadonlyMap<Person, Door>,
  persons: Readonly<Record<Person, BenchPerson>>,
  pool: pg.Pool,
) {
  const wrongCounts: string[] = [];
  const sees = new Map<Person, number>();
  const compare = async (who: string, at: Door, filter: CountedFilter | undefined, expected: number) => {
    const body = JSON.stringify({
      ...(filter ? { filter: expressionOf(filter) } : {}),
      fields: ['id'],
      sort: ['-close_date'],
      limit: 1,
      count: 'exact',
    });
    const counted = async () => {
      const { count } = await ask<{ count: { value: number; kind: string } }>(
        at,
        '/api/v1/records/deal/query',
        'POST',
        body,
      );
      // What is not counted within its time is told as far as it is known.
      if (count.kind !== 'exact') throw new Error('query_too_slow');
      return count;
    };
    const count = await patiently(counted).catch((error: unknown) => {
      if (!String(error).includes('query_too_slow')) throw error;
    });
    if (!count) wrongCounts.push(`${who}${filter ? ' (filtered)' : ''}: not counted within its time`);
    else if (count.value !== expected)
      wrongCounts.push(`${who}${filter ? ' (filtered)' : ''}: ${count.value}, not ${expected}`);
  };
  for (const filter of [undefined, FILTER]) {
    await compare('administrator', door, filter, await countAll(pool, filter));
    for (const person of PERSONS) {
      const expected =
        person === 'all'
          ? await countAll(pool, filter)
          : await countIndependently(pool, persons[person].id, filter);
      if (!filter) sees.set(person, expected);
      await compare(person, doors.get(person)!, filter, expected);
    }
  }
  let walked = 0;
  for (let after: string | null = ''; after !== null; ) {
    const page: { records: unknown[]; next: string | null } = await ask(
      doors.get('few')!,
      `${addressOf('newest', 7)}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    walked += page.records.length;
    after = page.next;
  }
  if (walked !== sees.get('few')) wrongCounts.push(`few, page by page: ${walked}, not ${sees.get('few')}`);
  return { wrongCounts, sees };
}

/** An exact count of a quarter of a million reads the whole table: on a busy machine it meets the limit of a statement. */
async function patiently<T>(work: () => Promise<T>, tries = 8): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (tries <= 1 || !String(error).includes('query_too_slow')) throw error;
    return patiently(work, tries - 1);
  }
}

async function signIn(origin: string, { email, password }: BenchPerson): Promise<Door> {
  const answer = await createClient({ origin }).exchange('POST', '/auth/login', { email, password });
  if (answer.status !== 200) throw new Error(`Signing in as ${email} failed: ${answer.status}`);
  return { origin, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

/** Milliseconds of a request. */
async function meanOf(door: Door, address: string): Promise<number> {
  const start = performance.now();
  let requests = 0;
  while (requests < REQUESTS && performance.now() - start < ROUND_MILLISECONDS) {
    await ask(door, address);
    requests++;
  }
  return (performance.now() - start) / requests;
}

function addressOf(question: Question, limit = 50): string {
  return `/api/v1/records/deal?${new URLSearchParams({
    sort: '-close_date',
    fields: 'name,stage,close_date,amount',
    limit: String(limit),
    ...(question === 'newest' ? {} : { filter: JSON.stringify(expressionOf(FILTER)) }),
    ...(question === 'counted' ? { count: 'capped' } : {}),
  })}`;
}

function expressionOf({ stage, amountOver }: CountedFilter) {
  return { and: [{ '==': [{ var: 'stage' }, stage] }, { '>': [{ var: 'amount' }, amountOver] }] };
}

export function renderAccess({ shares, administrator, people, wrongCounts }: AccessFigures): string {
  const lines = PERSONS.map((person) => {
    const { sees, ratios, milliseconds } = people[person];
    const isMet = Math.max(ratios.newest, ratios.filtered) <= BUDGETS[person];
    const figures = QUESTIONS.map(
      (question) => `${question} ${ratios[question].toFixed(2)} (${milliseconds[question].toFixed(1)} ms)`,
    );
    return `  ${person.padEnd(8)} ${figures.join(', ')}; budget ${BUDGETS[person]} ${isMet ? 'ok' : 'ABOVE'}; sees ${sees.toLocaleString('en')}: ${DESCRIPTIONS[person]}`;
  });
  const whole = QUESTIONS.map((question) => `${question} ${administrator[question].toFixed(1)} ms`).join(
    ', ',
  );
  const counts =
    wrongCounts.length === 0 ? 'all counts are those of the independent count' : wrongCounts.join('; ');
  return [
    `lists of deals with ${shares.toLocaleString('en')} shares, of the administrator's time (${whole}); ${counts}`,
    ...lines,
  ].join('\n');
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
