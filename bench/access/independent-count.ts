/**
 * How many deals somebody sees, counted without anything of Trellis: plain SQL over the tables of `organisation.ts`,
 * one sentence of packages/access/SPEC.md after the other.
 */
import type pg from 'pg';
import { FACTS, LARGE_AMOUNT, SMALL_ACCOUNT } from './organisation.ts';

export interface CountedFilter {
  readonly stage: string;
  readonly amountOver: number;
}

export async function countIndependently(
  pool: pg.Pool,
  person: string,
  filter: CountedFilter | undefined,
): Promise<number> {
  const counted = await pool.query<{ count: string }>(
    `with recursive own as (select role from ${FACTS}.member where person = $1::uuid),
     below(role) as (
       select r.name from ${FACTS}.role r join own on r.parent = own.role
       union select r.name from ${FACTS}.role r join below on r.parent = below.role
     ),
     above(role) as (
       select role from own
       union select r.parent from ${FACTS}.role r join above on r.name = above.role where r.parent is not null
     ),
     owners as (
       select $1::uuid as person union select person from ${FACTS}.member where role in (select role from below)
     ),
     meant(kind, who) as (
       select 'user', $1::text union all select 'role', role from own
       union all select 'role_and_below', role from above
       union all select 'team', team::text from ${FACTS}.team_member where person = $1::uuid
     ),
     shared as (
       select s.deal from ${FACTS}.share s join meant m on m.kind = s.kind and m.who = s.who
       where s.ends is null or s.ends > now()
     ),
     neighbours as (
       select person from ${FACTS}.member where role in ('bench_line_4', 'bench_seller_4')
     )
     select count(*) from ${FACTS}.deal d
     where ($2::text is null or d.stage = $2 and d.amount > $3::numeric)
       and (d.owner in (select person from owners)
         or d.id in (select deal from shared)
         or (d.employees <= $4::numeric and exists (select from own where role = 'bench_by_rule'))
         or (d.amount > ${LARGE_AMOUNT} and exists (select from own where role = 'bench_region_1'))
         or (d.owner in (select person from neighbours) and exists (select from own where role = 'bench_line_3')))`,
    [person, filter?.stage ?? null, filter?.amountOver ?? null, SMALL_ACCOUNT],
  );
  return Number(counted.rows[0]!.count);
}

/** All there are. */
export async function countAll(pool: pg.Pool, filter: CountedFilter | undefined): Promise<number> {
  const counted = await pool.query<{ count: string }>(
    `select count(*) from ${FACTS}.deal where $1::text is null or stage = $1 and amount > $2::numeric`,
    [filter?.stage ?? null, filter?.amountOver ?? null],
  );
  return Number(counted.rows[0]!.count);
}
