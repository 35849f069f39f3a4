-- Reading the outbox without ever skipping a change. Ids are given when a row is written and may become visible out of
-- order: a long transaction's rows appear behind the back of whoever reads by id. So each row keeps the transaction
-- that wrote it, and readers go by (transaction, id), no further than the oldest transaction that is still running.
-- Rows from before this migration have none: they were nobody's to read.

alter table {{schema}}._outbox add column xid xid8;
alter table {{schema}}._outbox alter column xid set default pg_current_xact_id();
create index _outbox_by_transaction on {{schema}}._outbox (xid, id);

-- How far each durable reader has come (webhooks, workflows): what one has not read yet is not swept.
create table {{schema}}._outbox_reader (
  name text primary key,
  xid xid8 not null,
  id bigint not null,
  moved_at timestamptz not null default now()
);
