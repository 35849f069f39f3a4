-- Which revision each process serves: the oldest that somebody is still pinned to in it. A column that no field has any more may
-- be given to another one when all of them are beyond the revision that retired it.
create table {{schema}}._served (
  -- Made by the process when it first serves the workspace.
  node uuid primary key,
  revision integer not null,
  seen_at timestamptz not null default now()
);
-- Null: by a version that kept no such register.
alter table {{schema}}._column add column retired_in integer;
