import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { Money } from '#core/money'
import { PageInput, pageOf } from '#core/page'
import { Jurisdiction, Region } from '#core/region'
import { Instant, PlainDate, TimeZone } from '#core/time'

export const VisitMode = z.enum(['video', 'clinic'])
export type VisitMode = z.output<typeof VisitMode>

/** Code of a specialty, such as `cardiology`; the web app translates it. */
export const Specialty = z.enum([
  'general-practice',
  'paediatrics',
  'dermatology',
  'cardiology',
  'gynaecology',
  'psychiatry',
  'psychotherapy',
  'orthopaedics',
  'ophthalmology',
  'ent',
  'endocrinology',
  'gastroenterology',
  'neurology',
  'pulmonology',
  'urology',
  'nutrition',
])
export type Specialty = z.output<typeof Specialty>

export const Licence = z.strictObject({
  id: Id,
  jurisdiction: Jurisdiction,
  number: z.string(),
  validFrom: PlainDate,
  validTo: PlainDate,
  verification: z.enum(['pending', 'verified', 'rejected', 'revoked']),
  verifiedAt: Instant.optional(),
})
export type Licence = z.output<typeof Licence>

/** A kind of visit a clinician offers: the reason decides length, place and price. */
export const CareService = z.strictObject({
  id: Id,
  name: z.string().min(1).max(80),
  minutes: z.int().min(5).max(240),
  modes: z.array(VisitMode).min(1),
  price: Money,
})
export type CareService = z.output<typeof CareService>

export const Organization = z.strictObject({
  id: Id,
  kind: z.enum(['clinic', 'pharmacy', 'carrier']),
  name: z.string(),
  region: Region,
  jurisdiction: Jurisdiction,
  city: z.string(),
  address: z.string(),
  timeZone: TimeZone,
})
export type Organization = z.output<typeof Organization>

export const Clinician = z.strictObject({
  id: Id,
  name: z.string(),
  title: z.string(),
  specialties: z.array(Specialty),
  languages: z.array(z.string().regex(/^[a-z]{2}$/)),
  about: z.string(),
  organization: Organization,
  timeZone: TimeZone,
  services: z.array(CareService),
  plans: z.array(z.string()),
  licences: z.array(Licence),
  /** Mean of one to five stars; absent without reviews. */
  rating: z.number().optional(),
  reviewCount: z.int(),
  acceptsPatients: z.boolean(),
})
export type Clinician = z.output<typeof Clinician>

export const Review = z.strictObject({
  id: Id,
  stars: z.int().min(1).max(5),
  text: z.string(),
  visitedOn: PlainDate,
  createdAt: Instant,
})

export const SearchInput = {
  ...PageInput,
  /** Words in a name, specialty, service or place. */
  text: z.string().trim().max(100).optional(),
  specialty: Specialty.optional(),
  city: z.string().max(80).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  plan: z.string().max(80).optional(),
  mode: VisitMode.optional(),
  /** Only clinicians who hold a verified licence there today. */
  jurisdiction: Jurisdiction.optional(),
}

const OrganizationDraft = Organization.omit({ id: true, region: true }).extend({
  source: z.string().max(300).optional(),
})
const ClinicianDraft = z.strictObject({
  /** Names the entry at its source, so that importing again changes nothing. */
  source: z.string().max(300).optional(),
  organizationId: Id,
  name: z.string().trim().min(1).max(120),
  title: z.string().max(80).default(''),
  specialties: z.array(Specialty).max(6),
  languages: z.array(z.string().regex(/^[a-z]{2}$/)).max(12),
  about: z.string().max(2_000).default(''),
  services: z
    .array(CareService.omit({ id: true }))
    .max(20)
    .default([]),
  plans: z.array(z.string().max(80)).max(40).default([]),
  acceptsPatients: z.boolean().default(true),
})

