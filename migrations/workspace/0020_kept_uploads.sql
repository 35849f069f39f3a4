-- What is known of a file that waits to be looked at and imported, perhaps several times: its pieces lie in _job_file under
-- the same id. Swept after a day, with its pieces.
create table {{schema}}._upload (
  id uuid primary key,
  actor_id uuid not null,
  object_key text not null,
  name text,
  bytes bigint not null,
  encoding text not null,
  is_mixed boolean not null,
  at timestamptz not null default now()
);
create index _upload_by_actor on {{schema}}._upload (actor_id, at);
