-- Written by `npm run docs`. Tables are not a public interface: contracts are.

create table appointment.availability (
  clinician_id uuid not null,
  rules jsonb not null,
  changed_at timestamp with time zone not null
);
alter table appointment.availability add constraint availability_pkey PRIMARY KEY (clinician_id);

create table appointment.booking (
  id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  organization_id uuid not null,
  service_id uuid not null,
  clinician_name text not null,
  service_name text not null,
  mode text not null,
  place text not null,
  price jsonb not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  time_zone text not null,
  state text not null default 'booked'::text,
  state_since timestamp with time zone not null,
  reason_sealed bytea,
  cancel_reason text,
  remind_minutes integer[] not null default '{}'::integer[],
  revision integer not null default 0,
  created_at timestamp with time zone not null
);
alter table appointment.booking add constraint booking_pkey PRIMARY KEY (id);
alter table appointment.booking add constraint booking_state_check CHECK ((state = ANY (ARRAY['booked'::text, 'arrived'::text, 'completed'::text, 'cancelled'::text, 'noShow'::text])));
CREATE INDEX booking_clinician ON appointment.booking USING btree (clinician_id, starts_at);
CREATE INDEX booking_patient ON appointment.booking USING btree (patient_id, starts_at, id);
CREATE INDEX booking_reminders ON appointment.booking USING btree (starts_at) WHERE ((state = 'booked'::text) AND (remind_minutes <> '{}'::integer[]));
alter table appointment.booking enable row level security;
create policy own_or_all on appointment.booking for all using ((medley.reaches_all() OR (patient_id = medley.person()) OR (clinician_id = medley.clinician())));

create table appointment.calendar_feed (
  person_id uuid not null,
  region text not null default medley.region(),
  key_hash text not null,
  clinician_id uuid,
  created_at timestamp with time zone not null
);
alter table appointment.calendar_feed add constraint calendar_feed_key_hash_key UNIQUE (key_hash);
alter table appointment.calendar_feed add constraint calendar_feed_pkey PRIMARY KEY (person_id);
alter table appointment.calendar_feed enable row level security;
create policy own_or_all on appointment.calendar_feed for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table appointment.hold (
  id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  service_id uuid not null,
  mode text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  entry_id uuid
);
alter table appointment.hold add constraint hold_pkey PRIMARY KEY (id);
alter table appointment.hold add constraint hold_id_fkey FOREIGN KEY (id) REFERENCES appointment.occupancy(id) ON DELETE CASCADE;
CREATE INDEX hold_patient ON appointment.hold USING btree (patient_id);
alter table appointment.hold enable row level security;
create policy own_or_all on appointment.hold for all using ((medley.reaches_all() OR (patient_id = medley.person())));

create table appointment.occupancy (
  id uuid not null,
  clinician_id uuid not null,
  during tstzrange not null,
  held_until timestamp with time zone
);
alter table appointment.occupancy add constraint occupancy_no_overlap EXCLUDE USING gist (clinician_id WITH =, during WITH &&);
alter table appointment.occupancy add constraint occupancy_pkey PRIMARY KEY (id);
CREATE INDEX occupancy_expiry ON appointment.occupancy USING btree (held_until) WHERE (held_until IS NOT NULL);

create table appointment.wait_list (
  id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  clinician_name text not null,
  service_id uuid not null,
  service_name text not null,
  mode text not null,
  minutes integer not null,
  earliest_at timestamp with time zone not null,
  latest_at timestamp with time zone not null,
  state text not null default 'waiting'::text,
  queued_at timestamp with time zone not null,
  missed_start timestamp with time zone,
  created_at timestamp with time zone not null
);
alter table appointment.wait_list add constraint wait_list_pkey PRIMARY KEY (id);
alter table appointment.wait_list add constraint wait_list_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'offered'::text, 'filled'::text, 'left'::text, 'expired'::text])));
CREATE UNIQUE INDEX wait_list_once ON appointment.wait_list USING btree (patient_id, clinician_id, service_id) WHERE (state = ANY (ARRAY['waiting'::text, 'offered'::text]));
CREATE INDEX wait_list_queue ON appointment.wait_list USING btree (clinician_id, queued_at) WHERE (state = 'waiting'::text);
alter table appointment.wait_list enable row level security;
create policy own_or_all on appointment.wait_list for all using ((medley.reaches_all() OR (patient_id = medley.person())));

create table audit.entry (
  sequence bigint not null,
  record text not null,
  previous_hash text not null,
  hash text not null,
  id uuid not null default (((record)::jsonb ->> 'id'::text))::uuid,
  at text not null default ((record)::jsonb ->> 'at'::text),
  region text not null default ((record)::jsonb ->> 'region'::text),
  person_id uuid default (((record)::jsonb ->> 'personId'::text))::uuid,
  action text not null default ((record)::jsonb ->> 'action'::text),
  outcome text not null default ((record)::jsonb ->> 'outcome'::text),
  subjects jsonb not null default jsonb_path_query_array((record)::jsonb, '$."subjects".*'::jsonpath)
);
alter table audit.entry add constraint entry_id_key UNIQUE (id);
alter table audit.entry add constraint entry_pkey PRIMARY KEY (sequence);
alter table audit.entry add constraint entry_sequence_check CHECK ((sequence > 0));
CREATE INDEX entry_action ON audit.entry USING btree (action, sequence DESC);
CREATE INDEX entry_at ON audit.entry USING btree (at);
CREATE INDEX entry_patients ON audit.entry USING gin (audit.patients_of(record));
CREATE INDEX entry_person ON audit.entry USING btree (person_id, sequence DESC);
CREATE INDEX entry_subjects ON audit.entry USING gin (subjects jsonb_path_ops);
alter table audit.entry enable row level security;
create policy added on audit.entry for insert using () with check (medley.reaches_all());
create policy readable on audit.entry for select using ((medley.reaches_all() OR (person_id = medley.person())));

create table audit.head (
  is_only boolean not null default true,
  sequence bigint not null,
  hash text not null
);
alter table audit.head add constraint head_pkey PRIMARY KEY (is_only);
alter table audit.head add constraint head_is_only_check CHECK (is_only);

create table consultation.aftercare (
  visit_id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  content_sealed bytea not null,
  done jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null
);
alter table consultation.aftercare add constraint aftercare_pkey PRIMARY KEY (visit_id);
alter table consultation.aftercare add constraint aftercare_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.aftercare enable row level security;
create policy own_or_all on consultation.aftercare for all using ((medley.reaches_all() OR (patient_id = medley.person()) OR (clinician_id = medley.clinician())));

create table consultation.call_peer (
  id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  person_id uuid not null,
  seat text not null,
  session_id uuid,
  way text not null,
  joined_at timestamp with time zone not null,
  expires_at timestamp with time zone not null
);
alter table consultation.call_peer add constraint call_peer_pkey PRIMARY KEY (id);
alter table consultation.call_peer add constraint call_peer_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.call_peer add constraint call_peer_seat_check CHECK ((seat = ANY (ARRAY['patient'::text, 'clinician'::text, 'guest'::text])));
alter table consultation.call_peer add constraint call_peer_way_check CHECK ((way = ANY (ARRAY['direct'::text, 'server'::text])));
CREATE INDEX call_peer_session ON consultation.call_peer USING btree (session_id);
CREATE INDEX call_peer_visit ON consultation.call_peer USING btree (visit_id);
alter table consultation.call_peer enable row level security;
create policy own_or_all on consultation.call_peer for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = call_peer.visit_id)))));

