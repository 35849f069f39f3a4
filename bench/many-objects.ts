/**
 * `npm run bench -- --objects 1000`: a workspace with so many objects of a hundred fields beside the standard CRM. What
 * a start then takes, what the process holds idle, and what a list of deals takes beside the same before.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Client } from '@trellis/api';
import { startDatabase } from './database.ts';
import { LIST_FILTERS, listAddress } from './load/workloads.ts';
import { ask, type Door } from './load-context.ts';
import type { BenchOptions } from './options.ts';
import { doorOf, say, trellisOptions } from './prepare.ts';
import { residentMegabytes } from './process-usage.ts';
import { untilIndexed } from './seed/seed-trellis.ts';
import { median } from './statistics.ts';
import { startTrellis } from './trellis.ts';

const FIELDS = 100;
/** Of one publish: below the limit of a body. */
const OBJECTS_AT_ONCE = 100;
const LISTS = 200;
const BUDGET = { startMilliseconds: 3_000, idleMegabytes: 400, listRatio: 1.3 };
const TYPES = [
  'text',
  'decimal',
  'date',
  'boolean',
  'long_text',
  'integer',
  'datetime',
  'email',
  'percent',
  'url',
];

interface State {
  readonly startMilliseconds: number;
  readonly idleMegabytes: number | undefined;
  readonly firstListMilliseconds: number;
  readonly listMilliseconds: number;
}

export async function measureManyObjects(options: BenchOptions, count: number): Promise<void> {
  const directory =
    options.keep === undefined ? mkdtempSync(join(tmpdir(), 'trellis-objects-')) : resolve(options.keep);
  mkdirSync(directory, { recursive: true });
  const database = await startDatabase(directory, say);
  const start = () => startTrellis(trellisOptions(database, directory));
  try {
    // The first start installs; what is compared are starts on what is there.
    const first = await start();
    await fillDeals(first.client);
    await first.process.stop();
    const before = await look(start);
    const publishing = await start();
    const publishes = await publishObjects(publishing.client, count)
      // Columns are filled and indexes built behind a publish.
      .then((times) => untilIndexed(database.pool).then(() => times))
      .finally(() => publishing.process.stop());
    await database.pool.query('vacuum analyze');
    const after = await look(start);
    const ratio = after.listMilliseconds / before.listMilliseconds;
    const state = (isMet: boolean) => (isMet ? 'ok' : 'ABOVE');
    const idle = after.idleMegabytes;
    console.log(
      [
        `${count} objects of ${FIELDS} fields, published ${OBJECTS_AT_ONCE} at a time, the median in ${(median(publishes) / 1_000).toFixed(1)} s, the last in ${((publishes.at(-1) ?? 0) / 1_000).toFixed(1)} s`,
        `start until ready: ${after.startMilliseconds.toFixed(0)} ms (budget ${BUDGET.startMilliseconds} ${state(after.startMilliseconds <= BUDGET.startMilliseconds)}), before ${before.startMilliseconds.toFixed(0)} ms; the first list ${after.firstListMilliseconds.toFixed(0)} ms, before ${before.firstListMilliseconds.toFixed(0)} ms`,
        `idle memory: ${idle} MB (budget ${BUDGET.idleMegabytes} ${state(idle === undefined || idle <= BUDGET.idleMegabytes)}), before ${before.idleMegabytes} MB`,
        `list of deals: ${after.listMilliseconds.toFixed(2)} ms, ${ratio.toFixed(2)} of the time before (budget ${BUDGET.listRatio} ${state(ratio <= BUDGET.listRatio)})`,
      ].join('\n'),
    );
    if (options.json !== undefined) {
      const result = { objects: count, fields: FIELDS, before, after, publishes };
      writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    }
  } finally {
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function look(start: () => ReturnType<typeof startTrellis>): Promise<State> {
  const server = await start();
  try {
    await new Promise((done) => setTimeout(done, 3_000));
    const idleMegabytes = residentMegabytes(server.process.pid);
    const door = doorOf(server);
    const firstListMilliseconds = await listOnce(door);
    const times: number[] = [];
    for (let index = 0; index < LISTS; index++) times.push(await listOnce(door));
    const { startMilliseconds } = server.process;
    return { startMilliseconds, idleMegabytes, firstListMilliseconds, listMilliseconds: median(times) };
  } finally {
    await server.process.stop();
  }
}

async function listOnce(door: Door): Promise<number> {
  const begin = performance.now();
  await ask(door, listAddress(LIST_FILTERS[0]!));
  return performance.now() - begin;
}

async function fillDeals(client: Client): Promise<void> {
  const records = Array.from({ length: 500 }, (_, index) => ({
    name: `Deal ${index}`,
    stage: 'prospecting',
    amount: 1_000 + index,
    close_date: '2027-01-31',
  }));
  await client.batch('deal', { operation: 'create', all_or_nothing: true, records });
}

/** Times of the publishes, in milliseconds. */
async function publishObjects(client: Client, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let from = 0; from < count; from += OBJECTS_AT_ONCE) {
    const until = Math.min(count, from + OBJECTS_AT_ONCE);
    const names = Array.from({ length: until - from }, (_, index) => `bench_wide_${from + index}`);
    const begin = performance.now();
    await client.publish({ components: names.flatMap(componentsOf) });
    times.push(performance.now() - begin);
    say(`${until} objects: ${(times.at(-1)! / 1_000).toFixed(1)} s`);
  }
  return times;
}

function componentsOf(name: string) {
  const fields = Array.from({ length: FIELDS - 1 }, (_, index) => ({
    kind: 'field' as const,
    name: `${name}.field_${index}`,
    body: { label: `Field ${index}`, type: TYPES[index % TYPES.length]! },
  }));
  return [
    { kind: 'object' as const, name, body: { label: name, plural_label: name, name_field: 'name' } },
    { kind: 'field' as const, name: `${name}.name`, body: { label: 'Name', type: 'text' } },
    ...fields,
  ];
}
