-- FHIR resources as their JSON text, and what they can be found by. A new type or search parameter needs no migration: a
-- parameter is a number (a hash of `Type.code`, see rules/parameters.ts), and there is one index table per kind of value.

create table record.resource (
  key bigint generated always as identity primary key,
  region text not null default medley.region(),
  type text collate "C" not null,
  id text collate "C" not null check (id ~ '^[A-Za-z0-9.-]{1,64}$'),
  version int not null,
  -- The interaction that made this version.
  method text not null check (method in ('POST', 'PUT', 'PATCH', 'DELETE')),
  updated_at timestamptz not null,
  is_deleted boolean not null default false,
  -- Logical ids of the patients in whose compartment it is.
  patients text[] not null,
  -- Codes of its security labels, for consent.
  labels text[] not null default '{}',
  -- The key `content` is sealed under; null when it is about no patient, and then it is plain JSON.
  subject_id uuid,
  content bytea,
  -- The person who entered it; null when Medley did. Patients change only what is theirs in this sense, too.
  author_id uuid,
  -- The service and id of what this mirrors; such a resource changes only through its owner.
  owner text,
  unique (type, id)
);
-- Contents lie beside the table, so that looking at many rows does not mean reading all they say.
alter table record.resource alter column content set storage external;
alter table record.resource set (toast_tuple_target = 400);
-- Pages and counts of a type, with what decides who sees a row.
create index resource_seen on record.resource (type, key) include (patients, labels) where not is_deleted;
create index resource_newest on record.resource (type, updated_at desc, key desc);
create index resource_changed on record.resource (updated_at desc, key desc);
create index resource_patients on record.resource using gin (patients);

-- Versions that were superseded; the present one is in `resource`.
create table record.history (
  region text not null default medley.region(),
  key bigint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version int not null,
  method text not null,
  updated_at timestamptz not null,
  is_deleted boolean not null,
  patients text[] not null,
  labels text[] not null,
  subject_id uuid,
  content bytea,
  primary key (key, version)
);
create index history_type on record.history (type, updated_at desc);
create index history_changed on record.history (updated_at desc);
create index history_patients on record.history using gin (patients);

-- What a resource can be found by. `part` tells apart the elements of a composite parameter: rows of one resource with the
-- same part belong together. No foreign keys: one function writes all of them, and the check would double its cost.
create table record.token (
  resource bigint not null,
  parameter int not null,
  part smallint not null default 0,
  system text collate "C",
  code text collate "C" not null
);
create index token_found on record.token (parameter, code, system, resource);
create index token_resource on record.token (resource, parameter);

create table record.text (
  resource bigint not null,
  parameter int not null,
  part smallint not null default 0,
  -- Lower case, without accents and punctuation; `exact` as it was written.
  folded text collate "C" not null,
  exact text collate "C" not null
);
create index text_found on record.text (parameter, folded text_pattern_ops, resource);
create index text_resource on record.text (resource, parameter);

create table record.reference (
  resource bigint not null,
  parameter int not null,
  part smallint not null default 0,
  type text collate "C",
  id text collate "C",
  -- Canonical or foreign addresses, which have no type and id here.
  url text collate "C"
);
create index reference_found on record.reference (parameter, id, type, resource);
create index reference_url on record.reference (parameter, url, resource) where url is not null;
create index reference_target on record.reference (type, id);
create index reference_resource on record.reference (resource, parameter);

create table record.moment (
  resource bigint not null,
  parameter int not null,
  part smallint not null default 0,
  -- The whole time that the value covers: 2024-05 reaches from its first to its last instant.
  low timestamptz not null,
  high timestamptz not null,
  -- Over a year long: those few are looked at apart, so that for all others the beginning says nearly all.
  is_long boolean not null
);
create index moment_found on record.moment (parameter, low, high, resource);
create index moment_long on record.moment (parameter, high, resource) where is_long;
create index moment_resource on record.moment (resource, parameter);

create table record.quantity (
  resource bigint not null,
  parameter int not null,
  part smallint not null default 0,
  low double precision not null,
  high double precision not null,
  system text collate "C",
  -- Code and unit as written; both null for plain numbers.
  code text collate "C",
  unit text collate "C"
);
create index quantity_found on record.quantity (parameter, low, high, resource);
create index quantity_resource on record.quantity (resource, parameter);

