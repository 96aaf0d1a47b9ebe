// Waiting for a time, and how a time that became free finds the person who waited longest.
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { epochMsOf, minuteMs } from '#core/time'
import { z } from 'zod'
import { appointment, FreeTime, type WaitListEntry } from '../contract.ts'
import { isWaitPeriod, mayPractise, offerMs } from '../rules/bookings.ts'
import { freeTimes, type Interval, occupied } from '../rules/times.ts'
import type { HoldRow, WaitRow } from '../store.ts'
import { type BookingDeps, freed, orSlotTaken } from './bookings.ts'
import { faults } from './offers.ts'

type Some<Keys extends keyof Handlers<typeof appointment>> = Pick<Handlers<typeof appointment>, Keys>

export const Freed = FreeTime.extend({ clinicianId: z.uuid() })

const viewOf = (row: WaitRow): WaitListEntry => ({
  id: row.id,
  clinicianId: row.clinician_id,
  clinicianName: row.clinician_name,
  serviceId: row.service_id,
  serviceName: row.service_name,
  mode: row.mode,
  earliestAt: row.earliest_at.toISOString(),
  latestAt: row.latest_at.toISOString(),
  state: row.state,
  createdAt: row.created_at.toISOString(),
})

export function waitHandlers({
  kit,
  offers,
  times,
  waits,
}: BookingDeps): Some<'joinWaitList' | 'leaveWaitList' | 'listWaitList'> {
  const { database, clock } = kit
  return {
    async joinWaitList({ clinicianId, serviceId, mode, earliestAt, latestAt }, call) {
      const clinician = await offers.clinician(clinicianId, call)
      const service = offers.serviceOf(clinician, serviceId, mode)
      const nowMs = clock.nowMs()
      if (!isWaitPeriod(epochMsOf(earliestAt), epochMsOf(latestAt), nowMs)) throw faults.periodInvalid()
      if (!mayPractise(clinician, call.caller.jurisdiction, Math.max(nowMs, epochMsOf(earliestAt))))
        throw faults.noLicence()
      const row: WaitRow = {
        id: newId(nowMs),
        patient_id: call.caller.personId!,
        clinician_id: clinicianId,
        clinician_name: clinician.name,
        service_id: serviceId,
        service_name: service.name,
        mode,
        minutes: service.minutes,
        earliest_at: new Date(earliestAt),
        latest_at: new Date(latestAt),
        state: 'waiting',
        missed_start: null,
        created_at: new Date(nowMs),
      }
      return database.save(call, async () => {
        if ((await waits.add(row)).length === 0) throw faults.alreadyWaiting()
        return viewOf(row)
      })
    },

    leaveWaitList: ({ entryId }, call) =>
      database.save(call, async () => {
        const entry = await waits.entry(entryId)
        if (!entry || entry.patient_id !== call.caller.personId || !['waiting', 'offered'].includes(entry.state))
          throw faults.entryNotFound()
        for (const hold of await times.holdsOfEntry(entryId)) {
          await times.vacate(hold.id)
          kit.enqueue('backFill', freed(hold))
        }
        await waits.setState(entryId, 'left')
        return { left: true as const }
      }),

    async listWaitList({ limit, cursor }, call) {
      const rows = await database.read(call, () => waits.ofPatient(call.caller.personId!, fromCursor(cursor, 2), limit))
      return toPage(
        rows,
        limit,
        row => [row.created_at.toISOString(), row.id],
        row => {
          if (row.hold === null) return viewOf(row)
          const offer = {
            id: row.hold,
            clinicianId: row.clinician_id,
            serviceId: row.service_id,
            mode: row.mode,
            startsAt: row.hold_starts.toISOString(),
            endsAt: row.hold_ends.toISOString(),
            expiresAt: row.hold_expires.toISOString(),
          }
          return { ...viewOf(row), offer }
        },
      )
    },
  }
}

/** Offers a freed time to the first who waits and fits. Nobody who cannot use it is asked; nobody is asked twice for the same. */
export async function backFill(
  { kit, offers, times, waits, people }: BookingDeps,
  data: unknown,
  call: Call,
): Promise<void> {
  const { clinicianId, startsAt, endsAt } = Freed.parse(data)
  const { database, clock } = kit
  const clinician = await offers.clinician(clinicianId, call).catch(() => undefined)
  if (!clinician?.acceptsPatients) return
  const span = { startMs: epochMsOf(startsAt), endMs: epochMsOf(endsAt) }
  const waiting = await database.read(call, () => waits.candidates(clinicianId, span))
  for (const entry of waiting) {
    const { jurisdiction } = await people.contactOf({ personId: entry.patient_id }, call)
    if (!mayPractise(clinician, jurisdiction, span.startMs)) continue
    const offering = database.save(call, async () => {
      const locked = await waits.entry(entry.id)
      if (locked?.state !== 'waiting') return false
      const asked = await offers.question(clinician, entry.minutes, span.startMs, span.endMs)
      const visit = firstFitting(
        entry,
        span,
        freeTimes(asked, span.startMs, span.endMs, offers.wallClockIn(asked.availability.timeZone)),
      )
      if (!visit) return false
      const nowMs = clock.nowMs()
      const hold = holdFor(entry, visit, nowMs)
      const during = occupied(asked.availability, visit.startMs, entry.minutes)
      times.occupy(hold.id, clinicianId, during, nowMs + offerMs, nowMs)
      times.addHold(hold)
      await waits.setState(entry.id, 'offered')
      kit.announce(appointment, 'offered', {
        entryId: entry.id,
        holdId: hold.id,
        patientId: entry.patient_id,
        clinicianId,
        startsAt: hold.starts_at.toISOString(),
        expiresAt: hold.expires_at.toISOString(),
        timeZone: clinician.timeZone,
      })
      return true
    })
    if (await orSlotTaken(offering)) return
  }
}

function firstFitting(entry: WaitRow, span: Interval, free: Iterable<Interval>): Interval | undefined {
  for (const visit of free) {
    if (visit.endMs > span.endMs) return undefined
    const fits = visit.startMs >= entry.earliest_at.getTime() && visit.endMs <= entry.latest_at.getTime()
    if (fits && visit.startMs !== entry.missed_start?.getTime()) return visit
  }
  return undefined
}

function holdFor(entry: WaitRow, visit: Interval, nowMs: number): HoldRow {
  return {
    id: newId(nowMs),
    patient_id: entry.patient_id,
    clinician_id: entry.clinician_id,
    service_id: entry.service_id,
    mode: entry.mode,
    starts_at: new Date(visit.startMs),
    ends_at: new Date(visit.startMs + entry.minutes * minuteMs),
    // An offer cannot outlast the time it offers.
    expires_at: new Date(Math.min(nowMs + offerMs, visit.startMs - minuteMs)),
    entry_id: entry.id,
  }
}

/** Gives back what was held too long: to the wait-list first, and a missed offer puts its person at the back of the queue. */
export async function expireHolds({ kit, times, waits }: BookingDeps, call: Call): Promise<void> {
  await kit.database.save(call, async () => {
    const nowMs = kit.clock.nowMs()
    for (const hold of await times.removeExpiredHolds(nowMs)) {
      if (hold.entry_id) await waits.requeue(hold.entry_id, hold.starts_at, nowMs)
      kit.enqueue('backFill', freed(hold))
    }
    await waits.expire(nowMs)
    return {}
  })
}
