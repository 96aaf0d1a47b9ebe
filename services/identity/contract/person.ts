// Who somebody is, and how they are signed in.
import { z } from 'zod'
import { Locale, Role } from '#core/call'
import { Id } from '#core/id'
import { Jurisdiction, Region } from '#core/region'
import { Instant, PlainDate, TimeZone } from '#core/time'

/** A person of any role. Accounts (passwords, second factors) are better-auth's, served below `/auth`. */
export const Person = z.strictObject({
  id: Id,
  name: z.string(),
  email: z.string(),
  region: Region,
  /** Where the person is when care is given: licences are checked against it. */
  jurisdiction: Jurisdiction,
  locale: Locale,
  timeZone: TimeZone,
  phone: z.string().optional(),
  birthDate: PlainDate.optional(),
  roles: z.array(Role),
  organizationIds: z.array(Id),
  clinicianId: Id.optional(),
  hasTotp: z.boolean(),
  createdAt: Instant,
})
export type Person = z.output<typeof Person>

/** The answer of `POST /api/identity/token`, a raw route because it reads the session cookie. */
export const Token = z.strictObject({ token: z.string(), expiresAt: Instant, person: Person })
export type Token = z.output<typeof Token>

export const Session = z.strictObject({
  id: z.string(),
  device: z.string(),
  ipAddress: z.string().optional(),
  createdAt: Instant,
  expiresAt: Instant,
  isCurrent: z.boolean(),
})
export type Session = z.output<typeof Session>

/** What somebody gave again in a session, each the last time; the sign-in that began it counts as one of its own. */
export const Proofs = z.strictObject({
  signedInAt: Instant.optional(),
  passwordAt: Instant.optional(),
  codeAt: Instant.optional(),
  /** A passkey that the device unlocked for its holder: possession and something more, at once. */
  passkeyAt: Instant.optional(),
})
export type Proofs = z.output<typeof Proofs>

export const ApiKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  createdAt: Instant,
  expiresAt: Instant.optional(),
})
export type ApiKey = z.output<typeof ApiKey>

export const Membership = z.strictObject({
  personId: Id,
  name: z.string(),
  email: z.string(),
  organizationId: Id,
  role: Role,
  clinicianId: Id.optional(),
})
