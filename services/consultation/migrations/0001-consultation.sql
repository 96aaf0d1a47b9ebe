-- A visit as a room: who is in it, and how far it has come. Times are those of the booking, kept to order the queue.
create table consultation.visit (
  id uuid primary key,
  region text not null default medley.region(),
  kind text not null check (kind in ('booked', 'written')),
  patient_id uuid not null,
  -- Whose key seals what is said: the patient's, also when their account became another person later.
  sealed_for uuid not null,
  clinician_id uuid not null,
  clinician_name text not null,
  mode text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  state text not null check (state in ('scheduled', 'waiting', 'inProgress', 'ended', 'cancelled')),
  state_since timestamptz not null,
  called_at timestamptz,
  subject_sealed bytea,
  last_message_at timestamptz,
  created_at timestamptz not null
);
create index visit_patient on consultation.visit (patient_id, created_at desc, id desc);
create index visit_clinician on consultation.visit (clinician_id, created_at desc, id desc);
create index visit_queue on consultation.visit (clinician_id, starts_at) where state in ('waiting', 'inProgress');

-- The third person. The code of an invitation is kept as a hash.
create table consultation.guest (
  id uuid primary key,
  region text not null default medley.region(),
  visit_id uuid not null references consultation.visit on delete cascade,
  patient_id uuid not null,
  clinician_id uuid not null,
  person_id uuid,
  name_sealed bytea not null,
  relation text not null,
  consent text not null check (consent in ('asked', 'given', 'refused')),
  code_hash text not null,
  created_at timestamptz not null
);
create index guest_visit on consultation.guest (visit_id);
alter table consultation.guest enable row level security;
create policy own_or_all on consultation.guest using (
  medley.reaches_all() or patient_id = medley.person() or clinician_id = medley.clinician() or person_id = medley.person());

alter table consultation.visit enable row level security;
create policy own_or_all on consultation.visit using (
  medley.reaches_all() or patient_id = medley.person() or clinician_id = medley.clinician()
  or exists (select from consultation.guest g where g.visit_id = visit.id and g.person_id = medley.person() and g.consent = 'given'));

create table consultation.message (
  id uuid primary key,
  region text not null default medley.region(),
  visit_id uuid not null references consultation.visit on delete cascade,
  patient_id uuid not null,
  author_id uuid not null,
  seat text not null,
  -- Its number on the visit's channel, so that lists and the live order agree.
  seq bigint not null,
  content_sealed bytea not null,
  file_ids uuid[] not null default '{}',
  created_at timestamptz not null
);
create index message_newest on consultation.message (visit_id, seq desc);
alter table consultation.message enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.message using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));

-- How far each person has read; the last message says it all.
create table consultation.receipt (
  visit_id uuid not null references consultation.visit on delete cascade,
  person_id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  message_id uuid not null,
  seq bigint not null,
  primary key (visit_id, person_id)
);
alter table consultation.receipt enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.receipt using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));

create table consultation.file (
  id uuid primary key,
  region text not null default medley.region(),
  visit_id uuid not null references consultation.visit on delete cascade,
  patient_id uuid not null,
  author_id uuid not null,
  name_sealed bytea not null,
  content_type text not null,
  size_bytes int not null,
  created_at timestamptz not null
);
create index file_visit on consultation.file (visit_id);
alter table consultation.file enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.file using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));

-- Every version of a note; the last one is the note.
create table consultation.note_version (
  visit_id uuid not null references consultation.visit on delete cascade,
  version int not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  author_id uuid not null,
  state text not null check (state in ('draft', 'signed', 'amended')),
  content_sealed bytea not null,
  created_at timestamptz not null,
  primary key (visit_id, version)
);
alter table consultation.note_version enable row level security;
create policy own_or_all on consultation.note_version using (medley.reaches_all() or clinician_id = medley.clinician());

-- What came out of a visit, and which tasks of its plan are done.
create table consultation.aftercare (
  visit_id uuid primary key references consultation.visit on delete cascade,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  content_sealed bytea not null,
  done jsonb not null default '{}',
  created_at timestamptz not null
);
alter table consultation.aftercare enable row level security;
create policy own_or_all on consultation.aftercare
  using (medley.reaches_all() or patient_id = medley.person() or clinician_id = medley.clinician());
