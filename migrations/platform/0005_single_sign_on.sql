-- Single sign-on by OpenID Connect: who is who at which provider, sign-ins under way, and which session came from where.

-- An identity at a provider. A provider's word is taken for the identity that stands here, and for no other.
create table platform.sso_link (
  issuer text not null,
  -- The provider's own name for the person, which it never gives to anybody else.
  subject text not null,
  identity_id uuid not null references platform.identity (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (issuer, subject),
  constraint sso_link_identity unique (identity_id, issuer)
);

-- What an administrator allows: that the person with this identity's address, verified by the provider, is linked when
-- they next come.
create table platform.sso_permission (
  identity_id uuid not null references platform.identity (id) on delete cascade,
  issuer text not null,
  expires_at timestamptz not null,
  primary key (identity_id, issuer)
);

-- Sign-ins that were sent to a provider. Each is good for one answer. The secret that state, nonce and code verifier
-- are derived from is in the browser's cookie and nowhere else.
create table platform.sso_flow (
  state text primary key,
  provider text not null,
  return_to text not null,
  workspace text,
  -- Set: whoever is signed in links this provider to their own identity.
  identity_id uuid references platform.identity (id) on delete cascade,
  address text not null,
  expires_at timestamptz not null
);
create index sso_flow_by_address on platform.sso_flow (address);
create index sso_flow_by_expiry on platform.sso_flow (expires_at);

-- Sessions that were opened by single sign-on, for signing out at the provider as well.
create table platform.sso_session (
  session_id uuid primary key references platform.session (id) on delete cascade,
  provider text not null,
  -- The provider's ID token, sealed; null where this installation has no key.
  id_token text
);
