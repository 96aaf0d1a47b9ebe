import { appointment } from '#contract/appointment'
import { identity } from '#contract/identity'
import { on, type Reaction } from '#core/service'
import type { Kit } from '#platform'
import { dateIn } from './rules.ts'
import type { DirectoryStore } from './store.ts'

export function directoryReactions({ database }: Pick<Kit, 'database'>, store: DirectoryStore): Reaction[] {
  return [
    /** Only a visit that took place entitles to a review. */
    on(appointment, 'completed', async ({ bookingId, clinicianId, patientId, startsAt, timeZone }, call) => {
      await database.save(call, async () => {
        await store.addVisit(bookingId, clinicianId, patientId, dateIn(timeZone, startsAt))
      })
    }),
    on(identity, 'claimed', async ({ formerPersonId, personId }, call) => {
      await database.save(call, () => store.giveHistory(formerPersonId, personId))
    }),
    on(identity, 'forgotten', async ({ personId }, call) => {
      await database.save(call, () => store.removeReviews(personId))
    }),
  ]
}
