// Lists of tasks, and who may watch them.
import { fromCursor, toPage } from '#core/page'
import type { TaskRow } from '../store.ts'
import { colleaguesIn, type Deps, faults, opened, type Some, viewOf } from './deps.ts'

export function readingHandlers(deps: Deps): Some<'list' | 'colleagues' | 'details' | 'inboxWatchers'> {
  const { kit, store } = deps
  const { database, clock } = kit
  return {
    async list({ view, limit, cursor }, call) {
      const { clinicianId } = call.caller
      if (clinicianId === undefined) return { items: [] }
      const isDone = view === 'done'
      const after = fromCursor(cursor, isDone ? 2 : 3)
      const nowMs = clock.nowMs()
      const rows = await database.read(call, () => {
        if (isDone) return store.doneOf(clinicianId, after, limit)
        return view === 'open'
          ? store.openOf(clinicianId, nowMs, after, limit)
          : store.delegatedBy(clinicianId, after, limit)
      })
      const keyOf = (row: TaskRow) =>
        isDone ? [row.state_since.toISOString(), row.id] : [String(row.urgency), row.due_at.toISOString(), row.id]
      const page = toPage(rows, limit, keyOf, row => row)
      kit.concerning({ patientIds: page.items.flatMap(row => row.patient_id ?? []) })
      const open = await opened(deps, page.items, call)
      const items = page.items.flatMap(row => {
        const one = open.get(row.id)
        return one ? [viewOf(row, one, clinicianId, nowMs)] : []
      })
      return { ...page, items }
    },

    colleagues: async (_, call) => ({ items: await colleaguesIn(deps, call) }),

    async details({ taskId }, call) {
      const row = await database.read(call, () => store.task(taskId), { reach: 'all', isSingle: true })
      const one = row && (await opened(deps, [row], call)).get(taskId)
      if (!row || !one) throw faults.taskNotFound()
      const { may: _, ...view } = viewOf(row, one, undefined, clock.nowMs())
      return { ...view, ...(row.person_id ? { personId: row.person_id } : {}) }
    },

    /** Their own, and nobody else's. */
    async inboxWatchers({ watchers }) {
      return { may: watchers.map(({ id, caller }) => caller.clinicianId === id) }
    },
  }
}
