import { sql } from 'kysely'
import type { Money } from '#core/money'
import type { ServiceDatabase } from '#platform'
import type { Availability, BookingState } from './contract.ts'
import type { Interval } from './rules/times.ts'

export type BookingRow = {
  id: string
  patient_id: string
  clinician_id: string
  organization_id: string
  service_id: string
  clinician_name: string
  service_name: string
  mode: 'video' | 'clinic'
  place: string
  price: Money
  starts_at: Date
  ends_at: Date
  time_zone: string
  state: BookingState
  state_since: Date
  reason_sealed: Buffer | null
  cancel_reason: string | null
  remind_minutes: number[]
  revision: number
  created_at: Date
}

export type HoldRow = {
  id: string
  patient_id: string
  clinician_id: string
  service_id: string
  mode: 'video' | 'clinic'
  starts_at: Date
  ends_at: Date
  expires_at: Date
  entry_id: string | null
}

export type WaitRow = {
  id: string
  patient_id: string
  clinician_id: string
  clinician_name: string
  service_id: string
  service_name: string
  mode: 'video' | 'clinic'
  minutes: number
  earliest_at: Date
  latest_at: Date
  state: 'waiting' | 'offered' | 'filled' | 'left' | 'expired'
  missed_start: Date | null
  created_at: Date
}

/** When one clinician works and is busy; `rules` is null for who never said. */
export type CalendarRow = { clinician_id: string; rules: Availability | null; taken: [number, number, boolean][] }

const at = (epochMs: number) => new Date(epochMs)

/** Everything about when clinicians work and what takes their time. */
export function timeStore(database: ServiceDatabase) {
  return {
    availability: (clinicianIds: readonly string[]) =>
      database.query(sql<{
        clinician_id: string
        rules: Availability
      }>`select clinician_id, rules from appointment.availability
        where clinician_id = any(${clinicianIds}::uuid[])`),
    setAvailability: (clinicianId: string, rules: Availability, nowMs: number) =>
      database.query(sql`insert into appointment.availability (clinician_id, rules, changed_at)
        values (${clinicianId}, ${JSON.stringify(rules)}::jsonb, ${at(nowMs)})
        on conflict (clinician_id) do update set rules = excluded.rules, changed_at = excluded.changed_at`),
    /**
     * Rules, and taken times in order as start, end and whether it is a hold; expired holds do not count. One row per clinician, since
     * a search looks at ten thousands of times, and as one JSON text they cost a tenth of what they cost as rows.
     */
    calendars: (clinicianIds: readonly string[], fromMs: number, toMs: number, nowMs: number) =>
      database.query(sql<CalendarRow>`select c.id as clinician_id, a.rules, coalesce(busy.taken, '[]') as taken
        from unnest(${clinicianIds}::uuid[]) as c (id)
        left join appointment.availability a on a.clinician_id = c.id
        cross join lateral (
          select json_agg(json_build_array(
              (extract(epoch from lower(during)) * 1000)::int8, (extract(epoch from upper(during)) * 1000)::int8, held_until is not null)
            order by lower(during)) as taken
          from appointment.occupancy o
          where o.clinician_id = c.id and during && tstzrange(${at(fromMs)}, ${at(toMs)})
            and (held_until is null or held_until > ${at(nowMs)})) busy`),
    /** Takes a time, or fails the save with 23P01 when somebody has it. Expired holds in the way are cleared before. */
    occupy: (id: string, clinicianId: string, during: Interval, heldUntilMs: number | null, nowMs: number) => {
      const range = sql`tstzrange(${at(during.startMs)}, ${at(during.endMs)})`
      database.write(sql`delete from appointment.occupancy
          where clinician_id = ${clinicianId} and held_until <= ${at(nowMs)} and during && ${range}`)
      database.write(sql`insert into appointment.occupancy (id, clinician_id, during, held_until)
          values (${id}, ${clinicianId}, ${range}, ${heldUntilMs === null ? null : at(heldUntilMs)})`)
    },
    moveOccupancy: (id: string, during: Interval) =>
      database.query(
        sql`update appointment.occupancy set during = tstzrange(${at(during.startMs)}, ${at(during.endMs)}) where id = ${id}`,
      ),
    /** What a hold or booking takes, to set it aside when that moves: it may overlap itself. */
    occupancy: (id: string) =>
      database.query(sql<Interval>`select (extract(epoch from lower(during)) * 1000)::int8 as "startMs",
        (extract(epoch from upper(during)) * 1000)::int8 as "endMs" from appointment.occupancy where id = ${id}`),
    vacate: (id: string) => database.query(sql`delete from appointment.occupancy where id = ${id}`),

    addHold: (hold: HoldRow) =>
      database.write(sql`insert into appointment.hold (id, patient_id, clinician_id, service_id, mode, starts_at, ends_at, expires_at, entry_id)
        values (${hold.id}, ${hold.patient_id}, ${hold.clinician_id}, ${hold.service_id}, ${hold.mode}, ${hold.starts_at}, ${hold.ends_at},
          ${hold.expires_at}, ${hold.entry_id})`),
    hold: async (id: string) =>
      (await database.query(sql<HoldRow>`select * from appointment.hold where id = ${id}`))[0],
    /** The hold a patient has on exactly this wish, if it still runs. */
    sameHold: async (wish: HoldRow, nowMs: number) =>
      (
        await database.query(sql<HoldRow>`select * from appointment.hold where patient_id = ${wish.patient_id}
          and clinician_id = ${wish.clinician_id} and service_id = ${wish.service_id} and mode = ${wish.mode}
          and starts_at = ${wish.starts_at} and expires_at > ${at(nowMs)} limit 1`)
      )[0],
    holdsOfEntry: (entryId: string) =>
      database.query(sql<HoldRow>`select * from appointment.hold where entry_id = ${entryId}`),
    countHolds: async (patientId: string, nowMs: number) =>
      (
        await database.query(sql<{ n: number }>`select count(*)::int as n from appointment.hold
        where patient_id = ${patientId} and expires_at > ${at(nowMs)} and entry_id is null`)
      )[0]!.n,
    /** The hold becomes a booking's time for good; empty when it has run out or is gone. */
    keepHold: (id: string, nowMs: number) =>
      database.query(sql<{ id: string }>`with kept as (
          update appointment.occupancy set held_until = null where id = ${id} and held_until > ${at(nowMs)} returning id)
        delete from appointment.hold where id in (select id from kept) returning id`),
    /** Removes holds whose time has come, and tells what became free. */
    removeExpiredHolds: (nowMs: number) =>
      database.query(sql<HoldRow>`with gone as (
          select h.* from appointment.hold h where h.expires_at <= ${at(nowMs)} for update skip locked limit 500),
        removed as (delete from appointment.occupancy where id in (select id from gone))
        select * from gone`),
  }
}

