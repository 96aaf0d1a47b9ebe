// Where a prescription stands at the counter: a lane follows from its state and from what was taken off the shelf.
import type { Prescription } from '#core/prescription'

export const lanes = ['exceptions', 'received', 'check', 'fill', 'ready', 'refills'] as const
export type Lane = (typeof lanes)[number]

const hourMs = 3_600_000

export function laneOf(prescription: Prescription, nowMs: number): Lane {
  const { state, fills, validUntil, nextFillAt, refillRequestedAt } = prescription
  if (fills.some(each => each.stage === 'verified')) return 'ready'
  if (fills.some(each => each.stage === 'prepared')) return 'fill'
  if (state === 'queriedBack') return 'exceptions'
  if (validUntil && Date.parse(validUntil) - nowMs < 24 * hourMs) return 'exceptions'
  if (state === 'sent') return 'received'
  // Between two supplies nothing is to be done, until the patient asks and the time has come.
  if (nextFillAt && !refillRequestedAt) return 'refills'
  return 'check'
}

/** How long it has waited, as the board colours it: people stand at the counter. */
export function ageOf(prescription: Prescription, nowMs: number): 'fresh' | 'aging' | 'old' {
  const waitedMs = nowMs - Date.parse(prescription.refillRequestedAt ?? prescription.stateSince)
  if (waitedMs < hourMs) return 'fresh'
  return waitedMs < 4 * hourMs ? 'aging' : 'old'
}
