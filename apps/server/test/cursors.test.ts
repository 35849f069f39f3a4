/**
 * A cursor is a text that a caller carries, and may have changed. Whatever became of it, at whichever door: `invalid_cursor`
 * with a pointer, or a page of what the caller may see anyway. It names nobody else's record and no value of a hidden
 * field, and is never the server's mistake (SPEC R5).
 */
import type { Client } from '@trellis/api';
import type { Component } from '@trellis/metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'a password of length';
const HIDDEN = 'Zanzibar';

const field = (name: string, body: object) => ({ kind: 'field', name, body: { label: name, ...body } });
const COMPONENTS = [
  { kind: 'object', name: 'firm', body: { label: 'Firm', plural_label: 'Firms', name_field: 'name' } },
  field('firm.name', { type: 'text' }),
  { kind: 'object', name: 'deal', body: { label: 'Deal', plural_label: 'Deals', name_field: 'name' } },
  field('deal.name', { type: 'text', searchable: true, max_length: 4000 }),
  field('deal.amount', { type: 'decimal', scale: 2, indexed: true }),
  field('deal.pieces', { type: 'integer' }),
  field('deal.doubled', { type: 'formula', formula: { '*': [{ var: 'amount' }, 2] } }),
  field('deal.closes', { type: 'date', indexed: true }),
  field('deal.called', { type: 'datetime' }),
  field('deal.at', { type: 'time' }),
  field('deal.took', { type: 'duration' }),
  field('deal.is_hot', { type: 'boolean' }),
  field('deal.stage', { type: 'select', options: ['new', 'won'].map((value) => ({ value, label: value })) }),
  field('deal.firm', { type: 'lookup', to: 'firm' }),
  field('deal.remark', { type: 'text', indexed: true }),
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      system: ['api'],
      objects: {
        deal: {
          ...{ create: true, read: true, update: true, delete: true, export: true, import: true },
          default_field: 'update',
          fields: { remark: 'none' },
        },
        firm: { read: true, default_field: 'read' },
      },
    },
  },
] as Component[];
const SORTS = [
  ...['name', '-amount', 'doubled', 'closes', '-called', 'at', 'took', 'is_hot', 'stage', 'pieces'],
  ...['firm.name', '-created_at', 'owner.name', 'stage,-amount,name', 'version,-id'],
];

let server: TestServer;
let ann: Client;
const own = new Set<string>();
let deal: string;

const get = (path: string, who = ann) => who.exchange('GET', path);
const cursorOf = async (path: string, key = 'next', who = ann) =>
  ((await get(path, who)).body as Record<string, string>)[key]!;

beforeAll(async () => {
  server = await startTestServer({ components: COMPONENTS });
  const email = 'ann@example.com';
  const { id: annId } = await server.client.createUser({
    ...{ email, name: 'Ann', password: PASSWORD },
    permission_sets: ['clerk'],
  });
  ann = await server.signIn(email, PASSWORD);
  const firm = (await server.client.create('firm', { name: HIDDEN })).id;
  const made = async (index: number, owner: object) =>
    (
      await server.client.create('deal', {
        ...{ name: `Deal ${index}`, remark: HIDDEN, firm, ...owner },
        ...(index % 3 === 0
          ? {}
          : {
              ...{ amount: index, pieces: index, closes: `2026-01-0${index}`, is_hot: index % 2 === 0 },
              ...{ called: `2026-01-0${index}T10:00:00.000Z`, at: `0${index}:30`, took: index * 60 },
              ...{ stage: index % 2 === 0 ? 'new' : 'won' },
            }),
      } as never)
    ).id;
  for (let index = 1; index <= 6; index++) {
    own.add(await made(index, { owner_id: annId }));
    await made(index, {});
  }
  deal = [...own][0]!;
  for (let index = 0; index < 4; index++) await ann.update('deal', deal, { amount: index });
}, 120_000);
afterAll(() => server?.stop());