/** Bookings, and what hangs on them. */
export function bookingStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    add: (row: BookingRow) =>
      database.write(sql`insert into appointment.booking (id, patient_id, clinician_id, organization_id, service_id, clinician_name, service_name,
          mode, place, price, starts_at, ends_at, time_zone, state_since, reason_sealed, remind_minutes, created_at)
        values (${row.id}, ${row.patient_id}, ${row.clinician_id}, ${row.organization_id}, ${row.service_id}, ${row.clinician_name}, ${row.service_name},
          ${row.mode}, ${row.place}, ${JSON.stringify(row.price)}::jsonb, ${row.starts_at}, ${row.ends_at}, ${row.time_zone}, ${row.state_since},
          ${row.reason_sealed}, ${row.remind_minutes}, ${row.created_at})`),
    booking: (id: string) => first(database.query(sql<BookingRow>`select * from appointment.booking where id = ${id}`)),
    lock: (id: string) =>
      first(database.query(sql<BookingRow>`select * from appointment.booking where id = ${id} for update`)),
    setState: (id: string, state: BookingState, nowMs: number, cancelReason: string | null) =>
      first(
        database.query(sql<BookingRow>`update appointment.booking set state = ${state}, state_since = ${at(nowMs)},
        cancel_reason = ${cancelReason}, revision = revision + 1 where id = ${id} returning *`),
      ),
    move: (id: string, visit: Interval, remindMinutes: number[]) =>
      first(
        database.query(sql<BookingRow>`update appointment.booking set starts_at = ${at(visit.startMs)}, ends_at = ${at(visit.endMs)},
        remind_minutes = ${remindMinutes}, revision = revision + 1 where id = ${id} returning *`),
      ),
    ofPatient: (
      patientId: string,
      when: 'upcoming' | 'past',
      nowMs: number,
      after: string[] | undefined,
      limit: number,
    ) =>
      when === 'upcoming'
        ? database.query(sql<BookingRow>`select * from appointment.booking
            where patient_id = ${patientId} and ends_at > ${at(nowMs)} and state in ('booked', 'arrived')
              and (${after?.[0] ?? null}::timestamptz is null or (starts_at, id) > (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
            order by starts_at, id limit ${limit + 1}`)
        : database.query(sql<BookingRow>`select * from appointment.booking
            where patient_id = ${patientId} and (ends_at <= ${at(nowMs)} or state not in ('booked', 'arrived'))
              and (${after?.[0] ?? null}::timestamptz is null or (starts_at, id) < (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
            order by starts_at desc, id desc limit ${limit + 1}`),
    ofClinician: (clinicianId: string, fromMs: number, toMs: number) =>
      database.query(sql<BookingRow>`select * from appointment.booking where clinician_id = ${clinicianId}
        and starts_at >= ${at(fromMs)} and starts_at < ${at(toMs)} order by starts_at, id limit 500`),
    /** Bookings of which a reminder is due; the leads that are due leave the row in the same statement. */
    takeReminders: (nowMs: number, limit: number) =>
      database.query(sql<BookingRow & { due: number[] }>`with due as (
          select id, array(select lead from unnest(remind_minutes) lead where starts_at - make_interval(mins => lead) <= ${at(nowMs)}) as due
          from appointment.booking
          where state = 'booked' and remind_minutes <> '{}' and starts_at > ${at(nowMs)} and starts_at <= ${at(nowMs)}::timestamptz + interval '28 days'
            and exists (select 1 from unnest(remind_minutes) lead where starts_at - make_interval(mins => lead) <= ${at(nowMs)})
          order by starts_at limit ${limit} for update skip locked)
        update appointment.booking b set remind_minutes = array(select lead from unnest(b.remind_minutes) lead where lead <> all (due.due))
        from due where b.id = due.id returning b.*, due.due`),
    /** Words of the patient and about them; that there was a visit stays, since it is the clinician's as well. */
    forgetReasons: (personId: string) =>
      database.query(
        sql`update appointment.booking set reason_sealed = null, cancel_reason = null where patient_id = ${personId}`,
      ),
    /** A claimed record and the account that claimed it become one person. */
    rename: async (formerPersonId: string, personId: string) => {
      await database.query(
        sql`update appointment.booking set patient_id = ${personId} where patient_id = ${formerPersonId}`,
      )
      await database.query(
        sql`update appointment.hold set patient_id = ${personId} where patient_id = ${formerPersonId}`,
      )
      await database.query(
        sql`update appointment.wait_list set patient_id = ${personId} where patient_id = ${formerPersonId}`,
      )
      await database.query(sql`delete from appointment.calendar_feed where person_id = ${formerPersonId}`)
    },
    setFeed: (personId: string, keyHash: string, clinicianId: string | null, nowMs: number) =>
      database.query(sql`insert into appointment.calendar_feed (person_id, key_hash, clinician_id, created_at)
        values (${personId}, ${keyHash}, ${clinicianId}, ${at(nowMs)})
        on conflict (person_id) do update set key_hash = excluded.key_hash, clinician_id = excluded.clinician_id`),
    feed: (keyHash: string) =>
      first(
        database.query(sql<{
          person_id: string
          clinician_id: string | null
        }>`select person_id, clinician_id from appointment.calendar_feed
        where key_hash = ${keyHash}`),
      ),
    forFeed: (personId: string, clinicianId: string | null, fromMs: number) =>
      database.query(sql<BookingRow>`select * from appointment.booking
        where (patient_id = ${personId} or clinician_id = ${clinicianId}) and starts_at >= ${at(fromMs)} order by starts_at limit 1000`),
  }
}

