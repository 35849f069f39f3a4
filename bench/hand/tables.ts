/** The hand-written service's own tables: typed columns, the rules of a deal as checks, foreign keys. */
import { COMPUTED_FIELDS, DEAL_FIELDS, type HandField } from './fields.ts';

export const HAND_SCHEMA = 'bench_hand';

/** Lookups to objects that the workload has no records of: no table, so no foreign key. */
const columnOf = ({ name, type, isRequired }: HandField): string =>
  `  ${name} ${type}${isRequired ? ' not null' : ''}`;

/**
 * Everything but the indexes, which are made when the rows are in. The same fill factor as Trellis: it suits both,
 * as updates of a field without an index then stay on their page.
 */
export function createTables(): string {
  const system = `  id uuid primary key default uuidv7(),
  owner_id uuid not null,
  record_type text,
  created_at timestamptz not null default now(),
  created_by uuid not null,
  updated_at timestamptz not null default now(),
  updated_by uuid not null,
  version integer not null default 1,
  deleted_at timestamptz`;
  return `
drop schema if exists ${HAND_SCHEMA} cascade;
create schema ${HAND_SCHEMA};
set local search_path = ${HAND_SCHEMA};
create table person (id uuid primary key, name text not null, is_active boolean not null default true);
create table session (
  token_hash text primary key,
  person uuid not null references person (id),
  expires_at timestamptz not null
);
create table account (
${system},
  name text not null
) with (fillfactor = 90);
create table deal (
${system},
${DEAL_FIELDS.map(columnOf).join(',\n')},
${COMPUTED_FIELDS.map((field) => `${columnOf(field)} generated always as (${field.expression}) stored`).join(',\n')},
  check (stage not in ('proposal', 'negotiation', 'closed_won') or account is not null),
  check (stage <> 'closed_won' or (amount is not null and close_date is not null)),
  check (stage <> 'closed_lost' or loss_reason is not null),
  check (contract_end > contract_start)
) with (fillfactor = 90);`;
}

/** Made after the rows are in. */
export function createForeignKeys(): string {
  const keys = DEAL_FIELDS.filter((field) => field.references !== undefined).map(
    (field) =>
      `alter table ${HAND_SCHEMA}.deal add foreign key (${field.name}) references ${HAND_SCHEMA}.${field.references} (id);`,
  );
  return [
    ...keys,
    `alter table ${HAND_SCHEMA}.deal add foreign key (owner_id) references ${HAND_SCHEMA}.person (id);`,
    `alter table ${HAND_SCHEMA}.account add foreign key (owner_id) references ${HAND_SCHEMA}.person (id);`,
  ].join('\n');
}
