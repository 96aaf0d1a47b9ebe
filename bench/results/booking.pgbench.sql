\set i :i + 1
\set n 100000000000 + :client_id * 1000000 + :i
\set slot :i * :clients + :client_id
\set who 1 + :slot % 10
\set layer :slot / 10
\set start :first + (:layer % 60) * 86400 + (:layer / 60) * 600
\startpipeline
begin read write;
set local role medley_appointment;
set local medley.person='01a1feb3-da12-717d-a622-8d737f4ceb7d';
set local medley.clinician='';
set local medley.reach='own';
set local medley.region='us';
select c.id as clinician_id, a.rules, coalesce(busy.taken, '[]') as taken from unnest(array[(:clinicians::uuid[])[:who]]::uuid[]) as c (id) left join appointment.availability a on a.clinician_id = c.id cross join lateral ( select json_agg(json_build_array( (extract(epoch from lower(during)) * 1000)::int8, (extract(epoch from upper(during)) * 1000)::int8, held_until is not null) order by lower(during)) as taken from appointment.occupancy o where o.clinician_id = c.id and during && tstzrange(to_timestamp(:start + -172800), to_timestamp(:start + 172800)) and (held_until is null or held_until > :c0)) busy;
\endpipeline
\startpipeline
delete from appointment.occupancy where clinician_id = (:clinicians::uuid[])[:who] and held_until <= :c1 and during && tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600));
insert into appointment.occupancy (id, clinician_id, during, held_until) values ((:c2::text || :n)::uuid, (:clinicians::uuid[])[:who], tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600)), null);
insert into appointment.booking (id, patient_id, clinician_id, organization_id, service_id, clinician_name, service_name, mode, place, price, starts_at, ends_at, time_zone, state_since, reason_sealed, remind_minutes, created_at) values ((:c2::text || :n)::uuid, :c3, (:clinicians::uuid[])[:who], :c4, :c5, :c6, :c7, :c8, :c9, :c10::jsonb, to_timestamp(:start + 0), to_timestamp(:start + 600), :c11, :c1, null, :c12, :c1);
select medley.conclude(array['bench-' || :n]::text[], :c13, :c14, (:c15::text || :n || :c16::text || :n || :c17::text || :n || :c18::text || :n || :c19::text || :n || :c20::text)::jsonb);
commit;
\endpipeline