/** Who waits for a time. */
export function waitStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    /** Empty when the person waits for the same already. */
    add: (row: WaitRow) =>
      database.query(sql<{
        id: string
      }>`insert into appointment.wait_list (id, patient_id, clinician_id, clinician_name, service_id, service_name,
          mode, minutes, earliest_at, latest_at, queued_at, created_at)
        values (${row.id}, ${row.patient_id}, ${row.clinician_id}, ${row.clinician_name}, ${row.service_id}, ${row.service_name}, ${row.mode},
          ${row.minutes}, ${row.earliest_at}, ${row.latest_at}, ${row.created_at}, ${row.created_at}) on conflict do nothing returning id`),
    entry: (id: string) =>
      first(database.query(sql<WaitRow>`select * from appointment.wait_list where id = ${id} for update`)),
    ofPatient: (patientId: string, after: string[] | undefined, limit: number) =>
      database.query(sql<WaitRow & { hold: string | null; hold_starts: Date; hold_ends: Date; hold_expires: Date }>`
        select w.*, h.id as hold, h.starts_at as hold_starts, h.ends_at as hold_ends, h.expires_at as hold_expires
        from appointment.wait_list w left join appointment.hold h on h.entry_id = w.id and w.state = 'offered'
        where w.patient_id = ${patientId}
          and (${after?.[0] ?? null}::timestamptz is null or (w.created_at, w.id) < (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
        order by w.created_at desc, w.id desc limit ${limit + 1}`),
    /** Those who would take a time, longest waiting first. */
    candidates: (clinicianId: string, visit: Interval) =>
      database.query(sql<WaitRow>`select * from appointment.wait_list
        where clinician_id = ${clinicianId} and state = 'waiting' and earliest_at < ${at(visit.endMs)} and latest_at > ${at(visit.startMs)}
          and make_interval(mins => minutes) <= ${at(visit.endMs)}::timestamptz - ${at(visit.startMs)}::timestamptz
        order by queued_at, id limit 20`),
    setState: (id: string, state: WaitRow['state']) =>
      database.query(sql`update appointment.wait_list set state = ${state} where id = ${id}`),
    requeue: (id: string, missedStart: Date, nowMs: number) =>
      database.query(sql`update appointment.wait_list set state = case when latest_at > ${at(nowMs)} then 'waiting' else 'expired' end,
        missed_start = ${missedStart}, queued_at = ${at(nowMs)} where id = ${id} and state = 'offered'`),
    expire: (nowMs: number) =>
      database.query(
        sql`update appointment.wait_list set state = 'expired' where state = 'waiting' and latest_at <= ${at(nowMs)}`,
      ),
  }
}

export type Times = ReturnType<typeof timeStore>
export type Bookings = ReturnType<typeof bookingStore>
export type WaitList = ReturnType<typeof waitStore>
