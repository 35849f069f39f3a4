-- What people share by hand, and whom they name to stand in for them.

-- One record opened to one person, team or role.
create table {{schema}}._share (
  id uuid primary key,
  -- The object's key.
  object text not null,
  record_id uuid not null,
  -- The id of a person or team; of a role a digest of its name (packages/storage/src/sharing/share-store.ts). One
  -- column of one type, so that one index answers "what is shared with any of these".
  grantee uuid not null,
  kind text not null check (kind in ('user', 'team', 'role')),
  role text check ((kind = 'role') = (role is not null)),
  and_below boolean not null default false,
  access text not null check (access in ('read', 'update')),
  -- From then on it counts no more, and a job removes it.
  expires_at timestamptz,
  created_at timestamptz not null,
  created_by uuid not null references {{schema}}._principal (id)
);
-- Of one record: whether it is shared with somebody.
create unique index _share_of_record on {{schema}}._share (record_id, grantee);
-- Of somebody: what is shared with them, newest record first, without a look at the table.
create index _share_of_grantee on {{schema}}._share (grantee, object, record_id) include (access, expires_at);
create index _share_by_expiry on {{schema}}._share (expires_at) where expires_at is not null;

-- For a period one person stands in for another. Ended ones stay, as a record of who could do what.
create table {{schema}}._delegation (
  id uuid primary key,
  delegator uuid not null references {{schema}}._principal (id),
  delegate uuid not null references {{schema}}._principal (id) check (delegate <> delegator),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  created_at timestamptz not null,
  created_by uuid not null references {{schema}}._principal (id)
);
create index _delegation_by_end on {{schema}}._delegation (ends_at);
