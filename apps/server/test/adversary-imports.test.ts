/**
 * Imports in the hands of somebody who means ill: files of others, files that are kept, what recognising records tells, and
 * names that nobody would give a file. With them what live updates tell of records that stay unseen.
 */
import { crc32 } from 'node:zlib';
import type { Client, ImportPreviewResponse } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from './import-file.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: name, ...body } });
const object = (name: string) => ({
  kind: 'object',
  name,
  body: { label: name, plural_label: `${name}s`, name_field: 'name' },
});
const ALL = { create: true, read: true, update: true, delete: true, import: true };
const COMPONENTS = [
  object('deal'),
  field('deal.name', { type: 'text' }),
  field('deal.code', { type: 'text', indexed: true }),
  field('deal.pay', { type: 'text', indexed: true }),
  field('deal.vault', { type: 'lookup', to: 'vault' }),
  field('deal.lines', { type: 'rollup', rollup: { object: 'line', via: 'deal', function: 'count' } }),
  object('line'),
  field('line.name', { type: 'text' }),
  field('line.deal', { type: 'lookup', to: 'deal' }),
  object('vault'),
  field('vault.name', { type: 'text', indexed: true }),
  field('vault.size', { type: 'text', indexed: true }),
  object('memo'),
  field('memo.name', { type: 'text' }),
  ...(['clerk', 'reader'] as const).map((name) => ({
    kind: 'permission_set',
    name,
    body: {
      label: name,
      system: ['api'],
      objects: {
        deal: {
          ...ALL,
          default_field: 'update',
          fields: { pay: 'none', ...(name === 'clerk' ? { lines: 'none' } : {}) },
        },
        vault: { read: true, default_field: 'read', fields: { size: 'none' } },
        memo: { ...ALL, default_field: 'update' },
      },
    },
  })),
] as unknown as Component[];

let server: TestServer;
let database: pg.Client;
let ann: Client;
let ben: Client;
const ids: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS, runsJobs: true });
  database = new pg.Client({ connectionString: server.connectionString });
  await database.connect();
  const person = async (name: string, set: string) => {
    const email = `${name}@example.com`;
    const made = await server.client.createUser({ email, name, password: PASSWORD, permission_sets: [set] });
    ids[name] = made.id;
    return server.signIn(email, PASSWORD);
  };
  ann = await person('ann', 'clerk');
  ben = await person('ben', 'reader');
  const make = async (name: string, body: object) =>
    String((await server.client.create(name, body as never)).id);
  ids.vault = await make('vault', { name: 'Zanzibar', size: '42' });
  ids.deal = await make('deal', { name: 'Of Ann', code: 'A', pay: '1', owner_id: ids.ann });
  for (const code of ['A', 'B', 'B']) await make('deal', { name: 'Unseen', code, pay: '1' });
});
afterAll(async () => {
  await database?.end();
  await server?.stop();
});

function formOf(content: string | Uint8Array<ArrayBuffer>, mapping: object = {}, name = 'file.csv') {
  const form = new FormData();
  form.set('mapping', JSON.stringify(mapping));
  form.set('file', new Blob([content]), name);
  return form;
}

/** An archive whose parts are stored as they are. */
function packed(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const contents: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    contents.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), head, place, name);
    const part = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, name, data]);
    parts.push(part);
    at += part.length;
  }
  const directory = Buffer.concat(contents);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

const asked = async (who: Client, path: string, form: FormData) => {
  const { status, body } = await who.exchange('POST', path, form);
  const { errors = [] } = body as { errors?: { code: string; pointer: string }[] };
  return [status, ...errors.map(({ code, pointer }) => `${code} ${pointer}`)];
};
const byId = (id: string) => {
  const form = new FormData();
  form.set('file_id', id);
  return form;
};
const keep = async (who: Client) => {
  const form = new FormData();
  form.set('file', new Blob(['name\nKept\n']), 'kept.csv');
  const { status, body } = await who.exchange('POST', '/records/deal/import/files', form);
  expect(status).toBe(201);
  return (body as { id: string }).id;
};