create table consultation.file (
  id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  author_id uuid not null,
  name_sealed bytea not null,
  content_type text not null,
  size_bytes integer not null,
  created_at timestamp with time zone not null
);
alter table consultation.file add constraint file_pkey PRIMARY KEY (id);
alter table consultation.file add constraint file_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
CREATE INDEX file_visit ON consultation.file USING btree (visit_id);
alter table consultation.file enable row level security;
create policy own_or_all on consultation.file for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = file.visit_id)))));

create table consultation.guest (
  id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  clinician_id uuid not null,
  person_id uuid,
  name_sealed bytea not null,
  relation text not null,
  consent text not null,
  code_hash text not null,
  created_at timestamp with time zone not null
);
alter table consultation.guest add constraint guest_pkey PRIMARY KEY (id);
alter table consultation.guest add constraint guest_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.guest add constraint guest_consent_check CHECK ((consent = ANY (ARRAY['asked'::text, 'given'::text, 'refused'::text])));
CREATE INDEX guest_visit ON consultation.guest USING btree (visit_id);
alter table consultation.guest enable row level security;
create policy own_or_all on consultation.guest for all using ((medley.reaches_all() OR (patient_id = medley.person()) OR (clinician_id = medley.clinician()) OR (person_id = medley.person())));

create table consultation.message (
  id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  author_id uuid not null,
  seat text not null,
  seq bigint not null,
  content_sealed bytea not null,
  file_ids uuid[] not null default '{}'::uuid[],
  created_at timestamp with time zone not null
);
alter table consultation.message add constraint message_pkey PRIMARY KEY (id);
alter table consultation.message add constraint message_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
CREATE INDEX message_newest ON consultation.message USING btree (visit_id, seq DESC);
alter table consultation.message enable row level security;
create policy own_or_all on consultation.message for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = message.visit_id)))));

create table consultation.note_version (
  visit_id uuid not null,
  version integer not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  clinician_id uuid not null,
  author_id uuid not null,
  state text not null,
  content_sealed bytea not null,
  created_at timestamp with time zone not null
);
alter table consultation.note_version add constraint note_version_pkey PRIMARY KEY (visit_id, version);
alter table consultation.note_version add constraint note_version_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.note_version add constraint note_version_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'signed'::text, 'amended'::text])));
alter table consultation.note_version enable row level security;
create policy own_or_all on consultation.note_version for all using ((medley.reaches_all() OR (clinician_id = medley.clinician())));

create table consultation.receipt (
  visit_id uuid not null,
  person_id uuid not null,
  region text not null default medley.region(),
  patient_id uuid not null,
  message_id uuid not null,
  seq bigint not null
);
alter table consultation.receipt add constraint receipt_pkey PRIMARY KEY (visit_id, person_id);
alter table consultation.receipt add constraint receipt_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.receipt enable row level security;
create policy own_or_all on consultation.receipt for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = receipt.visit_id)))));

create table consultation.recording (
  id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  clinician_id uuid not null,
  asked_by uuid not null,
  asked_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  ending text,
  content_type text,
  parts integer not null default 0,
  duration_ms bigint not null default 0,
  size_bytes bigint not null default 0,
  is_complete boolean not null default false,
  active_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  deleted_at timestamp with time zone
);
alter table consultation.recording add constraint recording_pkey PRIMARY KEY (id);
alter table consultation.recording add constraint recording_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES consultation.visit(id) ON DELETE CASCADE;
alter table consultation.recording add constraint recording_ending_check CHECK ((ending = ANY (ARRAY['stopped'::text, 'refused'::text, 'withdrawn'::text, 'interrupted'::text])));
CREATE INDEX recording_expires ON consultation.recording USING btree (expires_at);
CREATE UNIQUE INDEX recording_open ON consultation.recording USING btree (visit_id) WHERE (ended_at IS NULL);
CREATE INDEX recording_visit ON consultation.recording USING btree (visit_id, id DESC);
alter table consultation.recording enable row level security;
create policy own_or_all on consultation.recording for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = recording.visit_id)))));

create table consultation.recording_consent (
  recording_id uuid not null,
  person_id uuid not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  seat text not null,
  answer text not null,
  answered_at timestamp with time zone not null
);
alter table consultation.recording_consent add constraint recording_consent_pkey PRIMARY KEY (recording_id, person_id);
alter table consultation.recording_consent add constraint recording_consent_recording_id_fkey FOREIGN KEY (recording_id) REFERENCES consultation.recording(id) ON DELETE CASCADE;
alter table consultation.recording_consent add constraint recording_consent_answer_check CHECK ((answer = ANY (ARRAY['agreed'::text, 'refused'::text, 'withdrawn'::text])));
alter table consultation.recording_consent add constraint recording_consent_seat_check CHECK ((seat = ANY (ARRAY['patient'::text, 'clinician'::text, 'guest'::text])));
alter table consultation.recording_consent enable row level security;
create policy own_or_all on consultation.recording_consent for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = recording_consent.visit_id)))));

create table consultation.recording_part (
  recording_id uuid not null,
  number integer not null,
  region text not null default medley.region(),
  visit_id uuid not null,
  patient_id uuid not null,
  blob_id uuid not null,
  size_bytes integer not null,
  duration_ms integer not null,
  created_at timestamp with time zone not null
);
alter table consultation.recording_part add constraint recording_part_pkey PRIMARY KEY (recording_id, number);
alter table consultation.recording_part add constraint recording_part_recording_id_fkey FOREIGN KEY (recording_id) REFERENCES consultation.recording(id) ON DELETE CASCADE;
alter table consultation.recording_part enable row level security;
create policy own_or_all on consultation.recording_part for all using ((medley.reaches_all() OR (EXISTS ( SELECT
   FROM consultation.visit v
  WHERE (v.id = recording_part.visit_id)))));

create table consultation.visit (
  id uuid not null,
  region text not null default medley.region(),
  kind text not null,
  patient_id uuid not null,
  sealed_for uuid not null,
  clinician_id uuid not null,
  clinician_name text not null,
  mode text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  state text not null,
  state_since timestamp with time zone not null,
  called_at timestamp with time zone,
  subject_sealed bytea,
  last_message_at timestamp with time zone,
  created_at timestamp with time zone not null
);
alter table consultation.visit add constraint visit_pkey PRIMARY KEY (id);
alter table consultation.visit add constraint visit_kind_check CHECK ((kind = ANY (ARRAY['booked'::text, 'written'::text])));
alter table consultation.visit add constraint visit_state_check CHECK ((state = ANY (ARRAY['scheduled'::text, 'waiting'::text, 'inProgress'::text, 'ended'::text, 'cancelled'::text])));
CREATE INDEX visit_clinician ON consultation.visit USING btree (clinician_id, created_at DESC, id DESC);
CREATE INDEX visit_patient ON consultation.visit USING btree (patient_id, created_at DESC, id DESC);
CREATE INDEX visit_queue ON consultation.visit USING btree (clinician_id, starts_at) WHERE (state = ANY (ARRAY['waiting'::text, 'inProgress'::text]));
alter table consultation.visit enable row level security;
create policy own_or_all on consultation.visit for all using ((medley.reaches_all() OR (patient_id = medley.person()) OR (clinician_id = medley.clinician()) OR (EXISTS ( SELECT
   FROM consultation.guest g
  WHERE ((g.visit_id = visit.id) AND (g.person_id = medley.person()) AND (g.consent = 'given'::text))))));

