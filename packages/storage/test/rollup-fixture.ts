/** Accounts with deals, tasks and members: a small workspace for roll-ups, with a recount by plain SQL to compare with. */
import type { Component } from '@trellis/metadata';
import { object, SYSTEM_OBJECTS } from './fixture.ts';

const isOpen = { '==': [{ var: 'is_open' }, true] };

/** Roll-ups along a lookup, a polymorphic lookup and a junction; with filters; and of a roll-up. */
export const ROLLUPS: readonly Component[] = [
  ...SYSTEM_OBJECTS,
  ...object('region', {
    name: { type: 'text' },
    open_total: {
      type: 'rollup',
      rollup: { object: 'account', via: 'region', function: 'sum', field: 'open_total' },
    },
    largest: {
      type: 'rollup',
      rollup: { object: 'account', via: 'region', function: 'max', field: 'deals' },
    },
    bills: {
      type: 'rollup',
      rollup: { object: 'account', via: 'region', function: 'max', field: 'bills' },
    },
  }),
  ...object('account', {
    name: { type: 'text' },
    region: { type: 'lookup', to: 'region' },
    deals: { type: 'rollup', rollup: { object: 'deal', via: 'account', function: 'count' } },
    open_total: {
      type: 'rollup',
      indexed: true,
      rollup: { object: 'deal', via: 'account', function: 'sum', field: 'amount', filter: isOpen },
    },
    average: { type: 'rollup', rollup: { object: 'deal', via: 'account', function: 'avg', field: 'amount' } },
    last_close: {
      type: 'rollup',
      rollup: { object: 'deal', via: 'account', function: 'max', field: 'close_date' },
    },
    has_open: {
      type: 'rollup',
      rollup: { object: 'deal', via: 'account', function: 'any', field: 'is_open' },
    },
    all_open: {
      type: 'rollup',
      rollup: { object: 'deal', via: 'account', function: 'all', field: 'is_open' },
    },
    weighted: {
      type: 'rollup',
      rollup: { object: 'deal', via: 'account', function: 'sum', field: 'weighted' },
    },
    largest_open: {
      type: 'rollup',
      rollup: {
        object: 'deal',
        via: 'account',
        function: 'max',
        field: 'weighted',
        filter: { '==': [{ var: 'size' }, 'large $1 {0}'] },
      },
    },
    load: { type: 'rollup', rollup: { object: 'deal', via: 'account', function: 'sum', field: 'load' } },
    // These grow: what is new is added to what is kept.
    bills: { type: 'rollup', rollup: { object: 'bill', via: 'account', function: 'count' } },
    billed: {
      type: 'rollup',
      rollup: { object: 'bill', via: 'account', function: 'sum', field: 'amount', filter: isOpen },
    },
    least_bill: {
      type: 'rollup',
      rollup: { object: 'bill', via: 'account', function: 'min', field: 'amount' },
    },
    last_bill: {
      type: 'rollup',
      indexed: true,
      rollup: { object: 'bill', via: 'account', function: 'max', field: 'billed_on' },
    },
    has_bill_open: {
      type: 'rollup',
      rollup: { object: 'bill', via: 'account', function: 'any', field: 'is_open' },
    },
    tasks: { type: 'rollup', rollup: { object: 'task', via: 'about', function: 'count', filter: isOpen } },
    people: { type: 'multi_lookup', to: 'person', through: 'member' },
    people_score: {
      type: 'rollup',
      rollup: {
        object: 'person',
        via: 'people',
        function: 'sum',
        field: 'score',
        filter: { '>': [{ var: 'score' }, 10] },
      },
    },
  }),
  ...object('deal', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    amount: { type: 'decimal' },
    close_date: { type: 'date' },
    is_open: { type: 'boolean' },
    tasks: { type: 'rollup', rollup: { object: 'task', via: 'about', function: 'count' } },
    // Kept in a column; computed when read; and over a roll-up of its own record.
    weighted: {
      type: 'formula',
      indexed: true,
      formula: { if: [{ '==': [{ var: 'is_open' }, true] }, { '/': [{ var: 'amount' }, 4] }, 0] },
    },
    size: {
      type: 'formula',
      formula: { if: [{ '>=': [{ var: 'weighted' }, 5] }, 'large $1 {0}', 'small'] },
    },
    load: {
      type: 'formula',
      formula: { '+': [{ '*': [{ var: 'tasks' }, 3] }, { coalesce: [{ var: 'amount' }, 0] }] },
    },
  }),
  ...object('bill', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    amount: { type: 'decimal' },
    billed_on: { type: 'date', indexed: true },
    is_open: { type: 'boolean' },
  }),
  ...object('task', {
    name: { type: 'text' },
    about: { type: 'lookup', to: ['account', 'deal'] },
    is_open: { type: 'boolean' },
  }),
  ...object('person', { name: { type: 'text' }, score: { type: 'decimal' } }),
  ...object('member', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    person: { type: 'lookup', to: 'person' },
  }),
];

