-- Answers already given, by caller and key, both unreadable here (platform/keys/answers.ts). Kept a day at least.
create table medley.answer (
  -- A keyed hash of who asked and of their idempotency key.
  key_hash text not null,
  step int not null,
  -- Fingerprint of what was asked, and the answer or refusal, sealed under that key.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (key_hash, step)
);
create index answer_age on medley.answer (created_at);

-- The last statement of every saving transaction with a key. The further hashes are those under previous secrets. Raises when the
-- same conduct was concluded before, so that nothing can be committed after it by mistake.
create function medley.conclude(hashes text[], step int, sealed bytea, messages jsonb)
  returns void language plpgsql security definer set search_path = medley, pg_temp as $$
begin
  if cardinality(hashes) > 1 then -- Asked apart, since hardly anybody has previous secrets and every save comes by here.
    perform from answer a where a.key_hash = any(hashes[2:]) and a.step = conclude.step;
    if found then raise exception 'carried out before' using errcode = 'MD001'; end if;
  end if;
  insert into answer (key_hash, step, sealed) values (hashes[1], conclude.step, conclude.sealed) on conflict do nothing;
  if not found then raise exception 'carried out before' using errcode = 'MD001'; end if;
  perform send(messages);
end $$;

-- What it replaces held answers in plain text. Processes of the former version may still write there while both run; sweep
-- removes that within a day, and a later release the table.
truncate medley.idempotency;