create table diagnosis.interview (
  id uuid not null,
  region text not null default medley.region(),
  patient_id text not null,
  person_id uuid,
  subject_id uuid not null,
  started_by text not null,
  clinician_id uuid,
  booking_id uuid,
  state text not null default 'open'::text,
  content_sealed bytea not null,
  revision integer not null default 0,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone
);
alter table diagnosis.interview add constraint interview_pkey PRIMARY KEY (id);
alter table diagnosis.interview add constraint interview_started_by_check CHECK ((started_by = ANY (ARRAY['patient'::text, 'clinician'::text])));
alter table diagnosis.interview add constraint interview_state_check CHECK ((state = ANY (ARRAY['open'::text, 'finished'::text])));
CREATE INDEX interview_patient ON diagnosis.interview USING btree (patient_id, id DESC);
CREATE INDEX interview_person ON diagnosis.interview USING btree (person_id, id DESC);
alter table diagnosis.interview enable row level security;
create policy own_or_shared on diagnosis.interview for all using ((medley.reaches_all() OR (person_id = medley.person()) OR (clinician_id = medley.clinician())));

create table diagnosis.suggestion (
  id uuid not null,
  region text not null default medley.region(),
  interview_id uuid not null,
  person_id uuid,
  clinician_id uuid,
  decision text,
  reason_sealed bytea,
  decided_by uuid,
  decided_at timestamp with time zone
);
alter table diagnosis.suggestion add constraint suggestion_pkey PRIMARY KEY (id);
alter table diagnosis.suggestion add constraint suggestion_interview_id_fkey FOREIGN KEY (interview_id) REFERENCES diagnosis.interview(id) ON DELETE CASCADE;
alter table diagnosis.suggestion add constraint suggestion_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'dismissed'::text])));
CREATE INDEX suggestion_interview ON diagnosis.suggestion USING btree (interview_id);
alter table diagnosis.suggestion enable row level security;
create policy own_or_shared on diagnosis.suggestion for all using ((medley.reaches_all() OR (person_id = medley.person()) OR (clinician_id = medley.clinician())));

create table directory.care_service (
  id uuid not null,
  clinician_id uuid not null,
  "position" integer not null,
  name text not null,
  minutes integer not null,
  modes text[] not null,
  price_minor bigint not null,
  currency text not null
);
alter table directory.care_service add constraint care_service_pkey PRIMARY KEY (id);
alter table directory.care_service add constraint care_service_clinician_id_fkey FOREIGN KEY (clinician_id) REFERENCES directory.clinician(id);
CREATE INDEX care_service_clinician ON directory.care_service USING btree (clinician_id, "position");
alter table directory.care_service enable row level security;
create policy readable on directory.care_service for select using (true);
create policy written on directory.care_service for all using ((medley.reaches_all() OR (clinician_id = medley.clinician())));

create table directory.clinician (
  id uuid not null,
  source text,
  organization_id uuid not null,
  name text not null,
  title text not null,
  specialties text[] not null,
  languages text[] not null,
  about text not null,
  plans text[] not null,
  accepts_patients boolean not null,
  name_text text not null,
  search_text text not null,
  region text not null default medley.region(),
  created_at timestamp with time zone not null
);
alter table directory.clinician add constraint clinician_source_key UNIQUE (source);
alter table directory.clinician add constraint clinician_pkey PRIMARY KEY (id);
alter table directory.clinician add constraint clinician_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES directory.organization(id);
CREATE INDEX clinician_organization ON directory.clinician USING btree (organization_id);
CREATE INDEX clinician_search ON directory.clinician USING gin (search_text gin_trgm_ops);
alter table directory.clinician enable row level security;
create policy added on directory.clinician for insert using () with check (medley.reaches_all());
create policy changed on directory.clinician for update using ((medley.reaches_all() OR (id = medley.clinician())));
create policy readable on directory.clinician for select using (true);

create table directory.licence (
  id uuid not null,
  clinician_id uuid not null,
  jurisdiction text not null,
  number text not null,
  valid_from date not null,
  valid_to date not null,
  verification text not null,
  verified_at timestamp with time zone,
  region text not null default medley.region(),
  created_at timestamp with time zone not null
);
alter table directory.licence add constraint licence_jurisdiction_number_key UNIQUE (jurisdiction, number);
alter table directory.licence add constraint licence_pkey PRIMARY KEY (id);
alter table directory.licence add constraint licence_clinician_id_fkey FOREIGN KEY (clinician_id) REFERENCES directory.clinician(id);
alter table directory.licence add constraint licence_check CHECK ((valid_to > valid_from));
alter table directory.licence add constraint licence_verification_check CHECK ((verification = ANY (ARRAY['pending'::text, 'verified'::text, 'rejected'::text, 'revoked'::text])));
CREATE INDEX licence_clinician ON directory.licence USING btree (clinician_id, jurisdiction);
alter table directory.licence enable row level security;
create policy added on directory.licence for insert using () with check ((medley.reaches_all() OR (clinician_id = medley.clinician())));
create policy changed on directory.licence for update using (medley.reaches_all());
create policy readable on directory.licence for select using (true);

create table directory.licence_check (
  id uuid not null,
  licence_id uuid not null,
  clinician_id uuid not null,
  outcome text not null,
  evidence text not null,
  checked_by uuid,
  checked_at timestamp with time zone not null,
  region text not null default medley.region()
);
alter table directory.licence_check add constraint licence_check_pkey PRIMARY KEY (id);
alter table directory.licence_check add constraint licence_check_licence_id_fkey FOREIGN KEY (licence_id) REFERENCES directory.licence(id);
alter table directory.licence_check add constraint licence_check_outcome_check CHECK ((outcome = ANY (ARRAY['verified'::text, 'rejected'::text, 'revoked'::text])));
CREATE INDEX licence_check_licence ON directory.licence_check USING btree (licence_id, checked_at);
alter table directory.licence_check enable row level security;
create policy reached on directory.licence_check for all using ((medley.reaches_all() OR (clinician_id = medley.clinician())));

create table directory.organization (
  id uuid not null,
  source text,
  kind text not null,
  name text not null,
  region text not null,
  jurisdiction text not null,
  city text not null,
  city_text text not null,
  address text not null,
  time_zone text not null,
  created_at timestamp with time zone not null
);
alter table directory.organization add constraint organization_source_key UNIQUE (source);
alter table directory.organization add constraint organization_pkey PRIMARY KEY (id);
alter table directory.organization add constraint organization_kind_check CHECK ((kind = ANY (ARRAY['clinic'::text, 'pharmacy'::text, 'carrier'::text])));
CREATE INDEX organization_order ON directory.organization USING btree (name, id);

create table directory.rating (
  clinician_id uuid not null,
  stars integer not null,
  reviews integer not null
);
alter table directory.rating add constraint rating_pkey PRIMARY KEY (clinician_id);
alter table directory.rating add constraint rating_clinician_id_fkey FOREIGN KEY (clinician_id) REFERENCES directory.clinician(id);

create table directory.review (
  id uuid not null,
  booking_id uuid not null,
  clinician_id uuid not null,
  patient_id uuid not null,
  stars integer not null,
  text text not null,
  visited_on date not null,
  created_at timestamp with time zone not null,
  region text not null default medley.region()
);
alter table directory.review add constraint review_booking_id_key UNIQUE (booking_id);
alter table directory.review add constraint review_pkey PRIMARY KEY (id);
alter table directory.review add constraint review_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES directory.visit(booking_id);
alter table directory.review add constraint review_clinician_id_fkey FOREIGN KEY (clinician_id) REFERENCES directory.clinician(id);
alter table directory.review add constraint review_stars_check CHECK (((stars >= 1) AND (stars <= 5)));
CREATE INDEX review_newest ON directory.review USING btree (clinician_id, id DESC);
CREATE INDEX review_patient ON directory.review USING btree (patient_id);
alter table directory.review enable row level security;
create policy own on directory.review for all using ((medley.reaches_all() OR (patient_id = medley.person())));