export const directory = defineContract({
  name: 'directory',
  operations: {
    search: {
      method: 'GET',
      path: '/clinicians',
      summary: 'Find clinicians by need, place, language and plan',
      input: z.strictObject(SearchInput),
      output: pageOf(Clinician),
      allow: ['anyone'],
      audit: 'never',
    },
    clinician: {
      method: 'GET',
      path: '/clinicians/{clinicianId}',
      summary: 'One clinician as the public sees them',
      input: z.strictObject({ clinicianId: Id }),
      output: Clinician,
      allow: ['anyone'],
      faults: ['clinicianNotFound'],
      audit: 'never',
    },
    facets: {
      method: 'GET',
      path: '/facets',
      summary: 'The cities, languages, plans and specialties that searches can use here',
      input: z.strictObject({}),
      output: z.strictObject({
        cities: z.array(z.string()),
        languages: z.array(z.string()),
        plans: z.array(z.string()),
        specialties: z.array(Specialty),
        /** Where the clinics are: a stranger's time zone says which licence they most likely need. */
        places: z.array(z.strictObject({ jurisdiction: Jurisdiction, timeZone: z.string() })),
      }),
      allow: ['anyone'],
      audit: 'never',
    },
    listOrganizations: {
      method: 'GET',
      path: '/organizations',
      summary: 'Clinics, pharmacies and carriers',
      input: z.strictObject({ ...PageInput, kind: z.enum(['clinic', 'pharmacy', 'carrier']).optional() }),
      output: pageOf(Organization),
      allow: ['anyone'],
      audit: 'never',
    },
    addOrganization: {
      method: 'POST',
      path: '/organizations',
      summary: 'Enter an organisation',
      status: 201,
      input: OrganizationDraft,
      output: Organization,
      allow: ['operator', 'service'],
    },
    addClinician: {
      method: 'POST',
      path: '/clinicians',
      summary: 'Enter a clinician',
      status: 201,
      input: ClinicianDraft,
      output: Clinician,
      allow: ['operator', 'service'],
      faults: ['organizationNotFound'],
    },
    updateClinician: {
      method: 'PATCH',
      path: '/clinicians/{clinicianId}',
      summary: 'Change a clinician’s own public entry',
      input: z.strictObject({
        clinicianId: Id,
        about: z.string().max(2_000).optional(),
        languages: ClinicianDraft.shape.languages.optional(),
        services: z
          .array(CareService.partial({ id: true }))
          .max(20)
          .optional(),
        plans: z.array(z.string().max(80)).max(40).optional(),
        acceptsPatients: z.boolean().optional(),
      }),
      output: Clinician,
      allow: ['operator', 'clinician'],
      faults: ['clinicianNotFound'],
    },
    addLicence: {
      method: 'POST',
      path: '/clinicians/{clinicianId}/licences',
      summary: 'Enter a licence to practise; it counts once verified',
      status: 201,
      input: z.strictObject({
        clinicianId: Id,
        jurisdiction: Jurisdiction,
        number: z.string().min(1).max(60),
        validFrom: PlainDate,
        validTo: PlainDate,
      }),
      output: Licence,
      allow: ['operator', 'clinician', 'service'],
      faults: ['clinicianNotFound', 'licenceExists', 'periodInvalid'],
    },
    verifyLicence: {
      method: 'POST',
      path: '/licences/{licenceId}/verification',
      summary: 'Record the outcome of checking a licence with its register',
      input: z.strictObject({
        licenceId: Id,
        outcome: z.enum(['verified', 'rejected', 'revoked']),
        evidence: z.string().min(1).max(500),
      }),
      output: Licence,
      allow: ['operator', 'service'],
      faults: ['licenceNotFound'],
    },
    mayPractise: {
      method: 'POST',
      path: '/internal/licence-checks',
      summary: 'Whether a clinician holds a verified licence somewhere on a date',
      input: z.strictObject({ clinicianId: Id, jurisdiction: Jurisdiction, on: PlainDate }),
      output: z.strictObject({ mayPractise: z.boolean(), validTo: PlainDate.optional() }),
      allow: ['service'],
      audit: 'never',
    },
    listReviews: {
      method: 'GET',
      path: '/clinicians/{clinicianId}/reviews',
      summary: 'What patients wrote after their visits',
      input: z.strictObject({ ...PageInput, clinicianId: Id }),
      output: pageOf(Review),
      allow: ['anyone'],
      audit: 'never',
    },
    review: {
      method: 'POST',
      path: '/clinicians/{clinicianId}/reviews',
      summary: 'Review a clinician after a visit that took place',
      status: 201,
      input: z.strictObject({
        clinicianId: Id,
        bookingId: Id,
        stars: z.int().min(1).max(5),
        text: z.string().trim().max(2_000).default(''),
      }),
      output: Review,
      allow: ['patient'],
      faults: ['visitNotFound', 'alreadyReviewed'],
    },
  },
  events: {
    clinicianChanged: z.strictObject({ clinicianId: Id }),
    licenceVerified: z.strictObject({ clinicianId: Id, jurisdiction: Jurisdiction, outcome: z.string() }),
  },
  faults: {
    clinicianNotFound: {
      kind: 'not_found',
      message: 'There is no such clinician in the directory. The entry may have been withdrawn; search again.',
    },
    organizationNotFound: {
      kind: 'not_found',
      message: 'There is no such organisation in the directory. Enter it first.',
    },
    licenceNotFound: { kind: 'not_found', message: 'There is no such licence. Check the id.' },
    licenceExists: {
      kind: 'conflict',
      message: 'This licence number is entered for that jurisdiction already. Change the existing entry.',
    },
    periodInvalid: { kind: 'unprocessable', message: 'A licence must end after it begins. Correct the dates.' },
    visitNotFound: {
      kind: 'not_found',
      message: 'Only people who had a visit can review it, and you have no such finished visit.',
    },
    alreadyReviewed: { kind: 'conflict', message: 'You reviewed this visit already.' },
  },
})
