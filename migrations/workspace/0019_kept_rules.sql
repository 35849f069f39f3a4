-- Conditions of sharing rules that no index serves, and the records that may meet them
-- (docs/decisions/0047-what-rules-share-is-kept-as-candidates.md).

-- Every such condition of the model.
create table {{schema}}._kept_condition (
  -- A digest of what the condition says: rules that say the same have one, and another condition is another one.
  id uuid primary key,
  object_key text not null,
  -- SQL over the row `t` with its values written out; columns stand in it as `{0}`, `{1}`.
  template json not null,
  -- Records on the longest way to what it reads: so often the horizon passes before a candidate is dropped.
  depth integer not null,
  -- `waiting`, `filling`: rules with it are asked record by record; `dropping`: its candidates are being removed.
  state text not null check (state in ('waiting', 'filling', 'ready', 'dropping')),
  fill_cursor uuid,
  rows_done bigint not null default 0,
  -- How many candidates there were when that was last looked at, and what follows from it for reading them.
  about bigint not null default 0,
  amount text not null default 'few' check (amount in ('few', 'some', 'many', 'most')),
  changed_at timestamptz not null default now()
);

-- Records that may meet a condition; each that does is among them. Writers only add rows, and wait for nobody: a record
-- may stand here several times. Whoever reads asks the condition itself of each.
create table {{schema}}._kept (
  id bigint generated always as identity,
  condition uuid not null,
  record_id uuid not null,
  -- It met the condition when it was last looked at, and nothing has changed since but what has rows of its own.
  is_settled boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create index _kept_of_condition on {{schema}}._kept (condition, record_id);
create index _kept_unsettled on {{schema}}._kept (id) where not is_settled;

-- Tables whose triggers add candidates.
create table {{schema}}._kept_trigger (
  table_key text primary key,
  template json not null,
  -- Digest of the function and the triggers as they were made.
  built text
);
