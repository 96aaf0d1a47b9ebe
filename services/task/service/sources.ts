// Bringing tasks in line with what they came from: the source is asked as it is now, whichever of its events is heard first.
import { houseFault } from '#core/fault'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import type { TaskKind } from '../contract.ts'
import { isOpen, kinds, rankOf, type Wanted } from '../rules.ts'
import type { TaskRow } from '../store.ts'
import { type Content, type Deps, newsFor, seal } from './deps.ts'

const all = { reach: 'all' } as const
/** Somebody else being faster several times in a row does not happen; then the queue tries again later. */
const triesMax = 5

/** A source as it is now: whose tasks it calls for, whom it concerns, and how its tasks end that it does not call for any more. */
export type Source = {
  clinicianId: string
  patientId: string | undefined
  personId: string | undefined
  patientName: string | undefined
  visitId: string | undefined
  wanted: readonly Wanted[]
  /** Kinds that follow the source. Others end by a tick, or with the source. */
  follows: readonly TaskKind[]
  ends: 'completed' | 'cancelled'
}

/** `ask` answers undefined where the source is gone; then all its open tasks are cancelled. */
export async function follow(
  deps: Deps,
  aboutId: string,
  ask: () => Promise<Source | undefined>,
  call: Call,
): Promise<void> {
  const { kit, store } = deps
  for (let tries = 1; ; tries++) {
    const before = await kit.database.read(call, () => store.revisionOf(aboutId), all)
    const source = await ask()
    const raised = source ? await raisedBy(deps, aboutId, source) : []
    const known = await kit.database.read(call, () => store.about(aboutId), all)
    const subjectId = raised[0]?.subject_id ?? known[0]?.subject_id
    // Neither wanted nor there: nothing to bring in line.
    if (subjectId === undefined) return
    const clinicianIds = [...known.flatMap(row => [row.owner_id, row.requester_id]), ...raised.map(row => row.owner_id)]
    const news = await newsFor(deps, clinicianIds, subjectId)
    try {
      await kit.database.save(
        call,
        async () => {
          if (!(await store.advance(aboutId, before))) throw houseFault('data.conflict')
          const rows = await store.lockAbout(aboutId)
          const changed = await inLine(deps, rows, raised, source)
          if (changed > 0) for (const draft of news) await kit.append(draft)
          return null
        },
        all,
      )
      return
    } catch (error) {
      if (tries === triesMax || !isConflict(error)) throw error
    }
  }
}

const isConflict = (error: unknown) => (error as { code?: string }).code === 'data.conflict'

async function raisedBy(deps: Deps, aboutId: string, source: Source): Promise<TaskRow[]> {
  const nowMs = deps.kit.clock.nowMs()
  return Promise.all(
    source.wanted.map(async ({ kind, part, dueMs, shownFromMs, text, medicine, orderKind }) => {
      const id = newId(nowMs)
      const { personId, patientId, clinicianId, visitId, patientName } = source
      const content: Content = {
        ...(patientName ? { patientName } : {}),
        ...(text ? { text } : {}),
        ...(medicine ? { medicine } : {}),
        ...(orderKind ? { orderKind } : {}),
      }
      const subject = { id, subject_id: personId ?? id }
      return {
        ...subject,
        kind,
        about_id: aboutId,
        part,
        visit_id: visitId ?? null,
        patient_id: patientId ?? null,
        person_id: personId ?? null,
        requester_id: clinicianId,
        owner_id: clinicianId,
        state: 'accepted',
        state_since: new Date(nowMs),
        urgency: rankOf(kinds[kind].urgency),
        due_at: new Date(dueMs),
        shown_from: new Date(shownFromMs),
        content_sealed: await seal(deps, subject, 'content', JSON.stringify(content)),
        note_sealed: null,
        outcome_sealed: null,
        done_by: null,
        revision: 0,
        created_at: new Date(nowMs),
      } satisfies TaskRow
    }),
  )
}

/** Ends what is not called for any more and adds what is new; how many changed. */
async function inLine(
  deps: Deps,
  rows: readonly TaskRow[],
  raised: readonly TaskRow[],
  source: Source | undefined,
): Promise<number> {
  const { store, kit } = deps
  const nowMs = kit.clock.nowMs()
  const isSame = (one: TaskRow, other: TaskRow) => one.kind === other.kind && one.part === other.part
  const isOnce = (row: TaskRow) => source?.wanted.some(each => each.kind === row.kind && each.isOnce) ?? false
  let changed = 0
  for (const row of rows.filter(each => isOpen(each.state))) {
    const wanted = raised.find(each => isSame(each, row))
    // Shown to another clinician meanwhile: with the one who has it not any more, it is nothing.
    const isTheirs = wanted !== undefined && wanted.requester_id === row.requester_id
    const stays = source !== undefined && (wanted ? isTheirs : !source.follows.includes(row.kind))
    if (stays) continue
    const state = wanted || !source ? 'cancelled' : source.ends
    await store.change(row, { state }, nowMs)
    changed++
  }
  for (const row of raised) {
    const was = rows.filter(each => isSame(each, row) && each.requester_id === row.requester_id)
    if (was.some(each => isOpen(each.state) || (isOnce(row) && each.state === 'completed'))) continue
    const [added] = await store.add(row)
    if (!added) continue
    changed++
  }
  return changed
}
