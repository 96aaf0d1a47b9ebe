import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { identity } from './contract.ts'
import { authProvider } from './routes/better-auth.ts'
import { identityRoutes } from './routes/doors.ts'
import { createIdentity, createPeople } from './service.ts'
import { identityStore } from './store.ts'

export default defineService({
  contract: identity,
  uses: [],
  create: (kit: Kit) => {
    const store = identityStore(kit.database)
    const people = createPeople(kit, store)
    const auth = authProvider(kit)
    return {
      handlers: createIdentity({ kit, store, auth, people }),
      routes: identityRoutes({ kit, store, people, auth }),
    }
  },
})
