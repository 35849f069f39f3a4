/** The exact text of representative statements, each of them executed too: a change of any is seen in review. */
import { ALWAYS, allOf, type RecordQuery } from '@trellis/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileAggregate, shapeAggregate } from '../src/query/compile-aggregate.ts';
import { compileCount, compileQuery, type PageStatement, shapeQuery } from '../src/query/compile-query.ts';
import { valuesFor } from '../src/query/statement-cache.ts';
import { insertStatement, updateStatement } from '../src/records/write-statements.ts';
import { type Ask, CONTEXT, type Fixture, objectNamed, openFixture, pathOf, queryOf } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture?.close());

const FEATURES = {
  serverVersion: 180_000,
  hasTrigram: true,
  hasIcu: true,
  trigramSchema: 'public',
  warnings: [],
};

/** The statements of a question with their values, after they have been executed. */
async function statementsOf(
  name: string,
  what: Ask,
  within = (query: RecordQuery): RecordQuery => query,
): Promise<string> {
  const query = within(queryOf(fixture.snapshot, name, what));
  const shaped = shapeQuery(fixture.snapshot, query);
  const { statements } = compileQuery(fixture.snapshot, query, shaped, FEATURES);
  const shown: string[] = [];
  const all = (each: PageStatement): PageStatement[] => [
    each,
    ...(each.otherwise ? all(each.otherwise) : []),
  ];
  for (const statement of statements.flatMap(all)) {
    const values = valuesFor(statement, shaped.values);
    await fixture.admin.query(statement.text, values);
    shown.push(`${statement.text}\n-- ${JSON.stringify(values)}`);
  }
  return shown.join('\n');
}

const ID = '01900000-0000-7000-8000-000000000001';

/** As packages/access says it of somebody who sees their own and what is shared with them. */
function ownOrShared(query: RecordQuery): RecordQuery {
  const owner = {
    op: 'field',
    type: 'id',
    path: pathOf(fixture.snapshot, query.object, 'owner_id'),
  } as const;
  const own = { op: '==', left: owner, right: { op: 'literal', type: 'id', value: ID } } as const;
  const shared = { op: 'shared', access: 'read', grantees: [ID] } as const;
  return { ...query, filter: allOf(query.filter, { op: 'or', args: [own, shared] }) };
}

