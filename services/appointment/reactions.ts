import { identity } from '#contract/identity'
import { consultation } from '#contract/consultation'
import { directory } from '#contract/directory'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { on, type Reaction, type RunJob } from '#core/service'
import { epochMsOf } from '#core/time'
import { appointment } from './contract.ts'
import { backFill, expireHolds } from './service/wait-list.ts'
import { type BookingDeps, changeOf } from './service/bookings.ts'
import { clinicianCacheKey } from './service/offers.ts'

const remindersPerRun = 500

export function appointmentReactions({ kit, bookings }: BookingDeps): Reaction[] {
  return [
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => bookings.rename(formerPersonId, personId))
    }),
    on(record, 'erased', async ({ personId, isLastOfPerson }, call) => {
      if (personId && isLastOfPerson) await kit.database.save(call, () => bookings.forgetReasons(personId))
    }),
    on(consultation, 'ended', ({ visitId, endedAt }, call) => completeVisit({ kit, bookings }, visitId, endedAt, call)),
    on(directory, 'clinicianChanged', ({ clinicianId }) => kit.cache.delete(clinicianCacheKey(clinicianId))),
    on(directory, 'licenceVerified', ({ clinicianId }) => kit.cache.delete(clinicianCacheKey(clinicianId))),
  ]
}

/** It took place, whatever the clock says: visits may begin before their time. Written ones have no booking. */
async function completeVisit(
  { kit, bookings }: Pick<BookingDeps, 'kit' | 'bookings'>,
  bookingId: string,
  endedAt: string,
  call: Call,
): Promise<void> {
  await kit.database.save(call, async () => {
    const row = await bookings.lock(bookingId)
    if (row?.state !== 'booked' && row?.state !== 'arrived') return null
    const changed = await bookings.setState(bookingId, 'completed', epochMsOf(endedAt), null)
    kit.announce(appointment, 'completed', changeOf(changed!))
    return null
  })
}

export function appointmentRuns(deps: BookingDeps): Record<string, RunJob> {
  const { kit, bookings } = deps
  return {
    /** Takes what is due in one transaction, so that a crash reminds nobody twice and forgets nobody. */
    async remind(_data, { call, progress }) {
      for (let total = 0, last = remindersPerRun; last === remindersPerRun;) {
        last = await kit.database.save(call, async () => {
          const rows = await bookings.takeReminders(kit.clock.nowMs(), remindersPerRun)
          for (const row of rows)
            kit.announce(appointment, 'reminderDue', { ...changeOf(row), leadMinutes: Math.min(...row.due) })
          return rows.length
        })
        total += last
        await progress(total, total, `${total} reminded`)
      }
    },
    expireHolds: (_data, { call }) => expireHolds(deps, call),
    backFill: (data, { call }) => backFill(deps, data, call),
  }
}
