-- @better-auth/passkey 1.7.6's own table, named and shaped as it expects.
create table identity."passkey" (
  "id" uuid primary key default gen_random_uuid(), "name" text, "publicKey" text not null,
  "userId" uuid not null references identity."user" ("id") on delete cascade, "credentialID" text not null unique,
  "counter" integer not null, "deviceType" text not null, "backedUp" boolean not null, "transports" text,
  "createdAt" timestamptz, "aaguid" text
);
create index "passkey_userId_idx" on identity."passkey" ("userId");
alter table identity."passkey" enable row level security;
create policy at_the_door on identity."passkey" using (medley.reaches_all());
