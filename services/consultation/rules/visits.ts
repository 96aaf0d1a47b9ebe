// Who is in a visit, when its room is open, and what may still be said.
import type { Caller } from '#core/call'
import { dayMs, hourMs, minuteMs } from '#core/time'
import type { Seat, VisitState } from '../contract.ts'

/** The room of a booked visit opens this long before its time, and stays usable this long after it. */
const opensEarlyMs = 60 * minuteMs
const staysOpenMs = 12 * hourMs
/** Questions about a visit that ended are still read for so long. */
const chatAfterMs = 14 * dayMs

export const questionsMax = 5
export const filesMax = 50

export type Sides = { patientId: string; clinicianId: string }
export type Invited = { personId: string | null; consent: 'asked' | 'given' | 'refused' }

/** Undefined for everybody else, who must not even learn that there is a visit. */
export function seatOf(
  caller: Caller,
  { patientId, clinicianId }: Sides,
  guests: readonly Invited[],
): Seat | undefined {
  if (caller.personId === undefined) return undefined
  if (caller.personId === patientId) return 'patient'
  if (caller.clinicianId !== undefined && caller.clinicianId === clinicianId) return 'clinician'
  const isGuest = guests.some(each => each.personId === caller.personId && each.consent === 'given')
  return isGuest ? 'guest' : undefined
}

/** Invited and known, but the patient has not agreed (any more). */
export const lacksConsent = (caller: Caller, guests: readonly Invited[]): boolean =>
  caller.personId !== undefined && guests.some(each => each.personId === caller.personId && each.consent !== 'given')

export const isOver = (state: VisitState): boolean => state === 'ended' || state === 'cancelled'

export const opensAtMs = (startMs: number): number => startMs - opensEarlyMs

/** Written visits have no time at which they take place. */
export function isToday(kind: 'booked' | 'written', startMs: number, endMs: number, nowMs: number): boolean {
  return kind === 'written' || (nowMs >= opensAtMs(startMs) && nowMs <= endMs + staysOpenMs)
}

export function mayWrite(state: VisitState, stateSinceMs: number, nowMs: number): boolean {
  if (state === 'cancelled') return false
  return state !== 'ended' || nowMs <= stateSinceMs + chatAfterMs
}

/** How long a token to the call is good: to the end of the visit and a little more, since visits run late. */
export function joinMs(endMs: number, nowMs: number): number {
  return Math.min(Math.max(endMs - nowMs + 30 * minuteMs, 30 * minuteMs), 2 * hourMs)
}
