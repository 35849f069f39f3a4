import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  ask,
  eventually,
  kill,
  postmasterPid,
  prepareFile,
  runScript,
  startTestServer,
  supervisorPid,
  temporaryFolder,
} from '../test/harness.ts';
import { findPostmaster } from './postmaster.ts';
import { postgresProcessesOf } from './processes.ts';

const { sharedDataDirectory } = prepareFile();

let table = '';
let tables = 0;
beforeEach(() => {
  tables += 1;
  table = `note_${tables}`;
});

/** An application in a process of its own that has written one note. */
async function startApplication(dataDirectory: string, mode: 'ephemeral' | 'durable' = 'ephemeral') {
  const application = runScript('application.ts', dataDirectory, mode, table);
  const { connectionString = '' } = await application.firstLine;
  return { ...application, connectionString };
}

/** Counts what this test's applications have written. */
const countNotes = () => `select count(*)::int from ${table}`;

describe('when the application is killed', () => {
  test('the server stops by itself, and the next start finds the data', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory);
    kill(application.process.pid);
    await eventually(async () => (await findPostmaster(dataDirectory)) === undefined, 5);
    const next = await startTestServer({ dataDirectory });
    expect(await ask(next.connectionString, countNotes())).toBe(1);
    expect(next.lines).toEqual([]);
  });

  test('a start in the same instant waits for the old server to go', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory);
    const former = await postmasterPid(dataDirectory);
    kill(application.process.pid);
    await application.exited;
    const next = await startTestServer({ dataDirectory });
    expect(await ask(next.connectionString, countNotes())).toBe(1);
    expect(await postmasterPid(dataDirectory)).not.toBe(former);
    await sleep(300); // a former supervisor would have stopped it by now
    expect(await ask(next.connectionString, countNotes())).toBe(1);
  });

  test('while it makes the data folder, nothing half made stays', async () => {
    const folder = await temporaryFolder();
    const dataDirectory = join(folder, 'postgres');
    const application = runScript('application.ts', dataDirectory, 'ephemeral', table);
    await eventually(() => hasDraft(folder));
    kill(application.process.pid);
    await eventually(async () => !(await hasDraft(folder)));
    const next = await startTestServer({ dataDirectory });
    expect(await ask(next.connectionString, 'select 1')).toBe(1);
  });

  test('together with supervisor and server, the next start recovers', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory, 'durable');
    const postmaster = await postmasterPid(dataDirectory);
    const supervisor = await supervisorPid(dataDirectory);
    // In this order: whoever notices the end of one before its own can at most start PostgreSQL anew, which recovers as well. A
    // supervisor that sees the application go would shut it down.
    for (const pid of [postmaster, supervisor, application.process.pid]) kill(pid);
    const next = await startTestServer({ dataDirectory });
    expect(await ask(next.connectionString, countNotes())).toBe(1);
    expect(await readFile(join(dataDirectory, '..', 'postgres.log'), 'utf8')).toContain('automatic recovery');
  });

  test('together with its supervisor, the server that lives on is adopted and watched again', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory);
    const postmaster = await postmasterPid(dataDirectory);
    killBoth(await supervisorPid(dataDirectory), application.process.pid);
    await application.exited;

    const heir = await startApplication(dataDirectory);
    expect(await postmasterPid(dataDirectory)).toBe(postmaster);
    expect(await ask(heir.connectionString, countNotes())).toBe(2);
    kill(heir.process.pid);
    await eventually(async () => (await findPostmaster(dataDirectory)) === undefined, 5);
  });

  test('an orphan with other settings is replaced, not adopted', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory);
    const postmaster = await postmasterPid(dataDirectory);
    killBoth(await supervisorPid(dataDirectory), application.process.pid);
    await application.exited;
    const next = await startTestServer({ dataDirectory, settings: { work_mem: '9MB' } });
    expect(await ask(next.connectionString, 'show work_mem')).toBe('9MB');
    expect(await postmasterPid(dataDirectory)).not.toBe(postmaster);
  });
});

describe('while the application lives', () => {
  test('a killed server comes back by itself, with every acknowledged insert', async () => {
    const dataDirectory = await sharedDataDirectory();
    const server = await startTestServer({ dataDirectory, ephemeral: false });
    await server.pool.query(`create table ${table} (id int primary key)`);
    const acknowledged: number[] = [];
    let isWriting = true;
    const write = async (from: number) => {
      for (let id = from; isWriting; id += 4) {
        const saved = await server.pool
          .query(`insert into ${table} values ($1)`, [id])
          .catch(() => undefined);
        if (saved === undefined) await sleep(20);
        else acknowledged.push(id);
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    const hasWritten = (count: number) => async () => acknowledged.length > count;
    await eventually(hasWritten(200));
    const former = await postmasterPid(dataDirectory);
    kill(former);
    await eventually(async () => ((await findPostmaster(dataDirectory))?.pid ?? former) !== former, 15);
    await eventually(hasWritten(acknowledged.length + 100), 15);
    isWriting = false;
    await Promise.all(writers);

    const { rows } = await server.pool.query(`select id from ${table}`);
    const present = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
    await eventually(async () => server.lines.includes('PostgreSQL is up again'));
  });

  test('a killed supervisor is replaced, and the server goes on as if nothing had been', async () => {
    const dataDirectory = await sharedDataDirectory();
    const server = await startTestServer({ dataDirectory });
    const former = await supervisorPid(dataDirectory);
    const postmaster = await postmasterPid(dataDirectory);
    const client = await server.pool.connect();
    kill(former);
    await eventually(async () => server.lines.some((line) => line.startsWith('adopted PostgreSQL')));
    expect(await supervisorPid(dataDirectory)).not.toBe(former);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();

    kill(postmaster); // and the new one does its work, on a server that it did not spawn
    await eventually(async () => server.lines.includes('PostgreSQL is up again'));
    expect(await ask(server.connectionString, 'select 1')).toBe(1);
    await server.stop();
    expect(await postgresProcessesOf(dataDirectory)).toEqual([]);
  });

  test('Ctrl-C reaches the server only after the application has done with it', async () => {
    const dataDirectory = await sharedDataDirectory();
    const application = await startApplication(dataDirectory);
    process.kill(-(application.process.pid ?? 0), 'SIGINT'); // the whole foreground group, as a terminal does
    await application.exited;
    expect(await findPostmaster(dataDirectory)).toBeUndefined();
    const next = await startTestServer({ dataDirectory });
    expect(await ask(next.connectionString, countNotes())).toBe(2);
  });
});

test('a postmaster.pid whose process id now belongs to another program is no obstacle', async () => {
  const dataDirectory = await sharedDataDirectory();
  const first = await startTestServer({ dataDirectory });
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8');
  await first.stop();
  await writeFile(join(dataDirectory, 'postmaster.pid'), text.replace(/^\d+/, String(process.pid)));
  await writeFile(join(dataDirectory, '.s.PGSQL.5432.lock'), text.replace(/^\d+/, String(process.pid)));
  await writeFile(join(dataDirectory, '.s.PGSQL.5432'), '');
  const next = await startTestServer({ dataDirectory });
  expect(await ask(next.connectionString, 'select 1')).toBe(1);
});

/** The application is halted meanwhile: it would have a new supervisor. */
function killBoth(supervisor: number, application: number | undefined): void {
  kill(application, 'SIGSTOP');
  kill(supervisor);
  kill(application);
}

async function hasDraft(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.includes('.init-'));
}
