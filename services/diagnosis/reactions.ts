import { record } from '#contract/record'
import { on, type Reaction } from '#core/service'
import type { Deps } from './service/deps.ts'

export function diagnosisReactions({ kit, store }: Deps): Reaction[] {
  return [
    on(record, 'erased', async ({ patientId }, call) => {
      const keys = await kit.database.save(call, () => store.forget(patientId))
      for (const key of keys) await kit.keys.destroy(key)
    }),
  ]
}
