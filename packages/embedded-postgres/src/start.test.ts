import { chmod, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, postmasterPid, prepareFile, startTestServer, temporaryFolder } from '../test/harness.ts';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';

const { sharedDataDirectory } = prepareFile();

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';

describe('a server for a data folder', () => {
  test('keeps its data from one start to the next', async () => {
    const dataDirectory = join(await temporaryFolder(), 'postgres');
    const first = await startTestServer({ dataDirectory });
    expect(first.version).toBe('18.4');
    expect(first.connection).toEqual({
      host: dataDirectory,
      port: 5432,
      user: 'trellis',
      database: 'trellis',
    });
    await first.pool.query('create table note as select 1 as id');
    await first.stop();
    await expect(first.pool.query('select')).rejects.toThrow();

    const second = await startTestServer({ dataDirectory });
    expect(await ask(second.connectionString, 'select count(*)::int from note')).toBe(1);
    await second.stop();
    await second.stop();
    expect((await readdir(join(dataDirectory, '..'))).sort()).toEqual([
      'postgres',
      'postgres.lock',
      'postgres.log',
    ]);
  });

  test('is set up as promised', async () => {
    const dataDirectory = await sharedDataDirectory();
    const { pool, connectionString } = await startTestServer({
      dataDirectory,
      settings: { work_mem: '7MB', max_connections: 20 },
    });
    const { rows } = await pool.query(`select name, setting from pg_settings where name in
      ('max_locks_per_transaction', 'work_mem', 'max_connections', 'listen_addresses', 'data_checksums',
       'server_encoding', 'fsync', 'TimeZone')`);
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      max_locks_per_transaction: '2048',
      work_mem: '7168',
      max_connections: '20',
      listen_addresses: '',
      data_checksums: 'on',
      server_encoding: 'UTF8',
      fsync: 'off',
      TimeZone: 'UTC',
    });
    const collation =
      'select datlocprovider::text || datlocale from pg_database where datname = current_database()';
    expect(await ask(connectionString, collation)).toBe('bC.UTF-8');
  });

  test('a path too long for a socket falls back to a short folder, which goes with the server', async () => {
    const folder = join(await temporaryFolder(), 'a folder, with "odd" naming', 'x'.repeat(80));
    const dataDirectory = join(folder, 'postgres');
    const server = await startTestServer({ dataDirectory });
    const { host } = server.connection;
    expect(host).not.toBe(dataDirectory);
    expect(await ask(server.connectionString, 'select 1')).toBe(1);
    await server.stop();
    await expect(readdir(host)).rejects.toThrow('ENOENT');
    const again = await startTestServer({ dataDirectory });
    expect(again.connection.host).toBe(host);
  });

  test('a folder with spaces, commas, quotes and a link in its path works', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'it\'s, "my" +data'));
    await symlink(join(folder, 'it\'s, "my" +data'), join(folder, 'link'));
    const server = await startTestServer({ dataDirectory: join(folder, 'link', 'postgres') });
    expect(server.connection.host).toBe(join(folder, 'it\'s, "my" +data', 'postgres'));
    expect(await ask(server.connectionString, 'select 1')).toBe(1);
  });

  test("over TCP, Windows' way, a password is asked for", async () => {
    const dataDirectory = join(await temporaryFolder(), 'postgres');
    const server = await startTestServer({ dataDirectory }, 'tcp');
    expect(server.connection).toMatchObject({
      host: '127.0.0.1',
      password: expect.stringMatching(/^.{32}$/),
    });
    expect(await ask(server.connectionString, 'select 1')).toBe(1);
    const wrong = server.connectionString.replace(/:[^:@]+@/, ':wrong@');
    await expect(ask(wrong, 'select 1')).rejects.toThrow('password authentication failed');
  });

  test('is refused to a second one while the first lives', async () => {
    const dataDirectory = await sharedDataDirectory();
    const server = await startTestServer({ dataDirectory });
    await expect(startTestServer({ dataDirectory })).rejects.toMatchObject({
      code: 'POSTGRES_DATA_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await ask(server.connectionString, 'select 1')).toBe(1);
  });
});

