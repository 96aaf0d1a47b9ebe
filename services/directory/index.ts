import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { directory } from './contract.ts'
import { directoryReactions } from './reactions.ts'
import { seedDirectory } from './seed.ts'
import { createDirectory } from './service.ts'
import { directoryStore } from './store.ts'

export default defineService({
  contract: directory,
  uses: [],
  create: (kit: Kit) => {
    const store = directoryStore(kit.database)
    return {
      handlers: createDirectory({ kit, store }),
      reactions: directoryReactions(kit, store),
      seed: async (self, call) => void (await seedDirectory(self, kit.clock.nowMs(), call)),
    }
  },
})
