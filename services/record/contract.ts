import { z } from 'zod'
import { Id } from '#core/id'
import { defineContract } from '#core/contract'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'

/** A FHIR logical id (https://hl7.org/fhir/R4/datatypes.html#id). */
export const LogicalId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'is no FHIR id')

/** One request of the FHIR REST API, below its base address. The routes at /fhir/R4 make these from HTTP; services make their own. */
export const Interaction = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Such as `Patient/123/_history/2`; empty for the system. */
  path: z.string().max(400),
  query: z
    .array(z.tuple([z.string().max(200), z.string().max(20_000)]))
    .max(200)
    .default([]),
  ifMatch: z.string().max(100).optional(),
  ifNoneMatch: z.string().max(100).optional(),
  ifNoneExist: z.string().max(2_000).optional(),
  ifModifiedSince: z.string().max(100).optional(),
  prefer: z.string().max(200).optional(),
  /** HL7 v3 PurposeOfUse; what is usual for the caller unless said. */
  purpose: z.string().max(20).optional(),
  contentType: z.string().max(200).optional(),
  body: z.unknown().optional(),
})
export type Interaction = z.output<typeof Interaction>

export const Answer = z.strictObject({
  status: z.int(),
  /** JSON text of a resource; the routes turn it into XML for those who ask. */
  body: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  location: z.string().optional(),
  contentLocation: z.string().optional(),
  /** When the body is no resource. */
  mediaType: z.string().optional(),
})
export type Answer = z.output<typeof Answer>

export const Emergency = z.strictObject({
  id: Id,
  patientId: LogicalId,
  patientName: z.string(),
  personId: Id,
  personName: z.string(),
  since: Instant,
  until: Instant,
  reason: z.string(),
  finding: z.enum(['justified', 'unjustified']).optional(),
  reviewedAt: Instant.optional(),
})
export type Emergency = z.output<typeof Emergency>

export const Access = z.strictObject({
  at: Instant,
  action: z.string(),
  personName: z.string().optional(),
  roles: z.array(z.string()),
  purpose: z.string().optional(),
  outcome: z.enum(['done', 'refused', 'failed']),
  isOwn: z.boolean(),
})

/** Entries of a bundle whose resources keep their ids. */
const Entries = z
  .array(
    z.looseObject({
      fullUrl: z.string().max(500).optional(),
      resource: z.looseObject({ resourceType: z.string(), id: LogicalId }),
    }),
  )
  .max(20_000)

/** What FHIR itself can answer with; the sentence and the place are in `details.issues`. */
const refusals = [
  'invalid',
  'loginRequired',
  'forbidden',
  'notFound',
  'deleted',
  'conflict',
  'preconditionFailed',
  'unprocessable',
  'throttled',
] as const

