// The one place that turns instants into words. Instants travel as ISO strings in UTC; a zone is always named, never assumed.
import {
  CalendarDate,
  getDayOfWeek,
  parseAbsolute,
  toCalendarDate,
  toZoned,
  type ZonedDateTime,
} from '@internationalized/date'

/** Whose conventions and whose clock: a BCP 47 locale and an IANA zone. */
export interface Place {
  locale: string
  zone: string
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Intl formatters cost about 50 µs each to make, and a week of slots asks for hundreds. */
function format(place: Place, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${place.locale}|${place.zone}|${JSON.stringify(options)}`
  let found = formats.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(place.locale, { timeZone: place.zone, ...options })
    formats.set(key, found)
  }
  return found
}

export function clock(iso: string, place: Place): string {
  return format(place, { hour: 'numeric', minute: '2-digit' }).format(new Date(iso))
}

/** The hour alone, for the scale beside a day: "10 AM", "10 Uhr", "10". */
export function hourOf(iso: string, place: Place): string {
  return format(place, { hour: 'numeric' }).format(new Date(iso))
}

export function clockRange(start: string, end: string, place: Place): string {
  return format(place, { hour: 'numeric', minute: '2-digit' }).formatRange(new Date(start), new Date(end))
}

export function day(iso: string, place: Place): string {
  return format(place, { weekday: 'short', day: 'numeric', month: 'short' }).format(new Date(iso))
}

/** The year only where it is not the present one. */
export function longDay(iso: string, place: Place): string {
  const isThisYear = dateIn(place.zone, iso).year === dateIn(place.zone).year
  return format(place, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(new Date(iso))
}

/** "Today", "Tomorrow", else the long day. */
export function nearDay(iso: string, place: Place): string {
  const days = dateIn(place.zone, iso).compare(dateIn(place.zone))
  if (days !== 0 && days !== 1) return longDay(iso, place)
  const word = new Intl.RelativeTimeFormat(place.locale, { numeric: 'auto' }).format(days, 'day')
  return word.charAt(0).toLocaleUpperCase(place.locale) + word.slice(1)
}

export function dayAndClock(iso: string, place: Place): string {
  return format(place, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(
    new Date(iso),
  )
}

export function exact(iso: string, place: Place): string {
  return format(place, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso))
}

export function dateOnly(iso: string, place: Place): string {
  return format(place, { dateStyle: 'medium' }).format(new Date(iso))
}

/**
 * "in 3 hours", "2 days ago", "now". Beyond a day it counts dates on the device's calendar and not stretches of 24 hours: 47 hours ahead is
 * "in 2 days" when two nights lie between.
 */
export function relative(iso: string, locale: string, now = Date.now()): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 60) return words.format(0, 'second')
  if (size < 3600) return words.format(Math.trunc(seconds / 60), 'minute')
  if (size < 86_400) return words.format(Math.trunc(seconds / 3600), 'hour')
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const days = Math.round(
    (dateIn(zone, iso).toDate('UTC').getTime() - dateIn(zone, new Date(now).toISOString()).toDate('UTC').getTime()) /
      86_400_000,
  )
  if (Math.abs(days) < 14) return words.format(days, 'day')
  if (Math.abs(days) < 60) return words.format(Math.trunc(days / 7), 'week')
  return Math.abs(days) < 730
    ? words.format(Math.trunc(days / 30), 'month')
    : words.format(Math.trunc(days / 365), 'year')
}

/** The zone in words and with its offset: "Central European Summer Time (GMT+2)". */
export function zoneInWords(zone: string, locale: string, at = new Date()): string {
  const name = (timeZoneName: 'long' | 'shortOffset') =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName })
      .formatToParts(at)
      .find(part => part.type === 'timeZoneName')?.value
  const [long, offset] = [name('long'), name('shortOffset')]
  return long && offset && long !== offset ? `${long} (${offset})` : (long ?? zone)
}

/** The date on the calendar of that zone. */
export function dateIn(zone: string, iso: string = new Date().toISOString()): CalendarDate {
  return toCalendarDate(parseAbsolute(iso, zone))
}

export function zoned(iso: string, zone: string): ZonedDateTime {
  return parseAbsolute(iso, zone)
}

/** Midnight at the start of a date in a zone; where clocks jump over midnight, the first moment that exists. */
export function startOfDate(date: CalendarDate, zone: string): string {
  return toZoned(date, zone, 'compatible').toAbsoluteString()
}

/** First day of the week that holds the date, by the locale's own first weekday. */
export function weekStart(date: CalendarDate, locale: string): CalendarDate {
  return date.subtract({ days: getDayOfWeek(date, locale) })
}

/** "09:30" from minutes since midnight. */
export function wallClock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

export function minutesOf(wall: string): number {
  const [hour = 0, minute = 0] = wall.split(':').map(Number)
  return hour * 60 + minute
}

/**
 * Labels for a list of starting times. On the night the clocks go back a wall time happens twice; only those labels carry their
 * offset ("02:20 GMT+2", "02:20 GMT+1"), because an offset on every label would be noise.
 */
export function slotLabels(starts: readonly string[], place: Place): Map<string, string> {
  const plain = new Map(starts.map(start => [start, `${dateIn(place.zone, start).toString()} ${clock(start, place)}`]))
  const seen = new Map<string, number>()
  for (const label of plain.values()) seen.set(label, (seen.get(label) ?? 0) + 1)
  return new Map(
    starts.map(start => [
      start,
      (seen.get(plain.get(start) ?? '') ?? 0) > 1 ? clockWithOffset(start, place) : clock(start, place),
    ]),
  )
}

function clockWithOffset(iso: string, place: Place): string {
  return format(place, { hour: 'numeric', minute: '2-digit', timeZoneName: 'shortOffset' }).format(new Date(iso))
}

export function weekdayName(date: CalendarDate, locale: string, width: 'short' | 'long' = 'short'): string {
  return new Intl.DateTimeFormat(locale, { weekday: width, timeZone: 'UTC' }).format(date.toDate('UTC'))
}

export function dateName(date: CalendarDate, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(date.toDate('UTC'))
}

export function longDateName(date: CalendarDate, locale: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    date.toDate('UTC'),
  )
}

/** "25 min", "1 hr 10 min" in the reader's language. */
export function duration(minutes: number, locale: string): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
  const [hours, rest] = [Math.floor(minutes / 60), Math.round(minutes % 60)]
  if (hours === 0) return unit(rest, 'minute')
  return rest === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`
}

/** "4:05" for a countdown. */
export function countdown(seconds: number, locale: string): string {
  const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false })
  const one = new Intl.NumberFormat(locale, { useGrouping: false })
  const left = Math.max(0, Math.ceil(seconds))
  return `${one.format(Math.floor(left / 60))}:${two.format(left % 60)}`
}

export function number(value: number, locale: string, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(locale, options).format(value)
}