describe('a file that is kept', () => {
  const unknown = [422, 'unknown_upload /file_id'];
  const doors = ['/records/deal/import', '/records/deal/import/preview'];

  it('is its sender’s, for its object, and found by nothing but its id', async () => {
    const id = await keep(ann);
    const job = await importFile(ann, 'deal', { content: 'name\nOther\n' });
    for (const door of doors) {
      for (const who of [ben, server.client]) expect(await asked(who, door, byId(id))).toEqual(unknown);
      const others = [
        job.id,
        ids.deal!,
        '',
        'nothing',
        `../${id}`,
        `${id}/..`,
        `${id}' or true --`,
        `${id}\0`,
        '%',
        'x'.repeat(100_000),
      ];
      for (const each of others) expect(await asked(ann, door, byId(each)), each).toEqual(unknown);
    }
    for (const door of ['/records/memo/import', '/records/memo/import/preview'])
      expect(await asked(ann, door, byId(id))).toEqual(unknown);
    expect(await asked(ann, '/records/vault/import', byId(id))).toEqual([403]);
    expect(await asked(ann, '/records/line/import', byId(id))).toEqual([404, 'unknown_object ']);
    const narrow = await ann.createApiKey({ name: 'memos', objects: ['memo'], access: 'write' });
    const withKey = await fetch(`${server.url}/api/v1/records/deal/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrow.key}` },
      body: byId(id),
    });
    expect(withKey.status).toBe(404);
    // Whoever was refused has taken nothing away.
    expect(await asked(ann, doors[1]!, byId(id))).toEqual([200]);
  });

  it('is gone after its day, swept or not', async () => {
    const id = await keep(ann);
    const { rows } = await database.query<{ name: string }>(
      `select format('%I', table_schema) as name from information_schema.tables where table_name = '_upload'`,
    );
    const schema = rows[0]!.name;
    await database.query(`update ${schema}._upload set at = now() - interval '25 hours' where id = $1`, [id]);
    for (const door of doors) expect(await asked(ann, door, byId(id))).toEqual(unknown);
  });
});

describe('recognising records', () => {
  const matched = async (mapping: object, content: string) => {
    const form = formOf(content, { operation: 'upsert', ...mapping });
    return (await ann.previewImport('deal', form)) as ImportPreviewResponse;
  };

  it('counts those that the caller sees, and no others', async () => {
    const columns = { name: 'name', code: 'code' };
    for (const folded of [false, true]) {
      const mapping = { columns, match: [{ field: 'code', folded }] };
      const { matches } = await matched(mapping, 'name,code\nx,A\ny,B\nz,C\n');
      expect(matches).toEqual({ rows: 3, one: 1, none: 2, several: 0, unclear: 0 });
      const job = await importFile(ann, 'deal', {
        content: 'name,code\nx,A\ny,B\n',
        mapping: { operation: 'upsert', dry_run: true, ...mapping } as never,
      });
      expect(job.counts).toMatchObject({ created: 1, updated: 1, failed: 0 });
    }
    const { status, body } = await ann.exchange('POST', '/records/deal/batch', {
      operation: 'upsert',
      match: ['code'],
      dry_run: true,
      records: [{ code: 'B', name: 'x' }],
    });
    expect([status, JSON.stringify(body)]).toEqual([200, expect.not.stringContaining('ambiguous')]);
  });

  it('goes by no field that they can’t read, of the object or behind a lookup', async () => {
    const rows = 'name,pay,vault\nx,1,42\n';
    const faults = async (mapping: object) => {
      const form = formOf(rows, { operation: 'upsert', ...mapping });
      return asked(ann, '/records/deal/import', form);
    };
    const columns = { name: 'name' };
    for (const folded of [false, true]) {
      expect(await faults({ columns, match: [{ field: 'pay', folded }] })).toContain(
        'unknown_field /match/0',
      );
      const vault = { field: 'vault', match: 'size', folded };
      expect(await faults({ columns: { name: 'name', vault }, match: ['name'] })).toContain(
        'unknown_field /columns/vault/match',
      );
    }
    expect(await faults({ columns: { ...columns, pay: 'pay' }, match: ['name'] })).toContain(
      'unknown_field /columns/pay',
    );
    expect(await faults({ columns, match: ['name'], defaults: { pay: '1' } })).toContain(
      'unknown_field /defaults/pay',
    );
    // A record that they do not see is answered as one that is not there.
    const trial = async (name: string) => {
      const mapping = {
        dry_run: true,
        columns: { name: 'name', vault: { field: 'vault', match: 'name', folded: true } },
      };
      const job = await importFile(ann, 'deal', { content: `name,vault\nx,${name}\n`, mapping });
      return job.errors!.map(({ errors }) => errors);
    };
    expect(await trial('zanzibar')).toEqual(await trial('nowhere'));
  });
});