create table directory.visit (
  booking_id uuid not null,
  clinician_id uuid not null,
  patient_id uuid not null,
  visited_on date not null,
  region text not null default medley.region()
);
alter table directory.visit add constraint visit_pkey PRIMARY KEY (booking_id);
CREATE INDEX visit_patient ON directory.visit USING btree (patient_id);
alter table directory.visit enable row level security;
create policy own on directory.visit for all using ((medley.reaches_all() OR (patient_id = medley.person())));

create table identity."rateLimit" (
  id uuid not null default gen_random_uuid(),
  key text not null,
  count integer not null,
  "lastRequest" bigint not null
);
alter table identity."rateLimit" add constraint "rateLimit_key_key" UNIQUE (key);
alter table identity."rateLimit" add constraint "rateLimit_pkey" PRIMARY KEY (id);

create table identity."twoFactor" (
  id uuid not null default gen_random_uuid(),
  secret text not null,
  "backupCodes" text not null,
  "userId" uuid not null,
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamp with time zone
);
alter table identity."twoFactor" add constraint "twoFactor_pkey" PRIMARY KEY (id);
alter table identity."twoFactor" add constraint "twoFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE;
CREATE INDEX "twoFactor_userId_idx" ON identity."twoFactor" USING btree ("userId");
alter table identity."twoFactor" enable row level security;
create policy at_the_door on identity."twoFactor" for all using (medley.reaches_all());

create table identity."user" (
  id uuid not null default gen_random_uuid(),
  name text not null,
  email text not null,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamp with time zone not null default now(),
  "updatedAt" timestamp with time zone not null default now(),
  "twoFactorEnabled" boolean
);
alter table identity."user" add constraint user_email_key UNIQUE (email);
alter table identity."user" add constraint user_pkey PRIMARY KEY (id);
alter table identity."user" enable row level security;
create policy at_the_door on identity."user" for all using (medley.reaches_all());

create table identity.account (
  id uuid not null default gen_random_uuid(),
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamp with time zone,
  "refreshTokenExpiresAt" timestamp with time zone,
  scope text,
  password text,
  "createdAt" timestamp with time zone not null default now(),
  "updatedAt" timestamp with time zone not null
);
alter table identity.account add constraint account_pkey PRIMARY KEY (id);
alter table identity.account add constraint "account_userId_fkey" FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE;
CREATE INDEX "account_userId_idx" ON identity.account USING btree ("userId");
alter table identity.account enable row level security;
create policy at_the_door on identity.account for all using (medley.reaches_all());

create table identity.apikey (
  id uuid not null default gen_random_uuid(),
  "configId" text not null,
  name text,
  start text,
  "referenceId" text not null,
  prefix text,
  key text not null,
  "refillInterval" integer,
  "refillAmount" integer,
  "lastRefillAt" timestamp with time zone,
  enabled boolean,
  "rateLimitEnabled" boolean,
  "rateLimitTimeWindow" integer,
  "rateLimitMax" integer,
  "requestCount" integer,
  remaining integer,
  "lastRequest" timestamp with time zone,
  "expiresAt" timestamp with time zone,
  "createdAt" timestamp with time zone not null,
  "updatedAt" timestamp with time zone not null,
  permissions text,
  metadata text
);
alter table identity.apikey add constraint apikey_pkey PRIMARY KEY (id);
CREATE INDEX apikey_key_idx ON identity.apikey USING btree (key);
CREATE INDEX "apikey_referenceId_idx" ON identity.apikey USING btree ("referenceId");
alter table identity.apikey enable row level security;
create policy at_the_door on identity.apikey for all using (medley.reaches_all());

create table identity.app (
  id uuid not null,
  region text not null default medley.region(),
  owner_id uuid not null,
  name text not null,
  maker text not null,
  homepage text,
  kind text not null,
  redirect_uris text[] not null,
  scopes text[] not null,
  secret_hash text,
  keys jsonb,
  keys_url text,
  approved_at timestamp with time zone,
  approved_by uuid,
  created_at timestamp with time zone not null
);
alter table identity.app add constraint app_pkey PRIMARY KEY (id);
alter table identity.app add constraint app_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES identity.person(id);
alter table identity.app add constraint app_kind_check CHECK ((kind = ANY (ARRAY['public'::text, 'confidential'::text, 'backend'::text])));
CREATE INDEX app_owner ON identity.app USING btree (owner_id);
alter table identity.app enable row level security;
create policy own_or_all on identity.app for all using ((medley.reaches_all() OR (owner_id = medley.person())));

create table identity.app_grant (
  id uuid not null,
  region text not null default medley.region(),
  app_id uuid not null,
  person_id uuid,
  patient_id text,
  scopes text[] not null,
  session_id text,
  code_hash text,
  code_challenge text,
  code_ends_at timestamp with time zone,
  code_used_at timestamp with time zone,
  redirect_uri text,
  nonce text,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone
);
alter table identity.app_grant add constraint app_grant_code_hash_key UNIQUE (code_hash);
alter table identity.app_grant add constraint app_grant_pkey PRIMARY KEY (id);
alter table identity.app_grant add constraint app_grant_app_id_fkey FOREIGN KEY (app_id) REFERENCES identity.app(id) ON DELETE CASCADE;
alter table identity.app_grant add constraint app_grant_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);
CREATE INDEX app_grant_app ON identity.app_grant USING btree (app_id);
CREATE UNIQUE INDEX app_grant_own ON identity.app_grant USING btree (app_id) WHERE (person_id IS NULL);
CREATE INDEX app_grant_person ON identity.app_grant USING btree (person_id, app_id);
alter table identity.app_grant enable row level security;
create policy own_or_all on identity.app_grant for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table identity.app_refresh (
  token_hash text not null,
  grant_id uuid not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone
);
alter table identity.app_refresh add constraint app_refresh_pkey PRIMARY KEY (token_hash);
alter table identity.app_refresh add constraint app_refresh_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES identity.app_grant(id) ON DELETE CASCADE;
CREATE INDEX app_refresh_grant ON identity.app_refresh USING btree (grant_id);
alter table identity.app_refresh enable row level security;
create policy at_the_door on identity.app_refresh for all using (medley.reaches_all());

create table identity.claim_code (
  person_id uuid not null,
  code_hash text not null,
  failures integer not null default 0,
  expires_at timestamp with time zone not null
);
alter table identity.claim_code add constraint claim_code_code_hash_key UNIQUE (code_hash);
alter table identity.claim_code add constraint claim_code_pkey PRIMARY KEY (person_id);
alter table identity.claim_code add constraint claim_code_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);

create table identity.membership (
  person_id uuid not null,
  organization_id uuid not null,
  role text not null,
  clinician_id uuid,
  region text not null default medley.region(),
  created_at timestamp with time zone not null
);
alter table identity.membership add constraint membership_pkey PRIMARY KEY (person_id, organization_id, role);
alter table identity.membership add constraint membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES identity.person(id);
CREATE UNIQUE INDEX membership_clinician ON identity.membership USING btree (clinician_id) WHERE (clinician_id IS NOT NULL);
CREATE INDEX membership_organization ON identity.membership USING btree (organization_id);
alter table identity.membership enable row level security;
create policy own_or_all on identity.membership for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table identity.passkey (
  id uuid not null default gen_random_uuid(),
  name text,
  "publicKey" text not null,
  "userId" uuid not null,
  "credentialID" text not null,
  counter integer not null,
  "deviceType" text not null,
  "backedUp" boolean not null,
  transports text,
  "createdAt" timestamp with time zone,
  aaguid text
);
alter table identity.passkey add constraint "passkey_credentialID_key" UNIQUE ("credentialID");
alter table identity.passkey add constraint passkey_pkey PRIMARY KEY (id);
alter table identity.passkey add constraint "passkey_userId_fkey" FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE;
CREATE INDEX "passkey_userId_idx" ON identity.passkey USING btree ("userId");
alter table identity.passkey enable row level security;
create policy at_the_door on identity.passkey for all using (medley.reaches_all());