/** Values that a cursor may come to hold. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, '1e999', '-0', 'NaN', 'Infinity', 'infinity', '', ' '],
    ...['0000-01-01', '2026-02-30', '9999-12-31', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '25:00'],
    ...['2026-01-01T99:99:99Z', '2026-01-01T00:00:00+99:99', '2026-01-01 24:00:00Z', '\u0000', '\ud800', "'"],
    ...['9'.repeat(400), `${'9'.repeat(400)}e999`, '00000000-0000-0000-0000-000000000000', [], {}, [null]],
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<unknown>,
);

/** Changes that keep the outer form, so that they get past the first look. */
const mutation: fc.Arbitrary<(cursor: string) => string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(8), hostile).map(
      ([at, value]) =>
        (cursor: string) =>
          rewritten(cursor, at, value),
    ),
  },
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => (cursor: string) => {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes.toString('base64url');
  }),
  fc.nat().map((at) => (cursor: string) => cursor.slice(0, at % (cursor.length + 1))),
  fc.string({ unit: 'binary', maxLength: 12 }).map((more) => (cursor: string) => cursor + more),
  hostile.map((value) => () => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')),
  fc.constant((cursor: string) => cursor.repeat(500)),
);

function rewritten(cursor: string, at: number, value: unknown): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    // Not all cursors are JSON: one word of it is replaced.
    const words = /^\d+$|^[0-9a-f-]{36}$/.test(cursor) ? [cursor] : text.split(' ');
    words[at % words.length] = typeof value === 'string' ? value : JSON.stringify(value);
    return words.length === 1 ? words[0]! : Buffer.from(words.join(' ')).toString('base64url');
  }
  if (!Array.isArray(parts)) return Buffer.from(JSON.stringify([value])).toString('base64url');
  const values = parts[2];
  if (Array.isArray(values) && at < 6) values[at % values.length] = value;
  else if (at === 6 && Array.isArray(values)) values.push(value);
  else parts[at % 3] = value;
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

interface Case {
  /** Where the cursor comes from, and goes. */
  readonly path: string;
  readonly as: 'after' | 'before';
  readonly cursor: string;
  /** Asks by a body. */
  readonly body?: object;
  readonly who?: Client;
}

