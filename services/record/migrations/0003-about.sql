-- Keys of what is about some patients, of one type or (null) of all, and of what is about nobody if that is asked too. Row security
-- lets no statement use the index of `patients`, since it cannot know that comparing arrays tells nothing; so this looks with the
-- owner's eyes, and whoever asks still meets the policy at every row. `who` brings its collation along; the index is of the default one.
create function record.about(who text[], kind text, or_nobody boolean) returns setof bigint
  language sql stable security definer parallel safe rows 500 set search_path = '' as $$
  select r.key from record.resource r
  where r.patients && (who collate "default") and (kind is null or r.type = kind) and not r.is_deleted
  union all
  select r.key from record.resource r where or_nobody and r.patients = '{}' and r.type = kind and not r.is_deleted
$$;
revoke execute on function record.about(text[], text, boolean) from public;
create index resource_of_nobody on record.resource (type, key) where patients = '{}' and not is_deleted;
