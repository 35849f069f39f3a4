/**
 * `npm run bench`: how close Trellis' generated API comes to a hand-written service. Seeds one PostgreSQL, starts
 * both servers as processes of their own, runs the same workload against them in turns and writes the ratios.
 * How to read them: docs/benchmark.md.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureAccess } from './access.ts';
import { type BenchDatabase, startDatabase } from './database.ts';
import { measureFormulas } from './formulas.ts';
import { startLoadGenerator } from './load/load-generator.ts';
import { LIST_FILTERS, listAddress, WRITING } from './load/workloads.ts';
import { ask, createLoadContext, type Doors, findDifferences } from './load-context.ts';
import { measureWorkload, type WorkloadResult } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { residentMegabytes } from './process-usage.ts';
import {
  type BenchResult,
  describeMachine,
  lowestRatios,
  ratiosByConnections,
  renderAccess,
  renderFormulas,
  renderRollups,
  renderRules,
  renderStart,
  renderTable,
} from './report.ts';
import { measureRollups, type RollupRatios } from './rollups.ts';
import { measureRuleSaves, renderRuleSaves } from './rule-saves.ts';
import { measureRules } from './rules.ts';
import { openHandSession, seedHand } from './seed/seed-hand.ts';
import {
  findTables,
  goesOverApi,
  prepareModel,
  seedBySql,
  seedOverApi,
  untilIndexed,
} from './seed/seed-trellis.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { startTrellis, type TrellisServer } from './trellis.ts';

const POOL_SIZE = 10;
const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);

async function run(options: BenchOptions): Promise<void> {
  const directory =
    options.keep === undefined ? mkdtempSync(join(tmpdir(), 'trellis-bench-')) : resolve(options.keep);
  mkdirSync(directory, { recursive: true });
  const database = await startDatabase(directory, say);
  const stops: (() => Promise<void>)[] = [];
  try {
    const firstStart = await seed(options, database, directory);
    const trellis = await startTrellis(trellisOptions(database, directory, options.profile));
    stops.push(() => trellis.process.stop());
    const firstList = await timed(() => ask(doorOf(trellis), listAddress(LIST_FILTERS[0]!)));
    const hand = await startHand(database, directory, options.profile);
    stops.push(() => hand.stop());
    await sleep(3_000);
    const idleMegabytes = residentMegabytes(trellis.process.pid);

    const session = await openHandSession(database.pool, trellis.userId);
    const doors: Doors = {
      trellis: doorOf(trellis),
      hand: { origin: hand.origin, cookie: `session=${session}` },
    };
    const context = await createLoadContext(database.pool, doors);
    const differences = await findDifferences(context, doors);
    for (const difference of differences) say(`NOT ALIKE: ${difference}`);

    const load = startLoadGenerator();
    stops.push(() => load.stop());
    await load.use(context);
    const most = Math.max(...options.connections);
    await load.open('trellis', doors.trellis.origin, doors.trellis.cookie, most);
    await load.open('hand', doors.hand.origin, doors.hand.cookie, most);

    const results: WorkloadResult[] = [];
    for (const workload of options.only.toSorted((a, b) => Number(WRITING.has(a)) - Number(WRITING.has(b)))) {
      for (const connections of options.connections) {
        const result = await measureWorkload(workload, connections, {
          database,
          load,
          pids: { trellis: trellis.process.pid, hand: hand.pid },
          rounds: options.rounds,
          seconds: options.seconds,
          warn: (message) => say(`FAILED: ${message}`),
        });
        results.push(result);
        say(`${workload} at ${connections}: ${result.ratio.toFixed(2)}`);
      }
    }
    const rulesPerSecond = measureRules();
    const formulaRatio = await measureFormulas(doors.trellis);
    const accessRatios = await measureAccess(doors.trellis, trellis.client);
    const rollupRatios: Record<string, RollupRatios> = {};
    for (const connections of options.connections) {
      const plan = { connections, rounds: options.rounds, seconds: options.seconds };
      rollupRatios[connections] = await measureRollups(doors.trellis, trellis.client, plan);
    }
    const ruleSaves = await measureRuleSaves(doors.trellis, trellis.client, context, options);
    const result: BenchResult = {
      date: new Date().toISOString(),
      command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
      size: options.size,
      machine: describeMachine(database.settings),
      ratios: lowestRatios(results),
      ratiosByConnections: ratiosByConnections(results),
      start: {
        firstStartMilliseconds: firstStart,
        startMilliseconds: trellis.process.startMilliseconds,
        firstListMilliseconds: firstList,
        handStartMilliseconds: hand.startMilliseconds,
        idleMegabytes,
        loadedMegabytes: residentMegabytes(trellis.process.pid),
        handLoadedMegabytes: residentMegabytes(hand.pid),
      },
      rulesPerSecond,
      ruleSaves,
      formulaRatio,
      accessRatios,
      rollupRatios,
      differences,
      rounds: results,
    };
    console.log(
      `\n${options.size} deals\n${renderTable(results)}\n\n${renderStart(result.start)}\n${renderRules(rulesPerSecond)}\n${renderRuleSaves(ruleSaves)}\n${renderFormulas(formulaRatio)}\n${renderAccess(accessRatios)}\n${renderRollups(rollupRatios)}`,
    );
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    const failures = results.filter(({ trellis, hand }) => trellis.errors + hand.errors > 0);
    for (const { workload, connections } of failures) say(`FAILED REQUESTS: ${workload} at ${connections}`);
    if (failures.length > 0 || differences.length > 0) process.exitCode = 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** Makes records on both sides, unless the folder has them. Gives the time of the very first start. */
