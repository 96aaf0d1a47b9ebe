import { record } from '#contract/record'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { identity } from './contract.ts'
import { appRoutes } from './routes/apps.ts'
import { authProvider } from './routes/better-auth.ts'
import { identityRoutes } from './routes/doors.ts'
import { registeredApps } from './service/apps.ts'
import { claims } from './service/claims.ts'
import { erasureReactions, forgetAgain } from './service/erasure.ts'
import { forServices } from './service/for-services.ts'
import { grants } from './service/grants.ts'
import { members } from './service/members.ts'
import { ownAccount } from './service/own-account.ts'
import { createPeople } from './service/people.ts'
import { identityStore } from './store.ts'
import { appStore } from './store/apps.ts'

export default defineService({
  contract: identity,
  uses: [record],
  create: (kit: Kit) => {
    const store = identityStore(kit.database)
    const people = createPeople(kit, store)
    const auth = authProvider(kit)
    const deps = { kit, store, apps: appStore(kit.database), auth, people }
    return {
      handlers: {
        ...ownAccount(deps),
        ...claims(deps),
        ...members(deps),
        ...forServices(deps),
        ...registeredApps(deps),
        ...grants(deps),
      },
      reactions: erasureReactions(deps),
      routes: [...identityRoutes(deps), ...appRoutes(deps)],
      prepare: call => forgetAgain(deps, call),
    }
  },
})
