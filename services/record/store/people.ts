// The patients of the record, who is near them, and emergencies.
import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Near } from '../rules/access.ts'
import { matcher } from './match.ts'
import { type Sight, visible } from './visible.ts'

export type PatientRow = { id: string; person_id: string | null; subject_id: string; held_because: string | null }
export type VersionOfPatient = {
  key: string
  version: number
  type: string
  id: string
  subject_id: string | null
  content: Uint8Array | null
}
export type ReachRow = {
  id: string
  patient: string
  kind: 'care' | 'emergency'
  clinician_id: string | null
  person_id: string | null
  since: Date
  until: Date
  source: string
  reason_sealed: Uint8Array | null
  reviewed_at: Date | null
  reviewed_by: string | null
  finding: 'justified' | 'unjustified' | null
}

/** More than these are no hint any more but a list to walk. */
const candidatesMax = 2_000

export function peopleStore(database: ServiceDatabase) {
  const { query, write } = database
  return {
    async near(personId: string | null, clinicianId: string | null, actors: readonly string[]): Promise<Near> {
      const rows = await query(sql<{ id: string; is_own: boolean }>`
        select id, true as is_own from record.patient where person_id = ${personId}
        union select patient, false from record.reach where clinician_id = ${clinicianId} or person_id = ${personId}
        union select patient, false from record.consent_rule where permits and actors && ${actors}::text[]
        order by is_own desc limit ${candidatesMax + 1}`)
      const own = rows.filter(row => row.is_own).map(row => row.id)
      return { own, candidates: rows.length > candidatesMax ? null : [...new Set(rows.map(row => row.id))] }
    },
    patients: (ids: readonly string[]) =>
      query(
        sql<PatientRow>`select id, person_id, subject_id, held_because from record.patient where id = any(${ids}::text[])`,
      ),
    /** Those of these keys whose patient is here. */
    patientsUnder: (subjectIds: readonly string[]) =>
      query(
        sql<PatientRow>`select id, person_id, subject_id, held_because from record.patient where subject_id = any(${subjectIds}::uuid[])`,
      ),
    /** Whether no legal hold stands on a patient; nobody can put one on them until this transaction ends. */
    isFree: async (patient: string) =>
      (await query(sql`select id from record.patient where id = ${patient} and held_because is null for update`))
        .length === 1,
    async patientsOf(personId: string): Promise<PatientRow[]> {
      return query(
        sql<PatientRow>`select id, person_id, subject_id, held_because from record.patient where person_id = ${personId} order by created_at, id`,
      )
    },
    /** Enters new patients, or the transaction fails when one of them is known by now, with another key. */
    enter(patients: readonly { id: string; personId: string | null; subjectId: string }[], at: Date): void {
      const rows = patients.map(({ id, personId, subjectId }) => ({ id, person_id: personId, subject_id: subjectId }))
      write(sql`with entered as (insert into record.patient (id, person_id, subject_id, created_at)
          select id, person_id, subject_id, ${at} from json_to_recordset(${JSON.stringify(rows)}::json)
            as p (id text, person_id uuid, subject_id uuid) on conflict (id) do nothing returning id)
        select record.all_or_overtaken((select count(*) from entered), ${rows.length})`)
    },
    /** The transaction fails unless these patients still have these keys; an erasure of one waits until it ends. */
    stay: (keys: ReadonlyMap<string, string>) =>
      write(sql`select record.all_or_overtaken((select count(*) from (select from record.patient p
        join unnest(${[...keys.keys()]}::text[], ${[...keys.values()]}::uuid[]) as k (id, subject_id)
          on p.id = k.id and p.subject_id = k.subject_id for key share of p) held), ${keys.size})`),
    /** An imported person claimed their account: their patients are the new person's. */
    rename: (formerPersonId: string, personId: string) =>
      query(sql`update record.patient set person_id = ${personId} where person_id = ${formerPersonId}`),
    hold: (patientId: string, reason: string | null) =>
      query(sql`update record.patient set held_because = ${reason} where id = ${patientId}`),

    /** Which of these patients the caller may not reach with resources of a type: an empty answer lets a write through. */
    async unreachable(
      patients: readonly string[],
      type: string,
      labels: readonly string[],
      sight: Sight,
    ): Promise<string[]> {
      if (patients.length === 0) return []
      const rows = await query(sql<{ id: string }>`select w.id from unnest(${patients}::text[]) as w (id)
        cross join lateral (select ${type}::text as type, ${labels}::text[] as labels, array[w.id] as patients) r
        where not coalesce(${visible('r', { ...sight, ready: undefined }, matcher(sight))}, false)`)
      return rows.map(row => row.id)
    },

    /** Care: the same source again moves its end, and adds no second one. */
    care: (
      rows: readonly {
        id: string
        patient: string
        clinicianId: string
        since: string
        until: string
        source: string
      }[],
    ) =>
      query(sql`insert into record.reach (id, patient, kind, clinician_id, since, until, source)
        select id, patient, 'care', "clinicianId", since, until, source from json_to_recordset(${JSON.stringify(rows)}::json)
          as c (id uuid, patient text, "clinicianId" uuid, since timestamptz, until timestamptz, source text)
        on conflict (source) do update set until = excluded.until, clinician_id = excluded.clinician_id`),
    break: (row: { id: string; patient: string; personId: string; since: Date; until: Date; reason: Uint8Array }) =>
      query(sql`insert into record.reach (id, patient, kind, person_id, since, until, source, reason_sealed)
        values (${row.id}, ${row.patient}, 'emergency', ${row.personId}, ${row.since}, ${row.until}, ${`emergency/${row.id}`}, ${row.reason})`),
    emergencies: (isOpen: boolean | undefined, limit: number, before: string | undefined) =>
      query(sql<ReachRow>`select * from record.reach where kind = 'emergency'
        ${isOpen === undefined ? sql`` : isOpen ? sql`and reviewed_at is null` : sql`and reviewed_at is not null`}
        ${before === undefined ? sql`` : sql`and id < ${before}`} order by id desc limit ${limit}`),
    emergency: async (id: string) =>
      (await query(sql<ReachRow>`select * from record.reach where id = ${id} and kind = 'emergency'`))[0],
    review: (id: string, by: string, finding: string, at: Date) =>
      query(
        sql`update record.reach set reviewed_at = ${at}, reviewed_by = ${by}, finding = ${finding} where id = ${id}`,
      ),

    /** Every version of what is about the patient, in the order of their keys. */
    versionsOf: (patient: string, after: { key: string; version: number }, limit: number) =>
      query(sql<VersionOfPatient>`
        select key, version, type, id, subject_id, content from (
          select key, version, type, id, subject_id, content from record.resource where patients[1] = ${patient}
          union all select key, version, type, id, subject_id, content from record.history where patients[1] = ${patient}) v
        where content is not null and (key, version) > (${after.key}::bigint, ${after.version}::int)
        order by key, version limit ${limit}`),

    /**
     * Erasure: every row about the patient goes, and every version; what only mentions them stays with its own patient. So do the
     * named Binaries go, as far as they are about nobody else.
     */
    async erase(patient: string, binaries: readonly string[]): Promise<number> {
      // The patient first: whoever is writing about them is waited for, and whoever comes later finds nobody to write about.
      await query(sql`delete from record.patient where id = ${patient}`)
      const keys = sql`select key from record.resource where patients[1] = ${patient}
        or (type = 'Binary' and patients = '{}' and id = any(${binaries}::text[]))`
      for (const table of ['token', 'text', 'reference', 'moment', 'quantity'] as const)
        await query(sql`delete from ${sql.ref(`record.${table}`)} where resource in (${keys})`)
      await query(sql`delete from record.consent_rule where patient = ${patient}`)
      await query(sql`delete from record.reach where patient = ${patient}`)
      await query(sql`delete from record.history where key in (${keys}) or patients[1] = ${patient}`)
      const gone = await query(sql`delete from record.resource where key in (${keys}) returning key`)
      return gone.length
    },
  }
}

export type PeopleStore = ReturnType<typeof peopleStore>
