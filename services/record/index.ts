import { audit } from '#contract/audit'
import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { record } from './contract.ts'
import { recordReactions, recordRuns } from './reactions.ts'
import { recordRoutes } from './routes.ts'
import { seedRecord } from './seed.ts'
import { createDeps } from './service/deps.ts'
import { eraseAgain } from './service/erasure.ts'
import { createPerform } from './service/interactions.ts'
import { loadHandlers } from './service/load.ts'
import { peopleHandlers } from './service/people.ts'

export default defineService({
  contract: record,
  uses: [identity, directory, appointment, consultation, diagnosis, prescription, audit],
  jobs: [
    { name: 'notify', summary: 'Tells a subscriber that something changed', retryLimit: 8 },
    { name: 'import', summary: 'Fetches and writes the files of a bulk import' },
    { name: 'loadKept', summary: 'Loads the bundles that imports kept before there was a record', every: '17 3 * * *' },
  ],
  create: (kit: Kit) => {
    const deps = createDeps(kit)
    return {
      handlers: { interact: createPerform(deps), ...loadHandlers(deps), ...peopleHandlers(deps) },
      reactions: recordReactions(deps),
      runs: recordRuns(deps),
      routes: recordRoutes(deps, kit.call(record)),
      seed: (self, call) => seedRecord(kit, self, call),
      prepare: call => eraseAgain(deps, call),
    }
  },
})
