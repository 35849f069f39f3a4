-- Each workspace's records are read and written by a login role of its own, which has rights on nothing else: see
-- docs/decisions/0035-each-workspace-has-a-login.md. The role itself is made at first use.
create table platform.workspace_login (
  workspace_id uuid primary key references platform.workspace (id) on delete cascade,
  role text not null unique,
  -- Its password is made of this and of what the application signs in with, and stands nowhere.
  seed text not null,
  -- The role whose tables it may use; made again for another one.
  made_by text not null,
  made_at timestamptz not null default now()
);
