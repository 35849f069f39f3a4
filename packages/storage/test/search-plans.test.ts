/**
 * A search looks at a bounded number of records, found by indexes, whatever is typed. With a million records, and the time
 * that each takes:
 *
 *     TRELLIS_TEST_RECORDS=1000000 npm test -- packages/storage/test/search-plans.test.ts
 */
import { parseSearch, type RecordSearch } from '@trellis/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileSearch, shapeSearch } from '../src/query/compile-search.ts';
import { valuesFor } from '../src/query/statement-cache.ts';
import {
  CONTEXT,
  expressionOf,
  type Fixture,
  object,
  objectNamed,
  openFixture,
  SYSTEM,
  SYSTEM_OBJECTS,
} from './fixture.ts';

const RECORDS = Number(process.env.TRELLIS_TEST_RECORDS ?? 4_000);
const OTHER = '00000000-0000-0000-0000-000000000001';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture([
    ...SYSTEM_OBJECTS,
    ...object('item', {
      name: { type: 'text' },
      code: { type: 'text', searchable: true },
      email: { type: 'email', searchable: true },
    }),
  ]);
  await fixture.admin.query(
    `insert into ws_main._principal (id, object, name) values ($1, 'user', 'Other')`,
    [OTHER],
  );
  await fixture.admin.query(
    `with words as (select array['Northwind','Contoso','Fabrikam','Tailspin','Wingtip','Adventure','Litware','Proseware',
         'Lucerne','Johnson','Woodgrove','Humongous','Alpine','Coho','Trey','Relecloud','Graphic','Müller','Blue','City'] as a,
       array['Traders','Systems','Logistics','Foods','Metals','Energy','Robotics','Textiles','Pharma','Insurance','Shipping',
         'Optics','Paper','Glass','Cement','Plastics','Tools','Media','Games','Travel'] as b)
     insert into ws_main.item (id, owner_id, created_at, created_by, updated_at, updated_by, version, data)
     select ('0190' || lpad(to_hex(n), 8, '0') || '700080000000' || lpad(to_hex(n), 8, '0'))::uuid,
            case when n % 500 = 0 then $3::uuid else $1::uuid end, now(), $1, now() - n * interval '1 minute', $1, 1,
            jsonb_build_object('name', a[1 + (n::bigint * 7919 % 20)::int] || ' ' || b[1 + n / 20 * 31 % 20] || ' ' || n, 'code', 'C-' || n,
              'email', lower(b[1 + n / 20 % 20]) || n || '@mail.example',
              'filler', (select string_agg(md5((n * i)::text), '') from generate_series(1, 40) i))
       from words, generate_series(1, $2::int) n`,
    [SYSTEM, RECORDS, OTHER],
  );
  await fixture.admin.query('vacuum analyze ws_main.item');
}, 900_000);
afterAll(() => fixture?.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}
const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

const SEEN = { all: undefined, owned: { '==': [{ var: 'owner_id' }, OTHER] } };
const ASKED = [
  ['words', 'johnson'],
  ['words', 'johnson travel 1'],
  ['words', 'muller'],
  ['words', 'nothing like this'],
  ['words', '777'],
  ['words', 'mail.example'],
  ['words', 'j'],
  ['words', 'zz'],
  ['words', 'q'],
  ['words', 'me mail'],
  ['words', '東京'],
  ['words', '01900000-0001-7000-8000-000000000001'],
  ['similar', 'jonson'],
  ['similar', 'microsoft'],
  ['similar', 'fabricam travle'],
] as const;

for (const seen of ['all', 'owned'] as const) {
  test(`a search reads no whole table, for who sees ${seen}`, async () => {
    const { snapshot, storage, admin } = fixture;
    const item = objectNamed(snapshot, 'item');
    const took: Record<string, string> = {};
    for (const [mode, text] of ASKED) {
      const query: RecordSearch = {
        object: item,
        text: parseSearch(text),
        mode,
        filter: expressionOf(snapshot, item, SEEN[seen] ?? { '!=': [{ var: 'id' }, null] }),
        targetFilters: new Map(),
        isSearched: () => true,
        limit: 20,
        most: 200,
        after: undefined,
        context: CONTEXT,
        timeoutMilliseconds: 5_000,
      };
      const shaped = shapeSearch(snapshot, query);
      const statement = compileSearch(snapshot, query, shaped, storage.capabilities as never);
      const values = valuesFor(statement, shaped.values);
      await admin.query('set pg_trgm.word_similarity_threshold = 0.3');
      const { rows } = await admin.query(`explain (format json) ${statement.text}`, values);
      const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan as Plan);
      const scans = nodes.filter((node) => /Scan$/.test(node['Node Type']));
      expect(scans.length, text).toBeGreaterThan(0);
      expect(
        scans.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']),
        `${mode} ${text}`,
      ).toEqual([]);
      const begin = performance.now();
      const page = await storage.records.search(snapshot, query);
      took[`${mode} ${text}`] = `${Math.round(performance.now() - begin)} ms, ${page.count.value}`;
    }
    if (process.env.TRELLIS_TEST_RECORDS) console.log(RECORDS, seen, took);
  }, 120_000);
}
