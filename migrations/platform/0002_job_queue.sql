-- What waits to be run or is running, of all workspaces: the small table that workers ask. What people see of a job
-- stands in `_job` of its workspace; a job that is paused or over has no row here.
create table platform.job_queue (
  job_id uuid primary key,
  workspace_id uuid not null references platform.workspace (id) on delete cascade,
  kind text not null,
  -- Of several waiting jobs with the same key one is enough.
  key text,
  run_at timestamptz not null default now(),
  -- The process that runs it; null while it waits.
  worker text,
  -- When that process was last heard of.
  beat_at timestamptz,
  -- Counts claims: whoever holds an older number has lost the job and may write nothing more for it.
  claim integer not null default 0,
  -- Runs that ended badly since the job last got on.
  failures integer not null default 0
) with (fillfactor = 50);
create index job_queue_by_time on platform.job_queue (run_at);
create unique index job_queue_key on platform.job_queue (workspace_id, kind, key) where worker is null;
