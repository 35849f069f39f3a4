/** The audit log over HTTP: what requests leave in it, and who may look. */

import { readFileSync } from 'node:fs';
import { type AuditEntryResponse, type Client, createClient } from '@trellis/api';
import { AUDIT_ACTIONS } from '@trellis/engine';
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const components = [
  {
    kind: 'object',
    name: 'case',
    body: { label: 'Case', plural_label: 'Cases', name_field: 'name', audit_reads: true, sharing: 'read' },
  },
  { kind: 'field', name: 'case.name', body: { label: 'Name', type: 'text' } },
  {
    kind: 'permission_set',
    name: 'clerk',
    body: { label: 'Clerk', system: ['api'], objects: { case: { read: true, default_field: 'read' } } },
  },
  {
    kind: 'permission_set',
    name: 'auditor',
    body: { label: 'Auditor', system: ['view_audit', 'api', 'manage_users'] },
  },
] as unknown as Component[];

let server: TestServer;
let clerk: Client;
let auditor: Client;
beforeAll(async () => {
  server = await startTestServer({ components });
  for (const name of ['clerk', 'auditor'])
    await server.client.createUser({
      email: `${name}@example.com`,
      name,
      password: PASSWORD,
      permission_sets: [name],
    });
  clerk = await server.signIn('clerk@example.com', PASSWORD);
  auditor = await server.signIn('auditor@example.com', PASSWORD);
});
afterAll(() => server?.stop());

const newest = async (count = 1) => (await auditor.audit({ limit: count })).entries;
const statusOf = async (client: Client, method: string, path: string, body?: unknown) =>
  (await client.exchange(method, path, body)).status;

it('tells of coming and going, with address and user agent and no secret', async () => {
  const stranger = createClient({ origin: server.url, keepsCookies: true });
  await stranger.exchange('POST', '/auth/login', {
    email: 'clerk@example.com',
    password: 'a wrong password!',
  });
  await stranger.exchange('POST', '/auth/login', {
    email: 'hunter2-typed-here',
    password: 'a wrong password!',
  });
  const visitor = await server.signIn('clerk@example.com', PASSWORD);
  await visitor.logout();
  const [out, come, unknown, wrong] = await newest(4);
  expect([out, come, unknown, wrong].map((each) => [each?.action, each?.actor?.name ?? null])).toEqual([
    ['sign_out', 'clerk'],
    ['sign_in', 'clerk'],
    ['sign_in_failed', null],
    ['sign_in_failed', 'clerk'],
  ]);
  expect(wrong).toMatchObject({ outcome: 'refused', address: '127.0.0.1', user_agent: expect.any(String) });
  expect(JSON.stringify(await newest(200))).not.toMatch(
    /wrong password|hunter2|a password of length|\$argon2/,
  );
});

it('tells of what was refused, each door once a minute', async () => {
  expect(await statusOf(clerk, 'POST', '/records/case', { name: 'x' })).toBe(403);
  expect(await statusOf(clerk, 'POST', '/records/case', { name: 'y' })).toBe(403);
  expect(await statusOf(clerk, 'GET', '/users')).toBe(403);
  expect(await statusOf(clerk, 'GET', '/audit')).toBe(403);
  const user = (await server.client.users()).users.find(({ name }) => name === 'clerk')!;
  const raise = { permission_sets: ['administrator'] };
  expect(await statusOf(auditor, 'PATCH', `/users/${user.id}`, raise)).toBe(422);
  const found = await newest(4);
  expect(
    found.map(({ action, outcome, actor, details }) => [action, outcome, actor?.name, details.door]),
  ).toEqual([
    ['access_refused', 'refused', 'auditor', 'PATCH /api/v1/users/:id'],
    ['access_refused', 'refused', 'clerk', 'GET /api/v1/audit'],
    ['access_refused', 'refused', 'clerk', 'GET /api/v1/users'],
    ['access_refused', 'refused', 'clerk', 'POST /api/v1/records/:object'],
  ]);
  expect(found[0]).toMatchObject({ record: user.id, details: { right: 'manage_users' } });
  expect(found[3]).toMatchObject({ object: 'case' });
});

it('tells who read what of an object that asks for it', async () => {
  const { id } = await server.client.create('case', { name: 'Secret' });
  await clerk.exchange('GET', `/records/case/${id}`);
  await clerk.exchange('GET', '/records/case');
  const { entries } = await auditor.audit({ record: id });
  expect(entries.map(({ actor, details }) => [actor?.name, details.door])).toEqual([
    ['clerk', 'list'],
    ['clerk', 'record'],
  ]);
});

