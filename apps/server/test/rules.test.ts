/** Rules over HTTP, by each way in: one record, a change, a batch, an upsert; and what the caller may know of them. */
import type { Component } from '@trellis/metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const field = (name: string, body: object) =>
  ({ kind: 'field', name: `deal.${name}`, body: { label: name, ...body } }) as Component;
const COMPONENTS = [
  { kind: 'object', name: 'deal', body: { label: 'Deal', plural_label: 'Deals', name_field: 'name' } },
  field('name', { type: 'text', required: true }),
  field('code', { type: 'text', unique: true }),
  field('stage', {
    type: 'select',
    options: ['open', 'won'].map((value) => ({ value, label: value })),
  }),
  field('amount', { type: 'integer', required_when: { '==': [{ var: 'stage' }, 'won'] } }),
  field('note', { type: 'text', read_only_when: { '==': [{ var: 'stage' }, 'won'] } }),
  field('due', { type: 'date', default: { date_add: [{ today: [] }, 1, 'day'] } }),
  {
    kind: 'rule',
    name: 'deal.not_negative',
    body: {
      label: 'Not negative',
      invalid_when: { '<': [{ var: 'amount' }, 0] },
      message: 'The amount is negative.',
      fields: ['amount'],
    },
  },
  {
    kind: 'rule',
    name: 'deal.large',
    body: {
      label: 'Large',
      invalid_when: { '>': [{ var: 'amount' }, 100] },
      message: 'That is a lot.',
      fields: ['amount'],
      severity: 'warning',
    },
  },
] as Component[];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
});
afterAll(() => server.stop());

const call = async (method: string, path: string, body?: unknown) => {
  const {
    status,
    body: answer,
    headers,
  } = await server.client.exchange(method, `/records/deal${path}`, body);
  return {
    status,
    headers,
    answer: answer as Record<string, unknown> & { errors?: object[]; results?: object[] },
  };
};

it('one record: 422 with the faults of input and rules together', async () => {
  const { status, answer } = await call('POST', '', { stage: 'won', amount: -1, due: 'soon' });
  expect([status, answer.code]).toEqual([422, 'invalid_input']);
  expect(answer.errors).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ code: 'required', pointer: '/name' }),
      expect.objectContaining({ code: 'invalid_format', pointer: '/due' }),
      {
        code: 'rule_violation',
        pointer: '/amount',
        message: 'The amount is negative.',
        rule: 'deal.not_negative',
      },
    ]),
  );
});

it('a change: required and read only by condition', async () => {
  const { answer: deal } = await call('POST', '', { name: 'A', stage: 'open', note: 'x' });
  expect(deal.due).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect((await call('PATCH', `/${deal.id}`, { stage: 'won' })).answer.errors).toEqual([
    { code: 'required', pointer: '/amount', message: 'amount is required.' },
  ]);
  expect((await call('PATCH', `/${deal.id}`, { stage: 'won', amount: 1, note: 'y' })).status).toBe(200);
  expect((await call('PATCH', `/${deal.id}`, { note: 'z' })).answer.errors).toEqual([
    { code: 'read_only', pointer: '/note', message: 'note can not be changed any more.' },
  ]);
});

it('batches and upserts: a result per record, warnings among them', async () => {
  const records = [
    { name: 'a', code: 'A', amount: -1 },
    { name: 'b', code: 'B', amount: 500 },
    { name: 'c', code: 'C', stage: 'won' },
  ];
  for (const operation of ['create', 'upsert'] as const) {
    const body = { operation, records, ...(operation === 'upsert' ? { key: 'code' } : {}), dry_run: true };
    const { status, answer } = await call('POST', '/batch', body);
    expect(status).toBe(200);
    expect(answer.results).toMatchObject([
      { status: 'failed', errors: [{ code: 'rule_violation', pointer: '/amount' }] },
      {
        status: 'created',
        warnings: [{ code: 'rule_warning', message: 'That is a lot.', severity: 'warning' }],
      },
      { status: 'failed', errors: [{ code: 'required', pointer: '/amount' }] },
    ]);
  }
  const refused = await call('POST', '/batch', {
    operation: 'create',
    records: [records[1]],
    warnings: 'refuse',
  });
  expect(refused.answer.results).toMatchObject([{ status: 'failed', errors: [{ code: 'rule_warning' }] }]);
});

it('a warning is told in a header, or asked for first', async () => {
  const saved = await call('POST', '', { name: 'L', amount: 500 });
  expect([saved.status, saved.headers.get('trellis-warnings')]).toEqual([201, 'deal.large']);
  const asked = await call('PATCH', `/${saved.answer.id}?warnings=refuse`, { amount: 600 });
  expect([asked.status, asked.answer.code]).toEqual([422, 'unconfirmed_warnings']);
  expect(asked.answer.errors).toEqual([
    {
      code: 'rule_warning',
      pointer: '/amount',
      message: 'That is a lot.',
      rule: 'deal.large',
      severity: 'warning',
    },
  ]);
  expect((await call('GET', `/${saved.answer.id}`)).answer.amount).toBe(500);
  expect((await call('PATCH', `/${saved.answer.id}?warnings=report`, { amount: 600 })).status).toBe(200);
  expect((await call('POST', '?warnings=maybe', { name: 'L' })).answer.code).toBe('invalid_query');
});

it('a rule with a faulty path is refused when it is published, with the fix', async () => {
  const rule = {
    kind: 'rule',
    name: 'deal.bad',
    body: { label: 'Bad', invalid_when: { is_blank: { var: 'account.nmae' } }, message: 'No.' },
  };
  const { status, body } = await server.client.exchange('POST', '/metadata/publish', { components: [rule] });
  expect(status).toBe(422);
  expect((body as { errors: object[] }).errors[0]).toMatchObject({
    code: 'unknown_field',
    pointer: '/components/0/body/invalid_when/is_blank/var',
  });
});
