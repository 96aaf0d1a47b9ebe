// What every part of the service is given, and tasks as they leave it.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { askingAsMedley, type Call } from '#core/call'
import { faultsOf, type Handlers } from '#core/contract'
import { unlessGone } from '#core/fault'
import type { Kit } from '#platform'
import type { EntryDraft } from '#platform/channels'
import { type Colleague, task, type Task } from '../contract.ts'
import { actsOf, type Held, ranks } from '../rules.ts'
import type { TaskRow, TaskStore } from '../store.ts'

export type TaskKit = Pick<
  Kit,
  'database' | 'clock' | 'keys' | 'call' | 'announce' | 'compose' | 'append' | 'concerning'
>
export type Deps = { kit: TaskKit; store: TaskStore }
export type Some<Keys extends keyof Handlers<typeof task>> = Pick<Handlers<typeof task>, Keys>

export const faults = faultsOf(task)

/** What is sealed of a task when it is raised. */
export type Content = Pick<Task, 'patientName' | 'text' | 'medicine' | 'orderKind'>

type Place = 'content' | 'note' | 'outcome'
const contextOf = (place: Place, id: string) => `task.${place}/${id}`

export const seal = async (
  { kit }: Deps,
  row: Pick<TaskRow, 'id' | 'subject_id'>,
  place: Place,
  text: string,
): Promise<Buffer> => Buffer.from(await kit.keys.sealFor(row.subject_id, text, contextOf(place, row.id)))

export const heldOf = (row: TaskRow): Held => ({
  kind: row.kind,
  state: row.state,
  stateSinceMs: row.state_since.getTime(),
  requesterId: row.requester_id,
  ownerId: row.owner_id,
  doneBy: row.done_by ?? undefined,
})

/** A task with all that is sealed of it open. */
export type Opened = {
  content: Content
  note: string | undefined
  outcome: string | undefined
  colleagues: ReadonlyMap<string, Colleague>
}

/** Rows whose key was destroyed are left out: nothing of them can be said any more. */
export async function opened(deps: Deps, rows: readonly TaskRow[], call: Call): Promise<Map<string, Opened>> {
  const colleagues = await colleaguesOf(
    deps,
    rows.flatMap(row => [row.requester_id, row.owner_id]),
    call,
  )
  const open = async (row: TaskRow, place: Place, sealed: Uint8Array | null) =>
    sealed === null ? undefined : deps.kit.keys.openTextFor(row.subject_id, sealed, contextOf(place, row.id))
  const all = await Promise.all(
    rows.map(async row => {
      const content = await open(row, 'content', row.content_sealed)
      const [note, outcome] = [await open(row, 'note', row.note_sealed), await open(row, 'outcome', row.outcome_sealed)]
      if (content === undefined) return []
      return [[row.id, { content: JSON.parse(content) as Content, note, outcome, colleagues }] as const]
    }),
  )
  return new Map(all.flat())
}

async function colleaguesOf({ kit }: Deps, ids: readonly string[], call: Call): Promise<Map<string, Colleague>> {
  const asked = [...new Set(ids)].map(async clinicianId => {
    const found = await unlessGone(kit.call(directory).clinician({ clinicianId }, askingAsMedley(call)))
    return [clinicianId, { clinicianId, name: found?.name ?? '' }] as const
  })
  return new Map(await Promise.all(asked))
}

/** Clinicians who work where the caller works, without the caller. */
export async function colleaguesIn({ kit }: Deps, call: Call): Promise<Colleague[]> {
  const { organizationIds, clinicianId: own } = call.caller
  const lists = await Promise.all(
    organizationIds.map(organizationId => kit.call(identity).listMembers({ organizationId }, askingAsMedley(call))),
  )
  const all = lists.flatMap(({ items }) =>
    items.flatMap(({ clinicianId, name, role }) =>
      role === 'clinician' && clinicianId && clinicianId !== own ? [[clinicianId, { clinicianId, name }] as const] : [],
    ),
  )
  return [...new Map(all).values()].toSorted((a, b) => a.name.localeCompare(b.name))
}

export function viewOf(row: TaskRow, one: Opened, clinicianId: string | undefined, nowMs: number): Task {
  const colleague = (id: string) => one.colleagues.get(id) ?? { clinicianId: id, name: '' }
  const aboutKey = aboutKeys[row.kind]
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    stateSince: row.state_since.toISOString(),
    urgency: ranks[row.urgency]!,
    dueAt: row.due_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    requester: colleague(row.requester_id),
    owner: colleague(row.owner_id),
    ...one.content,
    ...(row.patient_id === null ? {} : { patientId: row.patient_id }),
    ...(row.visit_id === null ? {} : { visitId: row.visit_id }),
    ...(aboutKey ? { [aboutKey]: row.about_id } : {}),
    ...(one.note ? { note: one.note } : {}),
    ...(one.outcome ? { outcome: one.outcome } : {}),
    may: actsOf(heldOf(row), clinicianId, nowMs),
  }
}

const aboutKeys: Partial<Record<TaskRow['kind'], 'prescriptionId' | 'interviewId'>> = {
  pharmacyQuery: 'prescriptionId',
  renewal: 'prescriptionId',
  sharedCheck: 'interviewId',
}

/** News for the lists of these clinicians, to be appended last and in one order, so that two saves never wait for each other. */
export async function newsFor(
  { kit }: Deps,
  clinicianIds: readonly string[],
  subjectId: string,
): Promise<EntryDraft[]> {
  const drafts: EntryDraft[] = []
  for (const id of [...new Set(clinicianIds)].toSorted())
    drafts.push(await kit.compose(task, 'inbox', id, { type: 'changed', data: {} }, subjectId))
  return drafts
}
