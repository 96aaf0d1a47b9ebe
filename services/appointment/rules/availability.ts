// Whether a week and its exceptions make sense before anybody is offered times from them.
import type { Availability } from '../contract.ts'
import { exists } from './times.ts'

type Window = { from: string; to: string }

export type Flaw =
  | { kind: 'invalid'; where: string; from: string; to: string; why: 'endsBeforeStart' | 'doesNotExist' }
  | { kind: 'overlap'; where: string; first: string; second: string }

/** What a clinician starts with: nothing offered until they say when they work. */
export const emptyAvailability = (timeZone: string): Availability => ({
  timeZone,
  windows: [],
  exceptions: [],
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 5,
  noticeMinutes: 120,
  horizonDays: 90,
  stepMinutes: 15,
})

/** The first flaw, or none. Wall times compare as text. */
export function flawOf(availability: Availability): Flaw | undefined {
  for (let weekday = 1; weekday <= 7; weekday++) {
    const flaw = flawIn(
      `weekday ${weekday}`,
      availability.windows.filter(each => each.weekday === weekday),
    )
    if (flaw) return flaw
  }
  for (const { date, windows } of availability.exceptions) {
    const missing = windows.find(
      ({ from, to }) => !exists(availability.timeZone, date, from) || !exists(availability.timeZone, date, to),
    )
    if (missing) return { kind: 'invalid', where: date, from: missing.from, to: missing.to, why: 'doesNotExist' }
    const flaw = flawIn(date, windows)
    if (flaw) return flaw
  }
  const dates = availability.exceptions.map(each => each.date)
  const twice = dates.find((date, index) => dates.indexOf(date) !== index)
  return twice === undefined
    ? undefined
    : { kind: 'overlap', where: twice, first: 'the whole date', second: 'the whole date' }
}

function flawIn(where: string, windows: readonly Window[]): Flaw | undefined {
  const sorted = windows.toSorted((a, b) => a.from.localeCompare(b.from))
  for (const [index, window] of sorted.entries()) {
    if (window.to <= window.from)
      return { kind: 'invalid', where, from: window.from, to: window.to, why: 'endsBeforeStart' }
    const next = sorted[index + 1]
    if (next && next.from < window.to) {
      return { kind: 'overlap', where, first: `${window.from}–${window.to}`, second: `${next.from}–${next.to}` }
    }
  }
  return undefined
}
