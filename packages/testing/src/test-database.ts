/**
 * A database of one's own for a test file, cloned from the migrated template in some tens of milliseconds. Dropping
 * it fails the test when connections were left open: a leak in a test is a leak in the product.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import type {} from './global-setup.ts';
import { databaseUrl, quoteName, withServer } from './server.ts';

export interface TestDatabase {
  readonly connectionString: string;
  readonly name: string;
  /** @throws when connections to it are still open. */
  drop(): Promise<void>;
}

const CLOSING_MILLISECONDS = 2_000;

/** Call it in `beforeAll` and `drop` in `afterAll`, after closing what was opened on it. */
export async function createTestDatabase(
  options: { readonly isEmpty?: boolean } = {},
): Promise<TestDatabase> {
  const serverUrl = inject('testServerUrl');
  const template = options.isEmpty ? 'template1' : inject('testTemplate');
  const name = `trellis_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withServer(serverUrl, (client) => cloneDatabase(client, name, template));
  return {
    name,
    connectionString: databaseUrl(serverUrl, name),
    drop: async () => {
      const left = await withServer(serverUrl, async (client) => {
        const found = await openConnections(client, name);
        await client.query(`drop database if exists ${quoteName(name)} with (force)`);
        return found;
      });
      if (left.length > 0)
        throw new Error(`Connections to the test database were left open: ${left.join('; ')}`);
    },
  };
}

type Client = Parameters<Parameters<typeof withServer>[1]>[0];

/** A template that another worker is cloning at this moment can't be cloned; a moment later it can. */
async function cloneDatabase(client: Client, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(
        `create database ${quoteName(name)} template ${quoteName(template)} strategy file_copy`,
      );
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== '55006' || attempt === 50) throw error;
      await sleep(20 * attempt);
    }
  }
}

/** What is still connected after a moment's grace: closing takes the server a few milliseconds. */
async function openConnections(client: Client, database: string): Promise<string[]> {
  for (const deadline = Date.now() + CLOSING_MILLISECONDS; ; ) {
    const { rows } = await client.query<{ description: string }>(
      `select application_name || ': ' || left(query, 80) as description from pg_stat_activity
        where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.description);
    await sleep(25);
  }
}
