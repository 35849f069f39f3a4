/**
 * Every statement of the hand-written service, prepared once per connection under its name. Rows come back as
 * objects that are the response already; dates stay text, instants become RFC 3339, numerics become numbers.
 */
import pg from 'pg';
import { ALL_FIELDS, DEAL_FIELDS } from './fields.ts';
import { HAND_SCHEMA } from './tables.ts';

export interface NamedStatement {
  /** Undefined: planned anew for its values each time. */
  readonly name: string | undefined;
  readonly text: string;
}

const columns = ALL_FIELDS.map((field) => field.name).join(', ');
const prefixed = ALL_FIELDS.map((field) => `d.${field.name}`).join(', ');
const deal = `${HAND_SCHEMA}.deal`;

/** The columns of the standard view; `account` with its name. */
export const VIEW_FIELDS = [
  'id',
  'name',
  'account',
  'stage',
  'amount',
  'close_date',
  'record_type',
  'owner_id',
  'version',
];

/** One more than a page, to know whether there is a next one. */
export const PAGE_SIZE = 50;

const fromPage = `
from ${deal} d left join ${HAND_SCHEMA}.account a on a.id = d.account and a.deleted_at is null
where d.deleted_at is null and d.stage = $1 and d.amount > $2`;
const page = `select ${prefixed}, a.name as account_name ${fromPage}`;
const order = `order by d.close_date desc, d.id desc limit ${PAGE_SIZE + 1}`;

/** Columns that an insert gives, in the order of its parameters. */
export const WRITTEN = ['owner_id', 'record_type', 'created_by', 'updated_by'].concat(
  DEAL_FIELDS.map((field) => field.name),
);
const written = WRITTEN.join(', ');

export const STATEMENTS = {
  session: {
    name: 'session',
    text: `select p.id from ${HAND_SCHEMA}.session s join ${HAND_SCHEMA}.person p on p.id = s.person
      where s.token_hash = $1 and s.expires_at > now() and p.is_active`,
  },
  get: { name: 'get', text: `select ${columns} from ${deal} where id = $1 and deleted_at is null` },
  list: { name: 'list', text: `${page} ${order}` },
  listAfter: { name: 'list_after', text: `${page} and (d.close_date, d.id) < ($3, $4) ${order}` },
  listView: {
    name: 'list_view',
    text: `select ${VIEW_FIELDS.map((name) => `d.${name}`).join(', ')}, a.name as account_name ${fromPage} ${order}`,
  },
  count: {
    name: 'count',
    text: `select count(*) as value from (
      select 1 from ${deal} where deleted_at is null and stage = $1 and amount > $2 limit $3) s`,
  },
  search: {
    // A plan for any text at all reads the newest first, which takes long for a rare one.
    name: undefined,
    text: `select ${columns} from ${deal} where deleted_at is null and name ilike $1
      order by id desc limit ${PAGE_SIZE + 1}`,
  },
  aggregate: {
    name: 'aggregate',
    text: `select stage, count(*) as count, sum(amount) as sum_amount from ${deal}
      where deleted_at is null group by stage order by stage`,
  },
  create: {
    name: 'create',
    text: `insert into ${deal} (${written}) values (${WRITTEN.map((_, index) => `$${index + 1}`).join(', ')})
      returning ${columns}`,
  },
  createMany: {
    name: 'create_many',
    text: `insert into ${deal} (${written})
      select coalesce(r.owner_id, $2), coalesce(r.record_type, 'new_business'), $2, $2,
        ${DEAL_FIELDS.map((field) => `r.${field.name}`).join(', ')}
      from json_to_recordset($1::json) as r(owner_id uuid, record_type text,
        ${DEAL_FIELDS.map((field) => `${field.name} ${field.type}`).join(', ')})
      returning id, version`,
  },
} as const satisfies Record<string, NamedStatement>;

/** The update of these fields: `$1` id, `$2` who, then the values. `number` tells its name from the others'. */
export function updateStatement(names: readonly string[], number: number): NamedStatement {
  const assignments = names.map((name, index) => `${name} = $${index + 3}`).join(', ');
  return {
    name: `update_${number}`,
    text: `update ${deal} set ${assignments}, version = version + 1, updated_at = now(), updated_by = $2
      where id = $1 and deleted_at is null returning ${columns}`,
  };
}

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number,
  1082: (text) => text,
  1184: (text) =>
    `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0').slice(0, 3)}Z`,
  1700: Number,
};

export function createPool(connectionString: string, size: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: size,
    idleTimeoutMillis: 0,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        parsers[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  pool.on('error', () => undefined);
  return pool;
}
