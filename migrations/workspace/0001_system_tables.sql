-- System tables of one workspace. {{schema}} stands for its quoted schema. Their names begin with an underscore,
-- which no object's name can.

-- Everyone who can own or change a record: users, teams and the system itself.
create table {{schema}}._principal (
  id uuid primary key,
  -- `user`, `team` or `system`.
  object text not null,
  name text not null
);
insert into {{schema}}._principal (id, object, name)
values ('00000000-0000-0000-0000-000000000000', 'system', 'System');

-- Metadata as written. `json`, not `jsonb`: the order of free keys is a part of what was written.
create table {{schema}}._metadata_component (
  position bigint generated always as identity,
  kind text not null,
  name text not null,
  -- First name, for ever.
  key text not null,
  body json not null,
  package_name text,
  package_version text,
  package_body json,
  primary key (kind, name)
);

create table {{schema}}._metadata_revision (
  number integer primary key,
  author uuid not null,
  at timestamptz not null default now(),
  message text,
  forward json not null,
  backward json not null
);

-- Objects that have a table. `prepared`: made ahead of a large publish that has not been committed yet.
-- `deleted`: the object is gone, its table and records are kept until purged.
create table {{schema}}._object (
  key text primary key,
  state text not null check (state in ('prepared', 'live', 'deleted')),
  changed_at timestamptz not null default now()
);

-- Every key that a field of an object has ever had, so that two never share one.
create table {{schema}}._field_key (
  object_key text not null,
  field_key text not null,
  column_type text not null,
  is_retired boolean not null default false,
  primary key (object_key, field_key)
);

-- Promoted columns: one row per slot `c_<number>` of an object's table. A slot is never dropped: dropped columns
-- count to PostgreSQL's limit of 1,600 for ever.
create table {{schema}}._column (
  object_key text not null,
  number integer not null,
  field_key text not null,
  column_type text not null,
  -- SQL that computes the value from `data`, written by the model; the trigger and the filling use it alike.
  source text not null,
  state text not null check (state in ('waiting', 'filling', 'indexing', 'ready', 'failed', 'retired')),
  -- The field is unique: `ready` then also promises that its unique index is valid.
  is_unique boolean not null default false,
  fill_cursor uuid,
  rows_done bigint not null default 0,
  error text,
  changed_at timestamptz not null default now(),
  primary key (object_key, number)
);
create unique index _column_of_field on {{schema}}._column (object_key, field_key) where state <> 'retired';

-- Indexes and foreign keys that the model wants: the promotion job makes the catalogue agree.
create table {{schema}}._index (
  object_key text not null,
  name text not null,
  kind text not null check (kind in ('index', 'foreign_key')),
  -- What follows the name in `create index` or `add constraint`.
  definition text not null,
  is_unique boolean not null default false,
  -- Slots that must be filled first.
  columns text[] not null,
  state text not null check (state in ('waiting', 'ready', 'failed', 'dropping')),
  error text,
  primary key (object_key, name)
);

create sequence {{schema}}._history_id;
create table {{schema}}._history (
  id bigint not null default nextval('{{schema}}._history_id'),
  at timestamptz not null,
  object text not null,
  record_id uuid not null,
  version integer not null,
  action text not null,
  actor_id uuid not null,
  source text not null,
  request_id text,
  -- `{ key: [old, new] }`; of a creation the new values alone, `{ key: new }`.
  difference jsonb not null
) partition by range (at);
create index _history_of_record on {{schema}}._history (record_id, id);
create table {{schema}}._history_default partition of {{schema}}._history default;

create table {{schema}}._outbox (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  object text not null,
  record_id uuid not null,
  version integer not null,
  action text not null,
  actor_id uuid not null,
  source text not null,
  request_id text,
  -- `{ key: [old, new] }` of an update; null otherwise.
  difference jsonb
) with (autovacuum_vacuum_scale_factor = 0.02);
