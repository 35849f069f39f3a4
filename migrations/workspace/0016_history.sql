-- History says what a change follows from, and how far back it goes; what a deletion cleared can be pointed back.

-- `{ "job": id, "chain": [{ "action", "object", "id" }] }`, the nearest first; null where somebody made it by hand.
alter table {{schema}}._history add column cause jsonb;
create index _history_of_job on {{schema}}._history ((cause->>'job'), id) where cause->>'job' is not null;

-- Lookups that a deletion cleared, each with what it held, until the deleted records come back or are erased.
create table {{schema}}._cleared_lookup (
  deletion_id uuid not null,
  object text not null,
  record_id uuid not null,
  field_key text not null,
  -- The record that it pointed to.
  target_id uuid not null,
  -- As it stands in `data`: an id, or `{object, id}`.
  value jsonb not null,
  -- The version of the record that the clearing made.
  version integer not null,
  primary key (deletion_id, record_id, field_key)
);

-- Since when the history of an object is whole: what was before has been pruned, or was not kept.
create table {{schema}}._history_horizon (
  object text primary key,
  since timestamptz not null
);
