-- Keys by which programs act as a user of one workspace.

create table platform.api_key (
  id uuid primary key,
  -- SHA-256 of the key: the key itself is shown once and kept by its owner alone.
  token_hash text not null unique,
  -- Its last four characters, by which its owner tells it from others.
  ending text not null,
  workspace_id uuid not null,
  user_id uuid not null,
  name text not null,
  -- `read` or `write`.
  access text not null check (access in ('read', 'write')),
  -- API names of the only objects it reaches; null: all.
  objects text[],
  metadata boolean not null,
  users boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  foreign key (workspace_id, user_id) references platform.membership (workspace_id, user_id) on delete cascade
);
create index api_key_by_user on platform.api_key (workspace_id, user_id);
create index api_key_by_expiry on platform.api_key (expires_at);
