// Bookings as iCalendar (RFC 5545, invitations RFC 5546). Times are UTC, so no reader needs our idea of a zone.
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'

export type CalendarEntry = {
  id: string
  title: string
  place: string
  startsAt: Date
  endsAt: Date
  isCancelled: boolean
  /** SEQUENCE: a reader replaces what it has by what has a higher one. */
  revision: number
  stampedAt: Date
  url: string
}

/** One invitation, or its cancellation, under the same UID for the booking's whole life. */
export function invitationOf(entry: CalendarEntry): string {
  const calendar = ical({ prodId: { company: 'Medley', product: 'appointment' } })
  calendar.method(entry.isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST)
  add(calendar, entry)
  return calendar.toString()
}

/** A feed to subscribe to. Cancelled visits stay in it as cancelled, so that readers take them away. */
export function feedOf(name: string, entries: readonly CalendarEntry[]): string {
  const calendar = ical({ name, prodId: { company: 'Medley', product: 'appointment' }, ttl: 900 })
  calendar.method(ICalCalendarMethod.PUBLISH)
  for (const entry of entries) add(calendar, entry)
  return calendar.toString()
}

function add(calendar: ReturnType<typeof ical>, entry: CalendarEntry): void {
  const event = calendar.createEvent({
    id: `${entry.id}@medley`,
    sequence: entry.revision,
    start: entry.startsAt,
    end: entry.endsAt,
    stamp: entry.stampedAt,
    summary: entry.title,
    location: entry.place,
    url: entry.url,
    status: entry.isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  })
  event.timezone(null)
}
