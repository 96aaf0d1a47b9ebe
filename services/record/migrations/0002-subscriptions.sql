-- Active Subscription resources. What is told is decided by the eyes of whoever made them, at every change anew.
create table record.subscription (
  id text collate "C" primary key,
  region text not null default medley.region(),
  caller jsonb not null,
  -- The type that the criteria search.
  type text collate "C" not null,
  criteria text not null,
  endpoint text not null,
  headers text[] not null,
  -- Media type of the resource to send along; null sends only the news that there is some.
  payload text,
  ends_at timestamptz
);
create index subscription_type on record.subscription (type);
