/**
 * Brings the platform's and every workspace's own tables up to date from the numbered files in `migrations/`.
 * Any number of processes may start at once: one migrates under an advisory lock, the others wait and find it done.
 * A migration that was applied and has been edited since is an error: write a new one instead.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { type Connections, queryObjects } from './connections.ts';
import { StorageError } from './errors.ts';
import { identifier } from './sql.ts';

export interface Migration {
  /** `0001_platform` */
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

export interface Migrations {
  readonly platform: readonly Migration[];
  readonly workspace: readonly Migration[];
}

const FOLDER = new URL('../../../migrations/', import.meta.url);
/** Key of the advisory lock, "trel" in ASCII; any number that is always the same would do. */
export const MIGRATION_LOCK = 0x7472656c;

/** Reads the numbered files, in order. */
export async function readMigrations(): Promise<Migrations> {
  const [platform, workspace] = await Promise.all([readFolder('platform'), readFolder('workspace')]);
  return { platform, workspace };
}

async function readFolder(folder: string): Promise<readonly Migration[]> {
  const path = fileURLToPath(new URL(`${folder}/`, FOLDER));
  const files = (await readdir(path)).filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(`${path}${file}`, 'utf8');
      return { name: file.slice(0, -4), text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/** Applies what is missing. `prepare` runs under the same lock before anything else, for extensions. */
export async function migrate(
  connections: Connections,
  migrations: Migrations,
  prepare: (client: pg.Client) => Promise<void>,
): Promise<void> {
  await connections.dedicated(async (client) => {
    await queryObjects(client, 'select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await prepare(client);
    await queryObjects(client, 'create schema if not exists platform', []);
    await queryObjects(
      client,
      `create table if not exists platform.migration (
         scope text not null, name text not null, hash text not null,
         applied_at timestamptz not null default now(), primary key (scope, name))`,
      [],
    );
    await applyMissing(client, 'platform', migrations.platform);
    const workspaces = await queryObjects(client, 'select schema_name from platform.workspace', []);
    for (const { schema_name } of workspaces as readonly { schema_name: string }[]) {
      await applyMissing(client, schema_name, migrations.workspace);
    }
  });
}

/**
 * Applies the missing migrations of one scope (`platform`, or the schema of a workspace), each in a transaction
 * of its own unless the caller has opened one.
 */
export async function applyMissing(
  client: pg.ClientBase,
  scope: string,
  migrations: readonly Migration[],
  options: { readonly isInTransaction?: boolean } = {},
): Promise<void> {
  const rows = await queryObjects(client, 'select name, hash from platform.migration where scope = $1', [
    scope,
  ]);
  const applied = new Map(
    (rows as readonly { name: string; hash: string }[]).map(({ name, hash }) => [name, hash]),
  );
  for (const migration of migrations) {
    const hash = applied.get(migration.name);
    if (hash === migration.hash) continue;
    if (hash !== undefined) {
      throw new StorageError(
        'migration_changed',
        `The migration ${migration.name} was changed after it had been applied to ${scope}. Write a new one instead.`,
      );
    }
    const text = migration.text.replaceAll('{{schema}}', identifier(scope).text);
    if (!options.isInTransaction) await queryObjects(client, 'begin', []);
    try {
      await queryObjects(client, text, []);
      await queryObjects(client, 'insert into platform.migration (scope, name, hash) values ($1, $2, $3)', [
        scope,
        migration.name,
        migration.hash,
      ]);
      if (!options.isInTransaction) await queryObjects(client, 'commit', []);
    } catch (error) {
      if (!options.isInTransaction) await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }
}