async function answersTo({ path, as, body, who = ann }: Case, cursor: string) {
  const { status, body: answer } = body
    ? await who.exchange('POST', path, { ...body, [as]: cursor })
    : await who.exchange(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}${as}=${encodeURIComponent(cursor.toWellFormed())}`,
      );
  return { status, answer: answer as Record<string, unknown> };
}

async function isHeld(each: Case, cursor: string): Promise<void> {
  const { status, answer } = await answersTo(each, cursor);
  if (status === 400) {
    const [fault] = answer.errors as { code: string; pointer: string }[];
    expect({ code: answer.code, fault: fault?.code, pointer: fault?.pointer }).toEqual({
      code: 'invalid_cursor',
      fault: 'invalid_cursor',
      pointer: `/${each.as}`,
    });
    return;
  }
  // The address itself is too long for the server.
  if (status === 431 || status === 414) return;
  expect(status, JSON.stringify([each.path, cursor, answer])).toBe(200);
  if (each.who) return;
  const text = JSON.stringify(answer);
  expect(text).not.toContain(HIDDEN);
  for (const record of (answer.records ?? []) as { id: string }[]) expect(own).toContain(record.id);
  for (const hit of (answer.hits ?? []) as { id: string }[]) expect(own).toContain(hit.id);
}

async function holds(cases: readonly Case[], numRuns: number): Promise<void> {
  for (const each of cases) expect(each.cursor, `${each.path} ${each.as}`).toMatch(/./);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cases), mutation, (each, change) =>
      isHeld(each, change(each.cursor)),
    ),
    { numRuns: numRuns * Number(process.env.CURSOR_RUNS ?? 1) },
  );
}

describe('[R5] a cursor that was tampered with', () => {
  it('at lists, both ways', { timeout: 60_000 }, async () => {
    const cases: Case[] = [];
    for (const sort of SORTS) {
      const path = `/records/deal?sort=${sort}&limit=2`;
      const next = await cursorOf(path);
      cases.push({ path, as: 'after', cursor: next });
      const previous = await cursorOf(`${path}&after=${encodeURIComponent(next)}`, 'previous');
      cases.push({ path, as: 'before', cursor: previous });
      const body = { sort: sort.split(','), limit: 2, count: 'exact', rights: true };
      cases.push({ path: '/records/deal/query', as: 'after', cursor: next, body });
    }
    await holds(cases, 150);
    // What PostgreSQL would refuse to read.
    const days = [
      '2026-02-30',
      '0000-01-01',
      '2026-1-1',
      'infinity',
      '2026-02-30T00:00:00Z',
      '0000-01-01T00:00:00Z',
    ];
    const others = [1.5, '1e999', 'NaN', '25:00', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00+99:99'];
    const chosen = cases.filter(
      ({ path, as, body }) => as === 'after' && !body && /=(closes|-called|pieces|stage|took|at)&/.test(path),
    );
    for (const each of chosen)
      for (const value of [...days, ...others]) await isHeld(each, rewritten(each.cursor, 0, value));
  });

  it('at the recycle bin, lists as of a time, searches, histories, jobs and the audit log', {
    timeout: 60_000,
  }, async () => {
    const asOf = new Date().toISOString();
    for (const id of [...own].slice(-3)) await ann.exchange('DELETE', `/records/deal/${id}`);
    for (let index = 0; index < 3; index++) {
      const form = new FormData();
      form.set('mapping', '{}');
      form.set('file', new Blob(['name\nx\n'], { type: 'text/csv' }), 'x.csv');
      await ann.importFile('deal', form);
    }
    const sources: Omit<Case, 'cursor'>[] = [
      { path: '/records/deal?deleted=true&limit=1', as: 'after' },
      { path: '/records/deal?deleted=true&limit=1&sort=-deleted_at', as: 'after' },
      { path: `/records/deal?as_of=${asOf}&limit=1&sort=closes`, as: 'after' },
      { path: `/records/deal?as_of=${asOf}&limit=1`, as: 'after' },
      { path: '/bin?limit=1', as: 'after' },
      { path: '/search?q=deal&object=deal&limit=1', as: 'after' },
      { path: `/records/deal/${deal}/history?limit=1`, as: 'before' },
      { path: '/jobs?limit=1', as: 'before' },
      { path: '/audit?limit=1', as: 'after', who: server.client },
    ];
    const cases = await Promise.all(
      sources.map(async (each) => ({ ...each, cursor: await cursorOf(each.path, 'next', each.who) })),
    );
    await holds(cases, 100);
  });

  it('of another list, order, person or revision', async () => {
    const list = (request: object, who = ann) =>
      who.exchange('POST', '/records/deal/query', { limit: 2, ...request });
    const cursorOfList = async (request: object, who = ann) =>
      ((await list(request, who)).body as { next: string }).next;
    const code = async (answer: Promise<{ status: number; body: unknown }>) =>
      ((await answer).body as { code?: string }).code ?? (await answer).status;
    const byName = await cursorOfList({ sort: ['name'] });
    expect(await code(list({ sort: ['-name'], after: byName }))).toBe('invalid_cursor');
    expect(await code(list({ after: byName }))).toBe('invalid_cursor');
    expect(await code(ann.exchange('POST', '/records/firm/query', { sort: ['name'], after: byName }))).toBe(
      'invalid_cursor',
    );
    expect(await code(ann.exchange('GET', `/search?q=deal&object=deal&after=${byName}`))).toBe(
      'invalid_cursor',
    );
    // What another person sees begins there as well; the page is the caller's own.
    const ofAda = await cursorOfList({ sort: ['name'] }, server.client);
    const page = (await list({ sort: ['name'], after: ofAda })).body as { records: { id: string }[] };
    expect(page.records.every(({ id }) => own.has(id))).toBe(true);
    // An order by a field that is hidden from the caller is none of theirs, whoever gave the cursor.
    const byRemark = await cursorOfList({ sort: ['remark'] }, server.client);
    const refused = await list({ sort: ['remark'], after: byRemark });
    expect([refused.status, JSON.stringify(refused.body).includes('unknown_field')]).toEqual([422, true]);
    // The cursor was given by the revision before: its field has another type, or another name now.
    const byTook = await cursorOfList({ sort: ['took'] });
    await server.client.publish({
      components: [],
      renames: [{ kind: 'field', from: 'deal.took', to: 'deal.lasted' }],
    });
    expect(await code(list({ sort: ['lasted'], after: byTook }))).toBe('invalid_cursor');
  });

  it('continues a list whose values are long', async () => {
    const ids: string[] = [];
    for (const letter of ['y', 'z'])
      ids.push(
        String((await ann.create('deal', { name: `é${letter}`.padEnd(4000, '💶'.slice(0, 2)) } as never)).id),
      );
    for (const id of ids) own.add(id);
    const request = { sort: ['name'], limit: 1, filter: { in: [{ var: 'id' }, ids] } };
    const first = await ann.list('deal', request);
    const second = await ann.list('deal', { ...request, after: first.next! });
    expect([...first.records, ...second.records].map(({ id }) => id)).toEqual(ids);
  });
});
