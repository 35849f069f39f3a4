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
  const deal = (aggregate: string) =>
    `(select ${aggregate} from ${live('deal')} d where d.data->>'account' = a.id::text)`;
  const amount = "(d.data->'amount')::numeric";
  const open = "coalesce((d.data->>'is_open')::boolean, false)";
  return `
with account_values as (
  select a.id, a.data->>'region' as region,
    ${deal('count(*)')} as deals,
    coalesce(${deal(`sum(${amount}) filter (where ${open})`)}, 0) as open_total,
    ${deal(`round(avg(${amount}), 6)`)} as average,
    ${deal("max(d.data->>'close_date')")} as last_close,
    coalesce(${deal(`bool_or(${open})`)}, false) as has_open,
    coalesce(${deal(`bool_and(${open})`)}, false) as all_open,
    (select count(*) from ${live('task')} t where t.data->'about'->>'id' = a.id::text and coalesce((t.data->>'is_open')::boolean, false)) as tasks,
    coalesce((select sum((p.data->'score')::numeric) from ${live('person')} p where (p.data->'score')::numeric > 10
      and exists (select from ${live('member')} m where m.data->>'account' = a.id::text and m.data->>'person' = p.id::text)), 0) as people_score
  from "${schema}".account a
)
select 'account' as object, id, jsonb_build_object('deals', deals, 'open_total', open_total, 'average', average, 'last_close', last_close,
  'has_open', has_open, 'all_open', all_open, 'tasks', tasks, 'people_score', people_score) as expected from account_values
union all
select 'region', r.id, jsonb_build_object(
  'open_total', coalesce((select sum(open_total) from account_values v join ${live('account')} l using (id) where v.region = r.id::text), 0),
  'largest', (select max(deals) from account_values v join ${live('account')} l using (id) where v.region = r.id::text)) from "${schema}".region r
union all
select 'deal', d.id, jsonb_build_object('tasks', (select count(*) from ${live('task')} t where t.data->'about'->>'id' = d.id::text)) from "${schema}".deal d`;
};

/** What is kept, in the same form. */
export const KEPT = (schema: string) => `
select 'account' as object, id, jsonb_build_object('deals', coalesce((derived->'deals')::numeric, 0), 'open_total', coalesce((derived->'open_total')::numeric, 0),
  'average', round((derived->'average')::numeric, 6), 'last_close', derived->>'last_close', 'has_open', coalesce((derived->>'has_open')::boolean, false),
  'all_open', coalesce((derived->>'all_open')::boolean, false), 'tasks', coalesce((derived->'tasks')::numeric, 0),
  'people_score', coalesce((derived->'people_score')::numeric, 0)) as kept from "${schema}".account
union all select 'region', id, jsonb_build_object('open_total', coalesce((derived->'open_total')::numeric, 0), 'largest', derived->'largest') from "${schema}".region
union all select 'deal', id, jsonb_build_object('tasks', coalesce((derived->'tasks')::numeric, 0)) from "${schema}".deal`;

/** Records whose kept roll-ups are wrong: none. */
export const WRONG = (schema: string) =>
  `select k.object, k.id, k.kept, e.expected from (${KEPT(schema)}) k join (${EXPECTED(schema)}) e using (object, id) where k.kept is distinct from e.expected`;
