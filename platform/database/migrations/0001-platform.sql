-- The platform's own tables. Services reach them only through the ports, under row security or not at all.
create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Who is asking, for row security. Set with `set local`, so it ends with the transaction.
create function medley.person() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('medley.person', true), '')::uuid $$;
create function medley.clinician() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('medley.clinician', true), '')::uuid $$;
create function medley.reaches_all() returns boolean language sql stable parallel safe
  as $$ select coalesce(current_setting('medley.reach', true) = 'all', false) $$;
create function medley.region() returns text language sql stable parallel safe
  as $$ select coalesce(nullif(current_setting('medley.region', true), ''), 'eu') $$;

-- What leaves with a transaction. The relay of any worker empties it into the queue.
create table medley.outbox (
  id uuid primary key,
  kind text not null check (kind in ('event', 'job', 'audit')),
  topic text not null,
  payload jsonb not null,
  created_at timestamptz not null default now()
);

-- Answers already given, by caller and key. Kept a day at least (operations removes older ones).
create table medley.idempotency (
  scope text not null,
  key text not null,
  step int not null,
  fingerprint text not null,
  output jsonb,
  problem jsonb,
  created_at timestamptz not null default now(),
  primary key (scope, key, step)
);
create index idempotency_age on medley.idempotency (created_at);

-- Data keys of people, wrapped by the keyring. Deleting a row makes everything sealed with it unreadable.
create table medley.person_key (
  person_id uuid primary key,
  wrapped bytea not null,
  created_at timestamptz not null default now()
);

create table medley.keyvalue (
  key text primary key,
  value jsonb not null,
  version bigint not null default 1,
  expires_at timestamptz
);
create index keyvalue_expiry on medley.keyvalue (expires_at) where expires_at is not null;

-- Messages an installation without real senders keeps for its viewer.
create table medley.kept_message (
  id uuid primary key,
  channel text not null check (channel in ('mail', 'sms', 'push')),
  recipient text not null,
  subject text not null,
  body text not null,
  attachments jsonb not null default '[]',
  sent_at timestamptz not null
);
create index kept_message_newest on medley.kept_message (sent_at desc, id desc);

create table medley.job_progress (
  run_id uuid primary key,
  done double precision not null,
  total double precision not null,
  note text,
  at timestamptz not null default now()
);

-- The last statement of every saving transaction. Owned by the schema owner, so services write here and nowhere else.
create function medley.send(messages jsonb) returns void language sql security definer set search_path = medley, pg_temp as $$
  insert into medley.outbox (id, kind, topic, payload)
  select id, kind, topic, payload from jsonb_to_recordset(messages) as m(id uuid, kind text, topic text, payload jsonb)
$$;

-- False when the same conduct was concluded before: the caller then rolls back and answers as it did then.
create function medley.conclude(scope text, key text, step int, fingerprint text, output jsonb, messages jsonb)
  returns boolean language plpgsql security definer set search_path = medley, pg_temp as $$
begin
  insert into medley.idempotency (scope, key, step, fingerprint, output)
  values (scope, key, step, fingerprint, output) on conflict do nothing;
  if not found then return false; end if;
  perform medley.send(messages);
  return true;
end $$;
