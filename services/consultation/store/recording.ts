import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { RecordingEnding, RecordingType, Seat } from '../contract.ts'
import type { Answer } from '../rules/recording.ts'

export type RecordingRow = {
  id: string
  visit_id: string
  patient_id: string
  clinician_id: string
  asked_by: string
  asked_at: Date
  started_at: Date | null
  ended_at: Date | null
  ending: RecordingEnding | null
  content_type: RecordingType | null
  parts: number
  duration_ms: number
  size_bytes: number
  is_complete: boolean
  active_at: Date
  expires_at: Date
}

export type ConsentRow = { recording_id: string; person_id: string; seat: Seat; answer: Answer['answer'] }
export type PartRow = { blob_id: string; size_bytes: number }

const at = (epochMs: number) => new Date(epochMs)
/** Big integers come as text from one engine and as numbers from the other. */
const columns = sql`id, visit_id, patient_id, clinician_id, asked_by, asked_at, started_at, ended_at, ending, content_type, parts,
  duration_ms::float8 as duration_ms, size_bytes::float8 as size_bytes, is_complete, active_at, expires_at`

/** Recordings of a call, what everybody said to them, and their parts. */
export function recordingStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    /** Empty when there is an open one already. */
    add: (
      row: Pick<
        RecordingRow,
        'id' | 'visit_id' | 'patient_id' | 'clinician_id' | 'asked_by' | 'asked_at' | 'expires_at'
      >,
    ) =>
      database.query(sql<RecordingRow>`insert into consultation.recording
          (id, visit_id, patient_id, clinician_id, asked_by, asked_at, active_at, expires_at)
        values (${row.id}, ${row.visit_id}, ${row.patient_id}, ${row.clinician_id}, ${row.asked_by}, ${row.asked_at}, ${row.asked_at},
          ${row.expires_at}) on conflict (visit_id) where ended_at is null do nothing returning ${columns}`),
    recording: (visitId: string, id: string, nowMs: number) =>
      first(
        database.query(sql<RecordingRow>`select ${columns} from consultation.recording
          where visit_id = ${visitId} and id = ${id} and deleted_at is null and expires_at > ${at(nowMs)}`),
      ),
    /** Everything that decides about a recording waits for this: an answer, a part, its end. */
    lock: (visitId: string, id: string) =>
      first(
        database.query(sql<RecordingRow>`select ${columns} from consultation.recording
          where visit_id = ${visitId} and id = ${id} and deleted_at is null for update`),
      ),
    open: (visitId: string) =>
      first(
        database.query(
          sql<RecordingRow>`select ${columns} from consultation.recording where visit_id = ${visitId} and ended_at is null`,
        ),
      ),
    /** Those that hold something. */
    ofVisit: (visitId: string, beforeId: string | undefined, nowMs: number, limit: number) =>
      database.query(sql<RecordingRow>`select ${columns} from consultation.recording
        where visit_id = ${visitId} and ended_at is not null and parts > 0 and deleted_at is null and expires_at > ${at(nowMs)}
          and (${beforeId ?? null}::uuid is null or id < ${beforeId ?? null}::uuid) order by id desc limit ${limit + 1}`),
    consents: (ids: readonly string[]) =>
      database.query(sql<ConsentRow>`select recording_id, person_id, seat, answer from consultation.recording_consent
        where recording_id = any(${ids}::uuid[]) order by answered_at, person_id`),
    setConsent: async (row: ConsentRow & { visit_id: string; patient_id: string; answered_at: Date }) => {
      await database.query(sql`insert into consultation.recording_consent
          (recording_id, person_id, visit_id, patient_id, seat, answer, answered_at)
        values (${row.recording_id}, ${row.person_id}, ${row.visit_id}, ${row.patient_id}, ${row.seat}, ${row.answer}, ${row.answered_at})
        on conflict (recording_id, person_id) do update set seat = excluded.seat, answer = excluded.answer,
          answered_at = excluded.answered_at`)
      await database.query(
        sql`update consultation.recording set active_at = ${row.answered_at} where id = ${row.recording_id}`,
      )
    },
    /** Empty when it has ended already. */
    end: (id: string, ending: RecordingEnding, isComplete: boolean, nowMs: number) =>
      database.query(sql<RecordingRow>`update consultation.recording
        set ended_at = ${at(nowMs)}, ending = ${ending}, is_complete = ${isComplete}
        where id = ${id} and ended_at is null returning ${columns}`),
    /** Of whatever is open in a visit. */
    interrupt: (visitId: string, nowMs: number) =>
      database.query(sql<{
        id: string
      }>`update consultation.recording set ended_at = ${at(nowMs)}, ending = 'interrupted'
        where visit_id = ${visitId} and ended_at is null returning id`),
    openOnes: (limit: number) =>
      database.query(sql<RecordingRow & { is_visit_running: boolean }>`select ${columns},
          exists (select from consultation.visit v where v.id = recording.visit_id and v.state = 'inProgress') as is_visit_running
        from consultation.recording where ended_at is null order by active_at limit ${limit}`),

    addPart(
      row: {
        recording_id: string
        number: number
        visit_id: string
        patient_id: string
        created_at: Date
      } & PartRow & {
          duration_ms: number
        },
      contentType: RecordingType | null,
    ) {
      database.write(sql`insert into consultation.recording_part
          (recording_id, number, visit_id, patient_id, blob_id, size_bytes, duration_ms, created_at)
        values (${row.recording_id}, ${row.number}, ${row.visit_id}, ${row.patient_id}, ${row.blob_id}, ${row.size_bytes},
          ${row.duration_ms}, ${row.created_at})`)
      database.write(sql`update consultation.recording set parts = parts + 1, size_bytes = size_bytes + ${row.size_bytes},
          duration_ms = duration_ms + ${row.duration_ms}, active_at = ${row.created_at},
          started_at = coalesce(started_at, ${row.created_at}), content_type = coalesce(content_type, ${contentType})
        where id = ${row.recording_id}`)
    },
    part: (recordingId: string, number: number) =>
      first(
        database.query(sql<PartRow>`select blob_id, size_bytes from consultation.recording_part
          where recording_id = ${recordingId} and number = ${number}`),
      ),
    parts: (recordingId: string) =>
      database.query(sql<PartRow>`select blob_id, size_bytes from consultation.recording_part
        where recording_id = ${recordingId} order by number`),

    /** From now on nobody finds it; the job takes it away. */
    markDeleted: (id: string, nowMs: number) =>
      database.query(sql`update consultation.recording set deleted_at = ${at(nowMs)} where id = ${id}`),
    due: (nowMs: number, limit: number) =>
      database.query(sql<{
        id: string
        visit_id: string
        is_expired: boolean
      }>`select id, visit_id, deleted_at is null as is_expired
        from consultation.recording where deleted_at is not null or expires_at <= ${at(nowMs)} order by expires_at limit ${limit}`),
    remove: (ids: readonly string[]) =>
      database.query(sql`delete from consultation.recording where id = any(${ids}::uuid[])`),
    /** Somebody who was a third person elsewhere: their face and voice are in those recordings, so these go as well. */
    forgetPerson: async (personId: string, nowMs: number) => {
      await database.query(sql`update consultation.recording set deleted_at = ${at(nowMs)},
          ended_at = coalesce(ended_at, ${at(nowMs)}), ending = coalesce(ending, 'interrupted')
        where id in (select recording_id from consultation.recording_consent where person_id = ${personId} and seat = 'guest')`)
      await database.query(sql`delete from consultation.recording_consent where person_id = ${personId}`)
    },
  }
}

export type RecordingStore = ReturnType<typeof recordingStore>
