import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { defineService } from '#core/service'
import type { Kit } from '#platform'
import { appointment } from './contract.ts'
import { appointmentReactions, appointmentRuns } from './reactions.ts'
import { seedAppointment } from './seed.ts'
import { type BookingDeps, bookHandlers, bookingReads, holdHandlers, stepHandlers } from './service/bookings.ts'
import { calendarHandlers, feedRoute } from './service/calendars.ts'
import { createOffers, offerHandlers } from './service/offers.ts'
import { waitHandlers } from './service/wait-list.ts'
import { bookingStore, timeStore, waitStore } from './store.ts'

export default defineService({
  contract: appointment,
  uses: [directory, identity],
  jobs: [
    { name: 'remind', summary: 'Reminds of visits that come near', every: '* * * * *' },
    { name: 'expireHolds', summary: 'Gives back times that were held too long', every: '* * * * *' },
    { name: 'backFill', summary: 'Offers a freed time to whoever waited longest for it' },
  ],
  create: (kit: Kit) => {
    const times = timeStore(kit.database)
    const clinicians = kit.call(directory)
    const people = kit.call(identity)
    const offers = createOffers(kit, times, clinicians)
    const deps: BookingDeps = {
      kit,
      offers,
      times,
      bookings: bookingStore(kit.database),
      waits: waitStore(kit.database),
      people,
    }
    return {
      handlers: {
        ...offerHandlers({ offers, times, clinicians }),
        ...holdHandlers(deps),
        ...bookHandlers(deps),
        ...stepHandlers(deps),
        ...bookingReads(deps),
        ...calendarHandlers(deps),
        ...waitHandlers(deps),
      },
      reactions: appointmentReactions(deps),
      runs: appointmentRuns(deps),
      routes: [feedRoute(deps)],
      seed: (self, call) => seedAppointment(deps, clinicians, self, call),
    }
  },
})
