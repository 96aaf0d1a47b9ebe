import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { TaskKind, TaskState } from './contract.ts'

export type TaskRow = {
  id: string
  kind: TaskKind
  about_id: string
  part: number
  visit_id: string | null
  patient_id: string | null
  person_id: string | null
  subject_id: string
  requester_id: string
  owner_id: string
  state: TaskState
  state_since: Date
  urgency: number
  due_at: Date
  shown_from: Date
  content_sealed: Uint8Array
  note_sealed: Uint8Array | null
  outcome_sealed: Uint8Array | null
  done_by: string | null
  revision: number
  created_at: Date
}

/** What a step changes; everything else of a row stays as it was raised. */
export type Change = Partial<
  Pick<TaskRow, 'state' | 'owner_id' | 'due_at' | 'note_sealed' | 'outcome_sealed' | 'done_by'>
>

const at = (epochMs: number) => new Date(epochMs)
const open = sql`state in ('requested', 'accepted')`

export function taskStore(database: ServiceDatabase) {
  const { query } = database
  return {
    task: async (id: string) => (await query(sql<TaskRow>`select * from task.task where id = ${id}`))[0],
    /** In the order of ids, so that two who lock several never wait for each other. */
    lock: (ids: readonly string[]) =>
      query(sql<TaskRow>`select * from task.task where id = any(${ids}::uuid[]) order by id for update`),
    /** As they are, to know whose lists may change. */
    about: (aboutId: string) => query(sql<TaskRow>`select * from task.task where about_id = ${aboutId} order by id`),
    lockAbout: (aboutId: string) =>
      query(sql<TaskRow>`select * from task.task where about_id = ${aboutId} order by id for update`),
    /** Empty when somebody else raised it at the same moment. */
    add: (row: TaskRow) =>
      query(sql<TaskRow>`insert into task.task (id, kind, about_id, part, visit_id, patient_id, person_id, subject_id, requester_id, owner_id,
          state, state_since, urgency, due_at, shown_from, content_sealed, created_at)
        values (${row.id}, ${row.kind}, ${row.about_id}, ${row.part}, ${row.visit_id}, ${row.patient_id}, ${row.person_id}, ${row.subject_id},
          ${row.requester_id}, ${row.owner_id}, ${row.state}, ${row.state_since}, ${row.urgency}, ${row.due_at}, ${row.shown_from},
          ${Buffer.from(row.content_sealed)}, ${row.created_at}) on conflict do nothing returning *`),
    change: async (before: TaskRow, change: Change, nowMs: number) => {
      const row = { ...before, ...change }
      const sealed = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes))
      const rows =
        await query(sql<TaskRow>`update task.task set state = ${row.state}, owner_id = ${row.owner_id}, due_at = ${row.due_at},
          note_sealed = ${sealed(row.note_sealed)}, outcome_sealed = ${sealed(row.outcome_sealed)}, done_by = ${row.done_by},
          state_since = ${at(nowMs)}, revision = revision + 1
        where id = ${row.id} returning *`)
      return rows[0]!
    },
    openOf: (clinicianId: string, nowMs: number, after: string[] | undefined, limit: number) =>
      query(sql<TaskRow>`select * from task.task where owner_id = ${clinicianId} and ${open} and shown_from <= ${at(nowMs)}
          and (${after?.[0] ?? null}::int is null
            or (urgency, due_at, id) > (${after?.[0] ?? null}::int, ${after?.[1] ?? null}::timestamptz, ${after?.[2] ?? null}::uuid))
        order by urgency, due_at, id limit ${limit + 1}`),
    delegatedBy: (clinicianId: string, after: string[] | undefined, limit: number) =>
      query(sql<TaskRow>`select * from task.task where requester_id = ${clinicianId} and owner_id <> ${clinicianId} and ${open}
          and (${after?.[0] ?? null}::int is null
            or (urgency, due_at, id) > (${after?.[0] ?? null}::int, ${after?.[1] ?? null}::timestamptz, ${after?.[2] ?? null}::uuid))
        order by urgency, due_at, id limit ${limit + 1}`),
    doneOf: (clinicianId: string, after: string[] | undefined, limit: number) =>
      query(sql<TaskRow>`select * from task.task
        where (requester_id = ${clinicianId} or owner_id = ${clinicianId}) and state = 'completed'
          and (${after?.[0] ?? null}::timestamptz is null
            or (state_since, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
        order by state_since desc, id desc limit ${limit + 1}`),
    countOwn: async (clinicianId: string) =>
      (
        await query(sql<{ n: number }>`select count(*)::int as n from task.task
          where requester_id = ${clinicianId} and kind = 'own' and ${open}`)
      )[0]!.n,
    /** Open tasks of one kind that a clinician has about a person. */
    openFor: (kind: TaskKind, requesterId: string, personId: string) =>
      query(sql<TaskRow>`select * from task.task where kind = ${kind} and requester_id = ${requesterId} and person_id = ${personId}
        and ${open} order by id`),
    /** Open tasks that hang on a visit which does not take place. */
    openOfVisit: (visitId: string) =>
      query(sql<TaskRow>`select * from task.task where visit_id = ${visitId} and ${open} order by id`),

    revisionOf: async (aboutId: string) =>
      (await query(sql<{ revision: number }>`select revision from task.source where about_id = ${aboutId}`))[0]
        ?.revision ?? 0,
    /** False when somebody brought the tasks of this source in line since: what was read of it may be old. */
    async advance(aboutId: string, from: number): Promise<boolean> {
      const rows = await query(sql`insert into task.source as s (about_id, revision) values (${aboutId}, ${from + 1})
        on conflict (about_id) do update set revision = excluded.revision where s.revision = ${from} returning revision`)
      return rows.length > 0
    },

    rename: (formerPersonId: string, personId: string) =>
      query(sql`update task.task set person_id = ${personId} where person_id = ${formerPersonId}`),
    /** Everything about a patient; returns the keys that were theirs alone. */
    async forget(patientId: string, personId: string | undefined): Promise<string[]> {
      const rows = await query(sql<{
        subject_id: string
        person_id: string | null
        about_id: string
      }>`delete from task.task
        where patient_id = ${patientId} or person_id = ${personId ?? null}::uuid returning subject_id, person_id, about_id`)
      await query(sql`delete from task.source where about_id = any(${rows.map(row => row.about_id)}::uuid[])`)
      return rows.filter(row => row.person_id === null).map(row => row.subject_id)
    },
  }
}

export type TaskStore = ReturnType<typeof taskStore>
