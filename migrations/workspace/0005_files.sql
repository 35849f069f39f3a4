-- Files: what is known of each; the bytes lie in the file store, which may be `_file_chunk` below.

create table {{schema}}._file (
  id uuid primary key,
  name text not null,
  -- Null until the content has been received as a whole.
  size bigint,
  type text,
  created_at timestamptz not null default now(),
  created_by uuid not null,
  -- The record that refers to it, or once did: its object's key, its id and the field's key. Null: nobody yet.
  object text,
  record_id uuid,
  field text,
  -- From then on the sweeper removes it: an upload that nobody refers to, a file of a purged record.
  expires_at timestamptz
);
create index _file_of_record on {{schema}}._file (record_id) where record_id is not null;
create index _file_by_expiry on {{schema}}._file (expires_at) where expires_at is not null;

create table {{schema}}._file_chunk (
  file_id uuid not null references {{schema}}._file (id) on delete cascade,
  number integer not null,
  data bytea not null,
  primary key (file_id, number)
);
-- Most files are compressed already.
alter table {{schema}}._file_chunk alter column data set storage external;
