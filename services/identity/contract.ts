import { z } from 'zod'
import { App, AppAccess, AppDraft, ConsentDecision, ConsentRequest, TokenOfApp } from '#core/app'
import { Locale, Role } from '#core/call'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Jurisdiction, Region } from '#core/region'
import { Instant, PlainDate, TimeZone } from '#core/time'
import { faults } from './contract/faults.ts'
import { ApiKey, Membership, Person, Proofs, Session } from './contract/person.ts'

export * from './contract/person.ts'

/** So many sessions are asked about at once. */
export const sessionsMax = 500

const Name = z.string().trim().min(1).max(120)
const Phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be in international form, such as +49301234567')

export const identity = defineContract({
  name: 'identity',
  operations: {
    signInOptions: {
      method: 'GET',
      path: '/sign-in-options',
      summary: 'How one can sign in here: external issuers and, on a demo installation, its accounts',
      input: z.strictObject({}),
      output: z.strictObject({
        providers: z.array(z.strictObject({ id: z.string(), name: z.string() })),
        isDemo: z.boolean(),
        /** Empty unless this is a demo installation. */
        demoAccounts: z.array(
          z.strictObject({ email: z.string(), name: z.string(), role: Role, password: z.string() }),
        ),
      }),
      allow: ['anyone'],
      audit: 'never',
    },
    me: {
      method: 'GET',
      path: '/me',
      summary: 'Who I am',
      input: z.strictObject({}),
      output: Person,
      allow: ['person'],
      audit: 'never',
    },
    updateMe: {
      method: 'PATCH',
      path: '/me',
      summary: 'Change my own particulars',
      input: z.strictObject({
        name: Name.optional(),
        phone: Phone.nullable().optional(),
        birthDate: PlainDate.nullable().optional(),
        jurisdiction: Jurisdiction.optional(),
        locale: Locale.optional(),
        timeZone: TimeZone.optional(),
      }),
      output: Person,
      allow: ['person'],
      faults: ['wrongRegion'],
    },
    listSessions: {
      method: 'GET',
      path: '/sessions',
      summary: 'The devices on which I am signed in',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(Session) }),
      allow: ['person'],
    },
    revokeSession: {
      method: 'DELETE',
      path: '/sessions/{sessionId}',
      summary: 'Sign one of my devices out',
      input: z.strictObject({ sessionId: Id }),
      output: z.strictObject({ revoked: z.literal(true) }),
      allow: ['person'],
      faults: ['sessionNotFound'],
    },
    listApiKeys: {
      method: 'GET',
      path: '/api-keys',
      summary: 'My API keys, without their secrets',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(ApiKey) }),
      allow: ['person'],
    },
    createApiKey: {
      method: 'POST',
      path: '/api-keys',
      summary: 'Make an API key that acts as me; its secret is shown this once',
      status: 201,
      input: z.strictObject({ name: Name, expiresInDays: z.int().min(1).max(365).default(90) }),
      output: ApiKey.extend({ secret: z.string() }),
      allow: ['person'],
    },
    revokeApiKey: {
      method: 'DELETE',
      path: '/api-keys/{keyId}',
      summary: 'End an API key',
      input: z.strictObject({ keyId: z.string().max(200) }),
      output: z.strictObject({ revoked: z.literal(true) }),
      allow: ['person'],
      faults: ['apiKeyNotFound'],
    },
    consentRequest: {
      method: 'GET',
      path: '/consents/{requestId}',
      summary: 'What an app that sent me here asks for',
      input: z.strictObject({ requestId: z.string().max(100) }),
      output: ConsentRequest,
      allow: ['person'],
      faults: ['consentEnded'],
    },
    decideConsent: {
      method: 'POST',
      path: '/consents/{requestId}',
      summary: 'Let an app in, for all or some of what it asks, or send it away',
      input: ConsentDecision,
      output: z.strictObject({ redirectTo: z.string() }),
      allow: ['person'],
      faults: ['consentEnded', 'notYourPatient', 'scopeRefused'],
    },
    listGrants: {
      method: 'GET',
      path: '/grants',
      summary: 'The apps I let in',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(AppAccess) }),
      allow: ['person'],
    },
    revokeGrant: {
      method: 'DELETE',
      path: '/grants/{appId}',
      summary: 'Let an app in no longer',
      input: z.strictObject({ appId: Id }),
      output: z.strictObject({ revoked: z.int() }),
      allow: ['person'],
      faults: ['grantNotFound'],
    },
    registerApp: {
      method: 'POST',
      path: '/apps',
      summary: 'Register an app; its secret, if it has one, is shown this once',
      status: 201,
      input: AppDraft,
      output: App.extend({ secret: z.string().optional() }),
      allow: ['person'],
      faults: ['appRefused', 'tooManyApps'],
    },
    listApps: {
      method: 'GET',
      path: '/apps',
      summary: 'The apps I registered; all of them for operators, those that wait for approval first',
      input: z.strictObject({ of: z.enum(['me', 'all']).default('me') }),
      output: z.strictObject({ items: z.array(App) }),
      allow: ['person'],
    },
    approveApp: {
      method: 'POST',
      path: '/apps/{appId}/approval',
      summary: 'Say that an app was looked at; without it nobody gives it system scopes',
      input: z.strictObject({ appId: Id }),
      output: App,
      allow: ['operator'],
      faults: ['appNotFound'],
    },
    removeApp: {
      method: 'DELETE',
      path: '/apps/{appId}',
      summary: 'Remove an app and end all it was granted',
      input: z.strictObject({ appId: Id }),
      output: z.strictObject({ removed: z.literal(true) }),
      allow: ['person'],
      faults: ['appNotFound'],
    },
    claim: {
      method: 'POST',
      path: '/claims',
      summary: 'Take over the particulars and history that an import holds for me',
      input: z.strictObject({ code: z.string().min(8).max(40), birthDate: PlainDate }),
      output: Person,
      allow: ['person'],
      faults: ['claimRefused'],
    },
    issueClaim: {
      method: 'POST',
      path: '/people/{personId}/claim-code',
      summary: 'Make the single-use code with which an imported person claims their account',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({ code: z.string(), expiresAt: Instant }),
      allow: ['operator'],
      faults: ['personNotFound', 'alreadyClaimed'],
    },
    listPeople: {
      method: 'GET',
      path: '/people',
      summary: 'People of this region, newest first',
      input: z.strictObject({
        ...PageInput,
        search: z.string().max(100).optional(),
        claimed: z.enum(['yes', 'no']).optional(),
      }),
      output: pageOf(
        z.strictObject({
          id: Id,
          name: z.string(),
          email: z.string(),
          roles: z.array(Role),
          isClaimed: z.boolean(),
          createdAt: Instant,
        }),
      ),
      allow: ['operator'],
    },
    addMember: {
      method: 'POST',
      path: '/members',
      summary: 'Give a person a role in an organisation',
      status: 201,
      input: z.strictObject({
        email: z.email(),
        organizationId: Id,
        role: z.enum(['clinician', 'pharmacist', 'insurer', 'operator']),
        clinicianId: Id.optional(),
      }),
      output: Membership,
      allow: ['operator'],
      faults: ['personNotFound'],
    },
    removeMember: {
      method: 'DELETE',
      path: '/members/{organizationId}/{personId}',
      summary: 'Take a person’s roles in an organisation away',
      input: z.strictObject({ organizationId: Id, personId: Id }),
      output: z.strictObject({ removed: z.int() }),
      allow: ['operator'],
      faults: ['personNotFound'],
    },
    listMembers: {
      method: 'GET',
      path: '/members',
      summary: 'Who works in an organisation',
      input: z.strictObject({ organizationId: Id }),
      output: z.strictObject({ items: z.array(Membership) }),
      allow: ['operator', 'service'],
    },
    // What other services may ask. Never reachable with a person's token.
    namesOf: {
      method: 'POST',
      path: '/internal/names',
      summary: 'Names to show beside ids',
      input: z.strictObject({ personIds: z.array(Id).max(500) }),
      output: z.strictObject({ names: z.record(Id, z.string()) }),
      allow: ['service'],
      audit: 'never',
    },
    contactOf: {
      method: 'POST',
      path: '/internal/contacts',
      summary: 'How to reach a person, for the notification service',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({
        personId: Id,
        name: z.string(),
        email: z.string(),
        phone: z.string().optional(),
        locale: Locale,
        timeZone: TimeZone,
        jurisdiction: Jurisdiction,
      }),
      allow: ['service'],
      faults: ['personNotFound'],
      audit: 'never',
    },
    peopleBehind: {
      method: 'POST',
      path: '/internal/people-behind',
      summary: 'The people who are these clinicians of the directory',
      input: z.strictObject({ clinicianIds: z.array(Id).max(500) }),
      output: z.strictObject({ personIds: z.record(Id, Id) }),
      allow: ['service'],
      audit: 'never',
    },
    proofsOf: {
      method: 'POST',
      path: '/internal/proofs',
      summary: 'When the person of a session last proved who they are, and by what',
      input: z.strictObject({ sessionId: Id }),
      output: Proofs,
      allow: ['service'],
      audit: 'never',
    },
    callerOfSession: {
      method: 'POST',
      path: '/internal/callers',
      summary: 'The caller behind a session, an API key or an app’s token, or none when it has ended',
      input: z.strictObject({ sessionId: Id.optional(), apiKey: z.string().optional(), ...TokenOfApp }),
      output: z.strictObject({ caller: z.looseObject({}).optional() }),
      allow: ['service'],
      audit: 'never',
    },
    callersOfSessions: {
      method: 'POST',
      path: '/internal/session-callers',
      summary: 'The callers behind many sessions at once; those that have ended are absent',
      input: z.strictObject({ sessionIds: z.array(Id).max(sessionsMax) }),
      output: z.strictObject({ callers: z.record(Id, z.looseObject({})) }),
      allow: ['service'],
      audit: 'never',
    },
    enrol: {
      method: 'POST',
      path: '/internal/enrolments',
      summary: 'Enter an imported or demo person; the same source again changes nothing',
      input: z.strictObject({
        /** System and value that name the person at the source. */
        source: z.strictObject({ system: z.string().max(300), value: z.string().max(300) }),
        name: Name,
        birthDate: PlainDate.optional(),
        email: z.email().optional(),
        phone: z.string().max(40).optional(),
        jurisdiction: Jurisdiction,
        locale: Locale.default('en'),
        timeZone: TimeZone,
        /** Further particulars, kept encrypted under the person's own key. */
        details: z.record(z.string(), z.json()).default({}),
        /** Present for demo people, who can sign in at once. */
        password: z.string().min(12).optional(),
        memberships: z
          .array(z.strictObject({ organizationId: Id, role: Role, clinicianId: Id.optional() }))
          .default([]),
      }),
      output: z.strictObject({ personId: Id, isNew: z.boolean() }),
      allow: ['service'],
    },
  },
  events: {
    enrolled: z.strictObject({ personId: Id, region: Region }),
    claimed: z.strictObject({ personId: Id, formerPersonId: Id }),
    sessionRevoked: z.strictObject({ personId: Id, sessionId: z.string() }),
    /** Nothing but the id is left of a person; whoever holds words by them or about them lets go of those. */
    forgotten: z.strictObject({ personId: Id }),
  },
  faults,
})
