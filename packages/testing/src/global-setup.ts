/**
 * Runs once before all test files: one PostgreSQL for the whole run and a template database on it with the
 * platform migrated, from which every test file clones its own. `TRELLIS_TEST_DATABASE_URL` uses a server that is
 * there already (it must let us create databases); otherwise an embedded one starts in a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@trellis/embedded-postgres';
import { createStorage } from '@trellis/storage';
import type { TestProject } from 'vitest/node';
import { databaseUrl, quoteName, withServer } from './server.ts';

/** Nobody replicates a test server or recovers it: it keeps as little of its log as it can. */
const SHORT_LOG = { wal_level: 'minimal', max_wal_senders: 0, max_wal_size: '256MB', min_wal_size: '64MB' };

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server on which test databases are made. */
    testServerUrl: string;
    /** The database that they are cloned from. */
    testTemplate: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `trellis_template_${process.pid}`;
  await withServer(server.url, async (client) => {
    await client.query(`drop database if exists ${quoteName(template)} with (force)`);
    await client.query(`create database ${quoteName(template)}`);
  });
  const storage = await createStorage({ connectionString: databaseUrl(server.url, template) });
  await storage.close();
  project.provide('testServerUrl', server.url);
  project.provide('testTemplate', template);
  return async () => {
    await withServer(server.url, (client) =>
      client.query(`drop database if exists ${quoteName(template)} with (force)`),
    );
    await server.stop();
  };
}

async function startServer(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const given = process.env.TRELLIS_TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'trellis-test-'));
  const server = await startEmbeddedPostgres({
    dataDirectory: join(folder, 'postgres'),
    ephemeral: true,
    settings: { max_connections: 200, ...SHORT_LOG },
  });
  return {
    url: server.connectionString,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
