/** `npm run bench -- --only access`: the section on access by itself, with its figures and the plans behind slow lists. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDatabase } from '../database.ts';
import type { BenchOptions } from '../options.ts';
import { doorOf, say, seed, trellisOptions } from '../prepare.ts';
import { describeMachine } from '../report.ts';
import { startTrellis } from '../trellis.ts';
import { measureAccess, renderAccess } from './measure-access.ts';

/** Ends with 1 where a count is wrong. */
export async function runAccess(options: BenchOptions): Promise<void> {
  const directory =
    options.keep === undefined ? mkdtempSync(join(tmpdir(), 'trellis-access-')) : resolve(options.keep);
  mkdirSync(directory, { recursive: true });
  const database = await startDatabase(directory, say);
  const stops: (() => Promise<void>)[] = [];
  try {
    await seed(options, database, directory, { isTrellisAlone: true });
    const trellis = await startTrellis(trellisOptions(database, directory, options.profile));
    stops.push(() => trellis.process.stop());
    const access = await measureAccess(doorOf(trellis), trellis.client, database.pool, say);
    console.log(`\n${options.size} deals\n${renderAccess(access)}`);
    if (options.json !== undefined) {
      const result = {
        date: new Date().toISOString(),
        command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
        size: options.size,
        machine: describeMachine(database.settings),
        access,
      };
      writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
    }
    if (access.wrongCounts.length > 0) process.exitCode = 1;
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await database.stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
