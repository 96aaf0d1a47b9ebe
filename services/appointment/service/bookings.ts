// Holding, booking and what becomes of a booking.
import type { Call } from '#core/call'
import type { Client, Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { epochMsOf, instantOf, minuteMs } from '#core/time'
import type { CareService, Clinician } from '#contract/directory'
import type { identity } from '#contract/identity'
import type { Kit } from '#platform'
import { appointment, type Booking, type BookingState, type Hold } from '../contract.ts'
import { holdMs, holdsMax, isOwnDay, maySee, placeOf, remindLeads, stepProblem } from '../rules/bookings.ts'
import { dateAt, occupied, windowsOn } from '../rules/times.ts'
import type { BookingRow, Bookings, HoldRow, Times, WaitList } from '../store.ts'
import { faults, type Offers } from './offers.ts'

export type BookingDeps = {
  kit: Kit
  offers: Offers
  times: Times
  bookings: Bookings
  waits: WaitList
  people: Client<typeof identity>
}
type Some<Keys extends keyof Handlers<typeof appointment>> = Pick<Handlers<typeof appointment>, Keys>
type BookInput = Parameters<Handlers<typeof appointment>['book']>[0]

const sealContext = 'appointment.reason'
const overlapCode = '23P01'

/** The database's word is final: whoever loses the race for a time hears that somebody else has it. */
export async function orSlotTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if ((error as { code?: string }).code === overlapCode) throw faults.slotTaken({}, error)
    throw error
  }
}

export function bookingViews({ kit, people }: Pick<BookingDeps, 'kit' | 'people'>) {
  async function reasonOf(row: BookingRow): Promise<string | undefined> {
    if (!row.reason_sealed) return undefined
    const plain = await kit.keys.openFor(row.patient_id, row.reason_sealed, sealContext)
    return plain && Buffer.from(plain).toString('utf8')
  }

  async function views(rows: readonly BookingRow[], call: Call): Promise<Booking[]> {
    const names = await namesIn(rows, call)
    return Promise.all(rows.map(async row => viewOf(row, names[row.patient_id], await reasonOf(row))))
  }

  /** Patients know their own name, so only others ask identity for it. */
  async function namesIn(rows: readonly BookingRow[], call: Call): Promise<Record<string, string>> {
    const personIds = [...new Set(rows.map(row => row.patient_id))].filter(id => id !== call.caller.personId)
    return personIds.length > 0 ? (await people.namesOf({ personIds }, call)).names : {}
  }

  return { views, namesIn, view: async (row: BookingRow, call: Call) => (await views([row], call))[0]! }
}

export function viewOf(row: BookingRow, patientName: string | undefined, reason: string | undefined): Booking {
  return {
    id: row.id,
    patientId: row.patient_id,
    ...(patientName === undefined ? {} : { patientName }),
    clinicianId: row.clinician_id,
    clinicianName: row.clinician_name,
    organizationId: row.organization_id,
    serviceId: row.service_id,
    serviceName: row.service_name,
    mode: row.mode,
    place: row.place,
    price: row.price,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    timeZone: row.time_zone,
    state: row.state,
    stateSince: row.state_since.toISOString(),
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(row.cancel_reason === null ? {} : { cancelReason: row.cancel_reason }),
  }
}

export const holdView = (row: HoldRow): Hold => ({
  id: row.id,
  clinicianId: row.clinician_id,
  serviceId: row.service_id,
  mode: row.mode,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
})

/** What every event about a booking carries: ids and times, never names or reasons. */
export const changeOf = (row: BookingRow) => ({
  bookingId: row.id,
  clinicianId: row.clinician_id,
  patientId: row.patient_id,
  organizationId: row.organization_id,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
  timeZone: row.time_zone,
  revision: row.revision,
})

export function holdHandlers({ kit, offers, times, waits }: BookingDeps): Some<'hold' | 'release'> {
  const { database, clock } = kit
  return {
    async hold({ clinicianId, serviceId, mode, startsAt }, call) {
      const clinician = await offers.clinician(clinicianId, call)
      const { minutes } = offers.serviceOf(clinician, serviceId, mode)
      const startMs = epochMsOf(startsAt)
      const nowMs = clock.nowMs()
      const row: HoldRow = {
        id: newId(nowMs),
        patient_id: call.caller.personId!,
        clinician_id: clinicianId,
        service_id: serviceId,
        mode,
        starts_at: new Date(startMs),
        ends_at: new Date(startMs + minutes * minuteMs),
        expires_at: new Date(nowMs + holdMs),
        entry_id: null,
      }
      return orSlotTaken(
        database.save(call, async () => {
          // Whoever opens the same time again, in another tab or after a reload, goes on with what they hold.
          const mine = await times.sameHold(row, nowMs)
          if (mine) return holdView(mine)
          if ((await times.countHolds(row.patient_id, nowMs)) >= holdsMax) throw faults.tooManyHolds({ holdsMax })
          const availability = await offers.assertOffered(clinician, minutes, startMs, call.caller.jurisdiction)
          times.occupy(row.id, clinicianId, occupied(availability, startMs, minutes), nowMs + holdMs, nowMs)
          times.addHold(row)
          return holdView(row)
        }),
      )
    },

    release: ({ holdId }, call) =>
      database.save(call, async () => {
        const hold = await times.hold(holdId)
        if (!hold || hold.patient_id !== call.caller.personId) throw faults.holdNotFound()
        await times.vacate(holdId)
        if (hold.entry_id) await waits.requeue(hold.entry_id, hold.starts_at, clock.nowMs())
        kit.enqueue('backFill', freed(hold))
        return { released: true as const }
      }),
  }
}

