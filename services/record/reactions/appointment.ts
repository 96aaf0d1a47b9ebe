// A booked visit is an Appointment, and lets the clinician in for a time.
import { appointment } from '#contract/appointment'
import { directory } from '#contract/directory'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { newId } from '#core/id'
import { on, type Reaction } from '#core/service'
import { epochMsOf, instantOf } from '#core/time'
import { careAfterMs } from '../rules/access.ts'
import { appointmentOf, organizationOf, practitionerOf } from '../rules/mirror/appointment.ts'
import type { RecordDeps } from '../service/deps.ts'
import { mirror, patientFor } from './mirroring.ts'

export function appointmentReactions(deps: RecordDeps): Reaction[] {
  const follow = ({ bookingId }: { bookingId: string }, call: Call) => followBooking(deps, bookingId, call)
  return [
    on(appointment, 'booked', follow),
    on(appointment, 'rescheduled', follow),
    on(appointment, 'cancelled', follow),
    on(appointment, 'arrived', follow),
    on(appointment, 'completed', follow),
    on(appointment, 'noShow', follow),
  ]
}

async function followBooking(deps: RecordDeps, bookingId: string, call: Call): Promise<void> {
  const { kit, people } = deps
  const booking = await unlessGone(kit.call(appointment).details({ bookingId }, askingAsMedley(call)))
  if (!booking) return
  const { clinicianId, patientId: personId } = booking
  const clinician = await unlessGone(kit.call(directory).clinician({ clinicianId }, askingAsMedley(call)))
  const patient = await patientFor(deps, personId, call)
  if (!clinician || !patient) return
  const { patientId } = patient
  const care = () => {
    const sinceMs = kit.clock.nowMs()
    const until = instantOf(booking.state === 'cancelled' ? sinceMs : epochMsOf(booking.endsAt) + careAfterMs)
    const source = `appointment/${bookingId}`
    return people.care([
      { id: newId(sinceMs), patient: patientId, clinicianId, since: instantOf(sinceMs), until, source },
    ])
  }
  await mirror(deps, call, {
    owner: `appointment/${bookingId}`,
    mirrors: [appointmentOf(booking, patientId)],
    around: [...patient.around, organizationOf(clinician.organization), practitionerOf(clinician)],
    personId,
    also: care,
  })
}
