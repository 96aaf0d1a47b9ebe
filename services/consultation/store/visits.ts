import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Guest, VisitState } from '../contract.ts'

export type VisitRow = {
  id: string
  kind: 'booked' | 'written'
  patient_id: string
  sealed_for: string
  clinician_id: string
  clinician_name: string
  mode: 'video' | 'clinic'
  starts_at: Date
  ends_at: Date
  state: VisitState
  state_since: Date
  called_at: Date | null
  subject_sealed: Uint8Array | null
  last_message_at: Date | null
  created_at: Date
}

export type GuestRow = {
  id: string
  visit_id: string
  patient_id: string
  clinician_id: string
  person_id: string | null
  name_sealed: Uint8Array
  relation: Guest['relation']
  consent: Guest['consent']
  code_hash: string
  created_at: Date
}

const at = (epochMs: number) => new Date(epochMs)
const recorded = ['recording', 'recording_consent', 'recording_part']

/** Visits, their queue and their guests. */
export function visitStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    visit: (id: string) => first(database.query(sql<VisitRow>`select * from consultation.visit where id = ${id}`)),
    /** What a seat follows from, in one statement: asked every few seconds for everybody who watches. */
    /** Who is in each of these visits, guests with the patient's consent among them. */
    sides: (ids: readonly string[]) =>
      database.query(sql<{ id: string; patient_id: string; clinician_id: string; guest_ids: string[] }>`
        select id, patient_id, clinician_id, array(select person_id from consultation.guest g
          where g.visit_id = v.id and g.person_id is not null and g.consent = 'given') as guest_ids
        from consultation.visit v where id = any(${ids}::uuid[])`),
    lock: (id: string) =>
      first(database.query(sql<VisitRow>`select * from consultation.visit where id = ${id} for update`)),
    /** Empty when somebody else opened the room at the same moment. */
    add: (row: VisitRow) =>
      database.query(sql<{ id: string }>`insert into consultation.visit
          (id, kind, patient_id, sealed_for, clinician_id, clinician_name, mode, starts_at, ends_at, state, state_since,
            subject_sealed, last_message_at, created_at)
        values (${row.id}, ${row.kind}, ${row.patient_id}, ${row.sealed_for}, ${row.clinician_id}, ${row.clinician_name}, ${row.mode},
          ${row.starts_at}, ${row.ends_at}, ${row.state}, ${row.state_since}, ${row.subject_sealed}, ${row.last_message_at},
          ${row.created_at}) on conflict do nothing returning id`),
    setState: async (id: string, state: VisitState, nowMs: number) =>
      (
        await database.query(sql<VisitRow>`update consultation.visit set state = ${state}, state_since = ${at(nowMs)},
          called_at = case when ${state} = 'inProgress' then coalesce(called_at, ${at(nowMs)}) else called_at end
        where id = ${id} returning *`)
      )[0]!,
    move: (id: string, startsAt: string, endsAt: string) =>
      database.query(
        sql`update consultation.visit set starts_at = ${startsAt}, ends_at = ${endsAt} where id = ${id} and state = 'scheduled'`,
      ),
    queue: (clinicianId: string, nowMs: number) =>
      database.query(sql<VisitRow>`select * from consultation.visit where clinician_id = ${clinicianId} and kind = 'booked'
        and state in ('waiting', 'inProgress') and ends_at > ${at(nowMs)}::timestamptz - interval '12 hours'
        order by starts_at, id limit 200`),
    /** Only what is somebody's turn: something was said, or it takes place now, or its note is to be written. */
    ofPerson: (side: 'patient' | 'clinician', id: string, after: string[] | undefined, limit: number) => {
      const mine = side === 'patient' ? sql`patient_id = ${id}` : sql`clinician_id = ${id}`
      return database.query(sql<
        VisitRow & { sorted_at: Date }
      >`select *, coalesce(last_message_at, created_at) as sorted_at
        from consultation.visit where ${mine} and (last_message_at is not null or state in ('waiting', 'inProgress', 'ended'))
          and (${after?.[0] ?? null}::timestamptz is null
            or (coalesce(last_message_at, created_at), id) < (${after?.[0] ?? null}, ${after?.[1] ?? null}::uuid))
        order by sorted_at desc, id desc limit ${limit + 1}`)
    },
    countQuestions: async (patientId: string) =>
      (
        await database.query(sql<{ n: number }>`select count(*)::int as n from consultation.visit
        where patient_id = ${patientId} and kind = 'written' and state = 'inProgress'`)
      )[0]!.n,
    /** Who waits for one of these clinicians or is with them. */
    waitingFor: (clinicianIds: readonly string[]) =>
      database.query(sql<{ patient_id: string; clinician_id: string }>`
        select distinct patient_id, clinician_id from consultation.visit
        where clinician_id = any(${clinicianIds}::uuid[]) and state in ('waiting', 'inProgress')`),

    guests: (visitIds: readonly string[]) =>
      database.query(
        sql<GuestRow>`select * from consultation.guest where visit_id = any(${visitIds}::uuid[]) order by created_at, id`,
      ),
    addGuest: (row: GuestRow) =>
      database.query(sql`insert into consultation.guest
          (id, visit_id, patient_id, clinician_id, name_sealed, relation, consent, code_hash, created_at)
        values (${row.id}, ${row.visit_id}, ${row.patient_id}, ${row.clinician_id}, ${Buffer.from(row.name_sealed)}, ${row.relation},
          ${row.consent}, ${row.code_hash}, ${row.created_at})`),
    setConsent: (id: string, consent: Guest['consent']) =>
      database.query(sql`update consultation.guest set consent = ${consent} where id = ${id}`),
    guestByCode: (visitId: string, hashes: readonly string[]) =>
      first(
        database.query(sql<GuestRow>`select * from consultation.guest
        where visit_id = ${visitId} and code_hash = any(${hashes}) for update`),
      ),
    seatGuest: (id: string, personId: string) =>
      database.query(sql`update consultation.guest set person_id = ${personId} where id = ${id}`),

    /** A claimed record and the account that claimed it become one person. */
    rename: async (formerPersonId: string, personId: string) => {
      for (const table of [
        'visit',
        'guest',
        'message',
        'receipt',
        'file',
        'note_version',
        'aftercare',
        'call_peer',
        ...recorded,
      ])
        await database.query(
          sql`update ${sql.table(`consultation.${table}`)} set patient_id = ${personId} where patient_id = ${formerPersonId}`,
        )
      for (const [table, column] of [
        ['guest', 'person_id'],
        ['message', 'author_id'],
        ['file', 'author_id'],
        ['call_peer', 'person_id'],
        ['recording', 'asked_by'],
        ['recording_consent', 'person_id'],
      ] as const)
        await database.query(
          sql`update ${sql.table(`consultation.${table}`)} set ${sql.ref(column)} = ${personId} where ${sql.ref(column)} = ${formerPersonId}`,
        )
    },
    idsOfPatient: (patientId: string) =>
      database.query(sql<{ id: string }>`select id from consultation.visit where patient_id = ${patientId}`),
    /** With all that was said, written and sent in it. */
    forget: (id: string) => database.query(sql`delete from consultation.visit where id = ${id}`),
    /** Somebody who was a third person elsewhere. */
    forgetGuest: (personId: string) =>
      database.query(sql`delete from consultation.guest where person_id = ${personId}`),
  }
}

export type Visits = ReturnType<typeof visitStore>
