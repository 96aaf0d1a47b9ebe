import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { record } from '#contract/record'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { task } from './contract.ts'
import { taskReactions } from './reactions.ts'
import { readingHandlers } from './service/reading.ts'
import { stepHandlers, tickHandlers } from './service/steps.ts'
import { taskStore } from './store.ts'

export default defineService({
  contract: task,
  uses: [appointment, consultation, directory, identity, prescription, record],
  create: (kit: Kit) => {
    const deps = { kit, store: taskStore(kit.database) }
    return {
      handlers: { ...readingHandlers(deps), ...stepHandlers(deps), ...tickHandlers(deps) },
      reactions: taskReactions(deps),
    }
  },
})
