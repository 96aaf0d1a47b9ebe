-- When clinicians work: wall-clock rules in their own zone, as one document per clinician.
create table appointment.availability (
  clinician_id uuid primary key,
  rules jsonb not null,
  changed_at timestamptz not null
);

-- What takes a clinician's time, buffers included. The constraint is the guard against double booking: every path ends here.
create table appointment.occupancy (
  id uuid primary key,
  clinician_id uuid not null,
  during tstzrange not null,
  -- Null once booked; a hold whose time has come takes nothing any more and is removed by whoever meets it first.
  held_until timestamptz,
  constraint occupancy_no_overlap exclude using gist (clinician_id with =, during with &&)
);
create index occupancy_expiry on appointment.occupancy (held_until) where held_until is not null;

-- Whom a time is held for, while deciding or as an offer from the wait-list.
create table appointment.hold (
  id uuid primary key references appointment.occupancy (id) on delete cascade,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  service_id uuid not null,
  mode text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  expires_at timestamptz not null,
  entry_id uuid
);
create index hold_patient on appointment.hold (patient_id);
alter table appointment.hold enable row level security;
create policy own_or_all on appointment.hold using (medley.reaches_all() or patient_id = medley.person());

create table appointment.booking (
  id uuid primary key,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  organization_id uuid not null,
  service_id uuid not null,
  -- Names, place and price as they were when booked.
  clinician_name text not null,
  service_name text not null,
  mode text not null,
  place text not null,
  price jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  state text not null default 'booked' check (state in ('booked', 'arrived', 'completed', 'cancelled', 'noShow')),
  state_since timestamptz not null,
  -- What the patient wrote, sealed under their own key.
  reason_sealed bytea,
  cancel_reason text,
  -- Leads not yet reminded of, in minutes before the start.
  remind_minutes int[] not null default '{}',
  revision int not null default 0,
  created_at timestamptz not null
);
create index booking_patient on appointment.booking (patient_id, starts_at, id);
create index booking_clinician on appointment.booking (clinician_id, starts_at);
create index booking_reminders on appointment.booking (starts_at) where state = 'booked' and remind_minutes <> '{}';
alter table appointment.booking enable row level security;
create policy own_or_all on appointment.booking
  using (medley.reaches_all() or patient_id = medley.person() or clinician_id = medley.clinician());

create table appointment.wait_list (
  id uuid primary key,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  clinician_name text not null,
  service_id uuid not null,
  service_name text not null,
  mode text not null,
  minutes int not null,
  earliest_at timestamptz not null,
  latest_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'offered', 'filled', 'left', 'expired')),
  -- Who waited longest is asked first; a missed offer goes to the back.
  queued_at timestamptz not null,
  -- The start last offered and missed, so that the same time is not offered to the same person twice.
  missed_start timestamptz,
  created_at timestamptz not null
);
create unique index wait_list_once on appointment.wait_list (patient_id, clinician_id, service_id) where state in ('waiting', 'offered');
create index wait_list_queue on appointment.wait_list (clinician_id, queued_at) where state = 'waiting';
alter table appointment.wait_list enable row level security;
create policy own_or_all on appointment.wait_list using (medley.reaches_all() or patient_id = medley.person());

-- The secret part of a calendar feed's address, hashed.
create table appointment.calendar_feed (
  person_id uuid primary key,
  region text not null default medley.region(),
  key_hash text not null unique,
  clinician_id uuid,
  created_at timestamptz not null
);
alter table appointment.calendar_feed enable row level security;
create policy own_or_all on appointment.calendar_feed using (medley.reaches_all() or person_id = medley.person());
