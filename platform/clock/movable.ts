import type { Clock } from './port.ts'

/** A clock that stands still until somebody moves it: for tests and the simulation. */
export type MovableClock = Clock & {
  /** Moves forward by this many milliseconds; to move back, use `set`. */
  advance(byMs: number): void
  /** Jumps to these epoch milliseconds, forward or back. */
  set(toMs: number): void
}

/** Two movable clocks never influence each other. */
export function movableClock(startMs: number): MovableClock {
  let nowMs = wholeMs(startMs)
  return {
    nowMs: () => nowMs,
    advance(byMs) {
      if (!(byMs >= 0)) throw new RangeError(`a clock advances by zero or more milliseconds, not by ${byMs}`)
      nowMs += wholeMs(byMs)
    },
    set(toMs) {
      nowMs = wholeMs(toMs)
    },
  }
}

function wholeMs(ms: number): number {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`${ms} is not a whole number of milliseconds`)
  return ms
}
