/** Pages of records that hold a text: few of very many are gathered, whatever PostgreSQL's examples make of them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wordsKey } from '../src/metadata/field-source.ts';
import { type Condition, patternOf } from '../src/query/shape.ts';
import { type Examples, likeTest, shareOf } from '../src/query/text-examples.ts';
import { type Fixture, insertRecords, openFixture, pathOf, queryOf, SALES } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture(SALES);
  // Names end with numbers that no other name holds, and begin with words that many hold.
  await fixture.admin.query(
    `insert into ws_main.deal (id, owner_id, created_at, created_by, updated_at, updated_by, data)
     select gen_random_uuid(), p.id, now(), p.id, now(), p.id,
            jsonb_build_object('name', (array['Northwind', 'Contoso', 'Fabrikam'])[1 + n % 3] || ' ' || (100000 + n * 37))
       from (select id from ws_main._principal limit 1) p, generate_series(1, 4000) n`,
  );
  await fixture.admin.query('analyze ws_main.deal');
  await insertRecords(
    fixture,
    'account',
    Array.from({ length: 30 }, (_, index) => ({ name: `Account ${index}` })),
  );
  // As though there were many more.
  await fixture.admin.query(
    `update pg_class set reltuples = 1000000 where oid in ('ws_main.deal'::regclass, 'ws_main.account'::regclass)`,
  );
});
afterAll(() => fixture?.close());

/** Whether the last page was gathered: by the statement that one of the storage's connections ran last. */
const isGathered = async (table = 'deal') => {
  const { rows } = await fixture.admin.query<{ query: string }>(
    `select query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query like '%ws_main%' || $1 || '%like%'
      order by query_start desc limit 1`,
    [table],
  );
  return rows[0]!.query.includes('offset 0)');
};

const askFor = async (text: string, more: object = {}, name = 'deal') => {
  const filter = { contains: [{ var: 'name' }, text] };
  const query = queryOf(fixture.snapshot, name, {
    filter,
    sort: ['-id'],
    fields: ['name'],
    limit: 20,
    ...more,
  });
  const page = await fixture.storage.records.query(fixture.snapshot, { ...query, asked: query.filter });
  return page.rows.map(({ name }) => String(name));
};

test('a text that one of the examples happens to hold is not looked for among all records', async () => {
  const { rows } = await fixture.admin.query<{ text: string }>(
    `select unnest(histogram_bounds::text::text[]) as text from pg_stats
      where schemaname = 'ws_main' and tablename = 'deal' and histogram_bounds::text like '%northwind %'`,
  );
  const number = /\d{6}/.exec(rows[7]!.text)![0];
  const expected = [expect.stringMatching(new RegExp(` ${number}$`))];
  // The examples are read beside the first answer.
  await expect
    .poll(async () => {
      expect(await askFor(number)).toEqual(expected);
      return isGathered();
    })
    .toBe(true);
  // In the order of the page, and page by page.
  const some = await askFor(number.slice(0, 3), { sort: ['name'], limit: 500 });
  expect(some.length).toBeGreaterThan(1);
  expect(some).toEqual([...some].sort());
});

test('a text that many records hold is read in the order of the page', async () => {
  for (let time = 0; time < 4; time++) {
    expect(await askFor('fabrikam')).toHaveLength(20);
    expect(await isGathered()).toBe(false);
  }
  // Until somebody asks for a rare one.
  expect(await askFor('nothing like it')).toEqual([]);
  expect(await isGathered()).toBe(true);
});