describe.runIf(isRoot && isLinux)('started by root', () => {
  test('runs as nobody where nobody can reach the folder', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    const { account } = chooseAccount(await findBinaries(), folder);
    const dataDirectory = join(folder, 'postgres');
    await startTestServer({ dataDirectory });
    const { outside, inside } = await userIds(await postmasterPid(dataDirectory));
    expect(outside).toBe(account.uid);
    expect(inside).toBe(65534);
  });

  test('runs in a user namespace in a folder that only root can enter, and moves between the two', async () => {
    const folder = await temporaryFolder();
    const dataDirectory = join(folder, 'postgres');
    await chmod(folder, 0o700);
    const closed = await startTestServer({ dataDirectory });
    expect(await userIds(await postmasterPid(dataDirectory))).toEqual({ outside: 0, inside: 65534 });
    await closed.pool.query('create table note as select 1 as id');
    await closed.stop();

    await chmod(folder, 0o755);
    const open = await startTestServer({ dataDirectory });
    expect((await userIds(await postmasterPid(dataDirectory))).inside).toBe(65534);
    await open.pool.query('insert into note values (2)');
    await open.stop();

    await chmod(folder, 0o700);
    const closedAgain = await startTestServer({ dataDirectory });
    expect(await ask(closedAgain.connectionString, 'select count(*)::int from note')).toBe(2);
  });
});

/** A process's user id as the host sees it, and as it sees itself. */
async function userIds(pid: number): Promise<{ outside: number; inside: number }> {
  const outside = Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const [inner = 0, outer = 0] = (await readFile(`/proc/${pid}/uid_map`, 'utf8'))
    .trim()
    .split(/\s+/)
    .map(Number);
  return { outside, inside: outside - outer + inner };
}

describe('refuses with a clear error', () => {
  const refusal = (dataDirectory: string) =>
    startTestServer({ dataDirectory }).catch((error: Error) => error);

  test('a folder with other things in it, and leaves it alone', async () => {
    const folder = await temporaryFolder();
    const dataDirectory = join(folder, 'postgres');
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'thesis.txt'), 'mine');
    expect(await refusal(dataDirectory)).toMatchObject({
      code: 'POSTGRES_DATA_FOREIGN',
      message: expect.stringContaining(`${dataDirectory} holds other files`),
    });
    expect(await refusal(join(dataDirectory, 'thesis.txt'))).toMatchObject({ code: 'POSTGRES_DATA_FOREIGN' });
    expect(await readdir(dataDirectory)).toEqual(expect.arrayContaining(['thesis.txt']));
  });

  test('a folder of another major version', async () => {
    const dataDirectory = join(await temporaryFolder(), 'postgres');
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'PG_VERSION'), '15\n');
    expect(await refusal(dataDirectory)).toMatchObject({
      code: 'POSTGRES_DATA_VERSION',
      message: expect.stringContaining('was made by PostgreSQL 15'),
    });
  });

  test('a folder that has lost its control file', async () => {
    const dataDirectory = join(await temporaryFolder(), 'postgres');
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'PG_VERSION'), '18\n');
    expect(await refusal(dataDirectory)).toMatchObject({ code: 'POSTGRES_DATA_INCOMPLETE' });
  });

  test("a damaged folder, in PostgreSQL's own words", async () => {
    const dataDirectory = join(await temporaryFolder(), 'postgres');
    await (await startTestServer({ dataDirectory })).stop();
    await truncate(join(dataDirectory, 'global', 'pg_control'), 100);
    expect(await refusal(dataDirectory)).toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringMatching(/could not read file "global\/pg_control": read 100 of/),
    });
  });

  test('a folder that cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    expect(await refusal(join(file, 'data', 'postgres'))).toMatchObject({
      code: 'POSTGRES_DATA_UNWRITABLE',
      message: expect.stringContaining('ENOTDIR'),
    });
  });

  test("settings that are the launcher's, or nonsense", async () => {
    const dataDirectory = await sharedDataDirectory();
    for (const settings of [{ port: 5433 }, { 'Work Mem': 1 }]) {
      await expect(startTestServer({ dataDirectory, settings })).rejects.toMatchObject({
        code: 'POSTGRES_SETTING_INVALID',
      });
    }
    await expect(startTestServer({ dataDirectory, settings: { work_mem: 'plenty' } })).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringContaining('invalid value for parameter "work_mem": "plenty"'),
    });
  });
});
