/**
 * `npm run bench -- --soak 10`: all workloads in turns on one server for some minutes, and the memory of its process
 * meanwhile. Memory that grows without end grows in the second half too; what caches and a lazy collector take does not.
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
/** The second half may hold so much more than the second quarter before it counts as growth. */
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
  /** Medians of the second quarter and of the last. */
  readonly earlyMegabytes: number;
  readonly lateMegabytes: number;
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
    let [requests, errors] = [0, 0];
    const begin = performance.now();
    const elapsed = () => (performance.now() - begin) / 60_000;
    for (let told = 0; elapsed() < minutes; ) {
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
    const between = (from: number, to: number) =>
      median(
        samples.flatMap(({ minute, megabytes }) =>
          minute >= from * minutes && minute <= to * minutes ? [megabytes] : [],
        ),
      );
    const earlyMegabytes = between(0.25, 0.5);
    const lateMegabytes = between(0.75, 1.1);
    const result: SoakResult = {
      minutes,
      requests,
      errors,
      idleMegabytes,
      earlyMegabytes,
      lateMegabytes,
      mostMegabytes: Math.max(...samples.map(({ megabytes }) => megabytes)),
      isFlat: lateMegabytes <= earlyMegabytes * TOLERANCE,
      samples,
    };
    console.log(
      `${requests} requests in ${minutes} minutes, ${errors} failed\nmemory of the server process: idle ${idleMegabytes} MB, in the second quarter ${earlyMegabytes} MB, in the last ${lateMegabytes} MB, at most ${result.mostMegabytes} MB: ${result.isFlat ? 'flat' : 'GROWS'}`,
    );
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    if (!result.isFlat || errors > 0) process.exitCode = 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
