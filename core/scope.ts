// What an app may do, as SMART App Launch 2.2 writes it: one parser, one spelling. Whoever compares scopes compares what this returns,
// so that no other spelling of a permission gets past a check that was made with one of them.
import { z } from 'zod'

/** Scopes that open no data of the record by themselves. */
const plainScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'offline_access',
  'online_access',
] as const

/** Every resource type of FHIR R4: a scope for anything else is a mistake or an attempt. */
const resourceTypes = new Set(
  `Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
  BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
  ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication CommunicationRequest
  CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest
  CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement
  DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest
  EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
  FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization
  ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice Library Linkage List
  Location Measure MeasureReport Media Medication MedicationAdministration MedicationDispense MedicationKnowledge
  MedicationRequest MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication
  MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
  MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
  MessageHeader MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition
  OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person
  PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson
  RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
  RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition
  StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein
  SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task
  TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription`.split(/\s+/),
)

/** Create, read, update, delete, search: the only order in which they are written. */
export type Access = 'c' | 'r' | 'u' | 'd' | 's'

export type PlainScope = { readonly context: 'plain'; readonly name: string }
export type RecordScope = {
  /** Whose data: of one patient, all that the person may see, or all that the app itself may see. */
  readonly context: 'patient' | 'user' | 'system'
  /** A resource type, or `*` for all of them. */
  readonly type: string
  /** Some of `cruds`, in that order. */
  readonly access: string
  /** Only resources that match all of these search parameters, as `name=value`, sorted. */
  readonly only: readonly string[]
}
export type Scope = PlainScope | RecordScope

/** How many one request may name, and how long each may be: enough for real apps, too few to slow a check down. */
export const scopesMax = 100
const scopeLengthMax = 300

const recordForm = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.([a-z*]+)(?:\?(.+))?$/
/** Parameters of search results (`_sort`, `_include`) and chains say more than which resources, so none is taken. */
const conditionForm = /^(?:[a-z][A-Za-z0-9-]*|_tag|_security|_profile|_id)=[A-Za-z0-9._:/|,@!$'()*;~-]+$/
/** Permissions of SMART 1, and what SMART 2 says they mean. */
const accessOfV1: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' }

/** The meaning of one scope, or undefined when it is written in any way but the one that is right. */
export function parseScope(text: string): Scope | undefined {
  if (text.length > scopeLengthMax) return undefined
  if ((plainScopes as readonly string[]).includes(text)) return { context: 'plain', name: text }
  const [, context, type = '', permission = '', query] = recordForm.exec(text) ?? []
  if (context === undefined || (type !== '*' && !resourceTypes.has(type))) return undefined
  const access = Object.hasOwn(accessOfV1, permission) ? accessOfV1[permission]! : permission
  if (!/^c?r?u?d?s?$/.test(access) || access === '') return undefined
  const only = query?.split('&') ?? []
  if (only.length > 0 && (type === '*' || !only.every(each => conditionForm.test(each)))) return undefined
  if (new Set(only).size !== only.length) return undefined
  return { context: context as RecordScope['context'], type, access, only: only.toSorted() }
}

/** The one spelling: `context/Type.cruds?query`. */
export function writeScope(scope: Scope): string {
  if (scope.context === 'plain') return scope.name
  const query = scope.only.length > 0 ? `?${scope.only.join('&')}` : ''
  return `${scope.context}/${scope.type}.${scope.access}${query}`
}

/**
 * A request's `scope` in the one spelling, or undefined when any part of it is wrong: whoever asks for something odd gets nothing,
 * not the rest of it (RFC 6749 §3.3). SMART 1 and 2 may ask for the same thing side by side, which counts once.
 */
export function parseScopes(text: string): string[] | undefined {
  const parts = text.split(' ')
  if (parts.length > scopesMax || new Set(parts).size !== parts.length) return undefined
  const scopes = parts.map(parseScope)
  return scopes.every(each => each !== undefined) ? [...new Set(scopes.map(writeScope))] : undefined
}

/** Scopes as contracts carry them: in the one spelling, and refused in any other. */
export const Scopes = z
  .array(z.string().refine(isCanonical, 'is not a scope in its canonical form, such as patient/Observation.rs'))
  .max(scopesMax)

function isCanonical(text: string): boolean {
  const scope = parseScope(text)
  return scope !== undefined && writeScope(scope) === text
}

/** Every scope that covers this use of a type: what it is limited to is in `context` and `only`. Empty means: may not. */
export function scopesFor(granted: readonly string[], type: string, access: Access): RecordScope[] {
  return granted.flatMap(text => {
    const scope = parseScope(text)
    if (!scope || scope.context === 'plain') return []
    return (scope.type === '*' || scope.type === type) && scope.access.includes(access) ? [scope] : []
  })
}

/** True when everything in `asked` is also in `given`, each permission by itself. What cannot be read is never within anything. */
export function isWithin(asked: readonly string[], given: readonly string[]): boolean {
  const known = given.map(parseScope).filter(each => each !== undefined)
  return asked.every(text => {
    const scope = parseScope(text)
    if (!scope) return false
    if (scope.context === 'plain') return known.some(each => each.context === 'plain' && each.name === scope.name)
    return [...scope.access].every(letter => known.some(each => covers(each, scope, letter)))
  })
}

function covers(given: Scope, asked: RecordScope, letter: string): boolean {
  if (given.context === 'plain' || given.context !== asked.context) return false
  if (given.type !== '*' && given.type !== asked.type) return false
  // A narrower question repeats every condition of the wider one, and may add its own.
  return given.access.includes(letter) && given.only.every(each => asked.only.includes(each))
}

export const hasContext = (scopes: readonly string[], context: RecordScope['context']): boolean =>
  scopes.some(each => parseScope(each)?.context === context)
