-- Platform tables: workspaces, the identities that may sign in, where they belong, and their sessions.
-- `platform.migration` itself is made by the migration runner, which needs it before it can run anything.

create table platform.workspace (
  id uuid primary key,
  name text not null unique,
  label text not null,
  schema_name text not null unique,
  time_zone text not null,
  locale text not null,
  currency text not null,
  -- Number of the last metadata revision; publishes are serialised by locking this row.
  revision integer not null default 0,
  -- Counts changes of promoted columns: a part of the key of every cached statement.
  epoch integer not null default 0,
  created_at timestamptz not null default now()
);

create table platform.identity (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text,
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);
create unique index identity_email on platform.identity (lower(email));

create table platform.membership (
  workspace_id uuid not null references platform.workspace (id) on delete cascade,
  -- The user record, and the principal, in that workspace.
  user_id uuid not null,
  identity_id uuid not null references platform.identity (id) on delete cascade,
  permission_sets text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id),
  constraint membership_identity unique (workspace_id, identity_id)
);
create index membership_by_identity on platform.membership (identity_id);

create table platform.session (
  -- Hash of the token: the token itself is known to the browser alone.
  token_hash text primary key,
  identity_id uuid not null references platform.identity (id) on delete cascade,
  workspace text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  user_agent text,
  address text
);
create index session_by_identity on platform.session (identity_id);
create index session_by_expiry on platform.session (expires_at);

create table platform.sign_in_failure (
  -- An e-mail address or a network address; the caller keeps the two apart.
  subject text not null,
  at timestamptz not null
);
create index sign_in_failure_by_subject on platform.sign_in_failure (subject, at);
create index sign_in_failure_by_time on platform.sign_in_failure (at);
