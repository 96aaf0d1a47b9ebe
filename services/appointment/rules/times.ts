// The one engine of free times. What is offered, what may be booked and why a time is missing all come from here.
import { Temporal } from 'temporal-polyfill'
import { dayMs, minuteMs } from '#core/time'
import type { Availability, WhyNot } from '../contract.ts'

/** Epoch milliseconds, end excluded. */
export type Interval = { readonly startMs: number; readonly endMs: number }

/** Time already taken, buffers included. `kind` says by what. */
export type Taken = Interval & { readonly kind: 'booked' | 'held' }

export type Question = {
  readonly availability: Availability
  /** Length of the visit. */
  readonly minutes: number
  /** Sorted by start; may be wider than asked. */
  readonly taken: readonly Taken[]
  readonly nowMs: number
}

/** Wall clock → epoch milliseconds. It remembers, since conversions are what free times cost. */
export type WallClock = (date: string, time: string) => number

/**
 * In a gap the clock moves forward (02:30 becomes 03:30), in an overlap the earlier one counts: Temporal's `compatible`,
 * which is what people at the clinic mean by their opening hours.
 */
export function wallClockOf(timeZone: string): WallClock {
  const known = new Map<string, number>()
  return (date, time) => {
    const key = `${date}T${time}`
    let epochMs = known.get(key)
    if (epochMs === undefined) {
      const isMidnightAfter = time === '24:00'
      const day = Temporal.PlainDate.from(date).add({ days: isMidnightAfter ? 1 : 0 })
      const wall = day.toPlainDateTime(isMidnightAfter ? '00:00' : time)
      epochMs = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds
      if (known.size >= 2_000) known.clear() // More days than anybody looks at together.
      known.set(key, epochMs)
    }
    return epochMs
  }
}

/** Whether a wall time happens at all on that date: false inside the gap of a clock change. */
export function exists(timeZone: string, date: string, time: string): boolean {
  if (time === '24:00') return true
  const wall = Temporal.PlainDate.from(date).toPlainDateTime(time)
  return wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).toPlainDateTime().equals(wall)
}

export const dateAt = (epochMs: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone).toPlainDate().toString()

const nextDate = (date: string): string => new Date(Date.parse(`${date}T00:00:00Z`) + dayMs).toISOString().slice(0, 10)

/** 1 is Monday, 7 is Sunday. */
const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7

/** The working windows of one date in order; an exception replaces the week. Windows that a clock change swallows are gone. */
export function windowsOn(availability: Availability, date: string, wallClock: WallClock): Interval[] {
  const exception = availability.exceptions.find(each => each.date === date)
  const weekday = weekdayOf(date)
  const windows = exception ? exception.windows : availability.windows.filter(each => each.weekday === weekday)
  return windows
    .map(({ from, to }) => ({ startMs: wallClock(date, from), endMs: wallClock(date, to) }))
    .filter(({ startMs, endMs }) => startMs < endMs)
    .toSorted((a, b) => a.startMs - b.startMs)
}

/** What the visit takes from the clinician, buffers included. Neighbours do not share a buffer. */
export function occupied(availability: Availability, startMs: number, minutes: number): Interval {
  return {
    startMs: startMs - availability.bufferBeforeMinutes * minuteMs,
    endMs: startMs + (minutes + availability.bufferAfterMinutes) * minuteMs,
  }
}

/** Reasons that hold for any start, whatever window it lies in. Empty means that nothing stands in the way. */
function blockers({ availability, minutes, taken, nowMs }: Question, startMs: number): WhyNot[] {
  const reasons: WhyNot[] = []
  if (startMs <= nowMs) reasons.push('past')
  else if (startMs < nowMs + availability.noticeMinutes * minuteMs) reasons.push('noticeTooShort')
  if (startMs > nowMs + availability.horizonDays * dayMs) reasons.push('beyondHorizon')
  const mine = occupied(availability, startMs, minutes)
  const visit = { startMs, endMs: startMs + minutes * minuteMs }
  const before = availability.bufferBeforeMinutes * minuteMs
  const after = availability.bufferAfterMinutes * minuteMs
  for (
    let index = firstEndingAfter(taken, mine.startMs);
    index < taken.length && taken[index]!.startMs < mine.endMs;
    index++
  ) {
    const other = taken[index]!
    const hitsVisit = other.startMs + before < visit.endMs && other.endMs - after > visit.startMs
    const reason = hitsVisit ? other.kind : 'buffer'
    if (!reasons.includes(reason)) reasons.push(reason)
  }
  return reasons
}

/** Taken times neither overlap nor nest, so their ends are sorted as well. */
function firstEndingAfter(taken: readonly Taken[], atMs: number): number {
  let low = 0
  let high = taken.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (taken[middle]!.endMs > atMs) high = middle
    else low = middle + 1
  }
  return low
}

/** Every free start from `fromMs` up to `toMs`, in order. Lazy: who wants three pays for three. */
export function* freeTimes(
  question: Question,
  fromMs: number,
  toMs: number,
  wallClock: WallClock,
): Generator<Interval> {
  const { availability, minutes, nowMs } = question
  const lastMs = Math.min(toMs, nowMs + availability.horizonDays * dayMs + 1)
  const firstMs = Math.max(fromMs, nowMs)
  let previousEndMs = 0
  for (let date = dateAt(firstMs, availability.timeZone); wallClock(date, '00:00') < lastMs; date = nextDate(date)) {
    for (const window of windowsOn(availability, date, wallClock)) {
      for (const startMs of startsIn(window, availability.stepMinutes, minutes)) {
        // A clock change can push two windows onto each other; a start is offered once.
        if (startMs < firstMs || startMs >= lastMs || startMs < previousEndMs) continue
        if (blockers(question, startMs).length === 0) yield { startMs, endMs: startMs + minutes * minuteMs }
      }
      previousEndMs = Math.max(previousEndMs, window.endMs)
    }
  }
}

function* startsIn(window: Interval, stepMinutes: number, minutes: number): Generator<number> {
  for (let startMs = window.startMs; startMs + minutes * minuteMs <= window.endMs; startMs += stepMinutes * minuteMs)
    yield startMs
}

/** Why a start is not offered: empty exactly when `freeTimes` yields it. */
export function whyNot(question: Question, startMs: number, wallClock: WallClock): WhyNot[] {
  const { availability, minutes } = question
  const date = dateAt(startMs, availability.timeZone)
  const windows = windowsOn(availability, date, wallClock)
  const around = windows.find(each => each.startMs <= startMs && startMs + minutes * minuteMs <= each.endMs)
  const reasons: WhyNot[] = []
  if (!around) {
    const isClosed = availability.exceptions.some(each => each.date === date && each.windows.length === 0)
    reasons.push(isClosed ? 'closedDate' : 'outsideHours')
  } else if ((startMs - around.startMs) % (availability.stepMinutes * minuteMs) !== 0) reasons.push('offStep')
  return [...reasons, ...blockers(question, startMs)]
}
