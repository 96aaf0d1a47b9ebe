// What a visit is made of, as it crosses between services and to the browser.
import { z } from 'zod'
import { VisitMode } from '#contract/directory'
import { Id } from '#core/id'
import { Instant, PlainDate } from '#core/time'

/** Who somebody is in a visit. A guest is anybody else: an interpreter, a relative, another clinician. */
export const Seat = z.enum(['patient', 'clinician', 'guest'])
export type Seat = z.output<typeof Seat>

/** `written` visits have no time: a patient asks in writing and a clinician answers. */
export const VisitKind = z.enum(['booked', 'written'])

export const VisitState = z.enum(['scheduled', 'waiting', 'inProgress', 'ended', 'cancelled'])
export type VisitState = z.output<typeof VisitState>

export const Guest = z.strictObject({
  id: Id,
  name: z.string(),
  relation: z.enum(['interpreter', 'relative', 'clinician', 'other']),
  /** Nobody comes in before the patient agreed. */
  consent: z.enum(['asked', 'given', 'refused']),
  hasAccepted: z.boolean(),
  personId: Id.optional(),
})
export type Guest = z.output<typeof Guest>

export const Visit = z.strictObject({
  /** Of a booked visit the id of its booking. */
  id: Id,
  kind: VisitKind,
  seat: Seat,
  patientId: Id,
  patientName: z.string().optional(),
  clinicianId: Id,
  clinicianName: z.string(),
  mode: VisitMode,
  /** Of written visits when they were asked. */
  startsAt: Instant,
  endsAt: Instant,
  state: VisitState,
  stateSince: Instant,
  /** What a written visit is about. */
  subject: z.string().optional(),
  /** Only while waiting: how many go before, and when it is probably one's turn. */
  queue: z.strictObject({ place: z.int().min(1), expectedAt: Instant }).optional(),
  guests: z.array(Guest),
  /** As many as a call here can carry beside the two. */
  guestsMax: z.int().min(0),
  unread: z.int(),
  /** The person's id → the last message they have read. */
  readUpTo: z.record(Id, Id),
  lastMessageAt: Instant.optional(),
  /** Whose turn it is to write, in an open written visit. */
  awaits: z.enum(['patient', 'clinician']).optional(),
  isNoteSigned: z.boolean(),
})
export type Visit = z.output<typeof Visit>

export const VisitFile = z.strictObject({
  id: Id,
  name: z.string(),
  /** By its content, never by its name. */
  contentType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'application/pdf']),
  sizeBytes: z.int(),
})
export type VisitFile = z.output<typeof VisitFile>

export const Message = z.strictObject({
  id: Id,
  authorId: Id,
  seat: Seat,
  text: z.string(),
  files: z.array(VisitFile),
  sentAt: Instant,
})
export type Message = z.output<typeof Message>

/** The four parts clinicians think in (SOAP). */
export const NoteSections = z.strictObject({
  subjective: z.string().max(20_000).default(''),
  objective: z.string().max(20_000).default(''),
  assessment: z.string().max(20_000).default(''),
  plan: z.string().max(20_000).default(''),
})
export type NoteSections = z.output<typeof NoteSections>

export const Note = z.strictObject({
  visitId: Id,
  /** 0 before anything was written. Say the one you changed when you save. */
  version: z.int(),
  state: z.enum(['draft', 'signed', 'amended']),
  sections: NoteSections,
  /** Why it was amended. */
  reason: z.string().optional(),
  authorId: Id.optional(),
  savedAt: Instant.optional(),
})
export type Note = z.output<typeof Note>

/** A code of a public system, such as ICD-10-CM or SNOMED CT, with the words a person reads. */
export const Coding = z.strictObject({
  system: z.url().max(200),
  code: z.string().trim().min(1).max(40),
  display: z.string().trim().min(1).max(300),
})
export const Diagnosis = z.strictObject({
  coding: Coding.optional(),
  text: z.string().trim().min(1).max(300),
  certainty: z.enum(['confirmed', 'provisional']).default('confirmed'),
})
export type Diagnosis = z.output<typeof Diagnosis>
/** Why it is offered: accepted with assistance for this patient, used by this clinician before, or in the knowledge base. */
export const OfferedDiagnosis = z.strictObject({
  text: z.string(),
  coding: Coding.optional(),
  from: z.enum(['accepted', 'used', 'known']),
})
export type OfferedDiagnosis = z.output<typeof OfferedDiagnosis>
export const VisitOrder = z.strictObject({
  kind: z.enum(['laboratory', 'imaging', 'referral', 'other']),
  text: z.string().trim().min(1).max(500),
})
export type VisitOrder = z.output<typeof VisitOrder>
export const FollowUp = z.strictObject({
  inDays: z.int().min(1).max(730),
  note: z.string().trim().max(500).optional(),
})

/** What the patient takes home, in plain words. */
export const Care = {
  plan: z.string().trim().max(10_000).default(''),
  diagnoses: z.array(Diagnosis).max(20).default([]),
  orders: z.array(VisitOrder).max(20).default([]),
  followUp: FollowUp.optional(),
}
export const Task = z.strictObject({
  id: Id,
  text: z.string(),
  dueOn: PlainDate.optional(),
  doneAt: Instant.optional(),
})
export type Task = z.output<typeof Task>
export const Aftercare = z.strictObject({ visitId: Id, endedAt: Instant, ...Care, tasks: z.array(Task) })
export type Aftercare = z.output<typeof Aftercare>

/** What one browser tells another through us: a session description or a candidate (RFC 8829). At most 40 of them at once. */
export const Signal = z.strictObject({
  kind: z.enum(['description', 'candidate']),
  data: z.json().refine(data => JSON.stringify(data).length <= 40_000, 'is too long'),
})

export const IceServer = z.strictObject({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
})
