import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSecretKeys } from './secret-keys.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-keys-'));
  path = join(folder, 'secret.key');
});
afterEach(() => rm(folder, { recursive: true }));

const read = (change: Partial<Parameters<typeof readSecretKeys>[0]> = {}) =>
  readSecretKeys({ secretKeys: undefined, databaseUrl: undefined, dataDirectory: folder, ...change });
const key = () => randomBytes(32);
const lines = (...keys: Buffer[]) => keys.map((each) => `${each.toString('base64')}\n`).join('');

it('are made once beside the embedded database, for its owner alone to read', async () => {
  const made = await read();
  expect(made).toHaveLength(1);
  expect(await read()).toEqual(made);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('of the file follow one another by line', async () => {
  const [older, newer] = [key(), key()];
  await writeFile(path, lines(newer, older));
  expect(await read()).toEqual([newer, older]);
});

it('of the settings come before those of the file, which stay', async () => {
  const [given] = [key()];
  const made = await read();
  expect(await read({ secretKeys: [given] })).toEqual([given, ...made!]);
});

it('of the settings need no file, and make none', async () => {
  const given = key();
  expect(await read({ secretKeys: [given] })).toEqual([given]);
  await expect(readFile(path)).rejects.toThrow('ENOENT');
});

it('are none with a database of one’s own and no setting', async () => {
  expect(await read({ databaseUrl: 'postgres://localhost/x' })).toBeUndefined();
  const given = key();
  expect(await read({ databaseUrl: 'postgres://localhost/x', secretKeys: [given] })).toEqual([given]);
});

it.each(['', '\n', 'c2hvcnQ=', `${randomBytes(32).toString('base64')}\nnonsense`])(
  'are not taken from a damaged file (%j)',
  async (text) => {
    await writeFile(path, text);
    await expect(read()).rejects.toThrow('Restore it from a backup');
  },
);
