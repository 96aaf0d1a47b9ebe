import { z } from 'zod'
import { Role } from './call.ts'
import { Id } from './id.ts'
import { Region } from './region.ts'
import { Instant } from './time.ts'

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
  outcome: z.enum(['done', 'refused', 'failed']),
  faultCode: z.string().optional(),
  reason: z.string().optional(),
  from: z.string().optional(),
  requestId: z.string(),
})
export type AuditRecord = z.output<typeof AuditRecord>