create table identity.person (
  id uuid not null,
  region text not null default medley.region(),
  account_id uuid,
  source text,
  name text not null,
  email text not null default ''::text,
  jurisdiction text not null,
  locale text not null,
  time_zone text not null,
  sealed bytea,
  created_at timestamp with time zone not null,
  forgotten_at timestamp with time zone
);
alter table identity.person add constraint person_account_id_key UNIQUE (account_id);
alter table identity.person add constraint person_source_key UNIQUE (source);
alter table identity.person add constraint person_pkey PRIMARY KEY (id);
alter table identity.person add constraint person_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity."user"(id);
CREATE INDEX person_newest ON identity.person USING btree (created_at DESC, id DESC);
alter table identity.person enable row level security;
create policy own_or_all on identity.person for all using ((medley.reaches_all() OR (id = medley.person())));

create table identity.proof (
  session_id uuid not null,
  region text not null default medley.region(),
  password_at timestamp with time zone,
  code_at timestamp with time zone,
  passkey_at timestamp with time zone
);
alter table identity.proof add constraint proof_pkey PRIMARY KEY (session_id);
alter table identity.proof add constraint proof_session_id_fkey FOREIGN KEY (session_id) REFERENCES identity.session(id) ON DELETE CASCADE;
alter table identity.proof enable row level security;
create policy at_the_door on identity.proof for all using (medley.reaches_all());

create table identity.session (
  id uuid not null default gen_random_uuid(),
  "expiresAt" timestamp with time zone not null,
  token text not null,
  "createdAt" timestamp with time zone not null default now(),
  "updatedAt" timestamp with time zone not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null
);
alter table identity.session add constraint session_token_key UNIQUE (token);
alter table identity.session add constraint session_pkey PRIMARY KEY (id);
alter table identity.session add constraint "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE;
CREATE INDEX "session_userId_idx" ON identity.session USING btree ("userId");
alter table identity.session enable row level security;
create policy at_the_door on identity.session for all using (medley.reaches_all());

create table identity.sign_in_failure (
  address_hash text not null,
  failures integer not null,
  last_at timestamp with time zone not null
);
alter table identity.sign_in_failure add constraint sign_in_failure_pkey PRIMARY KEY (address_hash);

create table identity.verification (
  id uuid not null default gen_random_uuid(),
  identifier text not null,
  value text not null,
  "expiresAt" timestamp with time zone not null,
  "createdAt" timestamp with time zone not null default now(),
  "updatedAt" timestamp with time zone not null default now()
);
alter table identity.verification add constraint verification_pkey PRIMARY KEY (id);
CREATE INDEX verification_identifier_idx ON identity.verification USING btree (identifier);

create table medley.answer (
  key_hash text not null,
  step integer not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now()
);
alter table medley.answer add constraint answer_pkey PRIMARY KEY (key_hash, step);
CREATE INDEX answer_age ON medley.answer USING btree (created_at);

create table medley.channel (
  name text not null,
  region text not null default medley.region(),
  seq bigint not null
);
alter table medley.channel add constraint channel_pkey PRIMARY KEY (name);

create table medley.channel_entry (
  channel text not null,
  seq bigint not null,
  type text not null,
  person_id uuid not null,
  sealed bytea not null,
  at timestamp with time zone not null
);
alter table medley.channel_entry add constraint channel_entry_pkey PRIMARY KEY (channel, seq);
CREATE INDEX channel_entry_age ON medley.channel_entry USING btree (at);

create table medley.idempotency (
  scope text not null,
  key text not null,
  step integer not null,
  fingerprint text not null,
  output jsonb,
  problem jsonb,
  created_at timestamp with time zone not null default now()
);
alter table medley.idempotency add constraint idempotency_pkey PRIMARY KEY (scope, key, step);
CREATE INDEX idempotency_age ON medley.idempotency USING btree (created_at);

create table medley.job_progress (
  run_id uuid not null,
  done double precision not null,
  total double precision not null,
  note text,
  at timestamp with time zone not null default now()
);
alter table medley.job_progress add constraint job_progress_pkey PRIMARY KEY (run_id);

create table medley.kept_message (
  id uuid not null,
  channel text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  attachments jsonb not null default '[]'::jsonb,
  sent_at timestamp with time zone not null
);
alter table medley.kept_message add constraint kept_message_pkey PRIMARY KEY (id);
alter table medley.kept_message add constraint kept_message_channel_check CHECK ((channel = ANY (ARRAY['mail'::text, 'sms'::text, 'push'::text])));
CREATE INDEX kept_message_newest ON medley.kept_message USING btree (sent_at DESC, id DESC);

create table medley.keyvalue (
  key text not null,
  value jsonb not null,
  version bigint not null default 1,
  expires_at timestamp with time zone
);
alter table medley.keyvalue add constraint keyvalue_pkey PRIMARY KEY (key);
CREATE INDEX keyvalue_expiry ON medley.keyvalue USING btree (expires_at) WHERE (expires_at IS NOT NULL);

create table medley.outbox (
  id uuid not null,
  kind text not null,
  topic text not null,
  payload jsonb not null,
  created_at timestamp with time zone not null default now()
);
alter table medley.outbox add constraint outbox_pkey PRIMARY KEY (id);
alter table medley.outbox add constraint outbox_kind_check CHECK ((kind = ANY (ARRAY['event'::text, 'job'::text, 'audit'::text])));

create table medley.person_key (
  person_id uuid not null,
  wrapped bytea not null,
  created_at timestamp with time zone not null default now()
);
alter table medley.person_key add constraint person_key_pkey PRIMARY KEY (person_id);

