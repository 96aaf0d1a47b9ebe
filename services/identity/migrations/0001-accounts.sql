-- better-auth 1.7.7's own tables, named and shaped as it expects. Only accounts.ts and the session queries touch them.
create table identity."user" (
  "id" uuid primary key default gen_random_uuid(), "name" text not null, "email" text not null unique, "emailVerified" boolean not null,
  "image" text, "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now(), "twoFactorEnabled" boolean
);
create table identity."session" (
  "id" uuid primary key default gen_random_uuid(), "expiresAt" timestamptz not null, "token" text not null unique,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
  "userId" uuid not null references identity."user" ("id") on delete cascade
);
create index "session_userId_idx" on identity."session" ("userId");
create table identity."account" (
  "id" uuid primary key default gen_random_uuid(), "accountId" text not null, "providerId" text not null,
  "userId" uuid not null references identity."user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text,
  "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null
);
create index "account_userId_idx" on identity."account" ("userId");
create table identity."verification" (
  "id" uuid primary key default gen_random_uuid(), "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now()
);
create index "verification_identifier_idx" on identity."verification" ("identifier");
create table identity."twoFactor" (
  "id" uuid primary key default gen_random_uuid(), "secret" text not null, "backupCodes" text not null,
  "userId" uuid not null references identity."user" ("id") on delete cascade, "verified" boolean, "failedVerificationCount" integer, "lockedUntil" timestamptz
);
create index "twoFactor_userId_idx" on identity."twoFactor" ("userId");
create table identity."apikey" (
  "id" uuid primary key default gen_random_uuid(), "configId" text not null, "name" text, "start" text, "referenceId" text not null, "prefix" text,
  "key" text not null, "refillInterval" integer, "refillAmount" integer, "lastRefillAt" timestamptz, "enabled" boolean, "rateLimitEnabled" boolean,
  "rateLimitTimeWindow" integer, "rateLimitMax" integer, "requestCount" integer, "remaining" integer, "lastRequest" timestamptz,
  "expiresAt" timestamptz, "createdAt" timestamptz not null, "updatedAt" timestamptz not null, "permissions" text, "metadata" text
);
create index "apikey_referenceId_idx" on identity."apikey" ("referenceId");
create index "apikey_key_idx" on identity."apikey" ("key");
create table identity."rateLimit" (
  "id" uuid primary key default gen_random_uuid(), "key" text not null unique, "count" integer not null, "lastRequest" bigint not null
);

-- Accounts are reached before anybody is known, so the door itself (reach all) opens them and nobody else does.
alter table identity."user" enable row level security;
create policy at_the_door on identity."user" using (medley.reaches_all());
alter table identity."session" enable row level security;
create policy at_the_door on identity."session" using (medley.reaches_all());
alter table identity."account" enable row level security;
create policy at_the_door on identity."account" using (medley.reaches_all());
alter table identity."twoFactor" enable row level security;
create policy at_the_door on identity."twoFactor" using (medley.reaches_all());
alter table identity."apikey" enable row level security;
create policy at_the_door on identity."apikey" using (medley.reaches_all());