-- A code says nearly all about its system and parameter; without knowing that, plans expect one row where there are thousands.
create statistics record.token_together (dependencies, mcv) on parameter, code, system from record.token;
create statistics record.text_together (dependencies) on parameter, folded from record.text;
create statistics record.reference_together (dependencies, mcv) on parameter, type from record.reference;
alter table record.token alter column parameter set statistics 1000;
alter table record.token alter column code set statistics 1000;
alter statistics record.token_together set statistics 1000;

-- The patients of this record, the person each is, and the key their resources are sealed under.
create table record.patient (
  id text collate "C" primary key,
  region text not null default medley.region(),
  person_id uuid,
  subject_id uuid not null unique,
  -- Nothing of the patient may be erased while this stands.
  held_because text,
  created_at timestamptz not null
);
create index patient_person on record.patient (person_id);

-- Who may reach a patient's record beside the patient: whoever treats them, for a time, or in an emergency.
create table record.reach (
  id uuid primary key,
  region text not null default medley.region(),
  patient text collate "C" not null,
  kind text not null check (kind in ('care', 'emergency')),
  clinician_id uuid,
  person_id uuid,
  since timestamptz not null,
  until timestamptz not null,
  -- What made it, such as `appointment/<id>`: the same source again changes it and adds none.
  source text not null unique,
  -- Emergencies: why, sealed under the patient's key; and what the review found.
  reason_sealed bytea,
  reviewed_at timestamptz,
  reviewed_by uuid,
  finding text check (finding in ('justified', 'unjustified')),
  check (clinician_id is not null or person_id is not null)
);
create index reach_patient on record.reach (patient, until);
create index reach_review on record.reach (since desc) where kind = 'emergency';

-- Consent resources, one row per provision, as every read and search evaluates them.
create table record.consent_rule (
  -- The Consent resource.
  resource bigint not null,
  patient text collate "C" not null,
  -- Deeper provisions are exceptions to those above them in the same Consent.
  depth smallint not null,
  permits boolean not null,
  -- References such as `Practitioner/<id>`; null means everybody.
  actors text[],
  -- Resource types, security labels and purposes; null means all.
  types text[],
  labels text[],
  purposes text[],
  since timestamptz not null default '-infinity',
  until timestamptz not null default 'infinity'
);
create index consent_rule_patient on record.consent_rule (patient);
create index consent_rule_resource on record.consent_rule (resource);

-- Ends a statement that wrote less than it was to: somebody else was faster, and the whole transaction must begin anew.
create function record.all_or_overtaken(written bigint, wanted bigint) returns boolean language plpgsql as $$
begin
  if written <> wanted then raise exception 'overtaken' using errcode = 'MD002'; end if;
  return true;
end $$;

-- Whether the consents of a patient forbid this actor to see such a resource now, and whether one of them lets the actor in by name.
create function record.consents(who text, kind text, marks text[], actor text[], purpose text, at timestamptz)
  returns table (is_denied boolean, is_permitted boolean) language sql stable parallel safe as $$
  with matching as materialized (
    select resource, depth, permits, actors from record.consent_rule
    where patient = who
      and (actors is null or actors && $4)
      and (types is null or kind = any(types))
      and (labels is null or labels && marks)
      and (purposes is null or $5 = any(purposes))
      and since <= at and at < until
  ), deciding as (
    select distinct on (resource) permits, actors from matching order by resource, depth desc, permits
  )
  select coalesce(bool_or(not permits), false), coalesce(bool_or(permits and actors is not null), false) from deciding
$$;

-- Second wall, coarser than the queries themselves: rows about patients only for the patient, whoever treats or once treated
-- them, whom a consent names, or Medley itself. Written out twice, since a function would be called for every row.
alter table record.resource enable row level security;
create policy reachable on record.resource using ((select medley.reaches_all()) or patients = '{}' or not exists (
  select from unnest(patients) as p (id)
  where not exists (select from record.patient o where o.id = p.id and o.person_id = (select medley.person()))
    and not exists (select from record.reach r where r.patient = p.id
      and (r.clinician_id = (select medley.clinician()) or r.person_id = (select medley.person())))
    and not exists (select from record.consent_rule c where c.patient = p.id and c.permits and c.actors is not null)));
alter table record.history enable row level security;
create policy reachable on record.history using ((select medley.reaches_all()) or patients = '{}' or not exists (
  select from unnest(patients) as p (id)
  where not exists (select from record.patient o where o.id = p.id and o.person_id = (select medley.person()))
    and not exists (select from record.reach r where r.patient = p.id
      and (r.clinician_id = (select medley.clinician()) or r.person_id = (select medley.person())))
    and not exists (select from record.consent_rule c where c.patient = p.id and c.permits and c.actors is not null)));
