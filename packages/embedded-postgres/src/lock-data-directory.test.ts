import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kill, prepareFile, runScript, temporaryFolder } from '../test/harness.ts';
import { lockDataDirectory } from './lock-data-directory.ts';

prepareFile();

describe('the lock on a data folder', () => {
  test('is taken, refused to this same process, released, and taken again', async () => {
    const folder = join(await temporaryFolder(), 'data');
    const lock = await lockDataDirectory(folder);
    await expect(lockDataDirectory(folder)).rejects.toMatchObject({
      code: 'POSTGRES_DATA_IN_USE',
      message: expect.stringContaining(`already in use by this same process (${process.pid})`),
    });
    await lock.release();
    await lock.release();
    await (await lockDataDirectory(folder)).release();
  });

  test('names the process that holds it, since when, and what to do', async () => {
    const folder = await temporaryFolder();
    const holder = runScript('contender.ts', folder);
    await holder.firstLine;
    const pid = holder.process.pid;
    const refusal = await lockDataDirectory(folder).catch((error: Error) => error.message);
    expect(refusal).toMatch(
      new RegExp(`^The data folder ${folder} is in use by process ${pid}, since 20\\d\\d-.*Z\\. Stop that`),
    );
    expect(refusal).toContain(`(kill ${pid}), or give this one a data folder of its own (TRELLIS_DATA_DIR).`);
  });

  test('is free at once when its holder was killed', async () => {
    const folder = await temporaryFolder();
    const holder = runScript('contender.ts', folder);
    await holder.firstLine;
    kill(holder.process.pid);
    await holder.exited;
    const before = Date.now();
    const lock = await lockDataDirectory(folder);
    expect(Date.now() - before).toBeLessThan(200);
    await lock.release();
  });

  test('a note that names a live process does not hold it: only the lock does', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const note = { pid: process.ppid, since: '2026-01-01T00:00:00.000Z', host: hostname() };
    await writeFile(join(folder, 'instance.lock.json'), JSON.stringify(note));
    await (await lockDataDirectory(folder)).release();
  });

  test('of many that try in the same millisecond exactly one wins, again and again', async () => {
    const folder = await temporaryFolder();
    for (let round = 0; round < 3; round += 1) {
      const startAt = String(Date.now() + 700);
      const contenders = Array.from({ length: 6 }, () => runScript('contender.ts', folder, startAt));
      const outcomes = await Promise.all(contenders.map(({ firstLine }) => firstLine));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
        ...Array.from({ length: 5 }, () => 'POSTGRES_DATA_IN_USE'),
        'won',
      ]);
      for (const contender of contenders) {
        kill(contender.process.pid);
        await contender.exited;
      }
    }
  });

  test('refuses a folder that cannot be written', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(lockDataDirectory(join(file, 'data'))).rejects.toMatchObject({
      code: 'POSTGRES_DATA_UNWRITABLE',
    });
  });
});
