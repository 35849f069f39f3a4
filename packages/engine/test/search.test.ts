/** Search: what finds what, in which order, marked where; and that it tells nobody of what they may not read. */

import { withDatabase } from '@trellis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchHit, UserContext } from '../src/index.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const SCHEMA = [
  ...object('firm', {
    code: { type: 'text', searchable: true },
    city: { type: 'text', searchable: true },
    secret_word: { type: 'text', searchable: true },
  }),
  ...object('contact', {
    firm: { type: 'lookup', to: 'firm', reverse_name: 'contacts' },
    email: { type: 'email', searchable: true },
    others: { type: 'email', multiple: true, searchable: true },
    phone: { type: 'phone', default_country: 'DE', searchable: true },
    story: { type: 'rich_text', searchable: true },
  }),
  ...object('ticket', { number: { type: 'auto_number', format: 'T-{00000}', searchable: true } }),
  ...object('quiet', {}, { search: false }),
  {
    kind: 'view',
    name: 'contact.all',
    body: { label: 'All', is_default: true, columns: ['name', 'firm.name', 'email', 'phone'] },
  },
  {
    kind: 'permission_set',
    name: 'clerk',
    body: {
      label: 'Clerk',
      objects: {
        firm: { read: true, view_all: true, default_field: 'read', fields: { secret_word: 'none' } },
        contact: { read: true, default_field: 'read' },
      },
    },
  },
];

let open: OpenEngine;
let clerk: UserContext;
beforeAll(async () => {
  open = await openEngine(SCHEMA, { poolSize: 8 });
  const { id } = await open.engine.users.create(open.admin, {
    email: 'clerk@example.com',
    name: 'Clerk',
    permissionSets: ['clerk'],
  });
  clerk = {
    ...open.admin,
    permissionSets: ['clerk'],
    userId: String(id),
    userName: 'Clerk',
    userEmail: 'clerk@example.com',
  };
});
afterAll(() => open?.close());

const create = (name: string, values: object, as = open.admin) =>
  open.engine.records.create(as, name, values as never);
const search = (text: string, request: object = {}, as = open.admin) =>
  open.engine.records.search(as, { text, ...request });
const namesOf = async (text: string, request: object = {}, as = open.admin) =>
  (await search(text, request, as)).hits.map(({ name }) => name);
const marked = (text: string, ranges: readonly (readonly [number, number])[]) =>
  ranges.map(([from, until]) => text.slice(from, until));

