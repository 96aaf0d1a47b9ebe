import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Note } from '../contract.ts'

export type NoteRow = {
  visit_id: string
  version: number
  patient_id: string
  clinician_id: string
  author_id: string
  state: Note['state']
  content_sealed: Uint8Array
  created_at: Date
}

export type AftercareRow = {
  visit_id: string
  patient_id: string
  clinician_id: string
  content_sealed: Uint8Array
  done: Record<string, string>
  created_at: Date
}

/** Notes with all their versions, and what came out of visits. */
export function noteStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    newest: (visitId: string) =>
      first(
        database.query(sql<NoteRow>`select * from consultation.note_version where visit_id = ${visitId}
        order by version desc limit 1`),
      ),
    versions: (visitId: string, before: number | undefined, limit: number) =>
      database.query(sql<NoteRow>`select * from consultation.note_version where visit_id = ${visitId}
        and (${before ?? null}::int is null or version < ${before ?? null}) order by version desc limit ${limit + 1}`),
    add: (row: NoteRow) =>
      database.query(sql`insert into consultation.note_version
          (visit_id, version, patient_id, clinician_id, author_id, state, content_sealed, created_at)
        values (${row.visit_id}, ${row.version}, ${row.patient_id}, ${row.clinician_id}, ${row.author_id}, ${row.state},
          ${Buffer.from(row.content_sealed)}, ${row.created_at})`),
    signed: (visitIds: readonly string[]) =>
      database.query(sql<{ visit_id: string }>`select distinct visit_id from consultation.note_version
        where visit_id = any(${visitIds}::uuid[]) and state <> 'draft'`),

    addAftercare: (row: AftercareRow) =>
      database.query(sql`insert into consultation.aftercare (visit_id, patient_id, clinician_id, content_sealed, created_at)
        values (${row.visit_id}, ${row.patient_id}, ${row.clinician_id}, ${Buffer.from(row.content_sealed)}, ${row.created_at})`),
    aftercare: (visitId: string) =>
      first(database.query(sql<AftercareRow>`select * from consultation.aftercare where visit_id = ${visitId}`)),
    /** With whose key it opens. */
    lastAftercare: (clinicianId: string, limit: number) =>
      database.query(sql<
        AftercareRow & { sealed_for: string }
      >`select a.*, v.sealed_for from consultation.aftercare a join consultation.visit v on v.id = a.visit_id
        where a.clinician_id = ${clinicianId} order by a.visit_id desc limit ${limit}`),
    tick: (visitId: string, taskId: string, doneAt: string | null) =>
      first(
        database.query(sql<AftercareRow>`update consultation.aftercare set done =
          case when ${doneAt}::text is null then done - ${taskId}::text
          else done || jsonb_build_object(${taskId}::text, ${doneAt}::text) end
        where visit_id = ${visitId} returning *`),
      ),
  }
}

export type Notes = ReturnType<typeof noteStore>