async function seed(
  options: BenchOptions,
  database: BenchDatabase,
  directory: string,
): Promise<number | undefined> {
  const marker = join(directory, 'seeded');
  if (existsSync(marker)) {
    const size = Number(readFileSync(marker, 'utf8'));
    if (size !== options.size)
      throw new Error(`${directory} holds ${size} deals; ask for --size ${size} or another folder.`);
    // Earlier rounds wrote to both sides: the hand-written one starts again from what Trellis holds.
    say('Copying the records of Trellis into the hand-written tables');
    await seedHand(database.pool, await findTables(database.pool));
    await settle(database);
    return undefined;
  }
  say('First start of Trellis, on an empty database');
  const trellis = await startTrellis(trellisOptions(database, directory));
  try {
    const owners = await prepareModel(trellis.client, database.pool);
    const tables = await findTables(database.pool);
    if (goesOverApi(options.size)) {
      say(`Creating ${options.size} deals through the batch API`);
      await seedOverApi(trellis.client, database.pool, options.size, owners);
    } else {
      await trellis.process.stop();
      say(`Writing ${options.size} deals into the server's tables`);
      await seedBySql(database.pool, tables, options.size, owners);
    }
    say('Copying them into the hand-written tables');
    const indexes = await seedHand(database.pool, tables);
    for (const index of indexes) say(`  ${index}`);
    await untilIndexed(database.pool);
    await settle(database);
  } finally {
    await trellis.process.stop();
  }
  writeFileSync(marker, String(options.size));
  return trellis.process.startMilliseconds;
}

async function settle(database: BenchDatabase): Promise<void> {
  say('VACUUM ANALYZE');
  await database.pool.query('vacuum analyze');
  await database.pool.query('checkpoint');
}

function trellisOptions(database: BenchDatabase, directory: string, profileDirectory?: string) {
  return { databaseUrl: database.trellisUrl, poolSize: POOL_SIZE, directory, profileDirectory };
}

function startHand(
  database: BenchDatabase,
  directory: string,
  profileDirectory?: string,
): Promise<ServerProcess> {
  return startServerProcess({
    name: 'The hand-written service',
    script: join(import.meta.dirname, 'hand', 'main.ts'),
    readyPath: '/deals/by-stage',
    logFile: join(directory, 'hand.log'),
    profileDirectory,
    environment: { BENCH_DATABASE_URL: database.handUrl, BENCH_POOL_SIZE: String(POOL_SIZE) },
  });
}

function doorOf(server: TrellisServer) {
  return { origin: server.process.origin, cookie: server.cookie };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await run(options);
} catch (error) {
  console.error(error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : error);
  process.exitCode = 1;
}
