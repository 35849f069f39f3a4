import type { FileResponse } from '@trellis/api';
import { hashPassword } from '@trellis/identity';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const field = (name: string, body: object) =>
  ({ kind: 'field', name: `person.${name}`, body: { label: name, ...body } }) as Component;
const COMPONENTS: Component[] = [
  {
    kind: 'object',
    name: 'person',
    body: { label: 'Person', plural_label: 'People', name_field: 'name', sharing: 'private' },
  },
  field('name', { type: 'text', required: true }),
  field('photo', { type: 'image' }),
  field('contract', { type: 'file', accept: ['application/pdf', 'text/*'], max_size: 0.001 }),
  field('papers', { type: 'files' }),
];

let server: TestServer;
let clerk: TestServer['client'];
let nobody: TestServer['client'];
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const workspace = (await server.storage.workspaces.find('main'))!;
  for (const [name, permissionSets] of [
    ['cleo', ['administrator']],
    ['nobody', []],
  ] as const) {
    await server.engine.users.create(
      { kind: 'system', workspace, reason: 'test' },
      {
        name,
        email: `${name}@example.com`,
        passwordHash: await hashPassword('a long enough password'),
        permissionSets,
      },
    );
  }
  nobody = await server.signIn('nobody@example.com', 'a long enough password');
  clerk = await server.signIn('cleo@example.com', 'a long enough password');
}, 60_000);
afterAll(() => server?.stop());

const send = (content: string | Buffer, name: string, client = server.client) =>
  client.upload(new Blob([content]), name);
const faultsOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as { problem?: { errors: { code: string; pointer: string }[] } },
  );
  return error?.problem?.errors.map((each) => `${each.code} ${each.pointer}`);
};
const contentOf = (path: string, headers: Record<string, string> = {}, cookie?: string) =>
  fetch(`${server.url}/api/v1${path}`, { headers: { cookie: cookie ?? sessionOf(server), ...headers } });
let session = '';
function sessionOf(_: TestServer): string {
  return session;
}
beforeAll(async () => {
  const response = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
  });
  session = response.headers.getSetCookie()[0]!.split(';')[0]!;
});

describe('a file', () => {
  it('is sent, referred to, read back whole and in parts, and told apart by its content', async () => {
    const sent = await send(PNG, 'C:\\photo of Ada.txt');
    expect(sent).toEqual({
      id: expect.any(String),
      name: 'photo of Ada.txt',
      size: PNG.length,
      type: 'image/png',
    });
    const record = await server.client.create('person', { name: 'Ada', photo: sent.id });
    expect(record.photo).toEqual(sent);
    const path = `/records/person/${record.id}/files/photo`;
    for (const address of [path, `${path}/${sent.id}`, `/files/${sent.id}`]) {
      const response = await contentOf(address);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(response.headers.get('content-disposition')).toMatch(/^inline; filename="photo of Ada.txt"/);
      expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true);
    }
    const part = await contentOf(path, { range: 'bytes=1-3' });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'PNG',
      `bytes 1-3/${PNG.length}`,
    ]);
    expect((await contentOf(path, { range: 'bytes=99999-' })).status).toBe(416);
    expect((await contentOf(path, { 'if-none-match': `"${sent.id}"` })).status).toBe(304);
    const download = await contentOf(`${path}?download=true`);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('that is a page is never shown as one', async () => {
    const sent = await send('<html><script>alert(1)</script>', 'photo.png');
    expect(sent.type).toBe('text/html');
    const record = await server.client.create('person', { name: 'Eve', papers: [sent.id] });
    const response = await contentOf(`/records/person/${record.id}/files/papers/${sent.id}`);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('of a kind that the field does not take, or too large for it, is refused', async () => {
    const page = await send('<html></html>', 'photo.png');
    const large = await send('x'.repeat(2000), 'a.txt');
    expect(
      await faultsOf(server.client.create('person', { name: 'x', photo: page.id, contract: large.id })),
    ).toEqual(['type_not_allowed /photo', 'file_too_large /contract']);
  });

  it('stays with a record whose other fields change, and with one that sends it back as it was read', async () => {
    const sent = await send('one', 'one.txt');
    const record = await server.client.create('person', { name: 'Bob', contract: sent.id });
    await server.client.update('person', record.id, { name: 'Bobby' });
    const again = await server.client.update('person', record.id, { contract: record.contract, name: 'B' });
    expect(again.contract).toEqual(sent);
    const next = await send('two', 'two.txt');
    const changed = await server.client.update('person', record.id, { contract: next.id });
    expect((changed.contract as FileResponse).name).toBe('two.txt');
    // The history names the earlier one: it can be read, and put back.
    expect((await contentOf(`/records/person/${record.id}/files/contract/${sent.id}`)).status).toBe(200);
    const back = await server.client.update('person', record.id, { contract: sent.id });
    expect(back.contract).toEqual(sent);
  });

  it('can be filtered by, and is exported by its id, which is taken back', async () => {
    const sent = await send('%PDF-1.7\n', 'offer.pdf');
    const record = await server.client.create('person', { name: 'Pia', contract: sent.id });
    const found = await server.client.list('person', {
      filter: {
        and: [{ contains: [{ var: 'contract.name' }, 'offer'] }, { '==': [{ var: 'name' }, 'Pia'] }],
      },
    });
    expect(found.records.map((each) => each.id)).toEqual([record.id]);
    const csv = await (
      await contentOf('/records/person/export?fields=contract&filter={"==":[{"var":"name"},"Pia"]}')
    ).text();
    expect(csv.trim().split('\r\n')).toEqual(['contract', sent.id]);
  });
});

describe('access', () => {
  it('nobody refers to what another has sent, or to what another record has', async () => {
    const sent = await send('mine', 'mine.txt');
    expect(await faultsOf(clerk.create('person', { name: 'x', contract: sent.id }))).toEqual([
      'unknown_file /contract',
    ]);
    await server.client.create('person', { name: 'Has it', papers: [sent.id] });
    expect(await faultsOf(server.client.create('person', { name: 'x', papers: [sent.id] }))).toEqual([
      'unknown_file /papers/0',
    ]);
  });

  it('one batch gives a file to one record', async () => {
    const sent = await send('once', 'once.txt');
    const { results } = await server.client.batch('person', {
      operation: 'create',
      records: [
        { name: 'first', papers: [sent.id] },
        { name: 'second', papers: [sent.id] },
      ],
      all_or_nothing: false,
      dry_run: false,
    });
    expect(results.map((each) => each.status)).toEqual(['created', 'failed']);
  });

  it('of many that refer to a file at the same time one gets it', async () => {
    const sent = await send('race', 'race.txt');
    const tries = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) =>
        server.client.create('person', { name: `race ${index}`, papers: [sent.id] }),
      ),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });

  it('who may not see the record sees no file; who sent it does, until then', async () => {
    const sent = await send('private', 'private.txt', nobody);
    const address = `/files/${sent.id}`;
    expect((await nobody.exchange('GET', address)).status).toBe(200);
    expect((await contentOf(address)).status).toBe(404);
    const other = await send('record', 'record.txt');
    const record = await server.client.create('person', { name: 'Ada only', papers: [other.id] });
    expect((await clerk.exchange('GET', `/files/${other.id}`)).status).toBe(200);
    expect((await nobody.exchange('GET', `/files/${other.id}`)).status).toBe(404);
    expect((await nobody.exchange('GET', `/records/person/${record.id}/files/papers`)).status).toBe(404);
    expect((await contentOf(`/records/person/${record.id}/files/name`)).status).toBe(404);
    expect((await contentOf(`/records/person/${record.id}/files/papers/${sent.id}`)).status).toBe(404);
  });

  it('without a session nothing is sent or given', async () => {
    const form = new FormData();
    form.set('file', new Blob(['x']), 'x.txt');
    const response = await fetch(`${server.url}/api/v1/files`, { method: 'POST', body: form });
    expect(response.status).toBe(401);
  });
});

