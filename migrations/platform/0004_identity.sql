-- What people see of their sessions, links by mail (invitations, resets of a password), and second factors.

alter table platform.session
  -- Known to people, who end sessions by it; the token's hash stays what it is found by.
  add column id uuid not null default gen_random_uuid(),
  -- How its owner proved who they are: `password`, `invitation`, `set_up`, `single_sign_on`, `platform`.
  add column method text not null default 'password';
create unique index session_id on platform.session (id);

-- One per invited person: sent again, it gets a new token, and the old link is dead.
create table platform.invitation (
  workspace_id uuid not null,
  user_id uuid not null,
  -- Hash of the token in the link; null before the first link was made, and after it was used.
  token_hash text unique,
  created_at timestamptz not null,
  -- When the mail left; null: not yet, or the link was handed over in another way.
  sent_at timestamptz,
  -- Why the mail could not be sent, for people.
  failure text,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  primary key (workspace_id, user_id),
  foreign key (workspace_id, user_id) references platform.membership (workspace_id, user_id) on delete cascade
);

create table platform.password_reset (
  -- One link at a time: whoever asks again makes the older link dead.
  identity_id uuid primary key references platform.identity (id) on delete cascade,
  token_hash text not null unique,
  expires_at timestamptz not null
);

create table platform.second_factor (
  identity_id uuid primary key references platform.identity (id) on delete cascade,
  -- The shared secret, sealed; null until the first enrolment is confirmed.
  secret text,
  -- One that was offered and not confirmed yet.
  pending_secret text,
  enrolled_at timestamptz,
  -- The last time step whose code was taken: no code counts twice.
  last_step bigint
);

create table platform.recovery_code (
  identity_id uuid not null references platform.identity (id) on delete cascade,
  code_hash text not null,
  primary key (identity_id, code_hash)
);