test('nothing is known of what PostgreSQL has not looked at yet', async () => {
  for (let time = 0; time < 6; time++) {
    expect(await askFor('account', {}, 'account')).toHaveLength(20);
    expect(await isGathered('account')).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

describe('the share of records that hold a text', () => {
  test('what a pattern is met by is what PostgreSQL makes of it', async () => {
    const sign = fc.constantFrom('a', 'b', ' ', '%', '_', '\\');
    const text = fc.string({ unit: sign, maxLength: 6 });
    const operation = fc.constantFrom('contains' as const, 'starts_with' as const, 'ends_with' as const);
    const pattern = fc.oneof(
      fc.tuple(operation, text).map(([op, sought]) => patternOf(op, sought)),
      fc.constantFrom('%a%', '% a%', 'a%', '%-ab%', '%', '%a b%'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), pattern, async (texts, tried) => {
        const { rows } = await fixture.admin.query<{ is: boolean }>(
          `select t like $2 as is from unnest($1::text[]) with ordinality x(t, n) order by n`,
          [texts, tried],
        );
        expect(texts.map(likeTest(tried))).toEqual(rows.map(({ is }) => is));
      }),
      { numRuns: 300 },
    );
  });

  test('is that of the examples which hold it', () => {
    const path = pathOf(fixture.snapshot, queryOf(fixture.snapshot, 'deal').object, 'name');
    const examples: Examples = {
      common: [
        ['acme one', 0.1],
        ['other', 0.2],
      ],
      others: ['acme two', 'three', 'four', 'five'],
      share: 0.4,
    };
    const value = { is: 'field', path, type: 'text' } as const;
    const like = (place: number): Condition => ({
      is: 'like',
      value,
      pattern: { is: 'value', place, type: 'text' },
    });
    const values = ['%ACME%', '%other%', '%ab%', '%nothing%'];
    const share = (condition: Condition) => shareOf(condition, values, () => examples);
    expect(share(like(1))).toBeCloseTo(0.2);
    expect(share({ is: 'or', args: [like(1), like(2)] })).toBeCloseTo(0.4);
    expect(share({ is: 'and', args: [like(1), like(4), { is: 'blank', value }] })).toBe(0);
    // Too short for an index of trigrams; no text at all; one that is met elsewhere too.
    expect(share(like(3))).toBeUndefined();
    expect(share({ is: 'blank', value })).toBeUndefined();
    expect(share({ is: 'or', args: [like(4), { is: 'blank', value }] })).toBeUndefined();
    expect(share({ is: 'not', arg: like(4) })).toBeUndefined();
    expect(shareOf(like(1), values, () => undefined)).toBeUndefined();
    expect(shareOf(like(1), values, () => 'unknown')).toBeUndefined();
  });

  test('of a search box is that of the forms which are looked at', () => {
    const path = pathOf(fixture.snapshot, queryOf(fixture.snapshot, 'deal').object, 'name');
    const value = { is: 'field', path, type: 'text' } as const;
    const term = (place: number) => ({ is: 'value', place, type: 'text' }) as const;
    const examples: Examples = { common: [], others: ['müller one', 'two', 'three', 'four'], share: 1 };
    const searched = { is: 'searched', value, folded: [], words: term(1), typed: term(2) } as const;
    const isWords = (keyOf: (key: string) => string) => keyOf('x') === wordsKey('x');
    const share = (
      patterns: readonly string[],
      { words, folded }: { words?: Examples | 'unknown'; folded?: Examples | 'unknown' },
    ) => shareOf(searched, patterns, (_, keyOf) => (isWords(keyOf) ? words : folded));
    // A word that ASCII can't hold: in its searched form where that is kept, else as it was typed.
    expect(share(['%muller%', '%müller%'], { words: { ...examples, others: ['muller', 'a'] } })).toBe(0.5);
    expect(share(['%muller%', '%müller%'], { folded: examples })).toBe(0.25);
    // Too short for trigrams, or not read yet: not rare for that.
    expect(share(['%東京%', '%東京%'], { words: examples })).toBeUndefined();
    expect(share(['%東京%', '%東京%'], { folded: examples })).toBeUndefined();
    expect(share(['%muller%', '%müller%'], { words: 'unknown', folded: examples })).toBeUndefined();
    expect(share(['%muller%', '%müller%'], {})).toBeUndefined();
  });
});
