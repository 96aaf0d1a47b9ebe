// Prescriptions as everybody sees them: what is ordered, what became of it, and what a patient takes.
import { z } from 'zod'
import { Id } from './id.ts'
import { Finding } from './medicine.ts'
import { Money } from './money.ts'
import { Jurisdiction } from './region.ts'
import { Instant, PlainDate } from './time.ts'

export const PrescriptionState = z.enum([
  'draft',
  'checked',
  'signed',
  'sent',
  'accepted',
  'queriedBack',
  'partlyDispensed',
  'completed',
  'cancelled',
  'expired',
])
export type PrescriptionState = z.output<typeof PrescriptionState>

export const PatientId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'is no FHIR id')
const Words = z.string().trim().max(500)

/** What is ordered: one medicine, how to take it, and how much of it. */
export const Order = z.strictObject({
  medicine: z.string().min(1).max(120),
  form: z.string().min(1).max(60),
  strength: z.string().min(1).max(40),
  /** Tablets, millilitres or puffs at one time. */
  amount: z.number().positive().max(1_000),
  timesPerDay: z.number().positive().max(24),
  isAsNeeded: z.boolean().default(false),
  days: z.int().min(1).max(365),
  /** How much is handed over each time; what the dose needs unless said. */
  quantity: z.number().positive().max(10_000).optional(),
  refills: z.int().min(0).max(11).default(0),
  isSubstitutable: z.boolean().default(true),
  /** For the patient, beside the dose. */
  directions: Words.default(''),
  reason: Words.default(''),
  /** For the pharmacist. */
  note: Words.default(''),
})
export type Order = z.output<typeof Order>
/** As it is kept: how much is no question any more. */
export const WholeOrder = Order.required({ quantity: true })
export type WholeOrder = z.output<typeof WholeOrder>

export const Override = z.strictObject({ key: z.string().max(300), reason: z.string().trim().min(5).max(500) })
export type Override = z.output<typeof Override>

export const Exchange = z.strictObject({
  id: Id,
  kind: z.enum(['query', 'answer', 'refusal', 'cancellation']),
  by: z.enum(['clinician', 'pharmacy', 'patient']),
  text: z.string(),
  /** What was ordered before an answer corrected it. */
  before: Order.optional(),
  at: Instant,
})
export type Exchange = z.output<typeof Exchange>

export const Fill = z.strictObject({
  id: Id,
  /** 0 is the first supply, 1 the first refill. */
  number: z.int(),
  quantity: z.number(),
  stage: z.enum(['prepared', 'verified', 'handedOver', 'rejected']),
  /** What was taken from the shelf, as its pack says. */
  product: z.string(),
  isSubstituted: z.boolean(),
  lot: z.string(),
  lotExpiresOn: PlainDate,
  preparedById: Id,
  preparedAt: Instant,
  verifiedById: Id.optional(),
  verifiedAt: Instant.optional(),
  handedOverAt: Instant.optional(),
  rejectedBecause: z.string().optional(),
})
export type Fill = z.output<typeof Fill>

export const Prescription = z.strictObject({
  id: Id,
  patientId: PatientId,
  patientName: z.string(),
  birthDate: z.string().optional(),
  clinicianId: Id,
  clinicianName: z.string(),
  jurisdiction: Jurisdiction,
  state: PrescriptionState,
  stateSince: Instant,
  order: WholeOrder,
  medicineName: z.string(),
  atc: z.string(),
  /** Of controlled substances, as the law of the jurisdiction names it. */
  schedule: z.string().optional(),
  findings: z.array(Finding),
  overrides: z.array(Override),
  pharmacy: z.strictObject({ id: Id, name: z.string() }).optional(),
  signedAt: Instant.optional(),
  sentAt: Instant.optional(),
  validUntil: Instant.optional(),
  fills: z.array(Fill),
  exchanges: z.array(Exchange),
  refillsLeft: z.int(),
  /** When the next supply may be handed over at the earliest. */
  nextFillAt: Instant.optional(),
  refillRequestedAt: Instant.optional(),
  revision: z.int(),
  createdAt: Instant,
})
export type Prescription = z.output<typeof Prescription>

/** A pharmacy as one chooses it. Stock and price come from whoever keeps them; until then a pharmacy says what it has. */
export const PharmacyOffer = z.strictObject({
  id: Id,
  name: z.string(),
  city: z.string(),
  address: z.string(),
  distanceKm: z.number().optional(),
  isSameCity: z.boolean(),
  availability: z.enum(['inStock', 'canOrder', 'outOfStock', 'unknown']),
  saidAt: Instant.optional(),
  price: Money.optional(),
})
export type PharmacyOffer = z.output<typeof PharmacyOffer>

/** Where a line of a medicine list came from: who said so, as far as it is known, and when. */
export const Origin = z.strictObject({
  from: z.enum(['prescription', 'record']),
  by: z.string().optional(),
  since: z.string().optional(),
  prescriptionId: Id.optional(),
  /** FHIR type and id in the record. */
  reference: z.string().optional(),
})
export type Origin = z.output<typeof Origin>

/** One line of a person's medicine list; what several places say of the same medicine is one line with several origins. */
export const OwnMedicine = z.strictObject({
  name: z.string(),
  dose: z.string(),
  origins: z.array(Origin).min(1),
  /** The prescription that refills it. */
  prescriptionId: Id.optional(),
  timesPerDay: z.number().optional(),
  /** Tablets, millilitres or puffs at one time. */
  amount: z.number().optional(),
  form: z.string().optional(),
  isAsNeeded: z.boolean(),
  /** When what was handed over will have been taken. */
  runsOutOn: PlainDate.optional(),
  nextFillAt: Instant.optional(),
  refillsLeft: z.int().optional(),
  refillRequestedAt: Instant.optional(),
})
export type OwnMedicine = z.output<typeof OwnMedicine>

/** One that somebody said they took: the first, second … of a day by their own calendar. */
export const Dose = z.strictObject({ prescriptionId: Id, on: PlainDate, number: z.int(), takenAt: Instant })
export type Dose = z.output<typeof Dose>

export const Favourite = z.strictObject({ order: Order, uses: z.int(), lastUsedAt: Instant, isStarred: z.boolean() })
export type Favourite = z.output<typeof Favourite>