create table notification.delivery (
  id uuid not null,
  message_id uuid not null,
  person_id uuid not null,
  channel text not null,
  topic text not null,
  state text not null,
  tries integer not null default 0,
  detail text,
  due_at timestamp with time zone not null,
  claimed_until timestamp with time zone,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  region text not null default medley.region()
);
alter table notification.delivery add constraint delivery_pkey PRIMARY KEY (id);
alter table notification.delivery add constraint delivery_message_id_fkey FOREIGN KEY (message_id) REFERENCES notification.message(id);
alter table notification.delivery add constraint delivery_channel_check CHECK ((channel = ANY (ARRAY['inApp'::text, 'mail'::text, 'sms'::text, 'push'::text])));
alter table notification.delivery add constraint delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text, 'skipped'::text])));
CREATE INDEX delivery_due ON notification.delivery USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX delivery_message ON notification.delivery USING btree (message_id);
CREATE INDEX delivery_person ON notification.delivery USING btree (person_id, id DESC);
alter table notification.delivery enable row level security;
create policy own on notification.delivery for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table notification.device (
  id uuid not null,
  person_id uuid not null,
  endpoint text not null,
  keys jsonb not null,
  created_at timestamp with time zone not null,
  region text not null default medley.region()
);
alter table notification.device add constraint device_person_id_endpoint_key UNIQUE (person_id, endpoint);
alter table notification.device add constraint device_pkey PRIMARY KEY (id);
alter table notification.device enable row level security;
create policy own on notification.device for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table notification.message (
  id uuid not null,
  person_id uuid not null,
  topic text not null,
  kind text not null,
  title text not null,
  body text not null,
  short text not null,
  locale text not null,
  link text,
  booking_id uuid,
  is_in_app boolean not null,
  created_at timestamp with time zone not null,
  read_at timestamp with time zone,
  region text not null default medley.region()
);
alter table notification.message add constraint message_pkey PRIMARY KEY (id);
CREATE INDEX message_newest ON notification.message USING btree (person_id, id DESC) WHERE is_in_app;
CREATE INDEX message_unread ON notification.message USING btree (person_id, id DESC) WHERE (is_in_app AND (read_at IS NULL));
alter table notification.message enable row level security;
create policy own on notification.message for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table notification.preference (
  person_id uuid not null,
  locale text not null,
  channels jsonb not null,
  quiet_hours jsonb,
  changed_at timestamp with time zone not null,
  region text not null default medley.region()
);
alter table notification.preference add constraint preference_pkey PRIMARY KEY (person_id);
alter table notification.preference enable row level security;
create policy own on notification.preference for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table prescription.availability (
  pharmacy_id uuid not null,
  medicine text not null,
  availability text not null,
  said_at timestamp with time zone not null
);
alter table prescription.availability add constraint availability_pkey PRIMARY KEY (pharmacy_id, medicine);
alter table prescription.availability add constraint availability_availability_check CHECK ((availability = ANY (ARRAY['inStock'::text, 'canOrder'::text, 'outOfStock'::text])));

create table prescription.dose (
  prescription_id uuid not null,
  "on" date not null,
  number smallint not null,
  region text not null default medley.region(),
  person_id uuid not null,
  taken_at timestamp with time zone not null
);
alter table prescription.dose add constraint dose_pkey PRIMARY KEY (prescription_id, "on", number);
alter table prescription.dose add constraint dose_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescription.prescription(id) ON DELETE CASCADE;
alter table prescription.dose add constraint dose_number_check CHECK (((number >= 1) AND (number <= 24)));
CREATE INDEX dose_person ON prescription.dose USING btree (person_id, "on");
alter table prescription.dose enable row level security;
create policy own_or_all on prescription.dose for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table prescription.exchange (
  id uuid not null,
  region text not null default medley.region(),
  prescription_id uuid not null,
  person_id uuid,
  kind text not null,
  side text not null,
  content_sealed bytea not null,
  at timestamp with time zone not null
);
alter table prescription.exchange add constraint exchange_pkey PRIMARY KEY (id);
alter table prescription.exchange add constraint exchange_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescription.prescription(id) ON DELETE CASCADE;
alter table prescription.exchange add constraint exchange_kind_check CHECK ((kind = ANY (ARRAY['query'::text, 'answer'::text, 'refusal'::text, 'cancellation'::text])));
alter table prescription.exchange add constraint exchange_side_check CHECK ((side = ANY (ARRAY['clinician'::text, 'pharmacy'::text, 'patient'::text])));
CREATE INDEX exchange_prescription ON prescription.exchange USING btree (prescription_id, id);
alter table prescription.exchange enable row level security;
create policy own_or_all on prescription.exchange for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table prescription.favourite (
  clinician_id uuid not null,
  region text not null default medley.region(),
  order_hash text not null,
  content jsonb not null,
  uses integer not null default 0,
  last_used_at timestamp with time zone not null,
  is_starred boolean not null default false
);
alter table prescription.favourite add constraint favourite_pkey PRIMARY KEY (clinician_id, order_hash);
alter table prescription.favourite enable row level security;
create policy own_or_all on prescription.favourite for all using ((medley.reaches_all() OR (clinician_id = medley.clinician())));

create table prescription.fill (
  id uuid not null,
  region text not null default medley.region(),
  prescription_id uuid not null,
  person_id uuid,
  pharmacy_id uuid not null,
  number integer not null,
  quantity_milli integer not null,
  stage text not null,
  content_sealed bytea not null,
  prepared_by uuid not null,
  prepared_at timestamp with time zone not null,
  verified_by uuid,
  verified_at timestamp with time zone,
  handed_over_at timestamp with time zone,
  rejected_because text
);
alter table prescription.fill add constraint fill_pkey PRIMARY KEY (id);
alter table prescription.fill add constraint fill_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescription.prescription(id) ON DELETE CASCADE;
alter table prescription.fill add constraint fill_by_two CHECK (((verified_by IS NULL) OR (verified_by <> prepared_by)));
alter table prescription.fill add constraint fill_quantity_milli_check CHECK ((quantity_milli > 0));
alter table prescription.fill add constraint fill_stage_check CHECK ((stage = ANY (ARRAY['prepared'::text, 'verified'::text, 'handedOver'::text, 'rejected'::text])));
CREATE UNIQUE INDEX fill_one_open ON prescription.fill USING btree (prescription_id) WHERE (stage = ANY (ARRAY['prepared'::text, 'verified'::text]));
CREATE INDEX fill_prescription ON prescription.fill USING btree (prescription_id, id);
alter table prescription.fill enable row level security;
create policy own_or_all on prescription.fill for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table prescription.knowledge (
  id uuid not null,
  name text not null,
  licence text not null,
  content jsonb not null,
  imported_at timestamp with time zone not null
);
alter table prescription.knowledge add constraint knowledge_name_key UNIQUE (name);
alter table prescription.knowledge add constraint knowledge_pkey PRIMARY KEY (id);

create table prescription.prescription (
  id uuid not null,
  region text not null default medley.region(),
  person_id uuid,
  subject_id uuid not null,
  patient_id text not null,
  clinician_id uuid not null,
  jurisdiction text not null,
  state text not null,
  state_since timestamp with time zone not null,
  content_sealed bytea not null,
  token_id uuid,
  token_sealed bytea,
  pharmacy_id uuid,
  refills integer not null,
  days integer not null,
  signed_at timestamp with time zone,
  sent_at timestamp with time zone,
  valid_until timestamp with time zone,
  next_fill_at timestamp with time zone,
  refill_requested_at timestamp with time zone,
  revision integer not null default 0,
  created_at timestamp with time zone not null
);
alter table prescription.prescription add constraint prescription_pkey PRIMARY KEY (id);
alter table prescription.prescription add constraint prescription_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'checked'::text, 'signed'::text, 'sent'::text, 'accepted'::text, 'queriedBack'::text, 'partlyDispensed'::text, 'completed'::text, 'cancelled'::text, 'expired'::text])));
CREATE INDEX prescription_clinician ON prescription.prescription USING btree (clinician_id, id DESC);
CREATE INDEX prescription_expiry ON prescription.prescription USING btree (valid_until) WHERE (state = ANY (ARRAY['signed'::text, 'sent'::text, 'accepted'::text, 'queriedBack'::text, 'partlyDispensed'::text]));
CREATE INDEX prescription_patient ON prescription.prescription USING btree (patient_id, id DESC);
CREATE INDEX prescription_person ON prescription.prescription USING btree (person_id, id DESC);
CREATE INDEX prescription_queue ON prescription.prescription USING btree (pharmacy_id, state_since, id) WHERE (state = ANY (ARRAY['sent'::text, 'accepted'::text, 'queriedBack'::text, 'partlyDispensed'::text]));
alter table prescription.prescription enable row level security;
create policy own_or_all on prescription.prescription for all using ((medley.reaches_all() OR (person_id = medley.person()) OR (clinician_id = medley.clinician())));

