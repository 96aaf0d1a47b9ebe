import { appointment } from '#contract/appointment'
import { record } from '#contract/record'
import { on, type Reaction } from '#core/service'
import type { Deps } from './service/deps.ts'

export function diagnosisReactions({ kit, store }: Deps): Reaction[] {
  return [
    // It was shown for the visit, so it is not shown any more when there is none.
    on(appointment, 'cancelled', async ({ bookingId }, call) => {
      await kit.database.save(call, () => store.unshow(bookingId))
    }),
    on(record, 'erased', async ({ patientId }, call) => {
      const keys = await kit.database.save(call, () => store.forget(patientId))
      for (const key of keys) await kit.keys.destroy(key)
    }),
  ]
}
