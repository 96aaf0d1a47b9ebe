// Which doses somebody says they took, day by day.
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import type { prescription } from '../contract.ts'
import { isDoseDay, mayTick } from '../rules/doses.ts'
import { type Deps, faults } from './deps.ts'
import { load } from './views.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>

export function doseHandlers(deps: Deps): Some<'doses' | 'tickDose'> {
  const { kit, store } = deps
  const { database, clock } = kit

  async function dosesOf(personId: string, on: string) {
    const rows = await store.doses(personId, on)
    return {
      items: rows.map(row => ({
        prescriptionId: row.prescription_id,
        on: row.on,
        number: row.number,
        takenAt: row.taken_at.toISOString(),
      })),
    }
  }

  return {
    doses: ({ on }, call: Call) => database.read(call, () => dosesOf(call.caller.personId!, on)),

    async tickDose({ prescriptionId, on, number, isTaken }, call) {
      const personId = call.caller.personId!
      const { row, content } = await load(deps, prescriptionId, call)
      // A prescriber or a pharmacy may read it, and nobody but the patient takes it.
      if (row.person_id !== personId) throw faults.prescriptionNotFound()
      const nowMs = clock.nowMs()
      if (!mayTick(content.order, number) || !isDoseDay(on, nowMs)) throw faults.doseUnknown()
      const dose = { prescription_id: prescriptionId, on, number, person_id: personId }
      return database.save(call, async () => {
        if (isTaken) await store.tick({ ...dose, taken_at: new Date(nowMs) })
        else await store.untick(dose)
        return dosesOf(personId, on)
      })
    },
  }
}
