/**
 * `npm run bench -- --soak 10`: all workloads in turns on one server for some minutes, and the memory of its process
 * meanwhile. Under load that is a saw: V8 collects when it likes. So the load pauses after each quarter until the server
 * has given back what it does not need (`apps/server/src/tidy-memory.ts`), and what it holds then is compared: caches are
 * full after the first quarter, and whatever is more after the last one was kept for good.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDatabase } from './database.ts';
import { startLoadGenerator } from './load/load-generator.ts';
import { WORKLOAD_NAMES } from './load/workloads.ts';
import { createLoadContext } from './load-context.ts';
import type { BenchOptions } from './options.ts';
import { doorOf, say, seed, startHand, trellisOptions } from './prepare.ts';
import { residentMegabytes } from './process-usage.ts';
import { openHandSession } from './seed/seed-hand.ts';
import { median } from './statistics.ts';
import { startTrellis } from './trellis.ts';

const CONNECTIONS = 16;
const ROUND_SECONDS = 1;
const QUARTERS = 4;
/** The server looks every ten seconds whether the last ten were quiet, and roll-ups are worked out after the last batch. */
const PAUSE_SECONDS = 40;
/** So much more may be held after the last quarter than after the first before it counts as growth. */
const TOLERANCE = 1.1;

interface Sample {
  readonly minute: number;
  readonly megabytes: number;
}

export interface SoakResult {
  readonly minutes: number;
  readonly requests: number;
  readonly errors: number;
  readonly idleMegabytes: number;
  /** What is held in the pause after each quarter: the last against the first is the verdict. */
  readonly restingMegabytes: readonly number[];
  /** Under load, the medians of the quarters. */
  readonly loadMegabytes: readonly number[];
  readonly mostMegabytes: number;
  readonly isFlat: boolean;
  readonly samples: readonly Sample[];
}

/** Prints what it saw; the exit code is 1 where memory grew or a request failed. */
export async function runSoak(options: BenchOptions, minutes: number): Promise<void> {
  const directory =
    options.keep === undefined ? mkdtempSync(join(tmpdir(), 'trellis-soak-')) : resolve(options.keep);
  mkdirSync(directory, { recursive: true });
  const database = await startDatabase(directory, say);
  const stops: (() => Promise<void>)[] = [];
  try {
    await seed(options, database, directory);
    const trellis = await startTrellis(trellisOptions(database, directory, options.profile));
    stops.push(() => trellis.process.stop());
    const hand = await startHand(database, directory);
    stops.push(() => hand.stop());
    await new Promise((done) => setTimeout(done, 3_000));
    const { pid } = trellis.process;
    const memory = () => residentMegabytes(pid) ?? Number.NaN;
    const idleMegabytes = memory();
    const session = await openHandSession(database.pool, trellis.userId);
    const doors = {
      trellis: doorOf(trellis),
      hand: { origin: hand.origin, cookie: `session=${session}` },
    };
    const load = startLoadGenerator();
    stops.push(() => load.stop());
    await load.use(await createLoadContext(database.pool, doors));
    await load.open('trellis', doors.trellis.origin, doors.trellis.cookie, CONNECTIONS);
    const samples: Sample[] = [];
    const restingMegabytes: number[] = [];
    const loadMegabytes: number[] = [];
    let [requests, errors, told] = [0, 0, 0];
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const begin = performance.now();
      const before = (quarter * minutes) / QUARTERS;
      const elapsed = () => before + (performance.now() - begin) / 60_000;
      const end = before + minutes / QUARTERS;
      const from = samples.length;
      while (elapsed() < end) {
        for (const workload of options.only.length > 0 ? options.only : WORKLOAD_NAMES) {
          const plan = { connections: CONNECTIONS, seconds: ROUND_SECONDS };
          const report = await load.round('trellis', workload, plan);
          requests += report.requests;
          errors += report.errors;
          if (report.firstError !== undefined) say(`FAILED: ${workload}: ${report.firstError}`);
          samples.push({ minute: elapsed(), megabytes: memory() });
        }
        if (elapsed() >= told)
          say(`${(told++).toString().padStart(3)} min: ${memory()} MB, ${requests} requests`);
      }
      loadMegabytes.push(median(samples.slice(from).map(({ megabytes }) => megabytes)));
      await new Promise((done) => setTimeout(done, PAUSE_SECONDS * 1000));
      restingMegabytes.push(memory());
      say(`Pause after quarter ${quarter + 1}: ${memory()} MB`);
    }
    const [early, late] = [restingMegabytes[0]!, restingMegabytes.at(-1)!];
    const result: SoakResult = {
      minutes,
      requests,
      errors,
      idleMegabytes,
      restingMegabytes,
      loadMegabytes,
      mostMegabytes: Math.max(...samples.map(({ megabytes }) => megabytes)),
      isFlat: late <= early * TOLERANCE,
      samples,
    };
    const list = (all: readonly number[]) => `${all.map((each) => Math.round(each)).join(', ')} MB`;
    console.log(
      `${requests} requests in ${minutes} minutes, ${errors} failed\nmemory of the server process: idle ${idleMegabytes} MB; by quarter under load ${list(loadMegabytes)}, at most ${result.mostMegabytes} MB; at rest after each ${list(restingMegabytes)}: ${result.isFlat ? 'flat' : 'GROWS'}`,
    );
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    if (!result.isFlat || errors > 0) process.exitCode = 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