describe('bad input', () => {
  it('is told in problem documents', async () => {
    expect((await server.client.exchange('POST', '/files', { file: 'x' })).status).toBe(415);
    expect((await server.client.exchange('POST', '/files', new FormData())).status).toBe(422);
    for (const value of ['nonsense', 5, { name: 'x' }, [], { id: 'x' }, { id: crypto.randomUUID() }]) {
      const { status } = await server.client.exchange('POST', '/records/person', {
        name: 'x',
        contract: value,
      });
      expect(status, JSON.stringify(value)).toBe(422);
    }
    expect((await contentOf('/files/nonsense')).status).toBe(404);
  });

  it('a file over the limit is refused, and leaves nothing', async () => {
    const most = server.engine.files.mostBytes;
    const answer = await faultsOf(send(Buffer.alloc(most + 1), 'large.bin'));
    expect(answer).toEqual(['file_too_large ']);
    expect(await send(Buffer.alloc(100_000), 'small.bin')).toMatchObject({ size: 100_000 });
  });
});

it('a purged record takes its files along, and what nobody referred to goes after a day', async () => {
  const workspace = (await server.storage.workspaces.find('main'))!;
  const sent = await send('to be erased', 'erased.txt');
  const record = await server.client.create('person', { name: 'Gone', papers: [sent.id] });
  await server.engine.files.sweep(workspace);
  expect((await contentOf(`/files/${sent.id}`)).status).toBe(200);
  await server.client.remove('person', record.id);
  await server.client.remove('person', record.id, { purge: true });
  expect(await server.engine.files.sweep(workspace)).toBe(1);
  expect(await server.storage.files.find(workspace, [sent.id])).toEqual([]);
  const content = await server.storage.files.chunks.read(`${workspace.schema}/${sent.id}`);
  const left: Uint8Array[] = [];
  for await (const chunk of content) left.push(chunk);
  expect(left).toEqual([]);
});

it.each([
  ['--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'],
  ['--x\r\ncontent-disposition: form-data; na'],
  ['hello'],
])('a form that is cut off is malformed, not a fault of ours: %j', async (body) => {
  const response = await fetch(`${server.url}/api/v1/files`, {
    method: 'POST',
    headers: {
      cookie: sessionOf(server),
      origin: server.url,
      'content-type': 'multipart/form-data; boundary=x',
    },
    body,
  });
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
    400,
    'malformed_request',
  ]);
});
