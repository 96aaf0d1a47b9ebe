// What people do with tasks: written down, handed on, taken on, given back, done, and to do again.
import { record } from '#contract/record'
import { asking, askingAsMedley, type Call } from '#core/call'
import { unlessClosed } from '#core/fault'
import { newId } from '#core/id'
import { epochMsOf } from '#core/time'
import { task, type Task, type TaskAct } from '../contract.ts'
import { actsOf, isOpen, kinds, ownMax, rankOf } from '../rules.ts'
import type { Change, TaskRow } from '../store.ts'
import {
  colleaguesIn,
  type Content,
  type Deps,
  faults,
  heldOf,
  newsFor,
  opened,
  seal,
  type Some,
  viewOf,
} from './deps.ts'

type Step = Some<'add' | 'delegate' | 'accept' | 'decline' | 'takeBack'>
/** A list is told of by the person whose row changes it, and row security hides a row from whoever gave it away. */
const all = { reach: 'all' } as const

/** The row, to whoever has it or asked for it. */
async function own({ kit, store }: Deps, taskId: string, call: Call): Promise<TaskRow> {
  const row = await kit.database.read(call, () => store.task(taskId), { isSingle: true })
  if (!row) throw faults.taskNotFound()
  if (row.patient_id) kit.concerning({ patientIds: [row.patient_id] })
  return row
}

type Moving = { change: Change; lists?: readonly string[]; announce?: 'delegated' | 'declined' }

/** Every step is the same act: allowed still, written, and told to all whose lists it changes. */
async function step(deps: Deps, before: TaskRow, act: TaskAct, call: Call, { change, lists = [], announce }: Moving) {
  const { kit, store } = deps
  const { clinicianId } = call.caller
  const news = await newsFor(deps, [before.owner_id, before.requester_id, ...lists], before.subject_id)
  const seen = (await opened(deps, [{ ...before, ...change }], call)).get(before.id)
  if (!seen) throw faults.taskNotFound()
  return kit.database.save(
    call,
    async (): Promise<Task> => {
      const nowMs = kit.clock.nowMs()
      const [row] = await store.lock([before.id])
      if (!row || !actsOf(heldOf(row), clinicianId, nowMs).includes(act))
        throw faults.taskMoved({ state: row?.state ?? 'cancelled' })
      const changed = await store.change(row, change, nowMs)
      const { id: taskId, requester_id: requesterId } = row
      if (announce === 'delegated') kit.announce(task, 'delegated', { taskId, requesterId, ownerId: changed.owner_id })
      if (announce === 'declined') kit.announce(task, 'declined', { taskId, requesterId, ownerId: row.owner_id })
      for (const draft of news) await kit.append(draft)
      return viewOf(changed, seen, clinicianId, nowMs)
    },
    all,
  )
}

export function stepHandlers(deps: Deps): Step {
  const { kit, store } = deps
  const { database, clock } = kit

  function assertAhead(dueAt: string): void {
    if (epochMsOf(dueAt) <= clock.nowMs()) throw faults.duePast()
  }

  return {
    async add({ text, dueAt, patientId }, call) {
      assertAhead(dueAt)
      const row = await written(deps, { text, dueAt, patientId }, call)
      const news = await newsFor(deps, [row.owner_id], row.subject_id)
      const seen = (await opened(deps, [row], call)).get(row.id)!
      return database.save(call, async () => {
        if ((await store.countOwn(row.owner_id)) >= ownMax) throw faults.tooMany({ ownMax })
        const [added] = await store.add(row)
        for (const draft of news) await kit.append(draft)
        return viewOf(added!, seen, row.owner_id, clock.nowMs())
      })
    },

    async delegate({ taskId, toClinicianId, dueAt, note }, call) {
      const row = await own(deps, taskId, call)
      assertAhead(dueAt)
      if (!kinds[row.kind].isDelegable) throw faults.notDelegable()
      if (!(await colleaguesIn(deps, call)).some(each => each.clinicianId === toClinicianId))
        throw faults.colleagueNotFound()
      const note_sealed = note === '' ? null : await seal(deps, row, 'note', note)
      const change: Change = { state: 'requested', owner_id: toClinicianId, due_at: new Date(dueAt), note_sealed }
      return step(deps, row, 'delegate', call, { change, lists: [toClinicianId], announce: 'delegated' })
    },

    async accept({ taskId }, call) {
      return step(deps, await own(deps, taskId, call), 'accept', call, { change: { state: 'accepted' } })
    },

    async decline({ taskId, reason }, call) {
      const row = await own(deps, taskId, call)
      const note_sealed = await seal(deps, row, 'note', reason)
      const change: Change = { state: 'accepted', owner_id: row.requester_id, note_sealed }
      return step(deps, row, 'decline', call, { change, announce: 'declined' })
    },

    async takeBack({ taskId }, call) {
      const row = await own(deps, taskId, call)
      return step(deps, row, 'takeBack', call, { change: { state: 'accepted', owner_id: row.requester_id } })
    },
  }
}

type Wish = { text: string; dueAt: string; patientId: string | undefined }

