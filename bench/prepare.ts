/** What every way of running the benchmark begins with: a database with records on both sides, and both servers. */
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchDatabase } from './database.ts';
import type { Door } from './load-context.ts';
import type { BenchOptions } from './options.ts';
import { seedHand } from './seed/seed-hand.ts';
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

export const say = (line: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);

/** Makes records on both sides, unless the folder has them. Gives the time of the very first start. */
export async function seed(
  options: BenchOptions,
  database: BenchDatabase,
  directory: string,
  /** `isTrellisAlone`: nothing is asked of the hand-written side, so its tables are left as they are. */
  { isTrellisAlone = false } = {},
): Promise<number | undefined> {
  const marker = join(directory, 'seeded');
  if (existsSync(marker)) {
    const size = Number(readFileSync(marker, 'utf8'));
    if (size !== options.size)
      throw new Error(`${directory} holds ${size} deals; ask for --size ${size} or another folder.`);
    if (isTrellisAlone) return undefined;
    // Earlier rounds wrote to both sides: the hand-written one starts again from what Trellis holds.
    say('Copying the records of Trellis into the hand-written tables');
    await seedHand(database.pool, await findTables(database.pool));
    await settle(database);
    await readAll(join(directory, 'postgres', 'base'));
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
    if (!isTrellisAlone) {
      say('Copying them into the hand-written tables');
      const indexes = await seedHand(database.pool, tables);
      for (const index of indexes) say(`  ${index}`);
    }
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

/**
 * Has the operating system keep what lay on the disk: the hand-written tables have just been written and are in memory, and
 * one side would be measured with the disk, the other without.
 */
async function readAll(directory: string): Promise<void> {
  say('Reading the files of the database');
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    try {
      for await (const _ of createReadStream(join(entry.parentPath, entry.name), { highWaterMark: 1 << 20 }));
    } catch (error) {
      // PostgreSQL is at work beside us, and does away with files.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

export function trellisOptions(database: BenchDatabase, directory: string, profileDirectory?: string) {
  return { databaseUrl: database.trellisUrl, poolSize: POOL_SIZE, directory, profileDirectory };
}

export function startHand(
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

export function doorOf(server: TrellisServer): Door {
  return { origin: server.process.origin, cookie: server.cookie };
}
