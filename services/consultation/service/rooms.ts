// The waiting room and the steps of a visit: entered, checked in, called in.
import type { Booking } from '#contract/appointment'
import { asking, type Call } from '#core/call'
import { Fault } from '#core/fault'
import { fromCursor, toPage } from '#core/page'
import { consultation, type Visit, type VisitState } from '../contract.ts'
import { isOver, seatOf } from '../rules/visits.ts'
import type { VisitRow } from '../store/visits.ts'
import {
  aboutOf,
  type ConsultationDeps,
  faults,
  type Seen,
  sidesOf,
  type Sight,
  type Some,
  unlessMissing,
} from './seen.ts'

const stateOf: Record<Booking['state'], VisitState> = {
  booked: 'scheduled',
  arrived: 'waiting',
  completed: 'ended',
  cancelled: 'cancelled',
  noShow: 'cancelled',
}

/** A place in the queue counts others, whom row security hides from a patient. */
const all = { reach: 'all' } as const

export type RoomDeps = ConsultationDeps & { sight: Sight }

/** `isNew` while nobody has entered: then whoever writes first adds the row in the same save. */
type Entered = Seen & { isNew: boolean }

/** The room of a booking is made when somebody first enters it; whether they may is what the appointment service answers. */
function createEntrance({ kit, visits, bookings, sight }: RoomDeps) {
  return async function entered(visitId: string, call: Call): Promise<Entered> {
    const isKnown = await kit.database.read(call, async () => (await visits.visit(visitId)) !== undefined)
    if (isKnown) return { ...(await sight.seen(visitId, call)), isNew: false }
    const asked = bookings.booking({ bookingId: visitId }, asking(call))
    const row = roomOf(await unlessMissing(asked, () => faults.visitNotFound()), kit.clock.nowMs())
    // Operators may see bookings and not what is said in visits.
    if (!seatOf(call.caller, sidesOf(row), [])) throw faults.visitNotFound()
    return { ...(await sight.around([row], call))[0]!, isNew: true }
  }
}

function roomOf(booking: Booking, nowMs: number): VisitRow {
  return {
    id: booking.id,
    kind: 'booked',
    patient_id: booking.patientId,
    sealed_for: booking.patientId,
    clinician_id: booking.clinicianId,
    clinician_name: booking.clinicianName,
    mode: booking.mode,
    starts_at: new Date(booking.startsAt),
    ends_at: new Date(booking.endsAt),
    state: stateOf[booking.state],
    state_since: new Date(booking.stateSince),
    called_at: null,
    subject_sealed: null,
    last_message_at: null,
    created_at: new Date(nowMs),
  }
}

export function roomHandlers(
  deps: RoomDeps,
): Some<'enter' | 'visit' | 'conversations' | 'checkIn' | 'waiting' | 'callIn' | 'visitWatchers' | 'queueWatchers'> {
  const { kit, visits, bookings, sight } = deps
  const { database, clock } = kit
  const entered = createEntrance(deps)

  /** Every step is the same act: written, and told to all who watch. */
  async function step(one: Entered, to: VisitState, call: Call): Promise<Visit> {
    const drafts = [await sight.changed(one.row, to), await sight.moved(one.row)]
    const work = async () => {
      if (one.isNew) await visits.add(one.row)
      const row = (await visits.lock(one.row.id))!
      if (isOver(row.state)) throw faults.visitClosed()
      // Two devices may ask at once; the second hears what the first did.
      if (row.state === to) return sight.view({ ...one, row })
      const changed = await visits.setState(row.id, to, clock.nowMs())
      if (to === 'inProgress') kit.announce(consultation, 'calledIn', aboutOf(row))
      const view = await sight.view({ ...one, row: changed })
      for (const draft of drafts) await kit.append(draft)
      return view
    }
    return database.save(call, work, all)
  }

  async function arrive(visitId: string, call: Call): Promise<void> {
    const booking = await bookings.booking({ bookingId: visitId }, asking(call))
    if (booking.state !== 'booked' && booking.state !== 'noShow') return
    try {
      await bookings.arrive({ bookingId: visitId }, call)
    } catch (error) {
      if (error instanceof Fault && error.code === 'appointment.tooEarly') throw faults.notToday()
      if (!(error instanceof Fault && error.code === 'appointment.bookingClosed')) throw error
      // Somebody noted the arrival at the same moment, or cancelled.
      const now = await bookings.booking({ bookingId: visitId }, asking(call))
      if (now.state !== 'arrived') throw faults.visitClosed()
    }
  }

  return {
    async enter({ visitId }, call) {
      const one = await entered(visitId, call)
      const work = async () => {
        if (one.isNew) await visits.add(one.row)
        return sight.view(one)
      }
      return database.save(call, work, all)
    },
    async visit({ visitId }, call) {
      return sight.viewNow(await sight.seen(visitId, call), call)
    },

    async conversations({ as, limit, cursor }, call) {
      const { personId, clinicianId } = call.caller
      const mine = as === 'patient' ? personId : clinicianId
      if (mine === undefined) return { items: [] }
      const rows = await database.read(call, () => visits.ofPerson(as, mine, fromCursor(cursor, 2), limit))
      const page = toPage(
        rows,
        limit,
        row => [row.sorted_at.toISOString(), row.id],
        row => row,
      )
      const seen = await sight.around(page.items, call)
      return {
        ...page,
        items: await database.read(call, () => inOrder(seen.map(one => () => sight.view(one))), all),
      }
    },

    async checkIn({ visitId }, call) {
      const one = await entered(visitId, call)
      if (one.seat !== 'patient') throw faults.visitNotFound()
      if (isOver(one.row.state)) throw faults.visitClosed()
      if (one.row.state === 'inProgress') return sight.viewNow(one, call)
      sight.assertToday(one.row)
      await arrive(visitId, call)
      return step(one, 'waiting', call)
    },

    async waiting(_input, call) {
      const rows = await database.read(call, () => visits.queue(call.caller.clinicianId ?? '', clock.nowMs()))
      const seen = await sight.around(rows, call)
      return { items: await database.read(call, () => inOrder(seen.map(one => () => sight.view(one)))) }
    },

    async callIn({ visitId }, call) {
      const one = await entered(visitId, call)
      if (one.seat !== 'clinician') throw faults.visitNotFound()
      if (isOver(one.row.state)) throw faults.visitClosed()
      sight.assertToday(one.row)
      return step(one, 'inProgress', call)
    },

    async visitWatchers({ watchers }, call) {
      const ask = () => visits.sides(watchers.map(each => each.id))
      const found = new Map((await database.read(call, ask, { ...all, isSingle: true })).map(row => [row.id, row]))
      const may = watchers.map(({ id, caller }) => {
        const row = found.get(id)
        const guests = (row?.guest_ids ?? []).map(personId => ({ personId, consent: 'given' as const }))
        return row !== undefined && seatOf(caller, sidesOf(row), guests) !== undefined
      })
      return { may }
    },
    async queueWatchers({ watchers }, call) {
      const ask = () => visits.waitingFor(watchers.map(each => each.id))
      const waiting = await database.read(call, ask, { ...all, isSingle: true })
      const waits = new Set(waiting.map(row => `${row.patient_id} ${row.clinician_id}`))
      const may = watchers.map(
        ({ id, caller: { clinicianId, personId } }) => clinicianId === id || waits.has(`${personId} ${id}`),
      )
      return { may }
    },
  }
}

/** One statement after the other: they share a transaction. */
async function inOrder<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  for (const task of tasks) results.push(await task())
  return results
}
