-- What a change was a part of: the job (an import, a mass edit) that made it. By it a job is undone as a whole.
-- A column without a value costs nothing, and only changes with a cause stand in the index.
alter table {{schema}}._history add column cause_id uuid;
create index _history_of_cause on {{schema}}._history (cause_id, id) where cause_id is not null;
alter table {{schema}}._outbox add column cause_id uuid;

-- The job that this one undoes.
alter table {{schema}}._job add column undoes uuid;
create index _job_undoing on {{schema}}._job (undoes, id) where undoes is not null;
