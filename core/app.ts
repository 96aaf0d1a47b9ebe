// What an app is to Medley: a program that people, or an organisation's own servers, let into the record (SMART App Launch 2.2).
import { z } from 'zod'
import { Id } from './id.ts'
import { Scopes } from './scope.ts'
import { Instant } from './time.ts'

/** Where the FHIR service is; the audience of every app's token. */
export const fhirBase = (publicUrl: string): string => `${publicUrl}/fhir/R4`

/** How an app's access tokens are made and recognised. */
export const appTokens = (publicUrl: string) => ({ audience: fhirBase(publicUrl), issuer: publicUrl })

/** `public` keeps no secret (a phone, a browser), `confidential` does, `backend` acts for itself and not for a person. */
export const AppKind = z.enum(['public', 'confidential', 'backend'])
export type AppKind = z.output<typeof AppKind>

const Text = z.string().trim().min(1).max(120)

/** A JSON Web Key Set (RFC 7517); whether its keys are fit is looked at when it is registered. */
export const KeySet = z.strictObject({ keys: z.array(z.record(z.string(), z.json())).min(1).max(20) })
export type KeySet = z.output<typeof KeySet>

export const AppDraft = z.strictObject({
  name: Text,
  /** Who made it, as people read it when they are asked. */
  maker: Text,
  homepage: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional(),
  kind: AppKind,
  redirectUris: z.array(z.string().max(500)).max(10).default([]),
  scopes: Scopes.min(1),
  /** Its public keys, or where they are published; without either a confidential or backend app gets a secret. */
  keys: KeySet.optional(),
  keysUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
})
export type AppDraft = z.output<typeof AppDraft>

export const App = z.strictObject({
  /** Its `client_id`. */
  id: Id,
  name: z.string(),
  maker: z.string(),
  homepage: z.string().optional(),
  kind: AppKind,
  redirectUris: z.array(z.string()),
  scopes: Scopes,
  proves: z.enum(['nothing', 'secret', 'keys']),
  isMine: z.boolean(),
  /** When an operator looked at it and said yes; until then nobody gives it `system/` scopes. */
  approvedAt: Instant.optional(),
  createdAt: Instant,
})
export type App = z.output<typeof App>

/** What the consent screen shows: who asks, for what, until when, and whose record it could be. */
export const ConsentRequest = z.strictObject({
  appName: z.string(),
  maker: z.string(),
  homepage: z.string().optional(),
  isReviewed: z.boolean(),
  scopes: Scopes,
  /** Where the answer goes, so that a person sees who gets it. */
  returnsTo: z.string(),
  /** How long the app may go on without asking again. */
  accessMs: z.int(),
  /** Empty when the app asks for no patient's record. */
  patients: z.array(z.strictObject({ patientId: z.string(), name: z.string(), isMe: z.boolean() })),
})
export type ConsentRequest = z.output<typeof ConsentRequest>

export const ConsentDecision = z.strictObject({
  requestId: z.string().max(100),
  decision: z.enum(['approve', 'deny']),
  /** Whose record; my own unless said. */
  patientId: z.string().max(64).optional(),
  /** Less than what it asked for; all of it unless said. */
  scopes: Scopes.optional(),
})

/** What names an app's token when it is asked whether it still holds. */
export const TokenOfApp = { grantId: Id.optional(), tokenId: z.string().max(100).optional() }

/** An app that a person let in. */
export const AppAccess = z.strictObject({
  appId: Id,
  name: z.string(),
  maker: z.string(),
  scopes: Scopes,
  since: Instant,
  lastUsedAt: Instant.optional(),
  until: Instant,
})
export type AppAccess = z.output<typeof AppAccess>
