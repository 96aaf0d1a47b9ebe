// What may become of a prescription and of a supply, and who may do it.
import type { Caller } from '#core/call'
import type { Fill, Order, PrescriptionState, WholeOrder } from '#core/prescription'
import { dayMs } from '#core/time'

/** What is done to a prescription; a dispensing is decided by what is left, so it names where it ends. */
export type Act =
  | 'revise'
  | 'check'
  | 'sign'
  | 'send'
  | 'present'
  | 'accept'
  | 'refuse'
  | 'query'
  | 'answer'
  | 'dispensePart'
  | 'dispenseAll'
  | 'requestRefill'
  | 'cancel'
  | 'expire'

const steps: Record<PrescriptionState, Partial<Record<Act, PrescriptionState>>> = {
  draft: { revise: 'draft', check: 'checked', cancel: 'cancelled' },
  checked: { revise: 'draft', check: 'checked', sign: 'signed', cancel: 'cancelled' },
  signed: { send: 'sent', present: 'accepted', cancel: 'cancelled', expire: 'expired' },
  // A patient may think again, or stand in another pharmacy with their token, as long as nobody took it on.
  sent: {
    send: 'sent',
    present: 'accepted',
    accept: 'accepted',
    refuse: 'signed',
    cancel: 'cancelled',
    expire: 'expired',
  },
  accepted: {
    query: 'queriedBack',
    refuse: 'signed',
    dispensePart: 'partlyDispensed',
    dispenseAll: 'completed',
    cancel: 'cancelled',
    expire: 'expired',
  },
  queriedBack: { answer: 'accepted', refuse: 'signed', cancel: 'cancelled', expire: 'expired' },
  partlyDispensed: {
    dispensePart: 'partlyDispensed',
    dispenseAll: 'completed',
    requestRefill: 'partlyDispensed',
    cancel: 'cancelled',
    expire: 'expired',
  },
  completed: {},
  cancelled: {},
  expired: {},
}

/** Where an act leads; undefined when it may not happen now. */
export const after = (state: PrescriptionState, act: Act): PrescriptionState | undefined => steps[state][act]

export type Sides = {
  personId: string | null
  clinicianId: string
  pharmacyId: string | null
  state: PrescriptionState
}

/** Patients from the signature on; pharmacies what was sent to them. Others must not even learn that it exists. */
export function sideOf(
  { roles, personId, clinicianId, organizationIds }: Caller,
  { personId: patient, clinicianId: prescriber, pharmacyId, state }: Sides,
): 'clinician' | 'pharmacy' | 'patient' | undefined {
  if (clinicianId !== undefined && clinicianId === prescriber) return 'clinician'
  if (pharmacyId !== null && roles.includes('pharmacist') && organizationIds.includes(pharmacyId)) return 'pharmacy'
  const isSigned = state !== 'draft' && state !== 'checked'
  return isSigned && personId !== undefined && personId === patient ? 'patient' : undefined
}

const stages: Record<Fill['stage'], readonly Fill['stage'][]> = {
  prepared: ['verified', 'rejected'],
  verified: ['handedOver', 'rejected'],
  handedOver: [],
  rejected: [],
}
export const mayStage = (from: Fill['stage'], to: Fill['stage']): boolean => stages[from].includes(to)

/** What the dose needs, in whole units where one counts them. */
export function quantityOf({ quantity, amount, timesPerDay, days, form }: Order): number {
  if (quantity !== undefined) return quantity
  const needed = amount * timesPerDay * days
  return /tablet|capsule|suppository|patch/.test(form) ? Math.ceil(needed - 1e-9) : Math.round(needed * 100) / 100
}

/** Of a supply this share must have been taken before the next one. */
const takenShare = 0.8

/** When the next supply may be handed over: a little before the last one is taken up, never all at once. */
export const nextFillAtMs = (handedOverMs: number, days: number): number =>
  handedOverMs + Math.floor(days * takenShare) * dayMs

/** Without a rule of the place; a prescription never holds for ever. */
const validDaysUsual = 180
export const validUntilMs = (signedMs: number, validDays: number | undefined): number =>
  signedMs + (validDays ?? validDaysUsual) * dayMs

/** The calendar day somewhere, `2026-11-21`. */
export const dateIn = (timeZone: string, atMs: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(atMs)

/** An order as everybody compares it, with nothing left to be filled in. */
export const whole = (order: Order): WholeOrder => ({ ...order, quantity: quantityOf(order) })