describe('search', () => {
  it('ranks exact name, beginning of the name, beginnings of words, another value, parts, and what is like it', async () => {
    const inOrder = [
      { name: 'Velvet' },
      { name: 'Velvet Works' },
      { name: 'Old Velvet Ltd' },
      { name: 'Numbered', code: 'VELVET' },
      { name: 'Blackvelvet' },
      { name: 'Elsewhere', city: 'Velvetown' },
    ];
    // The worst first, so that recency alone would turn it around.
    for (const values of inOrder.toReversed()) await create('firm', values);
    const { hits } = await search('velvet');
    expect(hits.map(({ name, rank }) => [name, rank])).toEqual([
      ['Velvet', 'name'],
      ['Velvet Works', 'name_prefix'],
      ['Old Velvet Ltd', 'name_words'],
      ['Numbered', 'value'],
      ['Blackvelvet', 'name_part'],
      ['Elsewhere', 'other'],
    ]);
    expect(marked('Blackvelvet', hits[4]!.ranges)).toEqual(['velvet']);
    expect(hits[5]!.matches).toEqual([{ field: 'city', label: 'City', text: 'Velvetown', ranges: [[0, 6]] }]);
    const similar = (await search('velvit')).hits;
    expect(similar.map(({ name }) => name)).toContain('Elsewhere');
    expect(similar.every(({ rank }) => rank === 'similar')).toBe(true);
  });

  it('takes words in any order from several fields, without case and accents', async () => {
    await create('firm', { name: 'Café Müller Straße', city: 'Łódź' });
    for (const text of ['cafe', 'MULLER', 'strasse', 'lodz caf', 'łódź mÜll', 'strasse müller', 'Mu'])
      expect(await namesOf(text), text).toContain('Café Müller Straße');
    for (const text of ['cafe berlin', 'cafe 5'])
      expect(await namesOf(text), text).not.toContain('Café Müller Straße');
    const [hit] = (await search('strasse lodz')).hits;
    expect(marked(hit!.name, hit!.ranges)).toEqual(['Straße']);
    expect(hit!.matches).toMatchObject([{ field: 'city', text: 'Łódź', ranges: [[0, 4]] }]);
  });

  it('finds in every script, and signs that are words', async () => {
    const pairs = [
      ['Ωμέγα Ναυτιλία', 'ωμεγα'],
      ['Общество Москва', 'москв'],
      ['株式会社東京製作所', '東京'],
      ['トヨタ自動車', '自動'],
      ['شركة الاتصالات', 'الاتصالات'],
      ['שלום עולם', 'עולם'],
      ['서울 전자', '서울'],
      ['नमस्ते दुनिया', 'दुनिया'],
      ['Rakete 🚀 GmbH', '🚀'],
      ["O'Brien & Søns", "o'brien"],
    ] as const;
    for (const [name] of pairs) await create('firm', { name });
    for (const [name, text] of pairs) {
      const { hits } = await search(text);
      expect(
        hits.map((hit) => hit.name),
        text,
      ).toContain(name);
      const { ranges } = hits.find((hit) => hit.name === name)!;
      expect(ranges.length, text).toBeGreaterThan(0);
    }
    expect(await namesOf('moskva')).toContain('Общество Москва');
  });

  it('finds people by parts of addresses and numbers, and says who they are', async () => {
    const firm = await create('firm', { name: 'Hansa Kontor' });
    await create('contact', {
      name: 'Jonas Johnson',
      firm: firm.id,
      email: 'jonas.j@kontor-hansa.example',
      others: ['second@elsewhere.example', { value: 'third@far.example', label: 'x' }],
      phone: '0171 2345678',
    });
    await create('contact', { name: 'Paper Mill', phone: '(030) 55-66 77 ext 8' });
    for (const text of [
      'kontor-hansa',
      'jonas.j@',
      'third',
      '@far.example',
      '0171 234 5678',
      '+49 171/23 45',
      '00491712345678',
      '2345678',
    ])
      expect(await namesOf(text), text).toContain('Jonas Johnson');
    expect(await namesOf('5566 77')).toEqual(['Paper Mill']);
    const [hit] = (await search('0171 234')).hits;
    expect(hit).toMatchObject({ details: ['Hansa Kontor', 'jonas.j@kontor-hansa.example'] });
    expect(marked(hit!.matches[0]!.text, hit!.matches[0]!.ranges)).toEqual(['171234']);
  });

  it('forgives a typing error or two, below what is exact', async () => {
    for (const text of ['Jonson', 'jhonson', 'johnsen', 'Jonas Jonson'])
      expect((await search(text)).hits[0], text).toMatchObject({ name: 'Jonas Johnson', rank: 'similar' });
    const [hit] = (await search('Jonson')).hits;
    expect(marked(hit!.name, hit!.ranges)).toEqual(['Johnson']);
    await create('contact', { name: 'Jonson Exactly' });
    expect((await namesOf('jonson')).slice(0, 2)).toEqual(['Jonson Exactly', 'Jonas Johnson']);
    expect(await namesOf('jxxxson')).toEqual([]);
  });

  it('finds by ids, by addresses of records, and by numbers with and without zeros', async () => {
    const ticket = await create('ticket', { name: 'Broken' });
    expect(ticket.number).toBe('T-00001');
    const id = String(ticket.id);
    for (const text of [id, `https://crm.example/o/ticket/${id}?tab=x`, 'T-00001', 't 1', '00001'])
      expect(await namesOf(text), text).toEqual(['Broken']);
  });

  it('shows the part of a long text around what was found, without its tags', async () => {
    const story = `<p>${'Once upon a time. '.repeat(40)}The <b>zeppelin</b> &amp; more.</p>`;
    await create('contact', { name: 'Story', story });
    const [hit] = (await search('zeppelin')).hits;
    const [match] = hit!.matches;
    expect(match!.text.length).toBeLessThan(170);
    expect(match!.text).toMatch(/^….*The zeppelin & more\.$/);
    expect(marked(match!.text, match!.ranges)).toEqual(['zeppelin']);
    expect(await namesOf('once upon zeppelin')).toEqual(['Story']);
  });

  it('groups by object, keeps a place for each, and pages through one', async () => {
    for (let index = 0; index < 12; index++) await create('firm', { name: `Quorum ${index}` });
    await create('contact', { name: 'In the quorum' });
    const { hits, groups, next } = await search('quorum', { limit: 5 });
    expect(groups).toEqual([
      { object: 'firm', count: { value: 12, kind: 'exact' } },
      { object: 'contact', count: { value: 1, kind: 'exact' } },
    ]);
    expect(hits.map((hit) => hit.object)).toEqual(['firm', 'firm', 'firm', 'firm', 'contact']);
    expect(next).toBeNull();
    const all: SearchHit[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await search('quorum', { object: 'firm', limit: 5, after: after ?? undefined });
      all.push(...page.hits);
      after = page.next;
    }
    expect(new Set(all.map((hit) => hit.id)).size).toBe(12);
    expect(all.map((hit) => hit.name)).toEqual(
      Array.from({ length: 12 }, (_, index) => `Quorum ${11 - index}`),
    );
    const first = await search('quorum', { object: 'firm', limit: 5 });
    for (const request of [
      { object: 'firm', after: `${first.next}x` },
      { object: 'contact', after: first.next },
      { object: 'firm', after: 'WyJmaXJtIl0' },
    ])
      expect((await errorOf(search('quorum', request))).code).toBe('invalid_cursor');
    expect((await errorOf(search('other', { object: 'firm', after: first.next }))).code).toBe(
      'invalid_cursor',
    );
    expect((await errorOf(search('quorum', { after: first.next }))).code).toBe('invalid_query');
    expect((await errorOf(search('x', { object: 'nothing' }))).code).toBe('unknown_object');
  });

  it('passes over objects that are not searched', async () => {
    await create('quiet', { name: 'Velvet' });
    expect((await search('velvet')).groups.map((group) => group.object)).not.toContain('quiet');
    expect(await search('velvet', { object: 'quiet' })).toMatchObject({ hits: [], next: null });
  });

  it('tells of nothing in a field or record that one may not read, neither by hit nor by rank, mark or count', async () => {
    await create('firm', { name: 'Harmless', secret_word: 'Xylophone' });
    await create('firm', { name: 'Xylophone Hall', secret_word: 'Xylophone' });
    await create('contact', { name: 'Xylophone of others' });
    expect(await namesOf('xylophone')).toHaveLength(3);
    for (const text of ['xylophone', 'xylophon', 'xylofone', 'xyl']) {
      const { hits, groups } = await search(text, {}, clerk);
      expect(
        hits.map(({ name }) => name),
        text,
      ).toEqual(['Xylophone Hall']);
      expect(groups, text).toEqual([{ object: 'firm', count: { value: 1, kind: 'exact' } }]);
      expect(hits[0]!.matches).toEqual([]);
    }
    expect(await namesOf('harmless xylophone', {}, clerk)).toEqual([]);
    expect((await errorOf(search('x', { object: 'ticket' }, clerk))).code).toBe('unknown_object');
  });

  it('answers to any text', async () => {
    const hostile = [
      '%',
      '_',
      '\\',
      "'",
      '"',
      "' or 1=1 --",
      '$1',
      '<b>',
      '\u{1f468}\u200d\u{1f469}',
      '\ud800',
      '´',
      '(((',
      '  ',
      '',
    ];
    for (const text of hostile) await search(text);
    expect(await namesOf('v%t')).toEqual([]);
    const long = await search(`velvet ${'works and more words '.repeat(500)}`);
    expect(long.hits).toEqual([]);
    expect((await search('velvet '.repeat(200))).hits[0]).toMatchObject({ name: 'Velvet' });
    expect((await errorOf(search('a\0b'))).code).toBe('invalid_query');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        await search(text.replaceAll('\0', ''));
      }),
      { numRuns: 10 },
    );
  });

  it('finds a record by any word of its name', async () => {
    const word = fc.string({ unit: fc.constantFrom(...'abzéßŁøжя東京ن한z0'), minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 3 }), fc.nat(), async (words, pick) => {
        const { id, name } = await create('firm', { name: `${words.join(' ')} Qqq` });
        const text = `${String(name).split(' ')[pick % words.length]} qqq`;
        const { hits } = await search(text, { object: 'firm', limit: 100 });
        expect(hits.find((hit) => hit.id === id)?.ranges.length ?? 0, text).toBeGreaterThan(0);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a search that takes too long', () => {
  it('answers with what there is, and names what could not be looked through', async () => {
    await withDatabase(open.connectionString, async (other) => {
      // Whoever reads tickets waits.
      await other.query('begin; lock table ws_main.ticket in access exclusive mode');
      const { hits, incomplete, groups } = await search('johnson');
      expect(incomplete).toEqual(['ticket']);
      expect(hits.map(({ name }) => name)).toContain('Jonas Johnson');
      expect(groups.map((group) => group.object)).toEqual(['contact']);
      // Nor is there time for titles behind a lookup to what waits.
      await other.query('commit; begin; lock table ws_main.firm in access exclusive mode');
      expect((await search('johnson')).incomplete).toEqual(['contact', 'firm']);
    });
    // The connections have their own limit again.
    expect(await namesOf('velvet works')).toEqual(['Velvet Works']);
  });
});
