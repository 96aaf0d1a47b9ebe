import { z } from 'zod'

/** An instant as RFC 3339 in UTC with milliseconds: `2026-11-21T09:30:00.000Z`. Sorts as text. */
export const Instant = z.iso.datetime()
export type Instant = z.output<typeof Instant>

/** A calendar date without a zone: `2026-11-21`. */
export const PlainDate = z.iso.date()
export type PlainDate = z.output<typeof PlainDate>

/** A wall time to the minute: `09:30`, or `24:00` for the end of a day. */
export const PlainTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
export type PlainTime = z.output<typeof PlainTime>

/** An IANA zone this runtime knows, such as `Europe/Berlin`. */
export const TimeZone = z.string().max(64).refine(isTimeZone, 'is not a time zone this system knows')
export type TimeZone = z.output<typeof TimeZone>

/** Asking the runtime builds a formatter, so each name is asked once; names that are no zone are not remembered. */
const knownZones = new Set(['UTC'])

function isTimeZone(zone: string): boolean {
  if (knownZones.has(zone)) return true
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions()
    knownZones.add(zone)
    return timeZone.length > 0
  } catch {
    return false
  }
}

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

export const instantOf = (epochMs: number): Instant => new Date(epochMs).toISOString()
export const epochMsOf = (instant: Instant): number => Date.parse(instant)
