// Other services’ facts as FHIR resources.
import type { Booking } from '#contract/appointment'
import type { Clinician } from '#contract/directory'
import type { Resource } from '../index-values.ts'

/** https://hl7.org/fhir/R4/valueset-appointmentstatus.html */
const statusOf: Record<Booking['state'], string> = {
  booked: 'booked',
  arrived: 'arrived',
  completed: 'fulfilled',
  cancelled: 'cancelled',
  noShow: 'noshow',
}

export const stateOf = (status: unknown): Booking['state'] | undefined =>
  (Object.keys(statusOf) as Booking['state'][]).find(each => statusOf[each] === status)

/** Without the reason in the patient’s own words: that stays with the visit and its two sides. */
export function appointmentOf(booking: Booking, patientId: string): Resource {
  return {
    resourceType: 'Appointment',
    id: booking.id,
    status: statusOf[booking.state],
    serviceType: [{ text: booking.serviceName }],
    start: booking.startsAt,
    end: booking.endsAt,
    participant: [
      { actor: { reference: `Patient/${patientId}` }, status: 'accepted' },
      {
        actor: { reference: `Practitioner/${booking.clinicianId}`, display: booking.clinicianName },
        status: 'accepted',
      },
    ],
  }
}

export function patientOf(
  patientId: string,
  person: { name: string; email: string; phone?: string | undefined },
): Resource {
  const words = person.name.trim().split(/\s+/)
  const family = words.length > 1 ? words.at(-1) : undefined
  const given = family ? words.slice(0, -1) : words
  return {
    resourceType: 'Patient',
    id: patientId,
    active: true,
    name: [{ use: 'official', text: person.name, ...(family ? { family } : {}), given }],
    telecom: [
      ...(person.email ? [{ system: 'email', value: person.email }] : []),
      ...(person.phone ? [{ system: 'phone', value: person.phone }] : []),
    ],
  }
}

export const practitionerOf = ({
  id,
  name,
  title,
  specialties,
}: Pick<Clinician, 'id' | 'name' | 'title' | 'specialties'>): Resource => ({
  resourceType: 'Practitioner',
  id,
  active: true,
  name: [{ text: name }],
  ...(specialties.length > 0 || title ? { qualification: [{ code: { text: title || specialties.join(', ') } }] } : {}),
})

export const organizationOf = ({ id, name, city, address }: Clinician['organization']): Resource => ({
  resourceType: 'Organization',
  id,
  active: true,
  name,
  ...(address || city ? { address: [{ ...(address ? { line: [address] } : {}), ...(city ? { city } : {}) }] } : {}),
})
