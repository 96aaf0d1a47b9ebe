-- Who is in a call now: one row for each browser, gone when it leaves. From it follows who is put out of a media server.
create table consultation.call_peer (
  id uuid primary key,
  region text not null default medley.region(),
  visit_id uuid not null references consultation.visit on delete cascade,
  patient_id uuid not null,
  person_id uuid not null,
  seat text not null check (seat in ('patient', 'clinician', 'guest')),
  -- The sign-in behind it: when that has ended, nobody is there any more.
  session_id uuid,
  way text not null check (way in ('direct', 'server')),
  joined_at timestamptz not null,
  expires_at timestamptz not null
);
create index call_peer_visit on consultation.call_peer (visit_id);
create index call_peer_session on consultation.call_peer (session_id);
alter table consultation.call_peer enable row level security;
-- Whoever sees the visit.
create policy own_or_all on consultation.call_peer using (
  medley.reaches_all() or exists (select from consultation.visit v where v.id = visit_id));
