-- An interview: who it is about and who may read it are plain; what was said and found is sealed.
create table diagnosis.interview (
  id uuid primary key,
  region text not null default medley.region(),
  -- The Patient of the record, and the person behind it where they began it themselves.
  patient_id text not null,
  person_id uuid,
  -- Whose key the content is sealed under: the person's, or one of its own where a clinician began it.
  subject_id uuid not null,
  started_by text not null check (started_by in ('patient', 'clinician')),
  -- The clinician who began it, or to whom it was shown.
  clinician_id uuid,
  booking_id uuid,
  state text not null default 'open' check (state in ('open', 'finished')),
  content_sealed bytea not null,
  -- Goes up with every change: whoever decided by an older one has to look again.
  revision int not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index interview_person on diagnosis.interview (person_id, id desc);
create index interview_patient on diagnosis.interview (patient_id, id desc);
alter table diagnosis.interview enable row level security;
create policy own_or_shared on diagnosis.interview
  using (medley.reaches_all() or person_id = medley.person() or clinician_id = medley.clinician());

-- What became of each suggestion of a finished interview; which condition it names is in the sealed content.
create table diagnosis.suggestion (
  id uuid primary key,
  region text not null default medley.region(),
  interview_id uuid not null references diagnosis.interview (id) on delete cascade,
  person_id uuid,
  clinician_id uuid,
  decision text check (decision in ('accepted', 'dismissed')),
  reason_sealed bytea,
  decided_by uuid,
  decided_at timestamptz
);
create index suggestion_interview on diagnosis.suggestion (interview_id);
alter table diagnosis.suggestion enable row level security;
create policy own_or_shared on diagnosis.suggestion
  using (medley.reaches_all() or person_id = medley.person() or clinician_id = medley.clinician());
