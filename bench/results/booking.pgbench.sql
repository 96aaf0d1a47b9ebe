\set i :i + 1
\set n 100000000000 + :client_id * 1000000 + :i
\set slot :i * :clients + :client_id
\set who 1 + :slot % 10
\set layer :slot / 10
\set start :first + (:layer % 60) * 86400 + (:layer / 60) * 600
 select fingerprint, output, problem from medley.idempotency where scope = :c0 and key = 'bench-' || :n and step = :c1;
 select fingerprint, output, problem from medley.idempotency where scope = :c0 and key = 'bench-' || :n and step = :c1;
\startpipeline
begin read only;
set local role medley_identity;
set local medley.person='01a1fde6-0631-76c7-981f-f109645aceac';
set local medley.clinician='';
set local medley.reach='all';
set local medley.region='us';
\endpipeline
select id, name from identity.person where id = any(:c2::uuid[]);
commit;
\startpipeline
begin read write;
set local role medley_appointment;
set local medley.person='01a1fde6-0631-76c7-981f-f109645aceac';
set local medley.clinician='';
set local medley.reach='own';
set local medley.region='us';
\endpipeline
select clinician_id, rules from appointment.availability where clinician_id = any(array[(:clinicians::uuid[])[:who]]::uuid[]);
select clinician_id, (extract(epoch from lower(during)) * 1000)::int8 as starts_ms, (extract(epoch from upper(during)) * 1000)::int8 as ends_ms, held_until is not null as is_held from appointment.occupancy where clinician_id = any(array[(:clinicians::uuid[])[:who]]::uuid[]) and during && tstzrange(to_timestamp(:start + -172800), to_timestamp(:start + 172800)) and (held_until is null or held_until > :c3) order by clinician_id, lower(during);
delete from appointment.occupancy where clinician_id = (:clinicians::uuid[])[:who] and held_until <= :c3 and during && tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600));
insert into appointment.occupancy (id, clinician_id, during, held_until) values ((:c4::text || :n)::uuid, (:clinicians::uuid[])[:who], tstzrange(to_timestamp(:start + 0), to_timestamp(:start + 600)), null);
insert into appointment.booking (id, patient_id, clinician_id, organization_id, service_id, clinician_name, service_name, mode, place, price, starts_at, ends_at, time_zone, state_since, reason_sealed, remind_minutes, created_at) values ((:c4::text || :n)::uuid, :c0, (:clinicians::uuid[])[:who], :c5, :c6, :c7, :c8, :c9, :c10, :c11::jsonb, to_timestamp(:start + 0), to_timestamp(:start + 600), :c12, :c13, null, :c14, :c13);
 select medley.conclude(:c0, 'bench-' || :n, :c1, :c15, (:c16::text || :n || :c17::text)::jsonb, (:c18::text || :n || :c19::text || :n || :c20::text || :n || :c21::text || :n || :c22::text || :n || :c23::text)::jsonb) as kept;
commit;
