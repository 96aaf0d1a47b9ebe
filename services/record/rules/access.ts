// Whom a caller may see, as data: the store turns it into the one condition that stands in every statement over resources.
import type { Caller } from '#core/call'
import { dayMs } from '#core/time'

/** A clinician sees the record from the booking on, and for so long after the visit. */
export const careAfterMs = 30 * dayMs

/** HL7 v3 PurposeOfUse, as far as people here act for one (https://terminology.hl7.org/ValueSet-v3-PurposeOfUse). */
export const purposes = ['TREAT', 'ETREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT'] as const
export type Purpose = (typeof purposes)[number]

export type View = {
  /** Medley itself: no condition at all. */
  isAll: boolean
  /** Patients the caller is, or acts for. */
  own: readonly string[]
  /** All patients that can be within reach at all, when they are few: a hint for the plan, never the decision. */
  candidates: readonly string[] | null
  personId: string | null
  clinicianId: string | null
  /** Treats people here, or works for Medley: sees what is about no patient. */
  isStaff: boolean
  /** A machine that an operator let in for everybody; consents still bind it. */
  isSystem: boolean
  /** References by which consents may name the caller. */
  actors: readonly string[]
  purpose: Purpose
  at: Date
}

/** Types that describe the world and not a person; whoever signed in may read them. */
export const openTypes: ReadonlySet<string> = new Set(
  (
    'ActivityDefinition,CapabilityStatement,ChargeItemDefinition,CodeSystem,CompartmentDefinition,ConceptMap,EffectEvidenceSynthesis,Endpoint,' +
    'EventDefinition,Evidence,EvidenceVariable,ExampleScenario,GraphDefinition,HealthcareService,ImplementationGuide,InsurancePlan,Library,' +
    'Location,Measure,Medication,MedicationKnowledge,MessageDefinition,NamingSystem,ObservationDefinition,OperationDefinition,Organization,' +
    'OrganizationAffiliation,PlanDefinition,Practitioner,PractitionerRole,Questionnaire,ResearchDefinition,ResearchElementDefinition,' +
    'RiskEvidenceSynthesis,Schedule,SearchParameter,Slot,SpecimenDefinition,StructureDefinition,StructureMap,Substance,SubstanceSpecification,' +
    'TerminologyCapabilities,TestReport,TestScript,ValueSet'
  ).split(','),
)

/** Who is near, as the store found it. */
export type Near = { own: readonly string[]; candidates: readonly string[] | null }

export function viewOf(caller: Caller, { own, candidates }: Near, purpose: Purpose | undefined, at: Date): View {
  const { personId, clinicianId, roles } = caller
  const isSystem = roles.includes('app') && personId === undefined
  return {
    isAll: roles.includes('service'),
    own,
    candidates: isSystem ? null : candidates,
    personId: personId ?? null,
    clinicianId: clinicianId ?? null,
    isStaff: roles.some(each => each === 'clinician' || each === 'operator' || each === 'pharmacist') || isSystem,
    isSystem,
    actors: actorsOf(caller),
    purpose: purpose ?? defaultPurpose(caller),
    at,
  }
}

/** References by which consents may name somebody. */
export function actorsOf({ personId, clinicianId, organizationIds }: Caller): string[] {
  return [
    ...(clinicianId ? [`Practitioner/${clinicianId}`] : []),
    ...(personId ? [`Person/${personId}`] : []),
    ...organizationIds.map(each => `Organization/${each}`),
  ]
}

function defaultPurpose({ roles, clinicianId }: Caller): Purpose {
  if (clinicianId !== undefined || roles.includes('clinician')) return 'TREAT'
  if (roles.includes('insurer')) return 'HPAYMT'
  if (roles.includes('patient')) return 'PATRQT'
  return 'HOPERAT'
}

/** Purposes a caller may claim: nobody makes research out of treatment by saying so. */
export function mayClaim({ roles }: Caller, purpose: Purpose): boolean {
  switch (purpose) {
    case 'TREAT':
    case 'ETREAT':
      return roles.includes('clinician') || roles.includes('pharmacist') || roles.includes('service')
    case 'HPAYMT':
      return (
        roles.includes('insurer') || roles.includes('clinician') || roles.includes('app') || roles.includes('service')
      )
    case 'PATRQT':
      return roles.includes('patient') || roles.includes('service')
    case 'HOPERAT':
    case 'HRESCH':
      return true
  }
}

/** Care lets somebody in to treat and to run the practice, and to nothing else. */
export const careServes = (purpose: Purpose): boolean =>
  purpose === 'TREAT' || purpose === 'ETREAT' || purpose === 'HOPERAT'