describe('statements', () => {
  test('one record by id, whole', async () => {
    expect(
      await statementsOf('deal', { filter: { '==': [{ var: 'id' }, ID] }, limit: 1 }),
    ).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."data" as "o2" from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."id" = $1::uuid) order by "t"."id" limit 2
      -- ["01900000-0000-7000-8000-000000000001"]"
    `);
  });

  test('own and shared records: the first candidates, and where these do not suffice, both kinds gathered', async () => {
    const filter = { '==': [{ var: 'stage' }, 'won'] };
    const asked = { filter, fields: ['name'], sort: ['-created_at', '-id'], limit: 2 };
    expect(await statementsOf('deal', asked, ownOrShared)).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."created_at" as "o3", t."_place" = 60 as "o4" from (select t.*, row_number() over (order by "t"."created_at" desc, "t"."id" desc) as "_place" from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."c_3" = $1::text) order by "t"."created_at" desc, "t"."id" desc limit 60) "t" where ((("t"."owner_id" = $2::uuid) or (exists (select 1 from "ws_main"."_share" s where s.grantee = any($3::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $4::timestamptz) and s.record_id = "t"."id" offset 0)))) or t."_place" = 60 order by "t"."created_at" desc, "t"."id" desc limit 3
      -- ["won","01900000-0000-7000-8000-000000000001",["01900000-0000-7000-8000-000000000001"],"2026-03-29T10:00:00.000Z"]
      with placed as materialized (select t.id, "t"."created_at" as "k0", "t"."id" as "k1" from "ws_main"."deal" "t" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and ("t"."owner_id" = $2::uuid))) order by "t"."created_at" desc, "t"."id" desc limit 3), shares as materialized (select s.record_id as id from "ws_main"."_share" s where s.grantee = any($3::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $4::timestamptz)), most as materialized (select 10 * count(*) as n from shares), bound as materialized (select "k0", "k1" from placed order by "k0" desc, "k1" desc offset 2 limit 1), walked as materialized (select array_agg(w.id) as ids, bool_or(w.id = (select "k1" from bound)) is not true as is_cut from (select t.id from "ws_main"."deal" "t" where (t.deleted_at is null) and (("t"."created_at", "t"."id") >= ((select "k0" from bound), (select "k1" from bound))) order by "t"."created_at" desc, "t"."id" desc limit (select n from most)) w where w.id in (select id from shares union all (select "k1" from bound))), shared as materialized (select t.id, "t"."created_at" as "k0", "t"."id" as "k1" from "ws_main"."deal" "t" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and (((exists (select 1 from "ws_main"."_share" s where s.grantee = any($3::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $4::timestamptz) and s.record_id = "t"."id" offset 0)) and (("t"."owner_id" = $2::uuid) is not true))))) and (t.id = any((select ids from walked where not is_cut)::uuid[])) union all select t.id, "t"."created_at" as "k0", "t"."id" as "k1" from "ws_main"."deal" "t" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and (((exists (select 1 from "ws_main"."_share" s where s.grantee = any($3::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $4::timestamptz) and s.record_id = "t"."id")) and (("t"."owner_id" = $2::uuid) is not true))))) and ((select is_cut from walked))) select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."created_at" as "o3", (select is_cut from walked) as "o4" from (select t.* from (select id from placed union all (select id from shared order by "k0" desc, "k1" desc limit 3)) p join "ws_main"."deal" t on t.id = p.id) "t" where true order by "t"."created_at" desc, "t"."id" desc limit 3
      -- ["won","01900000-0000-7000-8000-000000000001",["01900000-0000-7000-8000-000000000001"],"2026-03-29T10:00:00.000Z"]
      with placed as materialized (select t.id, "t"."created_at" as "k0", "t"."id" as "k1" from "ws_main"."deal" "t" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and ("t"."owner_id" = $2::uuid))) order by "t"."created_at" desc, "t"."id" desc limit 3), shared as materialized (select t.id, "t"."created_at" as "k0", "t"."id" as "k1" from "ws_main"."deal" "t" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and (((exists (select 1 from "ws_main"."_share" s where s.grantee = any($3::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $4::timestamptz) and s.record_id = "t"."id")) and (("t"."owner_id" = $2::uuid) is not true)))))) select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."created_at" as "o3" from (select t.* from (select id from placed union all (select id from shared order by "k0" desc, "k1" desc limit 3)) p join "ws_main"."deal" t on t.id = p.id) "t" where true order by "t"."created_at" desc, "t"."id" desc limit 3
      -- ["won","01900000-0000-7000-8000-000000000001",["01900000-0000-7000-8000-000000000001"],"2026-03-29T10:00:00.000Z"]"
    `);
  });

  test('own and shared records, counted', async () => {
    const query = ownOrShared(queryOf(fixture.snapshot, 'deal', {}));
    const shaped = shapeQuery(fixture.snapshot, query);
    const options = { features: FEATURES, cap: 2001, isEstimate: false };
    const { text, places } = compileCount(fixture.snapshot, query, shaped, options);
    await fixture.admin.query(text, valuesFor({ text, places }, shaped.values));
    expect(text).toMatchInlineSnapshot(
      `"select count(*) from (select 1 from (select t.* from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."owner_id" = $1::uuid) union all select t.* from "ws_main"."deal" "t" where (t.deleted_at is null) and (((exists (select 1 from "ws_main"."_share" s where s.grantee = any($2::uuid[]) and s.object = 'deal' and (s.expires_at is null or s.expires_at > $3::timestamptz) and s.record_id = "t"."id")) and (("t"."owner_id" = $1::uuid) is not true)))) "t" where t.deleted_at is null limit 2001) counted"`,
    );
  });

  test('a list: option and number, sorted by date, with the title of a lookup', async () => {
    const filter = { and: [{ '==': [{ var: 'stage' }, 'won'] }, { '>': [{ var: 'amount' }, 1000] }] };
    const fields = ['name', 'amount', 'account', 'account.name', 'owner.name'];
    expect(
      await statementsOf('deal', { filter, fields, sort: ['-close_date', '-id'] }),
    ).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_4" as "o3", "t"."c_6" as "o4", "t1"."c_1" as "o5", "t2"."name" as "o6", "t"."c_5" as "o7" from "ws_main"."deal" "t" left join "ws_main"."account" "t1" on "t1"."id" = "t"."c_6" and "t1"."deleted_at" is null left join "ws_main"."_principal" "t2" on "t2"."id" = "t"."owner_id" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and ("t"."c_4" > $2::numeric))) and ("t"."c_5" is not null) order by "t"."c_5" desc, "t"."id" desc limit 51
      -- ["won",1000]
      select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_4" as "o3", "t"."c_6" as "o4", "t1"."c_1" as "o5", "t2"."name" as "o6", "t"."c_5" as "o7" from "ws_main"."deal" "t" left join "ws_main"."account" "t1" on "t1"."id" = "t"."c_6" and "t1"."deleted_at" is null left join "ws_main"."_principal" "t2" on "t2"."id" = "t"."owner_id" where (t.deleted_at is null) and ((("t"."c_3" = $1::text) and ("t"."c_4" > $2::numeric))) and ("t"."c_5" is null) order by "t"."c_5" desc, "t"."id" desc limit 51
      -- ["won",1000]"
    `);
  });

  test('the page after a record, and before one without a value', async () => {
    const sort = ['-close_date', '-id'];
    expect(
      await statementsOf('deal', { fields: ['name'], sort, after: ['2026-01-31', ID] }),
    ).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_5" as "o3" from "ws_main"."deal" "t" where (t.deleted_at is null) and (("t"."c_5" is not null) and (("t"."c_5", "t"."id") < ($1::date, $2::uuid))) order by "t"."c_5" desc, "t"."id" desc limit 51
      -- ["2026-01-31","01900000-0000-7000-8000-000000000001"]
      select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_5" as "o3" from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."c_5" is null) order by "t"."c_5" desc, "t"."id" desc limit 51
      -- []"
    `);
    expect(await statementsOf('deal', { fields: ['name'], sort, before: [null, ID] })).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_5" as "o3" from "ws_main"."deal" "t" where (t.deleted_at is null) and (("t"."c_5" is null) and ("t"."id" > $1::uuid)) order by "t"."c_5", "t"."id" limit 51
      -- ["01900000-0000-7000-8000-000000000001"]
      select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_5" as "o3" from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."c_5" is not null) order by "t"."c_5", "t"."id" limit 51
      -- []"
    `);
  });

  test('a filter that leaves no blanks needs one part; mixed directions begin at a bound', async () => {
    const filter = { this_month: [{ var: 'close_date' }] };
    const sort = ['close_date', '-amount', 'id'];
    expect(
      await statementsOf('deal', { filter, fields: ['name'], sort, after: ['2026-03-02', 7, ID] }),
    ).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2", "t"."c_5" as "o3", "t"."c_4" as "o4" from "ws_main"."deal" "t" where (t.deleted_at is null) and ("t"."c_5" >= $1::date and "t"."c_5" < $2::date) and ("t"."c_5" >= $3::date and ("t"."c_5" > $3::date or ("t"."c_5" = $3::date and (("t"."c_4" < $4::numeric or "t"."c_4" is null) or ("t"."c_4" = $4::numeric and "t"."id" > $5::uuid))))) order by "t"."c_5", "t"."c_4" desc nulls last, "t"."id" limit 51
      -- ["2026-03-01","2026-04-01","2026-03-02",7,"01900000-0000-7000-8000-000000000001"]"
    `);
  });

  test('unpromoted fields are read through one jsonb_to_record', async () => {
    const filter = {
      and: [{ '!=': [{ var: 'region' }, 'north'] }, { '!': [{ '>=': [{ var: 'score' }, 2] }] }],
    };
    expect(
      await statementsOf('deal', { filter, fields: ['region', 'score', 'name'] }),
    ).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "td"."region" as "o2", "td"."score" as "o3", "t"."c_1" as "o4" from "ws_main"."deal" "t" left join lateral jsonb_to_record("t"."data") as "td"("region" text, "score" numeric) on true where (t.deleted_at is null) and ((("td"."region" is distinct from $1::text) and (("td"."score" >= $2::numeric) is not true))) order by "t"."id" limit 51
      -- ["north",2]"
    `);
  });

  test('search, sets, and instants beside a day', async () => {
    const filter = {
      or: [
        { includes_any: [{ var: 'tags' }, ['a', 'b']] },
        { in: [{ var: 'stage' }, ['won', 'lost']] },
        { '==': [{ var: 'starts_at' }, '2026-03-29'] },
        { '==': [{ var: 'is_key' }, false] },
        { '==': [{ var: 'regarding' }, ID] },
      ],
    };
    expect(await statementsOf('deal', { filter, fields: ['name'], search: 'Big_' })).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", "t"."c_1" as "o2" from "ws_main"."deal" "t" left join lateral jsonb_to_record("t"."data") as "td"("tags" text[], "starts_at" timestamptz, "is_key" boolean) on true where (t.deleted_at is null) and ((("td"."tags" && $1::text[]) or ("t"."c_3" = any($2::text[])) or ("td"."starts_at" >= $3::timestamptz and "td"."starts_at" < $4::timestamptz) or (not coalesce("td"."is_key", false)) or ("t"."c_7" = $5::uuid))) and (("t"."c_8" like $6::text collate "C" or "t"."c_9" like $6::text collate "C")) order by "t"."id" limit 51
      -- [["a","b"],["won","lost"],"2026-03-28T23:00:00.000Z","2026-03-29T22:00:00.000Z","01900000-0000-7000-8000-000000000001","%big%"]"
    `);
  });

  test('the title behind a polymorphic lookup', async () => {
    expect(await statementsOf('deal', { fields: ['regarding.name'] })).toMatchInlineSnapshot(`
      "select "t"."id" as "o0", "t"."version" as "o1", (case "td"."regarding"->>'object' when 'account' then (select "t1"."c_1" from "ws_main"."account" "t1" where "t1"."id" = ("td"."regarding"->>'id')::uuid and "t1"."deleted_at" is null and (true)) when 'deal' then (select "t2"."c_1" from "ws_main"."deal" "t2" where "t2"."id" = ("td"."regarding"->>'id')::uuid and "t2"."deleted_at" is null and (true)) end) as "o2" from "ws_main"."deal" "t" left join lateral jsonb_to_record("t"."data") as "td"("regarding" jsonb) on true where t.deleted_at is null order by "t"."id" limit 51
      -- []"
    `);
  });

  test('counts', async () => {
    const query = queryOf(fixture.snapshot, 'deal', { filter: { '==': [{ var: 'account.name' }, 'Acme'] } });
    const shaped = shapeQuery(fixture.snapshot, query);
    const options = { features: FEATURES, cap: 2001, isEstimate: false };
    const { text, places } = compileCount(fixture.snapshot, query, shaped, options);
    await fixture.admin.query(text, valuesFor({ text, places }, shaped.values));
    expect(text).toMatchInlineSnapshot(
      `"select count(*) from (select 1 from "ws_main"."deal" "t" left join "ws_main"."account" "t1" on "t1"."id" = "t"."c_6" and "t1"."deleted_at" is null where (t.deleted_at is null) and ("t1"."c_1" = $1::text) limit 2001) counted"`,
    );
  });

  test('an aggregate by month', async () => {
    const deal = objectNamed(fixture.snapshot, 'deal');
    const query = {
      object: deal,
      groupBy: [{ path: pathOf(fixture.snapshot, deal, 'starts_at'), period: 'month' as const, as: 'month' }],
      measures: [{ function: 'sum' as const, field: deal.fields.get('amount')!, as: 'sum' }],
      filter: ALWAYS,
      targetFilters: new Map(),
      sort: [{ as: 'sum', descending: true }],
      limit: 10,
      context: CONTEXT,
    };
    const shaped = shapeAggregate(fixture.snapshot, query);
    const { statement } = compileAggregate(fixture.snapshot, query, shaped, FEATURES);
    await fixture.admin.query(statement.text, valuesFor(statement, shaped.values));
    expect(statement.text).toMatchInlineSnapshot(
      `"select date_trunc('month', "td"."starts_at" at time zone $1::text)::date as "o0", sum("t"."c_4") as "o1" from "ws_main"."deal" "t" left join lateral jsonb_to_record("t"."data") as "td"("starts_at" timestamptz) on true where t.deleted_at is null group by 1 order by 2 desc nulls last limit 10"`,
    );
  });

  test('writes', () => {
    const account = objectNamed(fixture.snapshot, 'account');
    expect(insertStatement(fixture.workspace, account).text).toMatchInlineSnapshot(`
      "with input as (
        select * from jsonb_to_recordset($1::jsonb) as r(id uuid, owner_id uuid, record_type text, data jsonb)
      ), written as (
        insert into "ws_main"."account" (id, owner_id, record_type, created_at, created_by, updated_at, updated_by, version, data)
        select id, owner_id, record_type, $2::timestamptz, $3::uuid, $2::timestamptz, $3::uuid, 1, data from input
      ), history as (
        insert into "ws_main"."_history" (at, actor_id, source, request_id, object, record_id, version, action, difference, cause)
        select $2::timestamptz, $3::uuid, $4::text, $5::text, 'account', id, 1, 'create', data, $6::jsonb from input
      ), outbox as (
        insert into "ws_main"."_outbox" (at, actor_id, source, request_id, object, record_id, version, action, difference)
        select $2::timestamptz, $3::uuid, $4::text, $5::text, 'account', id, 1, 'create', null::jsonb from input
      )
      select 1 from input limit 1"
    `);
    expect(
      updateStatement(fixture.workspace, objectNamed(fixture.snapshot, 'user')).text,
    ).toMatchInlineSnapshot(`
      "with input as (
        select * from jsonb_to_recordset($1::jsonb) as r(id uuid, version integer, owner_id uuid, record_type text, data jsonb, difference jsonb)
      ), written as (
        update "ws_main"."user" t set owner_id = i.owner_id, record_type = i.record_type, data = i.data,
          version = t.version + 1, updated_at = $2::timestamptz, updated_by = $3::uuid
        from input i where t.id = i.id and t.version = i.version and t.deleted_at is null
        returning t.id, t.version, t.created_at, i.difference, t.data
      ), principal as (
        insert into "ws_main"."_principal" (id, object, name) select id, 'user', coalesce(data->>'name', '') from written
        on conflict (id) do update set name = excluded.name where _principal.name is distinct from excluded.name
      ), history as (
        insert into "ws_main"."_history" (at, actor_id, source, request_id, object, record_id, version, action, difference, cause)
        select $2::timestamptz, $3::uuid, $4::text, $5::text, 'user', id, version, 'update', difference, $6::jsonb from written
      ), outbox as (
        insert into "ws_main"."_outbox" (at, actor_id, source, request_id, object, record_id, version, action, difference)
        select $2::timestamptz, $3::uuid, $4::text, $5::text, 'user', id, version, 'update', difference from written
      )
      select id, version, created_at from written"
    `);
  });

  test('two values have one shape, and no value is in a text', async () => {
    const shapeOf = (stage: string, amount: number) =>
      shapeQuery(
        fixture.snapshot,
        queryOf(fixture.snapshot, 'deal', {
          filter: { and: [{ '==': [{ var: 'stage' }, stage] }, { '<': [{ var: 'amount' }, amount] }] },
        }),
      );
    expect(shapeOf('won', 1).key).toBe(shapeOf('lost', 2).key);
    const hostile = `x'; drop table ws_main.deal; --`;
    const text = await statementsOf('deal', {
      filter: {
        or: [{ contains: [{ var: 'name' }, hostile] }, { in: [{ var: 'region' }, [hostile, '\\']] }],
      },
      search: hostile,
      after: [ID],
    });
    expect(text.replaceAll(/^-- .*$/gm, '')).not.toContain('drop table');
  });

  test('what has one key has one meaning, constants under a negation too', () => {
    const not = (condition: unknown) => ({ '!': [condition] });
    const neverBlank = { var: 'is_key' };
    const leaves: unknown[] = [
      true,
      false,
      { and: [] },
      { or: [] },
      { '==': [1, 1] },
      { '==': [neverBlank, null] },
      { '!=': [neverBlank, null] },
      { '==': [neverBlank, true] },
      { '!=': [neverBlank, true] },
      neverBlank,
      { is_blank: neverBlank },
      { is_blank: { var: 'name' } },
      { '!=': [{ var: 'name' }, null] },
    ];
    const filters = leaves.flatMap((leaf) => [leaf, not(leaf), not(not(leaf)), { or: [leaf, not(leaf)] }]);
    const meanings = new Map<string, string>();
    for (const filter of filters) {
      const query = queryOf(fixture.snapshot, 'deal', { filter });
      const shaped = shapeQuery(fixture.snapshot, query);
      const { statements } = compileQuery(fixture.snapshot, query, shaped, FEATURES);
      const meaning = statements.map((statement) => statement.text).join('\n');
      expect(meanings.get(shaped.key) ?? meaning, JSON.stringify(filter)).toBe(meaning);
      meanings.set(shaped.key, meaning);
    }
  });
});