/** What a time that became free tells the wait-list. */
export const freed = (row: { clinician_id: string; starts_at: Date; ends_at: Date }) => ({
  clinicianId: row.clinician_id,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
})

export function bookHandlers(deps: BookingDeps): Some<'book' | 'reschedule'> {
  const { kit, offers, times, bookings, waits, people } = deps
  const { database, clock } = kit
  const { view, namesIn } = bookingViews(deps)

  /** The wish behind a booking: said in full, or by the hold that was made of it. */
  async function wishOf(input: BookInput, call: Call) {
    if (!('holdId' in input)) return { ...input, hold: undefined, startMs: epochMsOf(input.startsAt) }
    const hold = await database.read(call, () => times.hold(input.holdId))
    if (!hold || hold.patient_id !== call.caller.personId) throw faults.holdNotFound()
    return {
      hold,
      clinicianId: hold.clinician_id,
      serviceId: hold.service_id,
      mode: hold.mode,
      startMs: hold.starts_at.getTime(),
    }
  }

  async function draft(
    clinician: Clinician,
    service: CareService,
    mode: 'video' | 'clinic',
    startMs: number,
    input: BookInput,
    call: Call,
  ): Promise<BookingRow> {
    const nowMs = clock.nowMs()
    const patientId = call.caller.personId!
    return {
      id: newId(nowMs),
      patient_id: patientId,
      clinician_id: clinician.id,
      organization_id: clinician.organization.id,
      service_id: service.id,
      clinician_name: clinician.name,
      service_name: service.name,
      mode,
      place: placeOf(clinician, mode),
      price: service.price,
      starts_at: new Date(startMs),
      ends_at: new Date(startMs + service.minutes * minuteMs),
      time_zone: clinician.timeZone,
      state: 'booked',
      state_since: new Date(nowMs),
      // Sealed before the transaction: the person's key is looked up in the same database.
      reason_sealed: input.reason
        ? Buffer.from(await kit.keys.sealFor(patientId, Buffer.from(input.reason), sealContext))
        : null,
      cancel_reason: null,
      remind_minutes: remindLeads(input.remindMinutesBefore, startMs, nowMs),
      revision: 0,
      created_at: new Date(nowMs),
    }
  }

  return {
    async book(input, call) {
      const wish = await wishOf(input, call)
      const clinician = await offers.clinician(wish.clinicianId, call)
      const service = offers.serviceOf(clinician, wish.serviceId, wish.mode)
      const row = await draft(clinician, service, wish.mode, wish.startMs, input, call)
      return orSlotTaken(
        database.save(call, async () => {
          const nowMs = clock.nowMs()
          if (wish.hold) {
            row.id = wish.hold.id // The time keeps its row, so the booking keeps its id.
            if ((await times.keepHold(wish.hold.id, nowMs)).length === 0) throw faults.holdExpired()
            if (wish.hold.entry_id) await waits.setState(wish.hold.entry_id, 'filled')
          } else {
            const availability = await offers.assertOffered(
              clinician,
              service.minutes,
              wish.startMs,
              call.caller.jurisdiction,
            )
            times.occupy(row.id, clinician.id, occupied(availability, wish.startMs, service.minutes), null, nowMs)
          }
          bookings.add(row)
          kit.announce(appointment, 'booked', changeOf(row))
          return viewOf(row, undefined, input.reason)
        }),
      )
    },

    async reschedule({ bookingId, startsAt }, call) {
      const known = await database.read(call, () => bookings.booking(bookingId))
      if (!known || !maySee(call.caller, toParties(known))) throw faults.bookingNotFound()
      const clinician = await offers.clinician(known.clinician_id, call)
      const isPatient = call.caller.personId === known.patient_id
      const jurisdiction = isPatient
        ? call.caller.jurisdiction
        : (await people.contactOf({ personId: known.patient_id }, call)).jurisdiction
      const names = await namesIn([known], call)
      const reason = (await view(known, call)).reason
      const startMs = epochMsOf(startsAt)
      return orSlotTaken(
        database.save(call, async () => {
          const row = await bookings.lock(bookingId)
          if (!row || row.state !== 'booked') throw faults.bookingClosed()
          const minutes = (row.ends_at.getTime() - row.starts_at.getTime()) / minuteMs
          const [own] = await times.occupancy(row.id)
          const availability = await offers.assertOffered(clinician, minutes, startMs, jurisdiction, own)
          await times.moveOccupancy(row.id, occupied(availability, startMs, minutes))
          const visit = { startMs, endMs: startMs + minutes * minuteMs }
          const moved = (await bookings.move(bookingId, visit, remindLeads(undefined, startMs, clock.nowMs())))!
          kit.announce(appointment, 'rescheduled', {
            ...changeOf(moved),
            formerStartsAt: instantOf(row.starts_at.getTime()),
          })
          kit.enqueue('backFill', freed(row))
          return viewOf(moved, names[moved.patient_id], reason)
        }),
      )
    },
  }
}

