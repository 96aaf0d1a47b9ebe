-- The trail. What is hashed is the text in `record`; every other column that could mislead a reader is derived from it by
-- the database, so that none can be changed alone. The service's role may add and read, and nothing else.

create table audit.entry (
  sequence bigint primary key check (sequence > 0),
  -- Canonical JSON of a core/journal.ts record.
  record text not null,
  -- Both SHA-256 in hex: hash = sha256(previous_hash \n sequence \n record).
  previous_hash text not null,
  hash text not null,
  id uuid not null unique generated always as ((record::jsonb ->> 'id')::uuid) stored,
  at text collate "C" not null generated always as (record::jsonb ->> 'at') stored,
  region text not null generated always as (record::jsonb ->> 'region') stored,
  person_id uuid generated always as ((record::jsonb ->> 'personId')::uuid) stored,
  action text collate "C" not null generated always as (record::jsonb ->> 'action') stored,
  outcome text not null generated always as (record::jsonb ->> 'outcome') stored,
  subjects jsonb not null generated always as (jsonb_path_query_array(record::jsonb, '$.subjects.*')) stored
);
create index entry_person on audit.entry (person_id, sequence desc);
create index entry_action on audit.entry (action, sequence desc);
create index entry_at on audit.entry (at);
create index entry_subjects on audit.entry using gin (subjects jsonb_path_ops);
alter table audit.entry enable row level security;
create policy readable on audit.entry for select using (medley.reaches_all() or person_id = medley.person());
create policy added on audit.entry for insert with check (medley.reaches_all());

-- One row: the end of the chain, locked by whoever appends, so that numbers have no gaps.
create table audit.head (
  is_only boolean primary key default true check (is_only),
  sequence bigint not null,
  hash text not null
);
insert into audit.head (sequence, hash) values (0, repeat('0', 64));
