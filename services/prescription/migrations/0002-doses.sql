-- Which doses a person says they took. On which prescription and when lies open; what it was is in the prescription.
create table prescription.dose (
  prescription_id uuid not null references prescription.prescription on delete cascade,
  "on" date not null,
  number smallint not null check (number between 1 and 24),
  region text not null default medley.region(),
  person_id uuid not null,
  taken_at timestamptz not null,
  primary key (prescription_id, "on", number)
);
create index dose_person on prescription.dose (person_id, "on");
alter table prescription.dose enable row level security;
create policy own_or_all on prescription.dose using (medley.reaches_all() or person_id = medley.person());
