import { z } from 'zod'
import { Role } from './call.ts'
import { Id } from './id.ts'
import { Region } from './region.ts'
import { Instant } from './time.ts'

/** Entries are text in a database that refuses some characters, and share their transaction with those of others. */
const printable = /^[\x20-\x7e]+$/

/** One access or change: who, what, when, from where, on whose behalf, why, and how it ended. */
export const AuditRecord = z.strictObject({
  id: Id,
  at: Instant,
  region: Region,
  personId: Id.optional(),
  roles: z.array(Role),
  /** The service that acted for the person, when it was not the edge. */
  via: z.string().optional(),
  /** An operation, such as `appointment.book`, or an act at the door, such as `identity.signIn`. */
  action: z.string(),
  /** Ids the action was about; never names or content. */
  subjects: z.record(z.string(), z.string()),
  /** The patients whose record was looked at or changed, by the logical id of their FHIR resource. */
  patientIds: z.array(z.string().regex(printable).max(64)).min(1).max(200).optional(),
  /** Why it was done, such as `ETREAT` of HL7's PurposeOfUse for breaking the glass. */
  purpose: z.string().regex(printable).max(64).optional(),
  outcome: z.enum(['done', 'refused', 'failed']),
  faultCode: z.string().optional(),
  reason: z.string().optional(),
  from: z.string().optional(),
  requestId: z.string(),
})
export type AuditRecord = z.output<typeof AuditRecord>

/** What only the handler knows of its own act, and says while it runs, for its audit entry. */
const About = z.strictObject({
  /** Takes the place of the operation's name: `search` makes `record.search` of `record.interact`. */
  act: z
    .string()
    .regex(/^[\w$-]{1,60}$/)
    .optional(),
  patientIds: z.array(z.string()).readonly().optional(),
  purpose: AuditRecord.shape.purpose,
  subjects: z.record(z.string(), z.string().regex(printable).max(100)).optional(),
})
export type About = z.output<typeof About>

/** Everything said so far. Throws on what no entry can hold: the trail stands still at an entry that its readers refuse. */
export function withMore(about: About, more: About): About {
  const patientIds = [...new Set([...(about.patientIds ?? []), ...(more.patientIds ?? [])])]
  AuditRecord.shape.patientIds.parse(patientIds.length > 0 ? patientIds : undefined)
  const { patientIds: _each, ...rest } = About.parse(more)
  return {
    ...about,
    ...rest,
    ...(patientIds.length > 0 ? { patientIds } : {}),
    subjects: { ...about.subjects, ...more.subjects },
  }
}
