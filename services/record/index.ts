import { audit } from '#contract/audit'
import { identity } from '#contract/identity'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { record } from './contract.ts'
import { recordRoutes } from './routes.ts'
import { createDeps } from './service/deps.ts'
import { createPerform } from './service/interactions.ts'
import { loadHandlers } from './service/load.ts'
import { peopleHandlers } from './service/people.ts'

export default defineService({
  contract: record,
  uses: [identity, audit],
  create: (kit: Kit) => {
    const deps = createDeps(kit)
    return {
      handlers: { interact: createPerform(deps), ...loadHandlers(deps), ...peopleHandlers(deps) },
      routes: recordRoutes(deps, kit.call(record)),
    }
  },
})
