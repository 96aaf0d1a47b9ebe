// Bookings in people's own calendars: one invitation, and a feed behind a secret address.
import { randomBytes } from 'node:crypto'
import type { Handlers } from '#core/contract'
import type { Call } from '#core/call'
import type { Route } from '#core/service'
import { dayMs } from '#core/time'
import type { appointment } from '../contract.ts'
import { maySee } from '../rules/bookings.ts'
import { feedOf, invitationOf } from '../rules/calendar.ts'
import type { BookingRow } from '../store.ts'
import { type BookingDeps, toParties } from './bookings.ts'
import { faults } from './offers.ts'

type Some<Keys extends keyof Handlers<typeof appointment>> = Pick<Handlers<typeof appointment>, Keys>

/** Past visits stay in the feed for a while, so that readers do not lose what they showed. */
const feedPastMs = 30 * dayMs

export function calendarHandlers({ kit, bookings }: BookingDeps): Some<'invitation' | 'calendarFeed'> {
  const { database, clock, keys } = kit
  return {
    async invitation({ bookingId }, call) {
      const row = await database.read(call, () => bookings.booking(bookingId))
      if (!row || !(call.via || maySee(call.caller, toParties(row)))) throw faults.bookingNotFound()
      return { fileName: 'visit.ics', ics: invitationOf(entryOf(row, kit.settings.publicUrl, 'patient')) }
    },

    async calendarFeed(_input, call) {
      const secret = randomBytes(24).toString('base64url')
      const { personId, clinicianId } = call.caller
      return database.save(call, async () => {
        await bookings.setFeed(personId!, keys.hashOf('calendar-feed', secret), clinicianId ?? null, clock.nowMs())
        return { path: `/calendar/${secret}.ics` }
      })
    },
  }
}

/** Readers of feeds cannot sign in, so the address is the credential: 192 bits, stored hashed, renewed by asking again. */
export function feedRoute({ kit, bookings }: BookingDeps): Route {
  return {
    method: 'GET',
    path: '/calendar/:key',
    summary: 'A calendar feed (RFC 5545)',
    allow: ['anyone'],
    async handle(_request, call: Call, { key = '' }) {
      const keyHash = kit.keys.hashOf('calendar-feed', key.replace(/\.ics$/, ''))
      const found = await kit.database.read(
        call,
        async () => {
          const feed = await bookings.feed(keyHash)
          return (
            feed && {
              ...feed,
              rows: await bookings.forFeed(feed.person_id, feed.clinician_id, kit.clock.nowMs() - feedPastMs),
            }
          )
        },
        { reach: 'all' },
      )
      if (!found) return new Response('There is no such calendar. Make a new address in Medley.', { status: 404 })
      const side = (row: BookingRow) => (row.patient_id === found.person_id ? 'patient' : 'clinician')
      const entries = found.rows.map(row => entryOf(row, kit.settings.publicUrl, side(row)))
      return new Response(feedOf('Medley', entries), {
        headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'private, max-age=300' },
      })
    },
  }
}

/** No clinical content: calendars are shared and synchronised to places we do not know. */
function entryOf(row: BookingRow, publicUrl: string, side: 'patient' | 'clinician') {
  return {
    id: row.id,
    title: side === 'patient' ? `Visit with ${row.clinician_name}` : 'Visit',
    place: row.place,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    isCancelled: row.state === 'cancelled',
    revision: row.revision,
    stampedAt: row.state_since,
    url: `${publicUrl}/visits/${row.id}`,
  }
}