describe('names that nobody would give', () => {
  const odd = 'a\0b\ud800c/../../etc/passwd';

  it('of files and columns are no server’s mistake', async () => {
    const boundary = 'x';
    const send = async (path: string, disposition: string, content: string) => {
      const part = (head: string, body: string) =>
        `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
      const { key } = ids.key ? { key: ids.key } : await ann.createApiKey({ name: 'raw' });
      ids.key = key;
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
        body: `${part(`name="file"; ${disposition}`, content)}--${boundary}--\r\n`,
      });
      return response.status;
    };
    const names = [
      "filename*=UTF-8''a%00b.csv",
      'filename="../../../etc/passwd.csv"',
      `filename="${'n'.repeat(5000)}.csv"`,
      "filename*=UTF-8''%ed%a0%80.csv",
    ];
    for (const name of names) {
      for (const door of ['/import', '/import/files', '/import/preview'])
        expect(await send(`/records/deal${door}`, name, 'name\nx\n'), `${door} ${name}`).toBeLessThan(500);
      expect(await send('/files', name, 'words'), `/files ${name}`).toBeLessThan(500);
    }
    for (const content of [`name,${odd}\nx,y\n`, `${odd}\nx\n`, `{"name":"x","a\\u0000\\ud800":1}\n`])
      for (const mapping of [{}, { columns: { name: 'name' } }])
        for (const door of ['/import', '/import/preview']) {
          const name = content.startsWith('{') ? 'f.ndjson' : 'f.csv';
          const { status } = await ann.exchange(
            'POST',
            `/records/deal${door}`,
            formOf(content, mapping, name),
          );
          expect(status, `${door} ${JSON.stringify([content, mapping])}`).toBeLessThan(500);
        }
  });

  it('of sheets are none either, and a formula is its value', async () => {
    const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet';
    const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
    const bytes = packed({
      'xl/workbook.xml':
        '<workbook><sheets><sheet name="_x0000_a" id="s"/><sheet name="../../b" id="s"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="s" Type="${type}" Target="../../../../etc/passwd"/></Relationships>`,
      'etc/passwd': `<worksheet><row r="1">${cell('name')}${cell('a_x0000_b')}</row><row r="99999999999999999999"><c t="str"><f>WEBSERVICE("http://127.0.0.1:1")</f><v>=1+1</v></c>${cell('_xD800_')}</row><row r="x">${cell('Last')}</row></worksheet>`,
    });
    const form = formOf(bytes, { columns: { name: 'name' } }, 'book.xlsx');
    expect((await ann.exchange('POST', '/records/deal/import/preview', form)).status).toBe(200);
    const job = await importFile(ann, 'deal', {
      name: 'book.xlsx',
      content: bytes,
      mapping: { columns: { name: 'name' } },
    });
    expect(job).toMatchObject({ state: 'done', counts: { created: 2, failed: 0 } });
    const filter = { in: [{ var: 'name' }, ['=1+1', 'Last']] };
    expect((await ann.list('deal', { filter } as never)).records).toHaveLength(2);
  });
});

it('live updates tell of a roll-up to who reads it, and to nobody else of records that they do not see', async () => {
  const { engine, storage } = server;
  const workspace = (await storage.workspaces.find('main'))!;
  const position = await engine.changes.position();
  const shared = await server.client.create('deal', { name: 'Shared', owner_id: ids.ann } as never);
  await server.client.exchange('POST', `/records/deal/${shared.id}/shares`, {
    with: { user: ids.ben },
    access: 'read',
  });
  await server.client.create('line', { name: 'Unseen', deal: shared.id } as never);
  await storage.drainRollups(workspace);
  const heard = async (name: string, set: string) => {
    const { changes } = await engine.changes.read(workspace, position, 1000);
    const context = {
      kind: 'user' as const,
      workspace,
      userId: ids[name]!,
      permissionSets: [set],
      timeZone: 'UTC',
      locale: 'en',
      source: 'test',
      requestId: undefined,
    };
    const visible = await engine.changes.visible(context, changes);
    return visible.filter(({ id }) => id === shared.id).map(({ action }) => action);
  };
  await expect.poll(() => heard('ben', 'reader')).toContain('rollup');
  expect(await heard('ann', 'clerk')).toEqual(['create']);
});
