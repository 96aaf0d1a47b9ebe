import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'

export type InterviewRow = {
  id: string
  patient_id: string
  person_id: string | null
  subject_id: string
  started_by: 'patient' | 'clinician'
  clinician_id: string | null
  booking_id: string | null
  state: 'open' | 'finished'
  content_sealed: Uint8Array
  revision: number
  created_at: Date
  finished_at: Date | null
}
export type SuggestionRow = {
  id: string
  interview_id: string
  decision: 'accepted' | 'dismissed' | null
  reason_sealed: Uint8Array | null
  decided_by: string | null
  decided_at: Date | null
}

/** Every statement about interviews and what became of their suggestions. */
export function diagnosisStore(database: ServiceDatabase) {
  const { query, write } = database
  return {
    add: (row: InterviewRow) =>
      write(sql`insert into diagnosis.interview (id, patient_id, person_id, subject_id, started_by, clinician_id, content_sealed, created_at)
        values (${row.id}, ${row.patient_id}, ${row.person_id}, ${row.subject_id}, ${row.started_by}, ${row.clinician_id},
          ${row.content_sealed}, ${row.created_at})`),
    /** Those that this person, or this clinician, began since. */
    async countSince(personId: string | null, clinicianId: string | null, since: Date): Promise<number> {
      const rows = await query(sql<{ count: number }>`select count(*)::int as count from diagnosis.interview
        where created_at > ${since} and ((started_by = 'patient' and person_id = ${personId})
          or (started_by = 'clinician' and clinician_id = ${clinicianId}))`)
      return rows[0]!.count
    },
    interview: async (id: string) =>
      (await query(sql<InterviewRow>`select * from diagnosis.interview where id = ${id}`))[0],
    interviewOf: async (suggestionId: string) =>
      (
        await query(sql<InterviewRow>`select i.* from diagnosis.interview i
        join diagnosis.suggestion s on s.interview_id = i.id where s.id = ${suggestionId}`)
      )[0],
    /** False when somebody else changed it since it was read. */
    async change(row: InterviewRow): Promise<boolean> {
      const rows =
        await query(sql`update diagnosis.interview set content_sealed = ${row.content_sealed}, state = ${row.state},
          clinician_id = ${row.clinician_id}, booking_id = ${row.booking_id}, finished_at = ${row.finished_at}, revision = revision + 1
        where id = ${row.id} and revision = ${row.revision} returning id`)
      return rows.length > 0
    },
    ofPerson: (personId: string, before: string | undefined, limit: number) =>
      query(sql<InterviewRow>`select * from diagnosis.interview
        where person_id = ${personId} and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
        order by id desc limit ${limit + 1}`),
    ofPatient: (patientId: string, clinicianId: string, before: string | undefined, limit: number) =>
      query(sql<InterviewRow>`select * from diagnosis.interview
        where patient_id = ${patientId} and clinician_id = ${clinicianId} and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
        order by id desc limit ${limit + 1}`),
    suggest: (interview: InterviewRow, ids: readonly string[]) =>
      write(sql`insert into diagnosis.suggestion (id, interview_id, person_id, clinician_id)
        select id, ${interview.id}, ${interview.person_id}, ${interview.clinician_id} from unnest(${ids}::uuid[]) as s (id)`),
    suggestions: (interviewId: string) =>
      query(sql<SuggestionRow>`select id, interview_id, decision, reason_sealed, decided_by, decided_at
        from diagnosis.suggestion where interview_id = ${interviewId}`),
    show: (interviewId: string, clinicianId: string) =>
      write(sql`update diagnosis.suggestion set clinician_id = ${clinicianId} where interview_id = ${interviewId}`),
    /** Takes an interview back from the clinician of a visit. */
    unshow: (bookingId: string) =>
      query(sql`with taken as (update diagnosis.interview set clinician_id = null, booking_id = null, revision = revision + 1
          where booking_id = ${bookingId} returning id)
        update diagnosis.suggestion set clinician_id = null where interview_id in (select id from taken)`),
    /** False when it was decided before: the first decision stands. */
    async decide(row: SuggestionRow): Promise<boolean> {
      const rows =
        await query(sql`update diagnosis.suggestion set decision = ${row.decision}, reason_sealed = ${row.reason_sealed},
          decided_by = ${row.decided_by}, decided_at = ${row.decided_at}
        where id = ${row.id} and decision is null returning id`)
      return rows.length > 0
    },
    /** Everything about a patient; returns the keys that were theirs alone. */
    async forget(patientId: string): Promise<string[]> {
      const rows = await query(sql<{ subject_id: string; person_id: string | null }>`delete from diagnosis.interview
        where patient_id = ${patientId} returning subject_id, person_id`)
      return rows.filter(row => row.person_id === null).map(row => row.subject_id)
    },
  }
}

export type DiagnosisStore = ReturnType<typeof diagnosisStore>
