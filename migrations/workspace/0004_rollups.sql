-- Roll-ups: what the platform works out over the records that belong to a record, and keeps in its `derived`.
-- How it stays right under concurrent writers is told in docs/decisions/0013-roll-ups-are-kept-by-the-database.md.

-- Every roll-up field of the model.
create table {{schema}}._rollup (
  object_key text not null,
  field_key text not null,
  -- The source that it belongs to: all roll-ups over the same records are worked out together.
  source text not null,
  -- A digest of what it is: another one is worked out anew.
  definition text not null,
  -- `waiting`, `computing`: reads work it out themselves until every record has its value.
  state text not null check (state in ('waiting', 'computing', 'ready')),
  fill_cursor uuid,
  rows_done bigint not null default 0,
  changed_at timestamptz not null default now(),
  primary key (object_key, field_key)
);

-- Which records are rolled up, with the SQL of the source's functions; columns stand in it as `{0}`, `{1}`.
create table {{schema}}._rollup_source (
  key text primary key,
  object_key text not null,
  template json not null,
  -- Digest of the functions as they were made.
  built text
);

-- Tables that have the triggers which leave marks.
create table {{schema}}._rollup_trigger (
  table_key text primary key,
  built text not null
);

-- Records whose roll-ups have to be worked out again. Nobody waits for anybody here: each writer adds rows, and a
-- row goes only with a recomputation that began after it was committed.
create table {{schema}}._rollup_mark (
  id bigint generated always as identity primary key,
  source text not null,
  record_id uuid not null,
  -- The record is one of those rolled up through a junction: whoever works on the mark finds its parents.
  is_child boolean not null default false,
  -- Worked out at the end of the writing transaction, if few records belong to the parent.
  is_inline boolean not null default false,
  at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index _rollup_mark_of_record on {{schema}}._rollup_mark (record_id);

-- At the end of a transaction, after everything else it does: so the locks taken here are held for nobody to wait.
create function {{schema}}._rollup_inline() returns trigger language plpgsql as $$
begin
  if exists (select from {{schema}}._rollup_mark where id = new.id) then
    execute 'select {{schema}}.' || quote_ident('_roll_' || new.source) || '($1)' using new.record_id;
  end if;
  return null;
end
$$;
create constraint trigger inline after insert on {{schema}}._rollup_mark
  deferrable initially deferred for each row when (new.is_inline) execute function {{schema}}._rollup_inline();

-- Promoted columns may be made of derived values too.
do $$
declare
  object text;
begin
  for object in select key from {{schema}}._object loop
    execute format('create or replace trigger fill before insert or update of data, derived on {{schema}}.%I for each row execute function {{schema}}.%I()', object, '_fill_' || object);
  end loop;
end
$$;
