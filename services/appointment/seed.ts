import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { directory } from '#contract/directory'
import type { appointment, Availability } from './contract.ts'
import { emptyAvailability } from './rules/availability.ts'
import type { BookingDeps } from './service/bookings.ts'

const weekdays = [1, 2, 3, 4, 5]

/** Credible weeks that differ from clinician to clinician, by their place in the list. */
function weekOf(index: number, timeZone: string): Availability {
  const start = ['08:00', '08:30', '09:00', '10:00'][index % 4]!
  const end = ['16:00', '17:00', '18:00'][index % 3]!
  const off = (index % 5) + 1
  const days = weekdays.filter(day => index % 2 === 0 || day !== off)
  const evening = index % 6 === 0 ? [{ weekday: 3, from: '18:30', to: '20:30' }] : []
  const saturday = index % 7 === 0 ? [{ weekday: 6, from: '09:00', to: '13:00' }] : []
  const halves = days.flatMap(weekday => [
    { weekday, from: start, to: '12:30' },
    { weekday, from: '13:30', to: end },
  ])
  return {
    ...emptyAvailability(timeZone),
    windows: [...halves, ...evening, ...saturday],
    bufferAfterMinutes: index % 3 === 0 ? 5 : 0,
    stepMinutes: index % 3 === 0 ? 15 : 10,
  }
}

/** Gives every clinician of the directory who has no hours yet a week of work. */
export async function seedAppointment(
  { times, kit }: BookingDeps,
  clinicians: Client<typeof directory>,
  self: Client<typeof appointment>,
  call: Call,
): Promise<void> {
  const { items } = await clinicians.search({ limit: 200 }, call)
  const known = new Set(
    (await kit.database.read(call, () => times.availability(items.map(each => each.id)))).map(row => row.clinician_id),
  )
  for (const [index, { id, timeZone }] of items.toSorted((a, b) => a.name.localeCompare(b.name)).entries()) {
    if (!known.has(id)) await self.setAvailability({ clinicianId: id, availability: weekOf(index, timeZone) }, call)
  }
}
