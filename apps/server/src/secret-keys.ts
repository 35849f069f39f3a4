/**
 * The ring of keys that secrets are sealed with. In: the settings. Out: the keys, the sealing one first, or undefined
 * where there is none.
 *
 * Keys of the settings come first. Beside the embedded database there is also the file `secret.key` in the data
 * folder, one key a line, which is made at the first start of an installation that was given no key; it is read even
 * when the settings name a key, so that moving the key into the settings closes no secret. Whoever backs up the
 * database and not this file has no secrets in the backup.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

type Keys = readonly [Buffer, ...Buffer[]];

export async function readSecretKeys(
  settings: Pick<Settings, 'secretKeys' | 'databaseUrl' | 'dataDirectory'>,
): Promise<Keys | undefined> {
  const given = settings.secretKeys ?? [];
  const kept = settings.databaseUrl === undefined ? await readKeyFile(settings) : [];
  const keys = [...given, ...kept];
  return keys.length === 0 ? undefined : (keys as [Buffer, ...Buffer[]]);
}

async function readKeyFile({
  secretKeys,
  dataDirectory,
}: Pick<Settings, 'secretKeys' | 'dataDirectory'>): Promise<readonly Buffer[]> {
  const path = join(dataDirectory, 'secret.key');
  if (!secretKeys) await makeKeyFile(path);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (secretKeys && isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return [];
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
  if (keys.length === 0 || keys.some((key) => key.length !== 32)) {
    throw new Error(`${path} must hold keys of 32 bytes in base64, one a line. Restore it from a backup.`);
  }
  return keys;
}

/** Fails when there is one: a key is never written over. */
async function makeKeyFile(path: string): Promise<void> {
  try {
    const key = `${randomBytes(32).toString('base64')}\n`;
    await writeFile(path, key, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}
