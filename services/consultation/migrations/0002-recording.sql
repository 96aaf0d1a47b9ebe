-- Recordings of calls, what everybody said to them, and the parts they came in.
create table consultation.recording (
  id uuid primary key,
  region text not null default medley.region(),
  visit_id uuid not null references consultation.visit on delete cascade,
  patient_id uuid not null,
  clinician_id uuid not null,
  asked_by uuid not null,
  asked_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  ending text check (ending in ('stopped', 'refused', 'withdrawn', 'interrupted')),
  content_type text,
  parts int not null default 0,
  duration_ms bigint not null default 0,
  size_bytes bigint not null default 0,
  is_complete boolean not null default false,
  -- The last time that something came of it: a part, or an answer.
  active_at timestamptz not null,
  -- Both are carried out by a job; rows that have one of them behind them are shown to nobody.
  expires_at timestamptz not null,
  deleted_at timestamptz
);
create index recording_visit on consultation.recording (visit_id, id desc);
create index recording_expires on consultation.recording (expires_at);
-- One at a time, whoever asks at the same moment.
create unique index recording_open on consultation.recording (visit_id) where ended_at is null;
alter table consultation.recording enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.recording using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));

create table consultation.recording_consent (
  recording_id uuid not null references consultation.recording on delete cascade,
  person_id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  seat text not null check (seat in ('patient', 'clinician', 'guest')),
  answer text not null check (answer in ('agreed', 'refused', 'withdrawn')),
  answered_at timestamptz not null,
  primary key (recording_id, person_id)
);
alter table consultation.recording_consent enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.recording_consent using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));

-- The bytes lie in the blobs, each part sealed by itself under a name of its own, so that of two uploads of one number one counts whole.
create table consultation.recording_part (
  recording_id uuid not null references consultation.recording on delete cascade,
  number int not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  blob_id uuid not null,
  size_bytes int not null,
  duration_ms int not null,
  created_at timestamptz not null,
  primary key (recording_id, number)
);
alter table consultation.recording_part enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.recording_part using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));