/** A patient only whose record is open to the caller; everybody else is not there. */
async function written({ kit, ...rest }: Deps, { text, dueAt, patientId }: Wish, call: Call): Promise<TaskRow> {
  const nowMs = kit.clock.nowMs()
  const id = newId(nowMs)
  const clinicianId = call.caller.clinicianId
  if (clinicianId === undefined) throw faults.patientNotFound()
  if (patientId) kit.concerning({ patientIds: [patientId] })
  const patientName = patientId === undefined ? undefined : await nameOf({ kit, ...rest }, patientId, call)
  const personId = patientId && (await kit.call(record).personOf({ patientId }, askingAsMedley(call))).personId
  const content: Content = { text, ...(patientName ? { patientName } : {}) }
  const subject = { id, subject_id: personId || id }
  return {
    ...subject,
    kind: 'own',
    about_id: id,
    part: 0,
    visit_id: null,
    patient_id: patientId ?? null,
    person_id: personId || null,
    requester_id: clinicianId,
    owner_id: clinicianId,
    state: 'accepted',
    state_since: new Date(nowMs),
    urgency: rankOf(kinds.own.urgency),
    due_at: new Date(dueAt),
    shown_from: new Date(nowMs),
    content_sealed: await seal({ kit, ...rest }, subject, 'content', JSON.stringify(content)),
    note_sealed: null,
    outcome_sealed: null,
    done_by: null,
    revision: 0,
    created_at: new Date(nowMs),
  }
}

async function nameOf({ kit }: Deps, patientId: string, call: Call): Promise<string> {
  const read = { method: 'GET', path: `Patient/${patientId}` } as const
  const answer = await unlessClosed(kit.call(record).interact(read, asking(call)))
  if (!answer?.body) throw faults.patientNotFound()
  type Name = { text?: string; given?: string[]; family?: string }
  const [name] = (JSON.parse(answer.body) as { name?: Name[] }).name ?? []
  return name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim()
}

/** Several at once: what may be done is done, and of the rest it is said why not. */
export function tickHandlers(deps: Deps): Some<'complete' | 'reopen'> {
  const { kit, store } = deps
  const { database, clock } = kit

  async function known(taskIds: readonly string[], call: Call) {
    const rows = await database.read(call, async () => {
      const found: TaskRow[] = []
      for (const id of new Set(taskIds)) {
        const row = await store.task(id)
        if (row) found.push(row)
      }
      return found
    })
    kit.concerning({ patientIds: rows.flatMap(row => row.patient_id ?? []) })
    const lists = rows.flatMap(row => [row.owner_id, row.requester_id])
    const news = rows[0] ? await newsFor(deps, lists, rows[0].subject_id) : []
    return { rows, news }
  }

  return {
    async complete({ taskIds, outcome }, call) {
      const { clinicianId } = call.caller
      const { rows, news } = await known(taskIds, call)
      const outcomes = new Map<string, Buffer>()
      if (outcome) for (const row of rows) outcomes.set(row.id, await seal(deps, row, 'outcome', outcome))
      const changeOf = (row: TaskRow): Change => ({
        state: 'completed',
        done_by: clinicianId ?? null,
        outcome_sealed: outcomes.get(row.id) ?? row.outcome_sealed,
      })
      const seen = await opened(
        deps,
        rows.map(row => ({ ...row, ...changeOf(row) })),
        call,
      )
      return database.save(call, async () => {
        const nowMs = clock.nowMs()
        const done: Task[] = []
        const locked = await store.lock(rows.map(row => row.id))
        for (const row of locked) {
          if (!actsOf(heldOf(row), clinicianId, nowMs).includes('complete')) continue
          const changed = await store.change(row, changeOf(row), nowMs)
          const one = seen.get(row.id)
          if (one) done.push(viewOf(changed, one, clinicianId, nowMs))
        }
        if (done.length > 0) for (const draft of news) await kit.append(draft)
        const left = [...new Set(taskIds)].flatMap(taskId => {
          if (done.some(each => each.id === taskId)) return []
          return [
            {
              taskId,
              because: whyLeft(
                locked.find(row => row.id === taskId),
                clinicianId,
              ),
            },
          ]
        })
        return { done, left }
      })
    },

    async reopen({ taskIds }, call) {
      const { clinicianId } = call.caller
      const { rows, news } = await known(taskIds, call)
      const seen = await opened(deps, rows, call)
      return database.save(call, async () => {
        const nowMs = clock.nowMs()
        const items: Task[] = []
        for (const row of await store.lock(rows.map(each => each.id))) {
          if (!actsOf(heldOf(row), clinicianId, nowMs).includes('reopen')) continue
          // It came up again by itself meanwhile.
          const isBack = (await store.about(row.about_id)).some(
            each => isOpen(each.state) && each.kind === row.kind && each.part === row.part,
          )
          if (isBack) continue
          const changed = await store.change(row, { state: 'accepted', done_by: null }, nowMs)
          const one = seen.get(row.id)
          if (one) items.push(viewOf(changed, one, clinicianId, nowMs))
        }
        if (items.length > 0) for (const draft of news) await kit.append(draft)
        return { items }
      })
    },
  }
}

/** A task that is nobody's business of the caller is answered like one that there is not. */
function whyLeft(row: TaskRow | undefined, clinicianId: string | undefined): 'needsAct' | 'notMine' | 'moved' {
  if (!row || row.owner_id !== clinicianId) return 'notMine'
  return isOpen(row.state) && row.state === 'accepted' ? 'needsAct' : 'moved'
}
