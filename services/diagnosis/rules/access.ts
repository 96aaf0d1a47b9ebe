// Who may see an interview, and who may change it. Everybody else must not even learn that it exists.
import type { Caller } from '#core/call'

export type Sides = { personId: string | null; clinicianId: string | null; startedBy: 'patient' | 'clinician' }

const isClinicianOf = (caller: Caller, { clinicianId }: Sides) =>
  clinicianId !== null && caller.clinicianId === clinicianId

/** The person, and the clinician who began it or was shown it. */
export const maySee = (caller: Caller, sides: Sides): boolean =>
  (sides.personId !== null && caller.personId === sides.personId) || isClinicianOf(caller, sides)

/** Whoever began it: a clinician reads what a patient said, and does not say it for them. */
export const mayAnswer = (caller: Caller, sides: Sides): boolean =>
  sides.startedBy === 'patient' ? caller.personId === sides.personId : isClinicianOf(caller, sides)

export const mayDecide = isClinicianOf

/** More than anybody needs in a day; a clinician sees many patients. */
export const interviewsPerDay = { patient: 20, clinician: 300 } as const
