// What may become of a booking, and who may do it.
import type { Caller } from '#core/call'
import { dayMs, minuteMs } from '#core/time'
import type { Clinician } from '#contract/directory'
import type { BookingState } from '../contract.ts'
import { dateAt } from './times.ts'

export const holdMs = 10 * minuteMs
export const holdsMax = 3
/** How long a time from the wait-list stays reserved for the person it was offered to. */
export const offerMs = 60 * minuteMs
export const defaultRemindMinutes = [1_440, 60]
/** A patient or the desk can note an arrival this long before the start. */
const arrivalEarlyMs = 60 * minuteMs

export type Parties = { patientId: string; clinicianId: string }

/** The patient, the clinician, and operators. Everybody else must not even learn that it exists. */
export function maySee(caller: Caller, { patientId, clinicianId }: Parties): boolean {
  return (
    caller.personId === patientId ||
    (caller.clinicianId !== undefined && caller.clinicianId === clinicianId) ||
    caller.roles.includes('operator') ||
    caller.roles.includes('service')
  )
}

export const isOwnDay = (caller: Caller, clinicianId: string): boolean =>
  caller.clinicianId === clinicianId || caller.roles.includes('operator') || caller.roles.includes('service')

const next: Record<BookingState, readonly BookingState[]> = {
  booked: ['arrived', 'completed', 'cancelled', 'noShow'],
  arrived: ['completed', 'cancelled', 'noShow'],
  completed: [],
  cancelled: [],
  noShow: ['arrived', 'completed'],
}

export type StepProblem = 'bookingClosed' | 'tooEarly'

/** Why a booking cannot go to `to` now; undefined when it can. */
export function stepProblem(
  from: BookingState,
  to: BookingState,
  startMs: number,
  nowMs: number,
): StepProblem | undefined {
  if (!next[from].includes(to)) return 'bookingClosed'
  if (to === 'arrived' && nowMs < startMs - arrivalEarlyMs) return 'tooEarly'
  if ((to === 'noShow' || to === 'completed') && nowMs < startMs) return 'tooEarly'
  return undefined
}

/** Leads that are still worth a reminder; those a person chose are kept whatever the time. */
export function remindLeads(chosen: readonly number[] | undefined, startMs: number, nowMs: number): number[] {
  if (chosen) return [...new Set(chosen)].toSorted((a, b) => b - a)
  return defaultRemindMinutes.filter(lead => startMs - lead * minuteMs > nowMs)
}

/** A verified licence where the patient is, on the day of the visit as the clinician counts days. */
export function mayPractise(clinician: Clinician, jurisdiction: string | undefined, startMs: number): boolean {
  if (jurisdiction === undefined) return false
  const on = dateAt(startMs, clinician.timeZone)
  return clinician.licences.some(
    each =>
      each.jurisdiction === jurisdiction &&
      each.verification === 'verified' &&
      each.validFrom <= on &&
      on <= each.validTo,
  )
}

export const placeOf = (clinician: Clinician, mode: 'video' | 'clinic'): string =>
  mode === 'video'
    ? 'Video visit'
    : `${clinician.organization.name}, ${clinician.organization.address}, ${clinician.organization.city}`

/** A wait-list entry may look this far ahead. */
export const waitDaysMax = 180
export const isWaitPeriod = (earliestMs: number, latestMs: number, nowMs: number): boolean =>
  latestMs > earliestMs && latestMs > nowMs && latestMs < nowMs + waitDaysMax * dayMs
