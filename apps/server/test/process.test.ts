/** The real process: start-up and its faults, two servers on one database, and the way down with requests under way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@trellis/api';
import { createTestDatabase, type TestDatabase } from '@trellis/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { ADMINISTRATOR } from './start-test-server.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const running = new Set<ChildProcess>();

interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
  /** Sends SIGTERM, and gives the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the process; resolves with its address, or with its exit code when it ends before it has one. */
async function start(
  environment: Record<string, string>,
): Promise<ServerProcess | { exitCode: number; output: string }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = await new Promise<string | undefined>((resolve) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const match = /running at (http:\S+)/.exec(output);
        if (match) resolve(match[1]);
      });
    }
    void exited.then(() => resolve(undefined));
  });
  if (url === undefined) return { exitCode: (await exited) ?? -1, output };
  return {
    url,
    child,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
const started = async (environment: Record<string, string>): Promise<ServerProcess> => {
  const server = await start(environment);
  if (!('url' in server)) throw new Error(`The server did not start:\n${server.output}`);
  return server;
};
const refused = async (environment: Record<string, string>) => {
  const server = await start(environment);
  if ('url' in server) throw new Error('The server started.');
  return server;
};

afterEach(() => {
  for (const child of running)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  running.clear();
});

describe('faults at the start', () => {
  it('in settings are told all at once, without a stack', async () => {
    const { exitCode, output } = await refused({
      PORT: 'many',
      TRELLIS_LOG_LEVEL: 'loud',
      TRELLIS_ADMIN_EMAIL: 'a@b.c',
    });
    expect(exitCode).toBe(1);
    expect(output).toContain('PORT must be a whole number');
    expect(output).toContain('TRELLIS_LOG_LEVEL must be one of');
    expect(output).toContain('both or neither');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('without a database are one sentence that keeps the password', async () => {
    const { exitCode, output } = await refused({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' });
    expect(exitCode).toBe(1);
    expect(output).toContain('Check DATABASE_URL');
    expect(output).not.toContain('hunter2');
    expect(output).not.toMatch(/\n\s+at /);
  });
});

it('the data folder belongs to one server, which leaves it in order', { timeout: 90_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trellis-data-'));
  const environment = { TRELLIS_DATA_DIR: folder };
  const first = await started(environment);
  const { exitCode, output } = await refused(environment);
  expect(exitCode).toBe(1);
  expect(output).toContain(`in use by process ${first.child.pid}`);
  expect(output).not.toMatch(/\n\s+at /);
  const exited = once(first.child, 'exit');
  first.child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  const again = await started(environment);
  expect(await again.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

it('the demo is loaded once there is an administrator', { timeout: 90_000 }, async () => {
  const database = await createTestDatabase({ isEmpty: true });
  const server = await started({ DATABASE_URL: database.connectionString, TRELLIS_DEMO: '1' });
  const client = createClient({ origin: server.url, keepsCookies: true });
  await client.setup(ADMINISTRATOR);
  const deadline = Date.now() + 60_000;
  while (!server.output().includes('The demo records are loaded.')) {
    if (Date.now() > deadline) throw new Error(server.output());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { count } = await client.list('quote_line', { count: 'exact', limit: 1 });
  expect(count!.value).toBeGreaterThan(2000);
  const { records } = await client.list('deal', { limit: 1 });
  expect((await client.history('deal', records[0]!.id)).entries.at(-1)).toMatchObject({ source: 'demo' });
  expect(await server.stop()).toBe(0);
  await database.drop();
});

describe('on one database', () => {
  let database: TestDatabase;
  let environment: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase({ isEmpty: true });
    environment = {
      DATABASE_URL: database.connectionString,
      TRELLIS_ADMIN_EMAIL: ADMINISTRATOR.email,
      TRELLIS_ADMIN_PASSWORD: ADMINISTRATOR.password,
      TRELLIS_POOL_SIZE: '4',
    };
  });
  afterAll(() => database.drop());

  async function signIn(url: string): Promise<Client> {
    const client = createClient({ origin: url, keepsCookies: true });
    await client.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
    return client;
  }

  it('two servers that start at once install once and are one cluster', { timeout: 60_000 }, async () => {
    const [one, two] = await Promise.all([started(environment), started(environment)]);
    const [here, there] = [await signIn(one.url), await signIn(two.url)];
    expect((await here.users()).users).toHaveLength(1);
    expect((await here.revisions()).revisions.map(({ number }) => number)).toEqual(
      (await there.revisions()).revisions.map(({ number }) => number),
    );

    // What one publishes, the other knows at the very next request.
    await here.publish({ components: [...SAMPLE_COMPONENTS] });
    const { id } = await there.create('gadget', { name: 'Made there' });
    expect(await here.get('gadget', id)).toMatchObject({ name: 'Made there' });
    for (let round = 0; round < 5; round += 1) {
      const field = `extra_${round}`;
      await here.publish({
        components: [{ kind: 'field', name: `gadget.${field}`, body: { label: field, type: 'text' } }],
      });
      expect(await there.update('gadget', id, { [field]: 'x' })).toMatchObject({ [field]: 'x' });
    }
    await there.publish({
      components: [
        { kind: 'object', name: 'late', body: { label: 'Late', plural_label: 'Late', name_field: 'name' } },
        { kind: 'field', name: 'late.name', body: { label: 'Name', type: 'text' } },
      ],
    });
    expect(await here.describeObject('late')).toMatchObject({ name: 'late' });

    // A session is good at both, and signing out at one ends it at the other within ten seconds.
    const session = await signIn(one.url);
    const cookie = (
      await session.exchange('POST', '/auth/login', {
        email: ADMINISTRATOR.email,
        password: ADMINISTRATOR.password,
      })
    ).headers
      .getSetCookie()[0]!
      .split(';')[0]!;
    const me = (url: string) => fetch(`${url}/api/v1/me`, { headers: { cookie } });
    expect((await me(two.url)).status).toBe(200);
    await fetch(`${one.url}/api/v1/auth/logout`, { method: 'POST', headers: { cookie, origin: one.url } });
    expect((await me(one.url)).status).toBe(401);

    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
  });

  it('a server that is stopped finishes what is under way and takes nothing new', {
    timeout: 60_000,
  }, async () => {
    const server = await started(environment);
    const client = await signIn(server.url);
    const login = await client.exchange('POST', '/auth/login', {
      email: ADMINISTRATOR.email,
      password: ADMINISTRATOR.password,
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const { hostname, port, host } = new URL(server.url);
    const body = JSON.stringify({ name: 'Under way' });
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    const closed = once(socket, 'close');
    socket.write(
      `POST /api/v1/records/gadget HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${server.url}\r\nCookie: ${cookie}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    // From here on it is under way.
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(body.slice(0, 5));
    const stopping = server.stop();
    const isTaken = () =>
      fetch(`${server.url}/api/v1/health`).then(
        () => true,
        () => false,
      );
    await expect.poll(isTaken).toBe(false);
    socket.write(body.slice(5));
    await closed;
    expect(answer).toMatch(/\r\nHTTP\/1\.1 201 /);
    expect(await stopping).toBe(0);
    const next = await started(environment);
    const { records } = await (await signIn(next.url)).list('gadget', {
      filter: { '==': [{ var: 'name' }, 'Under way'] },
    });
    expect(records).toHaveLength(1);
    expect(await next.stop()).toBe(0);
  });

  it('a port that is taken is told in one sentence', { timeout: 30_000 }, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { exitCode, output } = await refused({ ...environment, PORT: String(port) });
    expect(exitCode).toBe(1);
    expect(output).toContain(`Port ${port} is in use.`);
    expect(output).not.toMatch(/\n\s+at /);
    other.close();
  });

  it('neither passwords nor bodies nor queries get into the log', { timeout: 30_000 }, async () => {
    const server = await started({ ...environment, TRELLIS_LOG_LEVEL: 'trace' });
    const client = await signIn(server.url);
    await client.exchange('GET', '/records/account?search=secretquery', undefined);
    await client.exchange('POST', '/records/gadget', { name: 'secretbody' });
    await client.exchange('POST', '/auth/login', { email: 'who@example.com', password: 'secretpassword' });
    expect(await server.stop()).toBe(0);
    expect(server.output()).toContain('/api/v1/records/account');
    expect(server.output()).not.toMatch(/secret(query|body|password)|trellis_session|correct horse/);
  });
});
