-- The audit log: who did what, in the order in which it became visible, with a chain of hashes over it. What the hash
-- is taken of stands in docs/audit.md; the reasons for two tables in docs/decisions/0032-the-audit-log-is-sealed-in-order.md.

create table {{schema}}._audit (
  id bigint generated always as identity primary key,
  -- Lets the sealer find what a transaction that ended late has left behind.
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null,
  -- Who did it; null: nobody who is known, as in a failed sign-in of a stranger.
  actor_id uuid,
  -- As whom the actor saw the product at the time.
  as_id uuid,
  action text not null,
  -- `refused`: it was tried and not done.
  outcome text not null check (outcome in ('done', 'refused')),
  -- API name, as it was then.
  object text,
  record_id uuid,
  -- Of a list: the records that it showed.
  record_ids uuid[],
  -- Of a change of the metadata: its number.
  revision integer,
  source text not null,
  request_id text,
  address text,
  user_agent text,
  -- Names and counts that belong to the action, never values.
  details jsonb not null default '{}'
);
create index _audit_by_time on {{schema}}._audit (at, id);
create index _audit_by_actor on {{schema}}._audit (actor_id, at, id);
create index _audit_by_action on {{schema}}._audit (action, at, id);
create index _audit_of_object on {{schema}}._audit (object, at, id) where object is not null;
create index _audit_of_record on {{schema}}._audit (record_id, at, id) where record_id is not null;
create index _audit_of_records on {{schema}}._audit using gin (record_ids) where record_ids is not null;
create index _audit_by_transaction on {{schema}}._audit (xid);

-- The chain: one seal per entry, numbered without a gap, in the order of sealing.
create table {{schema}}._audit_seal (
  number bigint primary key,
  entry_id bigint not null unique,
  hash bytea not null check (length(hash) = 32),
  -- Of all transactions before this one every entry has a seal.
  horizon xid8 not null,
  at timestamptz not null default now()
);

-- Where the chain begins once its oldest part was forgotten by retention.
create table {{schema}}._audit_anchor (
  number bigint primary key,
  hash bytea not null,
  -- Entries that were forgotten with it.
  entries bigint not null,
  at timestamptz not null default now()
);

-- Nothing is changed, and nothing goes but what an anchor covers. `enable always`: also while replication is played.
create function {{schema}}._audit_guard() returns trigger language plpgsql as $$
declare
  forgotten bigint;
  number bigint;
begin
  if tg_op = 'INSERT' then
    if not exists (select from {{schema}}._audit_seal s where s.number = new.number and s.hash = new.hash) then
      raise exception 'The audit log is forgotten up to a sealed entry only.' using errcode = '42501';
    end if;
    return new;
  end if;
  if tg_op = 'DELETE' and tg_table_name <> '_audit_anchor' then
    select max(a.number) into forgotten from {{schema}}._audit_anchor a;
    if tg_table_name = '_audit_seal' then
      number := old.number;
    else
      select s.number into number from {{schema}}._audit_seal s where s.entry_id = old.id;
    end if;
    if number <= forgotten then
      return old;
    end if;
  end if;
  raise exception 'The audit log is append-only.' using errcode = '42501';
end
$$;
create trigger _audit_guard before update or delete on {{schema}}._audit
  for each row execute function {{schema}}._audit_guard();
create trigger _audit_guard_all before truncate on {{schema}}._audit
  for each statement execute function {{schema}}._audit_guard();
create trigger _audit_guard before update or delete on {{schema}}._audit_seal
  for each row execute function {{schema}}._audit_guard();
create trigger _audit_guard_all before truncate on {{schema}}._audit_seal
  for each statement execute function {{schema}}._audit_guard();
create trigger _audit_guard before insert or update or delete on {{schema}}._audit_anchor
  for each row execute function {{schema}}._audit_guard();
create trigger _audit_guard_all before truncate on {{schema}}._audit_anchor
  for each statement execute function {{schema}}._audit_guard();
alter table {{schema}}._audit enable always trigger _audit_guard;
alter table {{schema}}._audit enable always trigger _audit_guard_all;
alter table {{schema}}._audit_seal enable always trigger _audit_guard;
alter table {{schema}}._audit_seal enable always trigger _audit_guard_all;
alter table {{schema}}._audit_anchor enable always trigger _audit_guard;
alter table {{schema}}._audit_anchor enable always trigger _audit_guard_all;
