-- Prescriptions. What is ordered, for whom and why lies sealed; what finds and decides lies open.
create table prescription.prescription (
  id uuid primary key,
  region text not null default medley.region(),
  -- The person that the patient is, and the key the content is sealed under: theirs, or the prescription's own where there is no person.
  person_id uuid,
  subject_id uuid not null,
  patient_id text not null,
  clinician_id uuid not null,
  jurisdiction text not null,
  state text not null check (state in ('draft', 'checked', 'signed', 'sent', 'accepted', 'queriedBack', 'partlyDispensed',
    'completed', 'cancelled', 'expired')),
  state_since timestamptz not null,
  content_sealed bytea not null,
  -- The signed token, and the number by which it is redeemed once.
  token_id uuid,
  token_sealed bytea,
  pharmacy_id uuid,
  refills int not null,
  days int not null,
  signed_at timestamptz,
  sent_at timestamptz,
  valid_until timestamptz,
  next_fill_at timestamptz,
  refill_requested_at timestamptz,
  revision int not null default 0,
  created_at timestamptz not null
);
create index prescription_person on prescription.prescription (person_id, id desc);
create index prescription_patient on prescription.prescription (patient_id, id desc);
create index prescription_clinician on prescription.prescription (clinician_id, id desc);
create index prescription_queue on prescription.prescription (pharmacy_id, state_since, id)
  where state in ('sent', 'accepted', 'queriedBack', 'partlyDispensed');
create index prescription_expiry on prescription.prescription (valid_until)
  where state in ('signed', 'sent', 'accepted', 'queriedBack', 'partlyDispensed');
alter table prescription.prescription enable row level security;
create policy own_or_all on prescription.prescription
  using (medley.reaches_all() or person_id = medley.person() or clinician_id = medley.clinician());

-- A token is redeemed once: whoever comes second meets this key, however many come at the same moment.
create table prescription.redemption (
  token_id uuid constraint redemption_once primary key,
  region text not null default medley.region(),
  prescription_id uuid not null references prescription.prescription (id) on delete cascade,
  person_id uuid,
  pharmacy_id uuid not null,
  redeemed_at timestamptz not null
);
alter table prescription.redemption enable row level security;
create policy own_or_all on prescription.redemption using (medley.reaches_all() or person_id = medley.person());

-- What is left of each supply, in thousandths. The constraint is the guard against dispensing more than was prescribed.
create table prescription.supply (
  prescription_id uuid not null references prescription.prescription (id) on delete cascade,
  number int not null,
  region text not null default medley.region(),
  person_id uuid,
  ordered_milli int not null,
  left_milli int not null constraint supply_never_below_zero check (left_milli >= 0),
  primary key (prescription_id, number)
);
alter table prescription.supply enable row level security;
create policy own_or_all on prescription.supply
  using (medley.reaches_all() or person_id = medley.person());

-- What was taken from the shelf, by whom, and who looked at it again.
create table prescription.fill (
  id uuid primary key,
  region text not null default medley.region(),
  prescription_id uuid not null references prescription.prescription (id) on delete cascade,
  person_id uuid,
  pharmacy_id uuid not null,
  number int not null,
  quantity_milli int not null check (quantity_milli > 0),
  stage text not null check (stage in ('prepared', 'verified', 'handedOver', 'rejected')),
  -- Product, lot and its expiry: with the medicine they would say what the patient has.
  content_sealed bytea not null,
  prepared_by uuid not null,
  prepared_at timestamptz not null,
  verified_by uuid,
  verified_at timestamptz,
  handed_over_at timestamptz,
  rejected_because text,
  constraint fill_by_two check (verified_by is null or verified_by <> prepared_by)
);
create index fill_prescription on prescription.fill (prescription_id, id);
create unique index fill_one_open on prescription.fill (prescription_id) where stage in ('prepared', 'verified');
alter table prescription.fill enable row level security;
create policy own_or_all on prescription.fill using (medley.reaches_all() or person_id = medley.person());

-- Questions of pharmacies, answers, and reasons.
create table prescription.exchange (
  id uuid primary key,
  region text not null default medley.region(),
  prescription_id uuid not null references prescription.prescription (id) on delete cascade,
  person_id uuid,
  kind text not null check (kind in ('query', 'answer', 'refusal', 'cancellation')),
  side text not null check (side in ('clinician', 'pharmacy', 'patient')),
  content_sealed bytea not null,
  at timestamptz not null
);
create index exchange_prescription on prescription.exchange (prescription_id, id);
alter table prescription.exchange enable row level security;
create policy own_or_all on prescription.exchange using (medley.reaches_all() or person_id = medley.person());

-- What pharmacies say they have. Nothing here is about a person.
create table prescription.availability (
  pharmacy_id uuid not null,
  medicine text not null,
  availability text not null check (availability in ('inStock', 'canOrder', 'outOfStock')),
  said_at timestamptz not null,
  primary key (pharmacy_id, medicine)
);

-- What a clinician prescribes, without for whom.
create table prescription.favourite (
  clinician_id uuid not null,
  region text not null default medley.region(),
  order_hash text not null,
  content jsonb not null,
  uses int not null default 0,
  last_used_at timestamptz not null,
  is_starred boolean not null default false,
  primary key (clinician_id, order_hash)
);
alter table prescription.favourite enable row level security;
create policy own_or_all on prescription.favourite using (medley.reaches_all() or clinician_id = medley.clinician());

-- Facts of licensed sources. The same name again replaces what it brought before.
create table prescription.knowledge (
  id uuid primary key,
  name text not null unique,
  licence text not null,
  content jsonb not null,
  imported_at timestamptz not null
);
