// Which time the n-th booking takes: distinct, and spread over ten calendars and sixty days as real bookings are.
import { dayMs } from '#core/time'

export type Slot = { clinicianId: string; serviceId: string; mode: 'video'; startsAt: string }
export type Bookable = { clinicianId: string; serviceId: string }

export const bookableClinicians = 10
export const days = 60
export const minutes = 10
/** 11:00 UTC is 06:00 or 07:00 in Boston, and ninety visits later it is not yet 22:00 there. */
export const openingHourUtc = 11
export const slotsMax = bookableClinicians * days * 90

/** Midnight UTC, the day after tomorrow. */
export const firstDayMs = (): number => (Math.floor(Date.now() / dayMs) + 2) * dayMs

export function slotAt(index: number, bookable: readonly Bookable[]): Slot {
  if (index >= slotsMax) throw new RangeError('all times of the benchmark are taken')
  const layer = Math.floor(index / bookableClinicians)
  const startMs =
    firstDayMs() + (layer % days) * dayMs + openingHourUtc * 3_600_000 + Math.floor(layer / days) * minutes * 60_000
  return { ...bookable[index % bookableClinicians]!, mode: 'video', startsAt: new Date(startMs).toISOString() }
}
