/**
 * The keys of secret fields: those of the settings, or beside the embedded database one that is made at the first
 * start. Whoever backs up the database and not this file has no secrets in the backup.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

export async function readSecretKeys(
  settings: Pick<Settings, 'secretKeys' | 'databaseUrl' | 'dataDirectory'>,
): Promise<readonly [Buffer, ...Buffer[]] | undefined> {
  if (settings.secretKeys || settings.databaseUrl !== undefined) return settings.secretKeys;
  const path = join(settings.dataDirectory, 'secret.key');
  try {
    // Fails when there is one: a key is never written over.
    await writeFile(path, `${randomBytes(32).toString('base64')}\n`, {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
  if (key.length !== 32)
    throw new Error(`${path} holds no key of 32 bytes in base64. Restore it from a backup.`);
  return [key];
}
