-- Programs that act for people or for themselves (SMART App Launch). Our own tables: docs/decisions/0005 says why.
create table identity.app (
  -- The client_id.
  id uuid primary key,
  region text not null default medley.region(),
  owner_id uuid not null references identity.person (id),
  name text not null,
  maker text not null,
  homepage text,
  kind text not null check (kind in ('public', 'confidential', 'backend')),
  redirect_uris text[] not null,
  scopes text[] not null,
  -- How it proves who it is: a keyed hash, its public keys, or where they are published.
  secret_hash text,
  keys jsonb,
  keys_url text,
  approved_at timestamptz,
  approved_by uuid,
  created_at timestamptz not null
);
create index app_owner on identity.app (owner_id);
alter table identity.app enable row level security;
create policy own_or_all on identity.app using (medley.reaches_all() or owner_id = medley.person());

-- One row per consent, or per backend app. Every token names its grant, so ending the row ends them all.
create table identity.app_grant (
  id uuid primary key,
  region text not null default medley.region(),
  app_id uuid not null references identity.app (id) on delete cascade,
  -- Null when the app acts for itself.
  person_id uuid references identity.person (id),
  patient_id text,
  scopes text[] not null,
  -- The session that must still be there, for what ends when the person leaves.
  session_id text,
  -- The authorization code: hashed, single-use, and kept when used, so that a second use is recognised.
  code_hash text unique,
  code_challenge text,
  code_ends_at timestamptz,
  code_used_at timestamptz,
  redirect_uri text,
  nonce text,
  created_at timestamptz not null,
  used_at timestamptz,
  ends_at timestamptz not null,
  ended_at timestamptz
);
create index app_grant_person on identity.app_grant (person_id, app_id);
create index app_grant_app on identity.app_grant (app_id);
create unique index app_grant_own on identity.app_grant (app_id) where person_id is null;
alter table identity.app_grant enable row level security;
create policy own_or_all on identity.app_grant using (medley.reaches_all() or person_id = medley.person());

-- Refresh tokens by keyed hash. A used one stays, so that whoever shows it again is recognised as a thief or a victim.
create table identity.app_refresh (
  token_hash text primary key,
  grant_id uuid not null references identity.app_grant (id) on delete cascade,
  created_at timestamptz not null,
  used_at timestamptz
);
create index app_refresh_grant on identity.app_refresh (grant_id);
alter table identity.app_refresh enable row level security;
create policy at_the_door on identity.app_refresh using (medley.reaches_all());
