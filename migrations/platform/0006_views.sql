-- A session may see the product as another user of one workspace, for a while and read-only.

alter table platform.session
  add column view_workspace text,
  add column view_user_id uuid,
  add column view_started_at timestamptz,
  add column view_ends_at timestamptz,
  add constraint session_view check (num_nulls(view_workspace, view_user_id, view_started_at, view_ends_at) in (0, 4));
