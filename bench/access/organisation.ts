/**
 * The organisation of the section on access: 200 people in a tree of roles, a team, two sharing rules and 300,000 shares
 * by hand. What it is made of is written twice: into Trellis, through its API and for the shares by SQL in the form in
 * which it keeps them, and into tables of our own (`bench_access`), from which `independent-count.ts` counts.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@trellis/api';
import type pg from 'pg';
import { type TrellisTables, untilIndexed } from '../seed/seed-trellis.ts';

/** Tables of our own: who stands where, and what is shared with whom. */
export const FACTS = 'bench_access';
export const SHARES = 300_000;
const PASSWORD = 'correct horse battery staple';
const REGIONS = 4;
const LINES = 20;
/** What an administrator adds beside the index that begins with the stage: most people see some owners' deals alone. */
const OWNERS_INDEX = { fields: ['owner_id', 'stage', '-close_date'] };
/** Deals above this amount are shared with the first region by a rule. */
export const LARGE_AMOUNT = 950_000;
/** Deals of smaller accounts are shared with somebody by a rule: one of 2,000. */
export const SMALL_ACCOUNT = 10;
const BY_RULE = { email: 'byrule@example.com', name: 'Sees by a rule', role: 'bench_by_rule' };
const FEW = { email: 'few@example.com', name: 'Sees few', own: 3, shared: 20 };

/** Those as whom lists are asked for. */
export const PERSONS = ['all', 'own', 'few', 'rule', 'seller', 'line', 'subtree', 'region'] as const;
export type Person = (typeof PERSONS)[number];

/** What each is, for the report. `sellerN` are the owners that were seeded. */
export const DESCRIPTIONS: Readonly<Record<Person, string>> = {
  all: 'sees all by a permission set',
  own: 'their own',
  few: `${FEW.own} of their own, ${FEW.shared} shared`,
  rule: 'those of small accounts, by a rule',
  seller: 'their own, and shares as everybody',
  line: 'those of 9 below, a rule, and shares',
  subtree: 'those of 50 below',
  region: 'those of 50 below, a rule, and 7,000 shares',
};
const EMAILS: Readonly<Record<Person, string>> = {
  all: 'seller1@example.com',
  own: 'seller200@example.com',
  few: FEW.email,
  rule: BY_RULE.email,
  seller: 'seller26@example.com',
  line: 'seller8@example.com',
  subtree: 'seller3@example.com',
  region: 'seller2@example.com',
};
/** By the number of a seller, who is given no share: these are measured without. */
const WITHOUT_SHARES = [1, 3, 200];
const IN_TEAM = [30, 31];

