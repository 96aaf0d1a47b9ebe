-- What waits for a clinician. Whom it concerns and what is to be done is sealed; who has it and until when lies open, to sort by.
create table task.task (
  id uuid primary key,
  region text not null default medley.region(),
  kind text not null,
  -- What it came from: a visit, prescription or interview, or the task itself; `part` tells the orders of one visit apart.
  about_id uuid not null,
  part smallint not null default 0,
  visit_id uuid,
  patient_id text,
  person_id uuid,
  -- Whose key seals: the patient's, or the task's own where the patient has no account.
  subject_id uuid not null,
  requester_id uuid not null,
  owner_id uuid not null,
  state text not null check (state in ('requested', 'accepted', 'completed', 'cancelled')),
  state_since timestamptz not null,
  urgency smallint not null,
  due_at timestamptz not null,
  shown_from timestamptz not null,
  content_sealed bytea not null,
  note_sealed bytea,
  outcome_sealed bytea,
  done_by uuid,
  revision int not null default 0,
  created_at timestamptz not null
);
-- However often and in whatever order a source is told of: it has one open task of a kind.
create unique index task_one_open on task.task (kind, about_id, part) where state in ('requested', 'accepted');
create index task_about on task.task (about_id);
create index task_open on task.task (owner_id, urgency, due_at, id) where state in ('requested', 'accepted');
create index task_requested on task.task (requester_id, state_since desc, id desc);
create index task_owned on task.task (owner_id, state_since desc, id desc);
create index task_patient on task.task (patient_id);
create index task_person on task.task (person_id);
alter table task.task enable row level security;
create policy own_or_all on task.task using (
  medley.reaches_all() or owner_id = medley.clinician() or requester_id = medley.clinician());

-- How often the tasks of a source were brought in line with it: whoever asked the source before somebody else did asks again.
create table task.source (
  about_id uuid primary key,
  region text not null default medley.region(),
  revision int not null
);
