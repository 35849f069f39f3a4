/**
 * Runs once before all tests: the folder for temporary files becomes one in memory, where the machine has a file system
 * of it with room to spare (Linux: /dev/shm). A test database is some thousand small files, which come and go there at a
 * quarter of the cost. Nothing is lost to a test by it: a killed process leaves on it what it leaves on a disk, and no
 * test can cut the power.
 *
 * A `TMPDIR` that is given stays, also one from the other project of the same run. What a killed run has left in memory is
 * removed by the next.
 */
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'trellis-run-';
/** What all data folders of a run take at a time, several times over. */
const ENOUGH_BYTES = 6 * 1024 ** 3;
/** What the tests' own processes take beside it. A container may be allowed less memory than its machine's /dev/shm holds. */
const TAKEN_BYTES = 4 * 1024 ** 3;

export default async function setUp(): Promise<void> {
  const folder = await openQuickFolder();
  if (folder === undefined) return;
  process.env.TMPDIR = folder;
  // When all projects of the run have put their things away: which of them comes last is not ours to say.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function openQuickFolder(): Promise<string | undefined> {
  if (process.env.TMPDIR !== undefined) return undefined;
  await removeLeftFolders().catch(() => undefined);
  const space = await statfs(MEMORY).catch(() => undefined);
  if (space === undefined || space.bavail * space.bsize < ENOUGH_BYTES) return undefined;
  if (process.availableMemory() < ENOUGH_BYTES + TAKEN_BYTES) return undefined;
  const folder = await mkdtemp(join(MEMORY, `${PREFIX}${process.pid}-`)).catch(() => undefined);
  // As every folder for temporary files: PostgreSQL may run as another user.
  if (folder !== undefined) await chmod(folder, 0o1777);
  return folder;
}

async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(MEMORY)) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(owner) || isAlive(owner)) continue;
    await rm(join(MEMORY, name), { recursive: true, force: true });
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