export const toParties = (row: BookingRow) => ({ patientId: row.patient_id, clinicianId: row.clinician_id })

export function stepHandlers(deps: BookingDeps): Some<'cancel' | 'arrive' | 'complete' | 'markNoShow'> {
  const { kit, times, bookings } = deps
  const { database, clock } = kit
  const { view, namesIn } = bookingViews(deps)
  const events = { cancelled: 'cancelled', arrived: 'arrived', completed: 'completed', noShow: 'noShow' } as const

  /** Every step of a booking is the same act: seen, allowed, written, told. */
  async function step(
    bookingId: string,
    to: keyof typeof events & BookingState,
    call: Call,
    cancelReason: string | null = null,
  ): Promise<Booking> {
    const known = await database.read(call, () => bookings.booking(bookingId))
    if (!known || !maySee(call.caller, toParties(known))) throw faults.bookingNotFound()
    const names = await namesIn([known], call)
    const { reason } = await view(known, call)
    return database.save(call, async () => {
      const row = (await bookings.lock(bookingId))!
      const problem = stepProblem(row.state, to, row.starts_at.getTime(), clock.nowMs())
      if (problem) throw faults[problem]({ state: row.state })
      const changed = (await bookings.setState(bookingId, to, clock.nowMs(), cancelReason))!
      if (to === 'cancelled') {
        await times.vacate(bookingId)
        kit.enqueue('backFill', freed(row))
      }
      kit.announce(appointment, events[to], changeOf(changed))
      return viewOf(changed, names[changed.patient_id], reason)
    })
  }

  return {
    cancel: ({ bookingId, reason }, call) => step(bookingId, 'cancelled', call, reason ?? null),
    arrive: ({ bookingId }, call) => step(bookingId, 'arrived', call),
    complete: ({ bookingId }, call) => step(bookingId, 'completed', call),
    markNoShow: ({ bookingId }, call) => step(bookingId, 'noShow', call),
  }
}

export function bookingReads(deps: BookingDeps): Some<'booking' | 'listBookings' | 'day' | 'details'> {
  const { kit, offers, bookings } = deps
  const { database, clock } = kit
  const { view, views } = bookingViews(deps)

  async function seen(bookingId: string, call: Call): Promise<Booking> {
    const row = await database.read(call, () => bookings.booking(bookingId))
    if (!row || !(call.via || maySee(call.caller, toParties(row)))) throw faults.bookingNotFound()
    return view(row, call)
  }

  return {
    booking: ({ bookingId }, call) => seen(bookingId, call),
    details: ({ bookingId }, call) => seen(bookingId, call),

    async listBookings({ when, limit, cursor }, call) {
      const rows = await database.read(call, () =>
        bookings.ofPatient(call.caller.personId!, when, clock.nowMs(), fromCursor(cursor, 2), limit),
      )
      const page = toPage(
        rows,
        limit,
        row => [row.starts_at.toISOString(), row.id],
        row => row,
      )
      return { ...page, items: await views(page.items, call) }
    },

    async day({ clinicianId, date }, call) {
      if (!isOwnDay(call.caller, clinicianId)) throw faults.clinicianNotFound()
      const clinician = await offers.clinician(clinicianId, call)
      const { availability, rows, fromMs } = await database.read(call, async () => {
        const asked = await offers.question(clinician, 5, clock.nowMs(), clock.nowMs())
        const wallClock = offers.wallClockIn(asked.availability.timeZone)
        const startMs = wallClock(date, '00:00')
        return {
          availability: asked.availability,
          fromMs: startMs,
          rows: await bookings.ofClinician(clinicianId, startMs, wallClock(date, '24:00')),
        }
      })
      const wallClock = offers.wallClockIn(availability.timeZone)
      const windows = windowsOn(availability, dateAt(fromMs, availability.timeZone), wallClock)
      return {
        timeZone: availability.timeZone,
        windows: windows.map(({ startMs, endMs }) => ({ startsAt: instantOf(startMs), endsAt: instantOf(endMs) })),
        bookings: await views(rows, call),
      }
    },
  }
}
