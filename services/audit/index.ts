import { identity } from '#contract/identity'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { audit } from './contract.ts'
import { createAudit, verifyChain } from './service.ts'
import { auditStore } from './store.ts'

export default defineService({
  contract: audit,
  uses: [identity],
  jobs: [{ name: 'verify', summary: 'Walk the audit chain and compare it with its anchor', every: '15 2 * * *' }],
  create: (kit: Kit) => {
    const deps = { kit, store: auditStore(kit.database) }
    return {
      handlers: createAudit(deps),
      runs: {
        async verify(_, { call, progress }) {
          const { brokenAt, finding } = await verifyChain(deps, call, progress)
          if (brokenAt === undefined || finding === undefined) return
          kit.log.error({ brokenAt, finding }, 'the audit chain is broken')
          await kit.database.save(call, async () => kit.announce(audit, 'broken', { brokenAt, finding }))
        },
      },
    }
  },
})
