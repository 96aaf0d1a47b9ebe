import type { Clock } from './port.ts'

/** The machine's own clock. */
export function systemClock(): Clock {
  return { nowMs: () => Date.now() }
}
