\set i :i + 1
\set n 100000000000 + :client_id * 1000000 + :i
\set slot :i * :clients + :client_id
\set who 1 + :slot % 10
\set layer :slot / 10
\set start :first + (:layer % 60) * 86400 + (:layer / 60) * 600
\startpipeline
begin read write;
set local role medley_appointment;
set local medley.person='01a1fe0a-c028-73c0-ba08-71aa4365c25c';
set local medley.clinician='';
set local medley.reach='own';
set local medley.region='us';
\endpipeline
select clinician_id, rules from appointment.availability where clinician_id = any(array[(:clinicians::uuid[])[:who]]::uuid[]);
select clinician_id, (extract(epoch from lower(during)) * 1000)::int8 as starts_ms, (extract(epoch from upper(during)) * 1000)::int8 as ends_ms, held_until is not null as is_held from appointment.occupancy where clinician_id = any(array[(:clinicians::uuid[])[:who]]::uuid[]) and during && tstzrange(to_timestamp(:start + -172800), to_timestamp(:start + 172800)) and (held_until is null or held_until > :c0) order by clinician_id, lower(during);
delete from appointment.occupancy where clinician_id = (:clinicians::uuid[])[:who] and held_until <= :c0 and during && tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600));
insert into appointment.occupancy (id, clinician_id, during, held_until) values ((:c1::text || :n)::uuid, (:clinicians::uuid[])[:who], tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600)), null);
insert into appointment.booking (id, patient_id, clinician_id, organization_id, service_id, clinician_name, service_name, mode, place, price, starts_at, ends_at, time_zone, state_since, reason_sealed, remind_minutes, created_at) values ((:c1::text || :n)::uuid, :c2, (:clinicians::uuid[])[:who], :c3, :c4, :c5, :c6, :c7, :c8, :c9::jsonb, to_timestamp(:start + 0), to_timestamp(:start + 600), :c10, :c11, null, :c12, :c11);
 select medley.conclude(:c2, 'bench-' || :n, :c13, :c14, (:c15::text || :n || :c16::text)::jsonb, (:c17::text || :n || :c18::text || :n || :c19::text || :n || :c20::text || :n || :c21::text || :n || :c22::text)::jsonb) as kept;
commit;