it('is searched by everything that an entry has, page by page', async () => {
  const me = (await clerk.me()).user.id;
  const actions = async (query: Parameters<Client['audit']>[0]) =>
    [...new Set((await auditor.audit({ ...query, limit: 200 })).entries.map(({ action }) => action))].sort();
  expect(await actions({ actor: me })).toEqual([
    'access_refused',
    'records_read',
    'sign_in',
    'sign_in_failed',
    'sign_out',
  ]);
  expect(await actions({ action: ['sign_in', 'sign_out'] })).toEqual(['sign_in', 'sign_out']);
  expect(await actions({ outcome: 'refused' })).toEqual(['access_refused', 'sign_in_failed']);
  expect(await actions({ object: 'case' })).toEqual(['access_refused', 'records_read']);
  expect(await actions({ until: '2020-01-01' })).toEqual([]);
  expect(await actions({ from: '2020-01-01', object: 'user' })).toContain('user_created');
  const first = await auditor.audit({ limit: 2 });
  const second = await auditor.audit({ limit: 2, after: first.next! });
  expect(second.entries[0]!.id).toBeLessThan(first.entries[1]!.id);
  const faulty = await auditor.exchange('GET', '/audit?actor=me&limit=0&nothing=1');
  expect(faulty.status).toBe(422);
});

it('leaves as a file, which is told', async () => {
  const csv = await auditor.download(auditor.auditFile({ action: 'sign_in' }, 'csv'));
  const text = await csv.text();
  expect(text.split('\r\n')[0]).toBe(
    'number,at,actor,as,action,outcome,object,record,records,revision,source,address,user_agent,request_id,details,id,hash',
  );
  expect(text).toContain(',clerk,,sign_in,done,');
  const ndjson = await auditor.download(auditor.auditFile({ outcome: 'refused' }, 'ndjson'));
  const lines = (await ndjson.text()).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as AuditEntryResponse).outcome)).toEqual(
    lines.map(() => 'refused'),
  );
  expect((await newest())[0]).toMatchObject({ action: 'audit_exported', details: { format: 'ndjson' } });
});

it('verifies, and compares with a head that was noted', async () => {
  const verdict = await auditor.verifyAudit();
  expect(verdict).toMatchObject({ is_intact: true, fault: null, forgotten: 0 });
  const { number, hash } = verdict.head;
  expect(await auditor.verifyAudit(`${number}:${hash}`)).toMatchObject({ is_intact: true });
  expect(await auditor.verifyAudit(`${number}:${'f'.repeat(64)}`)).toMatchObject({
    is_intact: false,
    fault: { code: 'other_head', number },
  });
});

it('[A5] is read by a key only with people and all objects in its scope', async () => {
  const ask = async (scope: object) => {
    const { key } = await auditor.createApiKey({ name: 'k', ...scope });
    const byKey = createClient({ origin: server.url, apiKey: key });
    return statusOf(byKey, 'GET', '/audit');
  };
  expect(await ask({ users: true })).toBe(200);
  expect(await ask({ users: false })).toBe(403);
});

it('tells who looked at everybody’s keys', async () => {
  await auditor.apiKeys();
  const { keys } = await auditor.apiKeys({ all: true });
  expect((await newest())[0]).toMatchObject({ action: 'api_keys_listed', details: { count: keys.length } });
  expect((await newest(2))[1]!.action).not.toBe('api_keys_listed');
});

it('tells of a workspace that was made, in both', async () => {
  await server.client.createWorkspace({ name: 'other', label: 'Other' });
  expect((await newest())[0]).toMatchObject({
    action: 'workspace_created',
    actor: { name: 'Ada' },
    details: { workspace: 'other' },
  });
  const there = await server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password, 'other');
  const { entries } = await there.audit({ limit: 200 });
  expect(entries.map(({ action }) => action)).toContain('workspace_created');
  expect(entries.map(({ action }) => action)).toContain('user_created');
  expect(await there.verifyAudit()).toMatchObject({ is_intact: true });
});

it('names every action in its documentation', () => {
  const page = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');
  const missing = AUDIT_ACTIONS.filter((action) => !page.includes(`\`${action}\``));
  expect(missing).toEqual([]);
});
