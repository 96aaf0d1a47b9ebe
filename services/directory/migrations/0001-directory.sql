-- Clinicians and organisations as the public sees them. Public to read, so the read policies are open; writing is not.

create table directory.organization (
  id uuid primary key,
  source text unique,
  kind text not null check (kind in ('clinic', 'pharmacy', 'carrier')),
  name text not null,
  region text not null,
  jurisdiction text not null,
  city text not null,
  -- Folded like search_text, so that "muenchen" finds "München".
  city_text text not null,
  address text not null,
  time_zone text not null,
  created_at timestamptz not null
);
create index organization_order on directory.organization (name, id);

create table directory.clinician (
  id uuid primary key,
  source text unique,
  organization_id uuid not null references directory.organization,
  name text not null,
  title text not null,
  specialties text[] not null,
  languages text[] not null,
  about text not null,
  plans text[] not null,
  accepts_patients boolean not null,
  -- Lower case without accents, each word between spaces. Kept by the service, because the same rule folds what people type.
  name_text text not null,
  search_text text not null,
  region text not null default medley.region(),
  created_at timestamptz not null
);
create index clinician_search on directory.clinician using gin (search_text gin_trgm_ops);
create index clinician_organization on directory.clinician (organization_id);
alter table directory.clinician enable row level security;
create policy readable on directory.clinician for select using (true);
create policy added on directory.clinician for insert with check (medley.reaches_all());
create policy changed on directory.clinician for update using (medley.reaches_all() or id = medley.clinician());

create table directory.care_service (
  id uuid primary key,
  clinician_id uuid not null references directory.clinician,
  position int not null,
  name text not null,
  minutes int not null,
  modes text[] not null,
  price_minor bigint not null,
  currency text not null
);
create index care_service_clinician on directory.care_service (clinician_id, position);
alter table directory.care_service enable row level security;
create policy readable on directory.care_service for select using (true);
create policy written on directory.care_service using (medley.reaches_all() or clinician_id = medley.clinician());

create table directory.licence (
  id uuid primary key,
  clinician_id uuid not null references directory.clinician,
  jurisdiction text not null,
  number text not null,
  valid_from date not null,
  valid_to date not null check (valid_to > valid_from),
  verification text not null check (verification in ('pending', 'verified', 'rejected', 'revoked')),
  verified_at timestamptz,
  region text not null default medley.region(),
  created_at timestamptz not null,
  unique (jurisdiction, number)
);
create index licence_clinician on directory.licence (clinician_id, jurisdiction);
alter table directory.licence enable row level security;
create policy readable on directory.licence for select using (true);
create policy added on directory.licence for insert with check (medley.reaches_all() or clinician_id = medley.clinician());
create policy changed on directory.licence for update using (medley.reaches_all());

-- Each look into a register stays as evidence; the licence holds only the last outcome.
create table directory.licence_check (
  id uuid primary key,
  licence_id uuid not null references directory.licence,
  clinician_id uuid not null,
  outcome text not null check (outcome in ('verified', 'rejected', 'revoked')),
  evidence text not null,
  checked_by uuid,
  checked_at timestamptz not null,
  region text not null default medley.region()
);
create index licence_check_licence on directory.licence_check (licence_id, checked_at);
alter table directory.licence_check enable row level security;
create policy reached on directory.licence_check using (medley.reaches_all() or clinician_id = medley.clinician());

-- Visits that took place: what entitles a person to one review.
create table directory.visit (
  booking_id uuid primary key,
  clinician_id uuid not null,
  patient_id uuid not null,
  visited_on date not null,
  region text not null default medley.region()
);
create index visit_patient on directory.visit (patient_id);
alter table directory.visit enable row level security;
create policy own on directory.visit using (medley.reaches_all() or patient_id = medley.person());

create table directory.review (
  id uuid primary key,
  booking_id uuid not null unique references directory.visit,
  clinician_id uuid not null references directory.clinician,
  patient_id uuid not null,
  stars int not null check (stars between 1 and 5),
  text text not null,
  visited_on date not null,
  created_at timestamptz not null,
  region text not null default medley.region()
);
create index review_newest on directory.review (clinician_id, id desc);
create index review_patient on directory.review (patient_id);
alter table directory.review enable row level security;
create policy own on directory.review using (medley.reaches_all() or patient_id = medley.person());

-- Sums apart from the reviews, so that searches show ratings without touching what patients wrote.
create table directory.rating (
  clinician_id uuid primary key references directory.clinician,
  stars int not null,
  reviews int not null
);
