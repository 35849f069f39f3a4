/** What changes of metadata leave behind, over real HTTP: kept values and old names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ components: SAMPLE_COMPONENTS });
});
afterAll(() => server.stop());

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await server.client.exchange(method, path, body);
  return { ...answer, document: answer.body as Record<string, unknown> };
};
const code = (type: string) => ({
  components: [{ kind: 'field', name: 'gadget.code', body: { label: 'Code', type } }],
});

describe('a change of type', () => {
  it('is planned, published, listed, saved as a file and taken off the list', async () => {
    await call('POST', '/metadata/publish', code('text'));
    for (const value of ['7', 'se,ven', '07'])
      await call('POST', '/records/gadget', { name: value, code: value });
    const { document } = await call('POST', '/metadata/plan', code('integer'));
    expect(document.plan).toMatchObject({
      conversions: [{ field: 'code', total: 3, exact: 1, lossy: 1, kept: 1, is_estimate: false }],
      duplicates: [],
    });
    await call('POST', '/metadata/publish', code('integer'));
    const listed = await call('GET', '/metadata/conversions');
    const [conversion] = listed.document.conversions as { id: number }[];
    expect(conversion).toMatchObject({ state: 'done', kept: 1, open: 1, from: 'text', to: 'integer' });
    const values = `/metadata/conversions/${conversion!.id}/values`;
    expect((await call('GET', values)).document).toMatchObject({
      values: [{ text: 'se,ven', is_deleted: false }],
      next: null,
    });
    const signedIn = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
    });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const file = await fetch(`${server.url}/api/v1${values}?format=csv`, { headers: { cookie } });
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect((await file.text()).split('\r\n')).toEqual([
      'id,value,reason,is_deleted',
      expect.stringContaining(',"se,ven",This is not a number.,false'),
      '',
    ]);
    expect((await call('DELETE', `/metadata/conversions/${conversion!.id}?purge=maybe`)).status).toBe(422);
    expect((await call('DELETE', `/metadata/conversions/${conversion!.id}?purge=true`)).status).toBe(204);
    expect((await call('GET', values)).document).toEqual({ values: [], next: null });
    expect((await call('DELETE', `/metadata/conversions/${conversion!.id}`)).status).toBe(204);
    expect((await call('GET', '/metadata/conversions')).document).toEqual({ conversions: [] });
    expect((await call('DELETE', `/metadata/conversions/${conversion!.id}`)).status).toBe(404);
    expect((await call('GET', '/metadata/conversions/x/values')).status).toBe(404);
    expect((await call('GET', `${values}?after=x`)).status).toBe(400);
  });
});

describe('a plan', () => {
  it('says which records would not be accepted any more', async () => {
    const { document } = await call('POST', '/records/gadget', { name: 'Long name' });
    const name = { label: 'Name', type: 'text', required: true, max_length: 6 };
    const planned = await call('POST', '/metadata/plan', {
      components: [{ kind: 'field', name: 'gadget.name', body: name }],
    });
    expect((planned.document.plan as { misfits: unknown }).misfits).toContainEqual({
      object: 'gadget',
      field: 'name',
      code: 'too_long',
      option: null,
      message: 'Name may have at most 6 characters.',
      records: 1,
      is_estimate: false,
      ids: [document.id],
    });
  });
});

describe('an old name', () => {
  it('still works, says so in a header, and is counted', async () => {
    await call('POST', '/metadata/publish', {
      renames: [{ kind: 'field', from: 'gadget.code', to: 'gadget.number' }],
    });
    const { status, headers, document } = await call('GET', '/records/gadget?fields=code&sort=-code');
    expect(status).toBe(200);
    expect(headers.get('deprecation')).toMatch(/^@\d+$/);
    expect(headers.get('x-trellis-renamed')).toBe('code=number');
    expect((document.records as object[])[0]).toHaveProperty('code');
    expect((await call('GET', '/records/gadget?fields=number')).headers.get('deprecation')).toBeNull();
    const { aliases } = (await call('GET', '/metadata/aliases')).document as { aliases: { uses: number }[] };
    expect(aliases).toMatchObject([{ kind: 'field', name: 'gadget.code', current: 'gadget.number' }]);
    expect(aliases[0]!.uses).toBeGreaterThan(0);
    expect((await call('DELETE', '/metadata/aliases/field/gadget.code')).status).toBe(204);
    expect((await call('GET', '/records/gadget?fields=code')).status).toBe(422);
  });

  it('of an object describes what is called otherwise today', async () => {
    await call('POST', '/metadata/publish', { renames: [{ kind: 'object', from: 'gadget', to: 'device' }] });
    const { status, headers, document } = await call('GET', '/describe/gadget');
    expect(status).toBe(200);
    expect(document.name).toBe('device');
    expect(headers.get('x-trellis-renamed')).toBe('gadget=device');
    expect((await call('GET', '/describe/nothing')).status).toBe(404);
  });
});
