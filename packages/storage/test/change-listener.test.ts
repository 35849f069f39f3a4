/** News of publishes over connections that break, and over those that only seem to be there. */
import { connect, createServer, type Socket } from 'node:net';
import { createTestDatabase } from '@trellis/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Connections } from '../src/connections.ts';
import { ChangeListener } from '../src/metadata/change-listener.ts';

const BEAT = { everyMilliseconds: 400, patienceMilliseconds: 300 };
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

function openConnections(connectionString: string): Connections {
  return new Connections({
    connectionString,
    poolSize: 2,
    statementTimeoutMilliseconds: 5_000,
    log: () => undefined,
  });
}

/** A way to the database that can fall silent without closing anything. */
async function openProxy() {
  // As pg reads it: where the server is on a socket, the address has no host and is no URL.
  const { host, port: farPort, user, password, database: name } = new pg.Client(database.connectionString);
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${farPort}` } : { host, port: farPort };
  const pairs: Socket[][] = [];
  const server = createServer((near) => {
    const far = connect(target as { path: string });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
    pairs.push([near, far]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const through = new URL(`postgresql://127.0.0.1:${port}/${name}`);
  through.username = user ?? 'postgres';
  through.password = typeof password === 'string' ? password : '';
  return {
    connectionString: through.href,
    fallSilent() {
      for (const [near, far] of pairs) {
        near!.unpipe(far);
        far!.unpipe(near);
        near!.resume();
        far!.resume();
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Connections whose last word was to listen, or a beat. Only of this database: others run beside it on the server. */
const listening = async (connections: Connections) =>
  (
    await connections.rows<{ count: number }>(
      `select count(*) from pg_stat_activity
        where datname = current_database() and (query like 'listen%' or query = 'select 1')`,
    )
  )[0]!.count;

test('a connection that has fallen silent is noticed and made anew', async () => {
  const proxy = await openProxy();
  const connections = openConnections(proxy.connectionString);
  const listener = new ChangeListener(connections, () => undefined, BEAT);
  const heard: (string | undefined)[] = [];
  await listener.subscribe((name) => heard.push(name));
  proxy.fallSilent();
  await expect.poll(() => heard).toContain(undefined);
  const other = openConnections(database.connectionString);
  await other.rows("select pg_notify('trellis_metadata', 'main')");
  await expect.poll(() => heard).toContain('main');
  await listener.close();
  await other.close();
  await connections.close();
  await proxy.close();
});

test('whoever leaves and comes again listens once', async () => {
  const connections = openConnections(database.connectionString);
  const listener = new ChangeListener(connections, () => undefined, BEAT);
  for (let round = 0; round < 5; round++) {
    const stop = await listener.subscribe(() => undefined);
    const stopped = stop();
    await listener.subscribe(() => undefined);
    await stopped;
  }
  // The server takes a moment to see off those that have left; one that was forgotten would stay.
  await expect.poll(() => listening(connections)).toBe(1);
  await listener.close();
  await connections.close();
});