export const record = defineContract({
  name: 'record',
  operations: {
    interact: {
      method: 'POST',
      path: '/interactions',
      summary: 'One FHIR R4 interaction; the routes at /fhir/R4 are the same in HTTP’s own form',
      input: Interaction,
      output: Answer,
      allow: ['person', 'app', 'service'],
      faults: refusals,
    },
    patientsOf: {
      method: 'POST',
      path: '/internal/patients-of',
      summary: 'The Patient resources that a person is, the oldest first',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({ patientIds: z.array(LogicalId) }),
      allow: ['service'],
      audit: 'never',
    },
    personOf: {
      method: 'POST',
      path: '/internal/person-of',
      summary: 'The person that a Patient resource is, if it is anybody who is known here',
      input: z.strictObject({ patientId: LogicalId }),
      output: z.strictObject({ personId: Id.optional() }),
      allow: ['service'],
      audit: 'never',
    },
    check: {
      method: 'POST',
      path: '/internal/checks',
      summary: 'Say what is wrong with the resources of a bundle, before any of several bundles is loaded',
      input: z.strictObject({ entries: Entries }),
      output: z.strictObject({ checked: z.int() }),
      allow: ['service'],
      faults: refusals,
      audit: 'never',
    },
    load: {
      method: 'POST',
      path: '/internal/loads',
      summary: 'Enter an imported person’s whole record, keeping ids and links; the same again changes nothing',
      input: z.strictObject({
        personId: Id,
        entries: Entries,
      }),
      output: z.strictObject({ written: z.int(), unchanged: z.int() }),
      allow: ['service'],
      faults: refusals,
    },
    listAccesses: {
      method: 'GET',
      path: '/accesses',
      summary: 'Who saw or changed my record, when and why, newest first',
      input: z.strictObject({ ...PageInput, patientId: LogicalId.optional() }),
      output: pageOf(Access),
      allow: ['person'],
      faults: ['notFound'],
    },
    breakGlass: {
      method: 'POST',
      path: '/patients/{patientId}/emergencies',
      summary:
        'Open a record in an emergency for four hours, with a reason; the patient is told and the access reviewed',
      status: 201,
      input: z.strictObject({ patientId: LogicalId, reason: z.string().trim().min(10).max(1_000) }),
      output: z.strictObject({ id: Id, until: Instant }),
      allow: ['clinician', 'operator'],
      faults: ['notFound'],
    },
    listEmergencies: {
      method: 'GET',
      path: '/emergencies',
      summary: 'Emergency accesses, newest first, for review',
      input: z.strictObject({ ...PageInput, state: z.enum(['open', 'reviewed']).optional() }),
      output: pageOf(Emergency),
      allow: ['operator'],
    },
    reviewEmergency: {
      method: 'POST',
      path: '/emergencies/{id}/review',
      summary: 'Say whether an emergency access was justified',
      input: z.strictObject({ id: Id, finding: z.enum(['justified', 'unjustified']) }),
      output: Emergency,
      allow: ['operator'],
      faults: ['notFound', 'ownEmergency'],
    },
    listPatients: {
      method: 'GET',
      path: '/patients',
      summary: 'The patients whose record I may open now, by name',
      input: z.strictObject({ ...PageInput, name: z.string().trim().max(100).optional() }),
      output: pageOf(
        z.strictObject({
          patientId: LogicalId,
          name: z.string(),
          birthDate: z.string().optional(),
          gender: z.string().optional(),
        }),
      ),
      allow: ['person'],
    },
    patientOf: {
      method: 'GET',
      path: '/people/{personId}/patient',
      summary: 'The Patient that somebody in my care is in the record',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({ patientId: LogicalId }),
      allow: ['clinician'],
      faults: ['notFound'],
      audit: 'never',
    },
    recordsOf: {
      method: 'GET',
      path: '/people/{personId}/records',
      summary: 'The records kept about a person, and which are under legal hold',
      input: z.strictObject({ personId: Id }),
      output: z.strictObject({
        items: z.array(
          z.strictObject({
            patientId: LogicalId,
            /** False of somebody who has an account and no record: holding or erasing makes it first. */
            hasBegun: z.boolean(),
            heldBecause: z.string().optional(),
          }),
        ),
      }),
      allow: ['operator'],
    },
    holdPatient: {
      method: 'PUT',
      path: '/patients/{patientId}/hold',
      summary: 'Put a legal hold on a record, or lift it: while it stands nothing of it is erased',
      input: z.strictObject({ patientId: LogicalId, reason: z.string().trim().min(3).max(500).nullable() }),
      output: z.strictObject({ isHeld: z.boolean() }),
      allow: ['operator'],
      faults: ['notFound'],
    },
    erase: {
      method: 'POST',
      path: '/patients/{patientId}/erasure',
      summary: 'Erase a patient’s record for good: its rows, every version, and the key it was sealed under',
      input: z.strictObject({ patientId: LogicalId, confirm: z.literal('erase') }),
      output: z.strictObject({ erased: z.int() }),
      allow: ['operator', 'service'],
      faults: ['notFound', 'onHold'],
    },
  },
  events: {
    /** Ids only: who may see the content is decided when it is read. At most 200 changes in one event. */
    changed: z.strictObject({
      changes: z.array(
        z.strictObject({
          type: z.string(),
          id: LogicalId,
          version: z.int(),
          method: z.string(),
          patientIds: z.array(LogicalId),
        }),
      ),
    }),
    glassBroken: z.strictObject({ patientPersonId: Id.optional(), byPersonId: Id, until: Instant }),
    /** `isLastOfPerson`: no other record is left by which the person would be known. */
    erased: z.strictObject({ patientId: LogicalId, personId: Id.optional(), isLastOfPerson: z.boolean().optional() }),
  },
  faults: {
    invalid: { kind: 'invalid', message: 'The request is not valid FHIR R4. The issues say where and why.' },
    loginRequired: {
      kind: 'unauthenticated',
      message: 'This needs a signed-in caller. Sign in, or send an access token.',
    },
    forbidden: {
      kind: 'forbidden',
      message: 'Your role or the scopes of your app do not allow this. Ask for the right you need.',
    },
    notFound: { kind: 'not_found', message: 'There is no such resource within your reach. Check the type and the id.' },
    deleted: { kind: 'gone', message: 'This resource was deleted. Its history still has what it was.' },
    conflict: {
      kind: 'conflict',
      message: 'Somebody else changed the resource at the same moment. Read it again and repeat what you did.',
    },
    preconditionFailed: {
      kind: 'precondition',
      message: 'A condition of the request does not hold. Read the resource again and repeat what you did.',
    },
    unprocessable: { kind: 'unprocessable', message: 'The resource breaks a rule. The issues say where and why.' },
    throttled: { kind: 'too_many', message: 'Too much was asked at once. Wait a little and try again.' },
    onHold: { kind: 'conflict', message: 'This record is under legal hold and cannot be erased. Lift the hold first.' },
    ownEmergency: { kind: 'forbidden', message: 'Nobody reviews their own emergency access. Ask another operator.' },
  },
})
