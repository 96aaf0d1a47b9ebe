import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { on, type Reaction, type RunJob } from '#core/service'
import { prescription } from './contract.ts'
import { after } from './rules/states.ts'
import type { Deps } from './service/deps.ts'
import { changeOf } from './service/views.ts'

const all = { reach: 'all' } as const
const perRun = 500

export function prescriptionReactions({ kit, store }: Deps): Reaction[] {
  return [
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => store.rename(formerPersonId, personId), all)
    }),
    on(record, 'erased', async ({ patientId }, call) => {
      await kit.database.save(call, () => store.forget(patientId), all)
    }),
  ]
}

export function prescriptionRuns({ kit, store }: Deps): Record<string, RunJob> {
  return {
    /** What is being prepared is not taken away from under the pharmacist; it ends with the next run after that. */
    async expire(_data, { call, progress }) {
      for (let total = 0, last = perRun; last === perRun;) {
        last = await kit.database.save(
          call,
          async () => {
            const nowMs = kit.clock.nowMs()
            const rows = await store.overdue(nowMs, perRun)
            for (const row of rows) {
              const expired = await store.step(row, after(row.state, 'expire')!, nowMs)
              if (expired) kit.announce(prescription, 'expired', changeOf(expired))
            }
            return rows.length
          },
          all,
        )
        total += last
        await progress(total, total, `${total} expired`)
      }
    },
  }
}