/** What the roll-ups of all records must be, told by plain SQL over `data`. */
export const EXPECTED = (schema: string) => {
  const live = (table: string) => `(select * from "${schema}"."${table}" where deleted_at is null)`;
  const amount = "(d.data->'amount')::numeric";
  const weighted =
    "(case when coalesce((d.data->>'is_open')::boolean, false) then (d.data->'amount')::numeric / 4 else 0 end)";
  const open = (row: string) => `coalesce((${row}.data->>'is_open')::boolean, false)`;
  return `
with deals as (
  select d.data->>'account' as parent, count(*) as deals, sum(${amount}) filter (where ${open('d')}) as open_total,
    round(avg(${amount}), 6) as average, max(d.data->>'close_date') as last_close, bool_or(${open('d')}) as has_open,
    bool_and(${open('d')}) as all_open, sum(${weighted}) as weighted, max(${weighted}) filter (where ${weighted} >= 5) as largest_open,
    sum(coalesce(${amount}, 0) + 3 * (select count(*) from ${live('task')} k where k.data->'about'->>'id' = d.id::text)) as load
  from ${live('deal')} d group by 1
), tasks as (
  select t.data->'about'->>'id' as parent, count(*) as tasks, count(*) filter (where ${open('t')}) as open_tasks
  from ${live('task')} t group by 1
), bills as (
  select b.data->>'account' as parent, count(*) as bills, sum((b.data->'amount')::numeric) filter (where ${open('b')}) as billed,
    min((b.data->'amount')::numeric) as least_bill, max(b.data->>'billed_on') as last_bill, bool_or(${open('b')}) as has_bill_open
  from ${live('bill')} b group by 1
), linked as (
  select distinct m.data->>'account' as parent, p.id, (p.data->'score')::numeric as score
  from ${live('member')} m join ${live('person')} p on p.id::text = m.data->>'person'
), people as (
  select parent, sum(score) filter (where score > 10) as people_score from linked group by 1
), accounts as (
  select a.id, a.data->>'region' as region, a.deleted_at, coalesce(d.deals, 0) as deals, coalesce(d.open_total, 0) as open_total,
    d.average, d.last_close, coalesce(d.has_open, false) as has_open, coalesce(d.all_open, false) as all_open,
    coalesce(t.open_tasks, 0) as tasks, coalesce(p.people_score, 0) as people_score,
    coalesce(b.bills, 0) as bills, coalesce(b.billed, 0) as billed, b.least_bill, b.last_bill, coalesce(b.has_bill_open, false) as has_bill_open,
    trim_scale(coalesce(d.weighted, 0)) as weighted, trim_scale(d.largest_open) as largest_open, coalesce(d.load, 0) as load
  from "${schema}".account a left join deals d on d.parent = a.id::text left join tasks t on t.parent = a.id::text
    left join people p on p.parent = a.id::text left join bills b on b.parent = a.id::text
)
select 'account' as object, id, jsonb_build_object('deals', deals, 'open_total', open_total, 'average', average, 'last_close', last_close,
  'has_open', has_open, 'all_open', all_open, 'tasks', tasks, 'people_score', people_score,
  'bills', bills, 'billed', billed, 'least_bill', least_bill, 'last_bill', last_bill, 'has_bill_open', has_bill_open,
  'weighted', weighted, 'largest_open', largest_open, 'load', load) as expected from accounts
union all
select 'region', r.id, jsonb_build_object('open_total', coalesce(sum(a.open_total), 0), 'largest', max(a.deals), 'bills', max(a.bills))
  from "${schema}".region r left join accounts a on a.region = r.id::text and a.deleted_at is null group by r.id
union all
select 'deal', d.id, jsonb_build_object('tasks', coalesce(t.tasks, 0))
  from "${schema}".deal d left join tasks t on t.parent = d.id::text`;
};

/** What is kept, in the same form. */
export const KEPT = (schema: string) => `
select 'account' as object, id, jsonb_build_object('deals', coalesce((derived->'deals')::numeric, 0), 'open_total', coalesce((derived->'open_total')::numeric, 0),
  'average', round((derived->'average')::numeric, 6), 'last_close', derived->>'last_close', 'has_open', coalesce((derived->>'has_open')::boolean, false),
  'all_open', coalesce((derived->>'all_open')::boolean, false), 'tasks', coalesce((derived->'tasks')::numeric, 0),
  'people_score', coalesce((derived->'people_score')::numeric, 0),
  'bills', coalesce((derived->'bills')::numeric, 0), 'billed', coalesce((derived->'billed')::numeric, 0), 'least_bill', derived->'least_bill',
  'last_bill', derived->>'last_bill', 'has_bill_open', coalesce((derived->>'has_bill_open')::boolean, false),
  'weighted', coalesce((derived->'weighted')::numeric, 0), 'largest_open', derived->'largest_open', 'load', coalesce((derived->'load')::numeric, 0)) as kept from "${schema}".account
union all select 'region', id, jsonb_build_object('open_total', coalesce((derived->'open_total')::numeric, 0), 'largest', derived->'largest', 'bills', derived->'bills') from "${schema}".region
union all select 'deal', id, jsonb_build_object('tasks', coalesce((derived->'tasks')::numeric, 0)) from "${schema}".deal`;

/** Records whose kept roll-ups are wrong: none. */
export const WRONG = (schema: string) =>
  `select k.object, k.id, k.kept, e.expected from (${KEPT(schema)}) k join (${EXPECTED(schema)}) e using (object, id) where k.kept is distinct from e.expected`;
