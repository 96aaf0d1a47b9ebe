import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { operations } from './contract.ts'
import { createOperations } from './service.ts'

export default defineService({
  contract: operations,
  uses: [],
  jobs: [
    {
      name: 'sweep',
      summary: 'Remove what has outlived its use: old request keys, expired values, progress of old runs',
      every: '7 * * * *',
    },
  ],
  create: (kit: Kit) => ({
    handlers: createOperations(kit),
    runs: {
      async sweep(_, { progress }) {
        const removed = await kit.sweep()
        await progress(1, 1, `${removed} rows removed`)
      },
    },
  }),
})
