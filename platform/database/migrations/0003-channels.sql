-- What happens on channels, for those who watch them live (platform/channels). A gapless number per channel, given by one counter row:
-- a sequence would make numbers visible out of order, and readers who remember the last one would lose entries.
create table medley.channel (
  name text primary key,
  region text not null default medley.region(),
  seq bigint not null
);

create table medley.channel_entry (
  channel text not null,
  seq bigint not null,
  type text not null,
  -- Whose key seals the content; without the key it says nothing any more.
  person_id uuid not null,
  sealed bytea not null,
  at timestamptz not null,
  primary key (channel, seq)
);
create index channel_entry_age on medley.channel_entry (at);

-- The counter stays locked until the commit, so the next number becomes visible only after this one. Append last, and to one channel.
create function medley.append(channel text, type text, person_id uuid, sealed bytea, at timestamptz)
  returns bigint language plpgsql security definer set search_path = medley, pg_temp as $$
declare given bigint;
begin
  insert into channel as c (name, seq) values (append.channel, 1)
    on conflict (name) do update set seq = c.seq + 1 returning c.seq into given;
  insert into channel_entry values (append.channel, given, append.type, append.person_id, append.sealed, append.at);
  return given;
end $$;

-- The counter goes on, so that who watches sees that something is missing and reads again.
create function medley.forget(channel text) returns void language sql security definer set search_path = medley, pg_temp as $$
  delete from channel_entry e where e.channel = forget.channel
$$;
