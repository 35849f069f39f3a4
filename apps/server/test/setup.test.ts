import { createClient } from '@trellis/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let setUps = 0;
beforeAll(async () => {
  server = await startTestServer({ administrator: false, onSetUp: () => (setUps += 1) });
});
afterAll(() => server.stop());

const person = (name: string) => ({ name, email: `${name}@example.com`, password: 'correct horse battery' });
const client = () => createClient({ origin: server.url, keepsCookies: true });

it('says that it is needed', async () => {
  expect(await client().setupState()).toEqual({ needs_setup: true, sends_mail: false });
});

it('refuses faults, all together', async () => {
  const { status, body } = await client().exchange('POST', '/setup', {
    name: ' ',
    email: 'nobody',
    password: 'short',
  });
  expect(status).toBe(422);
  expect((body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual([
    '/name',
    '/email',
    '/password',
  ]);
});

it('makes exactly one administrator when many arrive together', async () => {
  const names = Array.from({ length: 8 }, (_each, index) => `visitor${index}`);
  const clients = names.map(client);
  const answers = await Promise.all(
    names.map((name, index) => clients[index]!.exchange('POST', '/setup', person(name))),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  expect(setUps).toBe(1);
  const winner = answers.findIndex(({ status }) => status === 201);
  expect(await clients[winner]!.me()).toMatchObject({
    user: { name: names[winner] },
    workspace: 'main',
    rights: expect.arrayContaining(['customise']),
  });
  expect(await server.storage.identities.countIdentities()).toBe(1);
});

it('is closed from then on, before anything else is looked at', async () => {
  expect(await client().setupState()).toEqual({ needs_setup: false, sends_mail: false });
  const { status, body } = await client().exchange('POST', '/setup', { nonsense: true });
  expect({ status, code: (body as { code: string }).code }).toEqual({ status: 409, code: 'already_set_up' });
});
