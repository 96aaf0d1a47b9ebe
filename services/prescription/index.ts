import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { prescription } from './contract.ts'
import { prescriptionReactions, prescriptionRuns } from './reactions.ts'
import { seedPrescription } from './seed.ts'
import { createDeps } from './service/deps.ts'
import { dispensingHandlers } from './service/dispensing.ts'
import { doseHandlers } from './service/doses.ts'
import { knowingHandlers } from './service/knowing.ts'
import { readingHandlers } from './service/reading.ts'
import { keysRoute } from './service/tokens.ts'
import { exchangeHandlers, receivingHandlers, sendingHandlers } from './service/transfer.ts'
import { writingHandlers } from './service/writing.ts'
import { prescriptionStore } from './store.ts'

export default defineService({
  contract: prescription,
  uses: [directory, identity, record],
  jobs: [{ name: 'expire', summary: 'Ends prescriptions whose validity is over', every: '*/5 * * * *' }],
  create: (kit: Kit) => {
    const deps = createDeps(kit, prescriptionStore(kit.database))
    return {
      handlers: {
        ...knowingHandlers(deps),
        ...writingHandlers(deps),
        ...sendingHandlers(deps),
        ...receivingHandlers(deps),
        ...exchangeHandlers(deps),
        ...dispensingHandlers(deps),
        ...readingHandlers(deps),
        ...doseHandlers(deps),
      },
      reactions: prescriptionReactions(deps),
      runs: prescriptionRuns(deps),
      routes: [keysRoute(deps)],
      seed: (self, call) => seedPrescription(kit, self, call),
    }
  },
})
