import { appointment } from '#contract/appointment'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { task } from '#contract/task'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { notification } from './contract.ts'
import { deliverJob } from './reactions/deliver.ts'
import { clinicianReactions } from './reactions/tell-clinicians.ts'
import { prescriptionReactions } from './reactions/tell-prescriptions.ts'
import { tellingReactions } from './reactions/tell.ts'
import { createNotification } from './service.ts'
import { notificationStore } from './store.ts'

export default defineService({
  contract: notification,
  uses: [identity, directory, appointment, prescription, task],
  jobs: [
    {
      name: 'deliver',
      summary: 'Send the mail, SMS and push messages that are due',
      every: '* * * * *',
      // Each delivery counts its own tries; a run that died is taken over by the next minute's.
      retryLimit: 0,
    },
  ],
  create: (kit: Kit) => {
    const deps = { kit, store: notificationStore(kit.database) }
    return {
      handlers: createNotification(deps),
      reactions: [...tellingReactions(deps), ...prescriptionReactions(deps), ...clinicianReactions(deps)],
      runs: { deliver: deliverJob(deps) },
    }
  },
})