create table prescription.redemption (
  token_id uuid not null,
  region text not null default medley.region(),
  prescription_id uuid not null,
  person_id uuid,
  pharmacy_id uuid not null,
  redeemed_at timestamp with time zone not null
);
alter table prescription.redemption add constraint redemption_once PRIMARY KEY (token_id);
alter table prescription.redemption add constraint redemption_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescription.prescription(id) ON DELETE CASCADE;
alter table prescription.redemption enable row level security;
create policy own_or_all on prescription.redemption for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table prescription.supply (
  prescription_id uuid not null,
  number integer not null,
  region text not null default medley.region(),
  person_id uuid,
  ordered_milli integer not null,
  left_milli integer not null
);
alter table prescription.supply add constraint supply_pkey PRIMARY KEY (prescription_id, number);
alter table prescription.supply add constraint supply_prescription_id_fkey FOREIGN KEY (prescription_id) REFERENCES prescription.prescription(id) ON DELETE CASCADE;
alter table prescription.supply add constraint supply_never_below_zero CHECK ((left_milli >= 0));
alter table prescription.supply enable row level security;
create policy own_or_all on prescription.supply for all using ((medley.reaches_all() OR (person_id = medley.person())));

create table record.consent_rule (
  resource bigint not null,
  patient text not null,
  depth smallint not null,
  permits boolean not null,
  actors text[],
  types text[],
  labels text[],
  purposes text[],
  since timestamp with time zone not null default '-infinity'::timestamp with time zone,
  until timestamp with time zone not null default 'infinity'::timestamp with time zone
);
CREATE INDEX consent_rule_patient ON record.consent_rule USING btree (patient);
CREATE INDEX consent_rule_resource ON record.consent_rule USING btree (resource);

create table record.history (
  region text not null default medley.region(),
  key bigint not null,
  type text not null,
  id text not null,
  version integer not null,
  method text not null,
  updated_at timestamp with time zone not null,
  is_deleted boolean not null,
  patients text[] not null,
  labels text[] not null,
  subject_id uuid,
  content bytea
);
alter table record.history add constraint history_pkey PRIMARY KEY (key, version);
CREATE INDEX history_changed ON record.history USING btree (updated_at DESC);
CREATE INDEX history_patients ON record.history USING gin (patients);
CREATE INDEX history_type ON record.history USING btree (type, updated_at DESC);
alter table record.history enable row level security;
create policy reachable on record.history for all using ((( SELECT medley.reaches_all() AS reaches_all) OR (patients = '{}'::text[]) OR (NOT (EXISTS ( SELECT
   FROM unnest(history.patients) p(id)
  WHERE ((NOT (EXISTS ( SELECT
           FROM record.patient o
          WHERE ((o.id = p.id) AND (o.person_id = ( SELECT medley.person() AS person)))))) AND (NOT (EXISTS ( SELECT
           FROM record.reach r
          WHERE ((r.patient = p.id) AND ((r.clinician_id = ( SELECT medley.clinician() AS clinician)) OR (r.person_id = ( SELECT medley.person() AS person))))))) AND (NOT (EXISTS ( SELECT
           FROM record.consent_rule c
          WHERE ((c.patient = p.id) AND c.permits AND (c.actors IS NOT NULL)))))))))));

create table record.moment (
  resource bigint not null,
  parameter integer not null,
  part smallint not null default 0,
  low timestamp with time zone not null,
  high timestamp with time zone not null,
  is_long boolean not null
);
CREATE INDEX moment_found ON record.moment USING btree (parameter, low, high, resource);
CREATE INDEX moment_long ON record.moment USING btree (parameter, high, resource) WHERE is_long;
CREATE INDEX moment_resource ON record.moment USING btree (resource, parameter);

create table record.patient (
  id text not null,
  region text not null default medley.region(),
  person_id uuid,
  subject_id uuid not null,
  held_because text,
  created_at timestamp with time zone not null
);
alter table record.patient add constraint patient_subject_id_key UNIQUE (subject_id);
alter table record.patient add constraint patient_pkey PRIMARY KEY (id);
CREATE INDEX patient_person ON record.patient USING btree (person_id);

create table record.quantity (
  resource bigint not null,
  parameter integer not null,
  part smallint not null default 0,
  low double precision not null,
  high double precision not null,
  system text,
  code text,
  unit text
);
CREATE INDEX quantity_found ON record.quantity USING btree (parameter, low, high, resource);
CREATE INDEX quantity_resource ON record.quantity USING btree (resource, parameter);

create table record.reach (
  id uuid not null,
  region text not null default medley.region(),
  patient text not null,
  kind text not null,
  clinician_id uuid,
  person_id uuid,
  since timestamp with time zone not null,
  until timestamp with time zone not null,
  source text not null,
  reason_sealed bytea,
  reviewed_at timestamp with time zone,
  reviewed_by uuid,
  finding text
);
alter table record.reach add constraint reach_source_key UNIQUE (source);
alter table record.reach add constraint reach_pkey PRIMARY KEY (id);
alter table record.reach add constraint reach_check CHECK (((clinician_id IS NOT NULL) OR (person_id IS NOT NULL)));
alter table record.reach add constraint reach_finding_check CHECK ((finding = ANY (ARRAY['justified'::text, 'unjustified'::text])));
alter table record.reach add constraint reach_kind_check CHECK ((kind = ANY (ARRAY['care'::text, 'emergency'::text])));
CREATE INDEX reach_patient ON record.reach USING btree (patient, until);
CREATE INDEX reach_review ON record.reach USING btree (since DESC) WHERE (kind = 'emergency'::text);

create table record.reference (
  resource bigint not null,
  parameter integer not null,
  part smallint not null default 0,
  type text,
  id text,
  url text
);
CREATE INDEX reference_found ON record.reference USING btree (parameter, id, type, resource);
CREATE INDEX reference_resource ON record.reference USING btree (resource, parameter);
CREATE INDEX reference_target ON record.reference USING btree (type, id);
CREATE INDEX reference_url ON record.reference USING btree (parameter, url, resource) WHERE (url IS NOT NULL);

create table record.resource (
  key bigint not null,
  region text not null default medley.region(),
  type text not null,
  id text not null,
  version integer not null,
  method text not null,
  updated_at timestamp with time zone not null,
  is_deleted boolean not null default false,
  patients text[] not null,
  labels text[] not null default '{}'::text[],
  subject_id uuid,
  content bytea,
  author_id uuid,
  owner text
);
alter table record.resource add constraint resource_type_id_key UNIQUE (type, id);
alter table record.resource add constraint resource_pkey PRIMARY KEY (key);
alter table record.resource add constraint resource_id_check CHECK ((id ~ '^[A-Za-z0-9.-]{1,64}$'::text));
alter table record.resource add constraint resource_method_check CHECK ((method = ANY (ARRAY['POST'::text, 'PUT'::text, 'PATCH'::text, 'DELETE'::text])));
CREATE INDEX resource_changed ON record.resource USING btree (updated_at DESC, key DESC);
CREATE INDEX resource_newest ON record.resource USING btree (type, updated_at DESC, key DESC);
CREATE INDEX resource_of_nobody ON record.resource USING btree (type, key) WHERE ((patients = '{}'::text[]) AND (NOT is_deleted));
CREATE INDEX resource_patients ON record.resource USING gin (patients);
CREATE INDEX resource_seen ON record.resource USING btree (type, key) INCLUDE (patients, labels) WHERE (NOT is_deleted);
alter table record.resource enable row level security;
create policy reachable on record.resource for all using ((( SELECT medley.reaches_all() AS reaches_all) OR (patients = '{}'::text[]) OR (NOT (EXISTS ( SELECT
   FROM unnest(resource.patients) p(id)
  WHERE ((NOT (EXISTS ( SELECT
           FROM record.patient o
          WHERE ((o.id = p.id) AND (o.person_id = ( SELECT medley.person() AS person)))))) AND (NOT (EXISTS ( SELECT
           FROM record.reach r
          WHERE ((r.patient = p.id) AND ((r.clinician_id = ( SELECT medley.clinician() AS clinician)) OR (r.person_id = ( SELECT medley.person() AS person))))))) AND (NOT (EXISTS ( SELECT
           FROM record.consent_rule c
          WHERE ((c.patient = p.id) AND c.permits AND (c.actors IS NOT NULL)))))))))));

