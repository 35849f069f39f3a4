/** What goes wrong on the way of a file: it is told in words, and nothing is left behind. */
import { connect } from 'node:net';
import type { Client } from '@trellis/api';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const COMPONENTS = [
  { kind: 'object', name: 'note', body: { label: 'Note', plural_label: 'Notes', name_field: 'name' } },
  { kind: 'field', name: 'note.name', body: { label: 'Name', type: 'text', required: true } },
  { kind: 'field', name: 'note.text', body: { label: 'Text', type: 'long_text' } },
] as never;

let server: TestServer;
let client: Client;
let database: pg.Client;
let table: string;

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  client = server.client;
  database = new pg.Client({ connectionString: server.connectionString });
  await database.connect();
  const { rows } = await database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_name = '_job_file'`,
  );
  table = rows[0]!.name;
});
afterAll(async () => {
  await database.end();
  await server.stop();
});

const piecesLeft = async (): Promise<number> =>
  Number((await database.query(`select count(*) from ${table}`)).rows[0].count);

describe('bytes that are no text', () => {
  it('refuse their rows where the rest of the file is UTF-8', async () => {
    const content = Buffer.concat([
      Buffer.from('name,text\nZoë,für\nÅsa,ñ\n'),
      Buffer.from('Caf\xe9,x\n', 'latin1'),
      Buffer.from('Łódź,�\n'),
    ]);
    const job = await importFile(client, 'note', { content: new Uint8Array(content) });
    expect(job.about).toMatchObject({ encoding: 'utf-8' });
    expect(job.counts).toMatchObject({ created: 2, failed: 2 });
    expect(job.errors!.map(({ row, errors }) => [row, errors[0]!.code])).toEqual([
      [3, 'unreadable_row'],
      [4, 'unreadable_row'],
    ]);
  });

  it('are letters of Windows-1252 where nothing is UTF-8, and of another one that is named', async () => {
    const latin = Buffer.from('name\nCaf\xe9\n\x80uro\n', 'latin1');
    const job = await importFile(client, 'note', { content: new Uint8Array(latin) });
    expect([job.counts.created, job.about]).toMatchObject([2, { encoding: 'windows-1252' }]);
    const czech = new Uint8Array(Buffer.from('name\n\xc8esk\xfd\n', 'latin1'));
    await importFile(client, 'note', { content: czech, mapping: { encoding: 'iso-8859-2' } });
    const filter = { '==': [{ var: 'name' }, 'Český'] };
    expect((await client.list('note', { filter })).records).toHaveLength(1);
  });

  it('a text that holds the sign for unknown letters is one when all of the file is text', async () => {
    const job = await importFile(client, 'note', { content: 'name\nÅ �\n' });
    expect(job.counts).toMatchObject({ created: 1, failed: 0 });
  });
});

describe('an upload', () => {
  it('that breaks off leaves nothing behind', async () => {
    const before = await piecesLeft();
    const { port } = new URL(server.url);
    const login = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      [
        'POST /api/v1/records/note/import HTTP/1.1',
        `Host: ${new URL(server.url).host}`,
        `Origin: ${server.url}`,
        `Cookie: ${cookie}`,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 5000000',
        '',
        '--x',
        'content-disposition: form-data; name="file"; filename="a.csv"',
        '',
        `name\n${'line\n'.repeat(200_000)}`,
      ].join('\r\n'),
    );
    while ((await piecesLeft()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    while ((await piecesLeft()) > before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await piecesLeft()).toBe(before);
  });

  it('that finds the disk full says so, and leaves nothing behind', async () => {
    const before = await piecesLeft();
    await database.query(`
      create function public.full_disk() returns trigger language plpgsql as
        $$ begin if new.number > 1 then raise 'no space' using errcode = '53100'; end if; return new; end $$;
      create trigger full_disk before insert on ${table} for each row execute function public.full_disk();
      grant execute on function public.full_disk() to public;`);
    try {
      const content = `name\n${'a line of it\n'.repeat(100_000)}`;
      const failed = importFile(client, 'note', { content });
      await expect(failed).rejects.toMatchObject({ problem: { status: 503, code: 'disk_full' } });
      expect(await piecesLeft()).toBe(before);
    } finally {
      await database.query(`drop trigger full_disk on ${table}; drop function public.full_disk()`);
    }
  });
});

it('a long file is read piece by piece, its broken rows by themselves', async () => {
  const line = `,"${'long text, '.repeat(400)}"\n`;
  const parts = ['name,text\n'];
  for (let row = 0; row < 600; row++)
    parts.push(row % 100 === 3 ? `Row ${row},"x"y${line}` : `Row ${row}${line}`);
  const content = new Blob(parts);
  expect(content.size).toBeGreaterThan(2_000_000);
  const job = await importFile(client, 'note', { content, mapping: { dry_run: true } });
  expect(job.counts).toMatchObject({ created: 594, failed: 6 });
});
