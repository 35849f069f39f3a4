-- What lists and totals took long over, or were refused for: which fields, how often, how long. No values. The advisor
-- proposes indexes from it (docs/queries.md).
create table {{schema}}._slow_question (
  object_key text not null,
  -- API names of paths: those that must equal a value, those that are otherwise asked about, and the order.
  equal_paths text[] not null,
  other_paths text[] not null,
  sort_paths text[] not null,
  runs bigint not null,
  refusals bigint not null,
  total_milliseconds bigint not null,
  most_milliseconds integer not null,
  -- How many records the object had, roughly, the last time.
  records bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  dismissed_at timestamptz,
  primary key (object_key, equal_paths, other_paths, sort_paths)
);

-- Since when an index has been there, and so can have been used.
alter table {{schema}}._index add column changed_at timestamptz not null default now();
