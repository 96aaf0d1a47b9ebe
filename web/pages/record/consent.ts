// A FHIR Consent as the sentence a patient means by it, and back. Pure.
import type { Consent } from '@medplum/fhirtypes'

/** What one may speak of, each as the resource types that hold it; `everything` names none. */
export const dataClasses = {
  everything: [],
  results: ['Observation', 'DiagnosticReport'],
  conditions: ['Condition'],
  allergies: ['AllergyIntolerance'],
  medicines: ['MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'MedicationAdministration'],
  immunisations: ['Immunization'],
  visits: ['Encounter', 'Appointment'],
  documents: ['DocumentReference'],
} as const
export type DataClass = keyof typeof dataClasses

export interface Sharing {
  act: 'deny' | 'permit' | 'research'
  what: DataClass | 'some'
  /** Undefined is everybody. */
  who: { reference: string; name: string } | undefined
  until: string | undefined
}

const terminology = 'http://terminology.hl7.org/CodeSystem'
const coded = (system: string, code: string) => ({ coding: [{ system: `${terminology}/${system}`, code }] })

export function consentOf(patientId: string, { act, what, who, until }: Sharing, now: string): Consent {
  const types: readonly string[] = what === 'some' ? [] : dataClasses[what]
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: coded('consentscope', act === 'research' ? 'research' : 'patient-privacy'),
    category: [coded('v3-ActCode', 'IDSCL')],
    patient: { reference: `Patient/${patientId}` },
    dateTime: now,
    policyRule: coded('v3-ActCode', act === 'deny' ? 'OPTOUT' : 'OPTIN'),
    provision: {
      type: act === 'deny' ? 'deny' : 'permit',
      ...(until ? { period: { end: until } } : {}),
      ...(who
        ? {
            actor: [
              {
                role: coded('v3-ParticipationType', 'IRCP'),
                reference: { reference: who.reference, display: who.name },
              },
            ],
          }
        : {}),
      ...(act === 'research' ? { purpose: [{ system: `${terminology}/v3-ActReason`, code: 'HRESCH' }] } : {}),
      ...(types.length > 0
        ? { class: types.map(code => ({ system: 'http://hl7.org/fhir/resource-types', code })) }
        : {}),
    },
  }
}

/** What a consent says, as far as this page has words for it; finer ones are "some of it", and their raw form says the rest. */
export function sharingOf({ provision }: Consent): Sharing {
  const types = provision?.class?.flatMap(each => each.code ?? []) ?? []
  const isFiner = Boolean(provision?.provision?.length || provision?.code?.length || provision?.securityLabel?.length)
  const found = (Object.keys(dataClasses) as DataClass[]).find(each => {
    const own: readonly string[] = dataClasses[each]
    return own.length === types.length && types.every(type => own.includes(type))
  })
  const actor = provision?.actor?.[0]?.reference
  const isResearch = provision?.purpose?.some(each => each.code === 'HRESCH') ?? false
  return {
    act: provision?.type === 'permit' ? (isResearch ? 'research' : 'permit') : 'deny',
    what: isFiner ? 'some' : (found ?? 'some'),
    who: actor && { reference: actor.reference ?? '', name: actor.display ?? actor.reference ?? '' },
    until: provision?.period?.end,
  }
}

export const isOver = ({ provision }: Consent, nowMs: number): boolean =>
  provision?.period?.end !== undefined && Date.parse(`${provision.period.end.slice(0, 10)}T23:59:59Z`) < nowMs