create table record.subscription (
  id text not null,
  region text not null default medley.region(),
  caller jsonb not null,
  type text not null,
  criteria text not null,
  endpoint text not null,
  headers text[] not null,
  payload text,
  ends_at timestamp with time zone
);
alter table record.subscription add constraint subscription_pkey PRIMARY KEY (id);
CREATE INDEX subscription_type ON record.subscription USING btree (type);

create table record.text (
  resource bigint not null,
  parameter integer not null,
  part smallint not null default 0,
  folded text not null,
  exact text not null
);
CREATE INDEX text_found ON record.text USING btree (parameter, folded text_pattern_ops, resource);
CREATE INDEX text_resource ON record.text USING btree (resource, parameter);

create table record.token (
  resource bigint not null,
  parameter integer not null,
  part smallint not null default 0,
  system text,
  code text not null
);
CREATE INDEX token_found ON record.token USING btree (parameter, code, system, resource);
CREATE INDEX token_resource ON record.token USING btree (resource, parameter);

create table task.source (
  about_id uuid not null,
  region text not null default medley.region(),
  revision integer not null
);
alter table task.source add constraint source_pkey PRIMARY KEY (about_id);

create table task.task (
  id uuid not null,
  region text not null default medley.region(),
  kind text not null,
  about_id uuid not null,
  part smallint not null default 0,
  visit_id uuid,
  patient_id text,
  person_id uuid,
  subject_id uuid not null,
  requester_id uuid not null,
  owner_id uuid not null,
  state text not null,
  state_since timestamp with time zone not null,
  urgency smallint not null,
  due_at timestamp with time zone not null,
  shown_from timestamp with time zone not null,
  content_sealed bytea not null,
  note_sealed bytea,
  outcome_sealed bytea,
  done_by uuid,
  revision integer not null default 0,
  created_at timestamp with time zone not null
);
alter table task.task add constraint task_pkey PRIMARY KEY (id);
alter table task.task add constraint task_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'accepted'::text, 'completed'::text, 'cancelled'::text])));
CREATE INDEX task_about ON task.task USING btree (about_id);
CREATE UNIQUE INDEX task_one_open ON task.task USING btree (kind, about_id, part) WHERE (state = ANY (ARRAY['requested'::text, 'accepted'::text]));
CREATE INDEX task_open ON task.task USING btree (owner_id, urgency, due_at, id) WHERE (state = ANY (ARRAY['requested'::text, 'accepted'::text]));
CREATE INDEX task_owned ON task.task USING btree (owner_id, state_since DESC, id DESC);
CREATE INDEX task_patient ON task.task USING btree (patient_id);
CREATE INDEX task_person ON task.task USING btree (person_id);
CREATE INDEX task_requested ON task.task USING btree (requester_id, state_since DESC, id DESC);
alter table task.task enable row level security;
create policy own_or_all on task.task for all using ((medley.reaches_all() OR (owner_id = medley.clinician()) OR (requester_id = medley.clinician())));

CREATE OR REPLACE FUNCTION audit.concerning(patient_id text)
 RETURNS SETOF bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'audit', 'pg_temp'
AS $function$ select sequence from audit.entry where medley.reaches_all() and audit.patients_of(record) @> array[patient_id] $function$
;

CREATE OR REPLACE FUNCTION audit.patients_of(record text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select array(select jsonb_array_elements_text(record::jsonb -> 'patientIds')) $function$
;

CREATE OR REPLACE FUNCTION medley.append(channel text, type text, person_id uuid, sealed bytea, at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'medley', 'pg_temp'
AS $function$
declare given bigint;
begin
  insert into channel as c (name, seq) values (append.channel, 1)
    on conflict (name) do update set seq = c.seq + 1 returning c.seq into given;
  insert into channel_entry values (append.channel, given, append.type, append.person_id, append.sealed, append.at);
  return given;
end $function$
;

CREATE OR REPLACE FUNCTION medley.clinician()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('medley.clinician', true), '')::uuid $function$
;

CREATE OR REPLACE FUNCTION medley.conclude(scope text, key text, step integer, fingerprint text, output jsonb, messages jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'medley', 'pg_temp'
AS $function$
begin
  insert into medley.idempotency (scope, key, step, fingerprint, output)
  values (scope, key, step, fingerprint, output) on conflict do nothing;
  if not found then return false; end if;
  perform medley.send(messages);
  return true;
end $function$
;

CREATE OR REPLACE FUNCTION medley.conclude(hashes text[], step integer, sealed bytea, messages jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'medley', 'pg_temp'
AS $function$
begin
  if cardinality(hashes) > 1 then -- Asked apart, since hardly anybody has previous secrets and every save comes by here.
    perform from answer a where a.key_hash = any(hashes[2:]) and a.step = conclude.step;
    if found then raise exception 'carried out before' using errcode = 'MD001'; end if;
  end if;
  insert into answer (key_hash, step, sealed) values (hashes[1], conclude.step, conclude.sealed) on conflict do nothing;
  if not found then raise exception 'carried out before' using errcode = 'MD001'; end if;
  perform send(messages);
end $function$
;

CREATE OR REPLACE FUNCTION medley.forget(channel text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'medley', 'pg_temp'
AS $function$
  delete from channel_entry e where e.channel = forget.channel
$function$
;

CREATE OR REPLACE FUNCTION medley.person()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('medley.person', true), '')::uuid $function$
;

CREATE OR REPLACE FUNCTION medley.reaches_all()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(current_setting('medley.reach', true) = 'all', false) $function$
;

CREATE OR REPLACE FUNCTION medley.region()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(nullif(current_setting('medley.region', true), ''), 'eu') $function$
;

CREATE OR REPLACE FUNCTION medley.send(messages jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'medley', 'pg_temp'
AS $function$
  insert into medley.outbox (id, kind, topic, payload)
  select id, kind, topic, payload from jsonb_to_recordset(messages) as m(id uuid, kind text, topic text, payload jsonb)
$function$
;

CREATE OR REPLACE FUNCTION record.about(who text[], kind text, or_nobody boolean)
 RETURNS SETOF bigint
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER ROWS 500
 SET search_path TO ''
AS $function$
  select r.key from record.resource r
  where r.patients && (who collate "default") and (kind is null or r.type = kind) and not r.is_deleted
  union all
  select r.key from record.resource r where or_nobody and r.patients = '{}' and r.type = kind and not r.is_deleted
$function$
;

CREATE OR REPLACE FUNCTION record.all_or_overtaken(written bigint, wanted bigint)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  if written <> wanted then raise exception 'overtaken' using errcode = 'MD002'; end if;
  return true;
end $function$
;

CREATE OR REPLACE FUNCTION record.consents(who text, kind text, marks text[], actor text[], purpose text, at timestamp with time zone)
 RETURNS TABLE(is_denied boolean, is_permitted boolean)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
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
$function$
;
