-- When the person of a session gave a password, a code or a passkey again. It goes with the session.
create table identity.proof (
  session_id uuid primary key references identity."session" ("id") on delete cascade,
  region text not null default medley.region(),
  password_at timestamptz,
  code_at timestamptz,
  passkey_at timestamptz
);
alter table identity.proof enable row level security;
create policy at_the_door on identity.proof using (medley.reaches_all());
