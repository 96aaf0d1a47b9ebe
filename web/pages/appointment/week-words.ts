// Weekdays by ISO 8601 number (1 is Monday) and wall times, in words. Neither has a zone.
import { CalendarDate } from '@internationalized/date'
import { wallClock, weekdayName, weekStart } from '../../time.ts'

/** Any Monday: weekdays repeat, so one week stands for all. */
const monday = new CalendarDate(2024, 1, 1)

export function weekdayLabel(weekday: number, locale: string, width: 'short' | 'long'): string {
  return weekdayName(monday.add({ days: weekday - 1 }), locale, width)
}

/** The seven weekdays from the locale's first one. */
export function weekOrder(locale: string): number[] {
  const first = weekStart(monday.add({ days: 6 }), locale).compare(monday)
  return Array.from({ length: 7 }, (_, index) => ((((first + index) % 7) + 7) % 7) + 1)
}

/** Wall minutes as the contract writes them, with `24:00` for the end of a day. */
export function wallOf(minute: number): string {
  return wallClock(minute)
}

/** The hour alone, for the scale beside the week. */
export function hourLabel(hour: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', timeZone: 'UTC' }).format(hour * 3_600_000)
}

export function wallLabel(minute: number, locale: string): string {
  if (minute === 1440)
    return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(0)
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(
    minute * 60_000,
  )
}
