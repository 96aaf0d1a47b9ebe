-- What people were told (message), and what became of each way of telling them (delivery).

create table notification.message (
  id uuid primary key,
  person_id uuid not null,
  topic text not null,
  kind text not null,
  title text not null,
  body text not null,
  -- For channels that anybody may read on a lock screen.
  short text not null,
  locale text not null,
  link text,
  booking_id uuid,
  -- False when the person wants this topic by other ways only.
  is_in_app boolean not null,
  created_at timestamptz not null,
  read_at timestamptz,
  region text not null default medley.region()
);
create index message_newest on notification.message (person_id, id desc) where is_in_app;
create index message_unread on notification.message (person_id, id desc) where is_in_app and read_at is null;
alter table notification.message enable row level security;
create policy own on notification.message using (medley.reaches_all() or person_id = medley.person());

create table notification.delivery (
  id uuid primary key,
  message_id uuid not null references notification.message,
  person_id uuid not null,
  channel text not null check (channel in ('inApp', 'mail', 'sms', 'push')),
  topic text not null,
  state text not null check (state in ('waiting', 'sent', 'failed', 'skipped')),
  tries int not null default 0,
  detail text,
  -- Not before this: quiet hours, or the pause after a failed try.
  due_at timestamptz not null,
  -- A worker has it until then; one that dies gives it back by itself.
  claimed_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  region text not null default medley.region()
);
create index delivery_due on notification.delivery (due_at) where state = 'waiting';
create index delivery_person on notification.delivery (person_id, id desc);
create index delivery_message on notification.delivery (message_id);
alter table notification.delivery enable row level security;
create policy own on notification.delivery using (medley.reaches_all() or person_id = medley.person());

create table notification.preference (
  person_id uuid primary key,
  locale text not null,
  channels jsonb not null,
  quiet_hours jsonb,
  changed_at timestamptz not null,
  region text not null default medley.region()
);
alter table notification.preference enable row level security;
create policy own on notification.preference using (medley.reaches_all() or person_id = medley.person());

create table notification.device (
  id uuid primary key,
  person_id uuid not null,
  endpoint text not null,
  keys jsonb not null,
  created_at timestamptz not null,
  region text not null default medley.region(),
  unique (person_id, endpoint)
);
alter table notification.device enable row level security;
create policy own on notification.device using (medley.reaches_all() or person_id = medley.person());
