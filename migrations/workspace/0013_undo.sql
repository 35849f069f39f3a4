-- The job that a job undoes. What is taken back stands in the history, under the cause of each change.
alter table {{schema}}._job add column undoes uuid;
create index _job_undoing on {{schema}}._job (undoes, id) where undoes is not null;
