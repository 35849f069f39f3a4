/**
 * `npm run bench`: how close Trellis' generated API comes to a hand-written service. Seeds one PostgreSQL, starts
 * both servers as processes of their own, runs the same workload against them in turns and writes the ratios.
 * How to read them: docs/benchmark.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureAccess, renderAccess } from './access/measure-access.ts';
import { runAccess } from './access/run-access.ts';
import { measureChangeSizes, renderChangeSizes } from './change-sizes.ts';
import { startDatabase } from './database.ts';
import { measureFormulas } from './formulas.ts';
import { startLoadGenerator } from './load/load-generator.ts';
import { LIST_FILTERS, listAddress, WRITING } from './load/workloads.ts';
import { ask, createLoadContext, type Doors, findDifferences } from './load-context.ts';
import { measureManyObjects } from './many-objects.ts';
import { measureWorkload, type WorkloadResult } from './measure.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { doorOf, say, seed, startHand, trellisOptions } from './prepare.ts';
import { residentMegabytes } from './process-usage.ts';
import { measurePublishing, renderPublishing } from './publishing.ts';
import {
  type BenchResult,
  describeMachine,
  lowestRatios,
  ratiosByConnections,
  renderFormulas,
  renderRollups,
  renderRules,
  renderStart,
  renderTable,
} from './report.ts';
import { measureRollups, type RollupRatios } from './rollups.ts';
import { measureRuleSaves, renderRuleSaves } from './rule-saves.ts';
import { measureRules } from './rules.ts';
import { openHandSession } from './seed/seed-hand.ts';
import { runSoak } from './soak.ts';
import { measureTransfer, renderTransfer } from './transfer.ts';
import { startTrellis } from './trellis.ts';

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
          most,
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
    const access = await measureAccess(doors.trellis, trellis.client, database.pool, say);
    const rollupRatios: Record<string, RollupRatios> = {};
    for (const connections of options.connections) {
      const plan = { connections, rounds: options.rounds, seconds: options.seconds };
      rollupRatios[connections] = await measureRollups(doors.trellis, trellis.client, plan);
    }
    const ruleSaves = await measureRuleSaves(doors.trellis, trellis.client, context, options);
    const transfer = await measureTransfer(doors.trellis, trellis.client, {
      pid: trellis.process.pid,
      size: options.size,
    });
    const publishing = await measurePublishing(trellis.client);
    const bytesPerChange = await measureChangeSizes(trellis.client, database.pool, context);
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
      access,
      rollupRatios,
      transfer,
      publishing,
      bytesPerChange,
      differences,
      rounds: results,
    };
    console.log(
      `\n${options.size} deals\n${renderTable(results)}\n\n${renderStart(result.start)}\n${renderRules(rulesPerSecond)}\n${renderRuleSaves(ruleSaves)}\n${renderFormulas(formulaRatio)}\n${renderAccess(access)}\n${renderRollups(rollupRatios)}\n${renderTransfer(transfer)}\n${renderPublishing(publishing)}\n${renderChangeSizes(bytesPerChange)}`,
    );
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    const failures = results.filter(({ trellis, hand }) => trellis.errors + hand.errors > 0);
    for (const { workload, connections } of failures) say(`FAILED REQUESTS: ${workload} at ${connections}`);
    if (failures.length > 0 || differences.length > 0 || access.wrongCounts.length > 0) process.exitCode = 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else if (options.soakMinutes !== undefined) await runSoak(options, options.soakMinutes);
  else if (options.objects !== undefined) await measureManyObjects(options, options.objects);
  else if (options.isAccessAlone) await runAccess(options);
  else await run(options);
} catch (error) {
  console.error(error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : error);
  process.exitCode = 1;
}
