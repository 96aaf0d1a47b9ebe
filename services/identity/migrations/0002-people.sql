-- A person exists with or without an account: imported people wait to be claimed.
create table identity.person (
  id uuid primary key,
  region text not null default medley.region(),
  account_id uuid unique references identity."user" ("id"),
  -- Names the person at an import's source, so that the same file again changes nothing.
  source text unique,
  name text not null,
  email text not null default '',
  jurisdiction text not null,
  locale text not null,
  time_zone text not null,
  -- Phone, birth date and further particulars, sealed under the person's own key.
  sealed bytea,
  created_at timestamptz not null
);
create index person_newest on identity.person (created_at desc, id desc);
alter table identity.person enable row level security;
create policy own_or_all on identity.person using (medley.reaches_all() or id = medley.person());

create table identity.membership (
  person_id uuid not null references identity.person (id),
  organization_id uuid not null,
  role text not null,
  clinician_id uuid,
  region text not null default medley.region(),
  created_at timestamptz not null,
  primary key (person_id, organization_id, role)
);
create index membership_organization on identity.membership (organization_id);
create unique index membership_clinician on identity.membership (clinician_id) where clinician_id is not null;
alter table identity.membership enable row level security;
create policy own_or_all on identity.membership using (medley.reaches_all() or person_id = medley.person());

-- A code opens one record once; wrong guesses count, so that it cannot be tried out.
create table identity.claim_code (
  person_id uuid primary key references identity.person (id),
  code_hash text not null unique,
  failures int not null default 0,
  expires_at timestamptz not null
);

-- Failed sign-ins by keyed hash of the address: enough to lock out, not enough to know whom.
create table identity.sign_in_failure (
  address_hash text primary key,
  failures int not null,
  last_at timestamptz not null
);
