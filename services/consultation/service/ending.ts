// The end of a visit, in one act: the note signed, diagnoses, orders, follow-up and a plan in plain words.
import { asking, type Call } from '#core/call'
import { newId } from '#core/id'
import { instantOf } from '#core/time'
import { type Aftercare, consultation } from '../contract.ts'
import { isOver } from '../rules/visits.ts'
import type { AftercareRow } from '../store/notes.ts'
import type { VisitRow } from '../store/visits.ts'
import { createNotes } from './notes.ts'
import type { CallDeps } from './exits.ts'
import { aboutOf, faults, sealedAs, type Some, viewOf } from './seen.ts'

type Content = Omit<Aftercare, 'visitId' | 'endedAt'>

export function endHandlers(deps: CallDeps): Some<'end' | 'aftercare' | 'tickTask' | 'details'> {
  const { kit, notes, visits, chat, people, peers, sight, exits } = deps
  const { database, clock, keys } = kit
  const { noteOf, compose, write } = createNotes(deps)

  async function contentOf(visit: VisitRow, row: AftercareRow): Promise<Content> {
    const text = await keys.openTextFor(visit.sealed_for, row.content_sealed, sealedAs.aftercare(visit.id))
    if (text === undefined) throw faults.notEnded()
    return JSON.parse(text) as Content
  }

  async function found(visitId: string, call: Call) {
    const { row: visit, seat } = await sight.seen(visitId, call)
    if (seat === 'guest') throw faults.visitNotFound()
    const row = await database.read(call, () => notes.aftercare(visitId), { isSingle: true })
    if (!row) throw faults.notEnded()
    return { visit, seat, row, content: await contentOf(visit, row) }
  }

  return {
    async end({ visitId, version, sections, plan, diagnoses, orders, followUp, tasks }, call) {
      const one = await sight.seenAs('clinician', visitId, call)
      if (isOver(one.row.state)) throw faults.visitClosed()
      sight.assertToday(one.row)
      const nowMs = clock.nowMs()
      const content: Content = {
        plan,
        diagnoses,
        orders,
        ...(followUp ? { followUp } : {}),
        tasks: tasks.map(task => ({ id: newId(nowMs), ...task })),
      }
      const aftercare: AftercareRow = {
        visit_id: visitId,
        patient_id: one.row.patient_id,
        clinician_id: one.row.clinician_id,
        content_sealed: await keys.sealFor(one.row.sealed_for, JSON.stringify(content), sealedAs.aftercare(visitId)),
        done: {},
        created_at: new Date(nowMs),
      }
      const note = await compose(one.row, { act: 'sign', version, sections }, call)
      const drafts = [await sight.changed(one.row, 'ended'), await sight.moved(one.row)]
      return database.save(call, async () => {
        const row = (await visits.lock(visitId))!
        if (isOver(row.state)) throw faults.visitClosed()
        await write(note)
        await notes.addAftercare(aftercare)
        await visits.setState(visitId, 'ended', nowMs)
        exits.clearAfter(await peers.removeAll(visitId))
        kit.announce(consultation, 'ended', { ...aboutOf(row), endedAt: instantOf(nowMs) })
        for (const draft of drafts) await kit.append(draft)
        return careView(aftercare, content)
      })
    },

    async aftercare({ visitId }, call) {
      const { row, content } = await found(visitId, call)
      return careView(row, content)
    },

    async tickTask({ visitId, taskId, isDone }, call) {
      const { seat, visit, content } = await found(visitId, call)
      if (seat !== 'patient') throw faults.visitNotFound()
      if (!content.tasks.some(each => each.id === taskId)) throw faults.taskNotFound()
      const entry = await sight.changed(visit, visit.state)
      return database.save(call, async () => {
        const row = (await notes.tick(visitId, taskId, isDone ? instantOf(clock.nowMs()) : null))!
        await kit.append(entry)
        return careView(row, content)
      })
    },

    async details({ visitId }, call) {
      const rows = await database.read(call, async () => {
        const visit = await visits.visit(visitId)
        return visit && { visit, note: await notes.newest(visitId), care: await notes.aftercare(visitId) }
      })
      if (!rows) throw faults.visitNotFound()
      const { visit, note, care } = rows
      const [one] = await sight.around([visit], call)
      const { personIds } = await people.peopleBehind({ clinicianIds: [visit.clinician_id] }, asking(call))
      const reader = personIds[visit.clinician_id]
      const { unread, last } = await database.read(call, async () => ({
        unread: reader ? await chat.unread([visitId], reader) : [],
        last: await chat.lastSeats([visitId]),
      }))
      return {
        visit: viewOf(one!),
        // Whoever wrote last has seen the rest.
        isUnread: unread.some(each => each.n > 0) && last[0]?.seat !== 'clinician',
        ...(note && note.state !== 'draft' ? { note: await noteOf(visit, note) } : {}),
        ...(care ? { aftercare: careView(care, await contentOf(visit, care)) } : {}),
      }
    },
  }
}

function careView(row: AftercareRow, content: Content): Aftercare {
  const tasks = content.tasks.map(task => {
    const doneAt = row.done[task.id]
    return doneAt === undefined ? task : { ...task, doneAt }
  })
  return { ...content, visitId: row.visit_id, endedAt: row.created_at.toISOString(), tasks }
}
