-- Views that people keep for themselves: rows of the same body as a view of the metadata, and no publish. A publish that renames
-- a field takes them along (packages/engine/src/own-views).
create table {{schema}}._own_view (
  id uuid primary key,
  user_id uuid not null references {{schema}}._principal (id) on delete cascade,
  -- The object's key.
  object text not null,
  -- As written, with today's names.
  body json not null,
  -- What was called how when it was saved, by pointer into the body: for what is gone later.
  labels jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- It can be taken back for a day; then it is swept.
  deleted_at timestamptz
);
create index _own_view_of_person on {{schema}}._own_view (user_id, object);
create index _own_view_by_deletion on {{schema}}._own_view (deleted_at) where deleted_at is not null;

-- Which view of an object opens first for a person: the name of one of the metadata, or the id of one of their own.
create table {{schema}}._own_default_view (
  user_id uuid not null references {{schema}}._principal (id) on delete cascade,
  object text not null,
  view text not null,
  primary key (user_id, object)
);