export interface BenchPerson {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

interface Seller {
  readonly id: string;
  readonly number: number;
}

/** Makes it, unless an earlier run on this database has; gives those as whom is asked. */
export async function prepareOrganisation(
  pool: pg.Pool,
  client: Client,
  tables: TrellisTables,
): Promise<Readonly<Record<Person, BenchPerson>>> {
  const made = await pool.query<{ made: boolean }>(
    `select to_regclass('${FACTS}.is_made') is not null as made`,
  );
  await publish(pool, client, tables);
  if (!made.rows[0]?.made) await make(pool, client, tables);
  await employ(pool, client);
  await copyDeals(pool, tables);
  const users = new Map((await client.users()).users.map(({ email, id }) => [email, id]));
  const persons = PERSONS.map((person) => {
    const email = EMAILS[person];
    return [person, { email, id: users.get(email)!, password: PASSWORD }] as const;
  });
  return Object.fromEntries(persons) as Record<Person, BenchPerson>;
}

async function make(pool: pg.Pool, client: Client, tables: TrellisTables): Promise<void> {
  await pool.query(`drop schema if exists ${FACTS} cascade; create schema ${FACTS};
    create table ${FACTS}.role (name text primary key, parent text);
    create table ${FACTS}.member (person uuid primary key, role text not null);
    create table ${FACTS}.team_member (team uuid, person uuid, primary key (team, person));
    create table ${FACTS}.share (deal uuid, kind text, who text, ends timestamptz, primary key (deal, kind, who));`);
  const roles = roleTree();
  await pool.query(
    `insert into ${FACTS}.role select name, parent from unnest($1::text[], $2::text[]) as r(name, parent)`,
    [roles.map(({ name }) => name), roles.map(({ parent }) => parent)],
  );
  const { users } = await client.users();
  const sellers = users.flatMap(({ id, email }): Seller[] => {
    const number = /^seller(\d+)@/.exec(email)?.[1];
    return number === undefined ? [] : [{ id, number: Number(number) }];
  });
  const few =
    users.find(({ email }) => email === FEW.email) ??
    (await client.createUser({ email: FEW.email, name: FEW.name, password: PASSWORD }));
  await give(pool, client, tables, few.id);
  const name = 'Bench team';
  const team =
    (await client.teams()).teams.find((each) => each.name === name) ??
    (await client.createTeam({
      name,
      members: sellers.filter(({ number }) => IN_TEAM.includes(number)).map(({ id }) => id),
    }));
  for (const number of IN_TEAM)
    await pool.query(`insert into ${FACTS}.team_member select $1, $2`, [
      team.id,
      sellers.find((seller) => seller.number === number)!.id,
    ]);
  await share(pool, client, tables, { sellers, few: few.id, team: team.id });
  const measured = new Set<string>(Object.values(EMAILS));
  for (const { id, number } of sellers) {
    const role = roleOf(number);
    const isAsked = measured.has(`seller${number}@example.com`);
    await change(client, id, { role, ...(isAsked ? asked(number) : {}) });
    await pool.query(`insert into ${FACTS}.member values ($1, $2)`, [id, role]);
  }
  // Comes last: every process reads the organisation anew, shares included.
  await change(client, few.id, { permission_sets: ['bench_reader'] });
  await pool.query(`create table ${FACTS}.is_made (); analyze ${FACTS}.share`);
}

/** Somebody who sees by a rule alone; on a database of an earlier run, too. */
async function employ(pool: pg.Pool, client: Client): Promise<void> {
  const { email, name, role } = BY_RULE;
  const { users } = await client.users();
  const known = users.find((each) => each.email === email);
  const { id } = known ?? (await client.createUser({ email, name, password: PASSWORD }));
  await change(client, id, { role, permission_sets: ['bench_reader'] });
  await pool.query(`delete from ${FACTS}.member where role = $1`, [role]);
  await pool.query(`insert into ${FACTS}.member values ($1, $2)`, [id, role]);
}

const asked = (number: number) => ({
  password: PASSWORD,
  permission_sets: [number === 1 ? 'bench_auditor' : 'bench_reader'],
});

/** A head, four regions, twenty lines, and the sellers of each. */
function roleTree(): readonly { readonly name: string; readonly parent: string | null }[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  return [
    { name: 'bench_head', parent: null },
    ...numbers(REGIONS).map((n) => ({ name: `bench_region_${n}`, parent: 'bench_head' })),
    ...numbers(LINES).map((n) => ({
      name: `bench_line_${n}`,
      parent: `bench_region_${1 + ((n - 1) % REGIONS)}`,
    })),
    ...numbers(LINES).map((n) => ({ name: `bench_seller_${n}`, parent: `bench_line_${n}` })),
  ];
}

function roleOf(number: number): string {
  if (number === 1) return 'bench_head';
  if (number <= 1 + REGIONS) return `bench_region_${number - 1}`;
  if (number <= 1 + REGIONS + LINES) return `bench_line_${number - 1 - REGIONS}`;
  return `bench_seller_${1 + (number % LINES)}`;
}

async function publish(pool: pg.Pool, client: Client, { schema }: TrellisTables): Promise<void> {
  const set = (name: string, grant: object) => ({
    kind: 'permission_set',
    name,
    body: { label: name, objects: { deal: { read: true, default_field: 'read', ...grant } } },
  });
  const components = [
    ...roleTree().map(({ name, parent }) => ({
      kind: 'role',
      name,
      body: { label: name, ...(parent === null ? {} : { parent }) },
    })),
    { kind: 'role', name: BY_RULE.role, body: { label: BY_RULE.role } },
    set('bench_reader', {}),
    set('bench_auditor', { view_all: true }),
    {
      kind: 'sharing_rule',
      name: 'deal.bench_large',
      body: {
        label: 'Large deals',
        when: { '>': [{ var: 'amount' }, LARGE_AMOUNT] },
        share_with: [{ role: 'bench_region_1' }],
        access: 'read',
      },
    },
    {
      kind: 'sharing_rule',
      name: 'deal.bench_neighbours',
      body: {
        label: 'Those of the neighbouring line',
        owned_by: { role: 'bench_line_4', and_below: true },
        share_with: [{ role: 'bench_line_3' }],
        access: 'read',
      },
    },
    {
      kind: 'sharing_rule',
      name: 'deal.bench_small',
      body: {
        label: 'Those of small accounts',
        when: { '<=': [{ var: 'account.employees' }, SMALL_ACCOUNT] },
        share_with: [{ role: BY_RULE.role }],
        access: 'read',
      },
    },
  ];
  const { components: objects } = await client.metadata('object');
  const deal = objects.find((component) => component.name === 'deal')!.body as {
    readonly indexes?: object[];
  };
  const others = (deal.indexes ?? []).filter((index) => !isDeepStrictEqual(index, OWNERS_INDEX));
  const body = { ...deal, indexes: [...others, OWNERS_INDEX] };
  await client.publish({
    components: [...components, { kind: 'object', name: 'deal', body }] as never,
    message: 'Benchmark of access',
  });
  await untilIndexed(pool);
  await untilKept(pool, schema);
}

/** Until the candidates of the rule that reads the account were found among all deals. */
async function untilKept(pool: pg.Pool, schema: string): Promise<void> {
  for (;;) {
    const open = await pool.query(`select from "${schema}"._kept_condition where state <> 'ready'`);
    if (open.rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Some deals of their own for whoever sees few. */
async function give(pool: pg.Pool, client: Client, tables: TrellisTables, owner: string): Promise<void> {
  const deals = await pool.query<{ id: string }>(
    `select id from ${tables.deal} where deleted_at is null order by md5(id::text) limit ${FEW.own}`,
  );
  const records = deals.rows.map(({ id }) => ({ id, owner_id: owner }));
  await client.batch('deal', { operation: 'update', all_or_nothing: true, records });
}

/** Each is of one deal with one person, role or team; a tenth has ended, as many end later. */
async function share(
  pool: pg.Pool,
  client: Client,
  tables: TrellisTables,
  {
    sellers,
    few,
    team,
  }: { readonly sellers: readonly Seller[]; readonly few: string; readonly team: string },
): Promise<void> {
  const region = sellers.find(({ number }) => number === 2)!.id;
  const everybody = sellers.filter(({ number }) => !WITHOUT_SHARES.includes(number)).map(({ id }) => id);
  const kinds = [
    { kind: 'user', who: [few], count: FEW.shared, ends: false },
    { kind: 'user', who: [region], count: 5_000, ends: false },
    { kind: 'role', who: ['bench_region_1'], count: 2_000, ends: false },
    { kind: 'role_and_below', who: ['bench_line_2'], count: 3_000, ends: true },
    { kind: 'team', who: [team], count: 1_000, ends: true },
  ];
  const rest = SHARES - kinds.reduce((sum, { count }) => sum + count, 0);
  const numbered = `${FACTS}.numbered`;
  await pool.query(`create table ${numbered} as
    select row_number() over (order by id) - 1 as place, id from ${tables.deal} where deleted_at is null`);
  const deals = await pool.query<{ count: string }>(`select count(*) from ${numbered}`);
  // Steps of a prime spread each kind's deals over all there are, without a deal twice while there are enough.
  for (const [index, { kind, who, count, ends }] of [
    ...kinds,
    { kind: 'user', who: everybody, count: rest, ends: true },
  ].entries())
    await pool.query(
      `insert into ${FACTS}.share
       select d.id, $1, ($2::text[])[1 + (n / 3 % array_length($2::text[], 1))::int],
         case when $4 and n % 10 = 0 then now() - interval '1 minute' when $4 and n % 10 = 1 then now() + interval '30 days' end
       from generate_series(1, $3::bigint) as n
       join ${numbered} d on d.place = (n * 7919 + $5::bigint * 104729) % $6::bigint
       on conflict do nothing`,
      [kind, who, count, ends, index, deals.rows[0]!.count],
    );
  await pool.query(`drop table ${numbered}`);
  await pool.query(
    `insert into "${tables.schema}"._share
       (id, object, record_id, grantee, kind, role, and_below, access, expires_at, created_at, created_by)
     select uuidv7(), 'deal', s.deal,
       case when s.kind in ('user', 'team') then s.who::uuid else (k.grantee)::uuid end,
       case when s.kind = 'role_and_below' then 'role' else s.kind end,
       case when s.kind in ('role', 'role_and_below') then s.who end, s.kind = 'role_and_below',
       case when hashtext(s.deal::text) % 3 = 0 then 'update' else 'read' end, s.ends, now(), $1
     from ${FACTS}.share s left join jsonb_to_recordset($2::jsonb) as k(kind text, who text, grantee text)
       on k.kind = s.kind and k.who = s.who`,
    [few, JSON.stringify(await granteesOf(pool, client, tables))],
  );
  await pool.query(`vacuum analyze "${tables.schema}"._share`);
}

/** Under which id the server keeps a role that something is shared with: asked of itself, by a share that is ended again. */
async function granteesOf(pool: pg.Pool, client: Client, tables: TrellisTables) {
  const deal = await pool.query<{ id: string }>(
    `select id from ${tables.deal} where deleted_at is null limit 1`,
  );
  const address = `/records/deal/${deal.rows[0]!.id}/shares`;
  const grantees = [];
  for (const [kind, role, and_below] of [
    ['role', 'bench_region_1', false],
    ['role_and_below', 'bench_line_2', true],
  ] as const) {
    const body = { with: { role, and_below }, access: 'read' };
    const { status, body: made } = await client.exchange('POST', address, body);
    if (status !== 201) throw new Error(`Sharing a deal failed: ${status} ${JSON.stringify(made)}`);
    const { id } = made as { readonly id: string };
    const kept = await pool.query<{ grantee: string }>(
      `select grantee from "${tables.schema}"._share where id = $1`,
      [id],
    );
    grantees.push({ kind, who: role, grantee: kept.rows[0]!.grantee });
    await client.exchange('DELETE', `${address}/${id}`);
  }
  return grantees;
}

/** Trellis' deals as typed columns, as they are now. */
async function copyDeals(pool: pg.Pool, tables: TrellisTables): Promise<void> {
  await pool.query(`drop table if exists ${FACTS}.deal;
    create table ${FACTS}.deal as
      select d.id, d.owner_id as owner, d.data->>'stage' as stage, (d.data->>'amount')::numeric as amount,
        (a.data->>'employees')::numeric as employees
      from ${tables.deal} d left join ${tables.account} a on a.id = (d.data->>'account')::uuid and a.deleted_at is null
      where d.deleted_at is null;
    analyze ${FACTS}.deal`);
}

async function change(client: Client, id: string, body: object): Promise<void> {
  const { status, body: answer } = await client.exchange('PATCH', `/users/${id}`, body);
  if (status !== 200) throw new Error(`Changing a person failed: ${status} ${JSON.stringify(answer)}`);
}
