-- Work that outlives a request, as people see it. `platform.job_queue` says what is to be run.
create table {{schema}}._job (
  id uuid primary key,
  kind text not null,
  state text not null check (state in ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
  actor_id uuid not null references {{schema}}._principal (id),
  -- Time zone, language and source of the request that asked for it, or the platform's reason.
  context json not null,
  input json not null,
  -- Where to go on: written in the transaction of the work that led there.
  checkpoint json,
  done bigint not null default 0,
  total bigint,
  counts jsonb not null default '{}',
  message text,
  result json,
  -- What somebody has asked of a running job: `pause` or `cancel`.
  wish text check (wish in ('pause', 'cancel')),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  updated_at timestamptz not null default now(),
  ended_at timestamptz
) with (fillfactor = 70);
create index _job_by_actor on {{schema}}._job (actor_id, id);

-- Rows of a file that could not be taken, with what was wrong with them.
create table {{schema}}._job_rejection (
  job_id uuid not null references {{schema}}._job (id) on delete cascade,
  number bigint not null,
  line bigint not null,
  cells json not null,
  errors json not null,
  primary key (job_id, number)
);

-- Uploaded files, in pieces: a cluster shares no disk. They come before their job and are deleted some time after it.
create table {{schema}}._job_file (
  job_id uuid not null,
  number integer not null,
  bytes bytea not null,
  at timestamptz not null default now(),
  primary key (job_id, number)
);
alter table {{schema}}._job_file alter column bytes set storage external;
create index _job_file_by_time on {{schema}}._job_file (at);
