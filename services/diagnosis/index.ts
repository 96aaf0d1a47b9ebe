import { appointment } from '#contract/appointment'
import { record } from '#contract/record'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { diagnosis } from './contract.ts'
import { diagnosisReactions } from './reactions.ts'
import { decisionHandlers } from './service/decisions.ts'
import { createDeps } from './service/deps.ts'
import { answerHandlers, readHandlers, startHandlers } from './service/interviews.ts'
import { knowledgeHandlers } from './service/knowledge.ts'
import { diagnosisStore } from './store.ts'

export default defineService({
  contract: diagnosis,
  uses: [appointment, record],
  create: (kit: Kit) => {
    const deps = createDeps(kit, diagnosisStore(kit.database))
    return {
      handlers: {
        ...startHandlers(deps),
        ...answerHandlers(deps),
        ...readHandlers(deps),
        ...decisionHandlers(deps),
        ...knowledgeHandlers(deps),
      },
      reactions: diagnosisReactions(deps),
    }
  },
})
