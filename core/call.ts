import { z } from 'zod'
import { Id } from './id.ts'
import { Jurisdiction, Region } from './region.ts'
import { Scopes } from './scope.ts'

/** What a person or machine may be to Medley. `service` is Medley itself, acting inside one region. */
export const Role = z.enum(['patient', 'clinician', 'pharmacist', 'insurer', 'operator', 'app', 'service'])
export type Role = z.output<typeof Role>

/** Who may use an operation: a role, any signed-in `person`, or `anyone` at all. */
export type Allow = Role | 'person' | 'anyone'

/** Languages the product speaks. */
export const Locale = z.enum(['en', 'de', 'ar'])
export type Locale = z.output<typeof Locale>

/** What an app was allowed to do: for a person who agreed, or for itself. */
export const Grant = z.object({
  clientId: Id,
  scopes: Scopes,
  /** The FHIR Patient that was chosen when the app was let in: `patient/` scopes reach this one and nobody else. */
  patientId: z.string().max(64).optional(),
})
export type Grant = z.output<typeof Grant>

/** Who is asking. Travels inside the access token and between services. */
export const Caller = z.object({
  personId: Id.optional(),
  roles: z.array(Role),
  /** The organisations in which the caller holds a role: a clinic, pharmacy or carrier. */
  organizationIds: z.array(Id).default([]),
  /** The clinician entry of the directory that this person is, if any. */
  clinicianId: Id.optional(),
  /** Where the person is when care is given; licences are checked against it. */
  jurisdiction: Jurisdiction.optional(),
  sessionId: z.string().max(200).optional(),
  /** Present when an app asks: then the person it asks for, if any, is not here themselves. */
  grant: Grant.optional(),
})
export type Caller = z.output<typeof Caller>

/** Everything that travels with a request besides its input, in one process and between processes alike. */
export const Call = z.object({
  caller: Caller,
  requestId: z.string().max(100),
  region: Region,
  locale: Locale.default('en'),
  /** Epoch milliseconds after which nobody waits for the answer any more. */
  deadlineMs: z.number(),
  idempotencyKey: z.string().max(600).optional(),
  /** The service that makes this call, when it is not the edge. */
  via: z.string().max(50).optional(),
  /** Network address of the person, for the audit trail only. */
  from: z.string().max(100).optional(),
  /** W3C trace context. */
  traceparent: z.string().max(60).optional(),
})
export type Call = z.output<typeof Call>

/** The caller that Medley itself is, in jobs and reactions. */
export const serviceCaller: Caller = { roles: ['service'], organizationIds: [] }

/** A question to another service on the way. It carries no key: nothing is written there, and two questions are not the same one. */
export const asking = ({ idempotencyKey: _, ...call }: Call): Call => call

/** The same in Medley's own name, where whoever calls may not see all that must be weighed. */
export const askingAsMedley = (call: Call): Call => ({ ...asking(call), caller: serviceCaller })

export const anonymousCaller: Caller = { roles: [], organizationIds: [] }

/**
 * An app gets only what says that it is for apps, whoever it acts for: a person lends it their record, not themselves. What it may do
 * there is in its scopes, which whoever allows `app` must look at.
 */
export function isAllowed(allow: readonly Allow[], caller: Caller): boolean {
  if (caller.grant) return allow.includes('app')
  return allow.some(
    each => each === 'anyone' || (each === 'person' ? caller.personId !== undefined : caller.roles.includes(each)),
  )
}
