-- Whom an entry concerns, found without reading the whole trail. There is no new column, so that nothing can be changed beside
-- the text that is hashed, and so that a long trail is not rewritten while it is being migrated.

create function audit.patients_of(record text) returns text[] language sql immutable parallel safe
  as $$ select array(select jsonb_array_elements_text(record::jsonb -> 'patientIds')) $$;
create index entry_patients on audit.entry using gin (audit.patients_of(record));

-- Row security hides the index from whoever is under it (array comparison is not leakproof), so this looks as the owner.
create function audit.concerning(patient_id text) returns setof bigint
  language sql stable security definer set search_path = audit, pg_temp
  as $$ select sequence from audit.entry where medley.reaches_all() and audit.patients_of(record) @> array[patient_id] $$;
