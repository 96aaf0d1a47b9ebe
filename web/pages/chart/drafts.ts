// From what a clinician typed to a FHIR resource, and from a refusal back to the field it is about. Pure.
import type { AllergyIntolerance, Condition, Observation, Resource } from '@medplum/fhirtypes'
import { Fault } from '#core/fault'

const terminology = 'http://terminology.hl7.org/CodeSystem'
const coded = (system: string, code: string) => ({ coding: [{ system: `${terminology}/${system}`, code }] })

export interface Author {
  reference: string
  display: string
}
interface Written {
  patientId: string
  author: Author
  now: string
}

export interface ProblemDraft {
  name: string
  code: string
  since: string
  note: string
}

export function conditionOf({ name, code, since, note }: ProblemDraft, { patientId, author, now }: Written): Condition {
  return {
    resourceType: 'Condition',
    clinicalStatus: coded('condition-clinical', 'active'),
    verificationStatus: coded('condition-ver-status', 'confirmed'),
    category: [coded('condition-category', 'problem-list-item')],
    code: { text: name, ...(code ? { coding: [{ system: 'http://snomed.info/sct', code, display: name }] } : {}) },
    subject: { reference: `Patient/${patientId}` },
    ...(since ? { onsetDateTime: since } : {}),
    recordedDate: now,
    recorder: author,
    ...(note ? { note: [{ text: note }] } : {}),
  }
}

export interface AllergyDraft {
  name: string
  reaction: string
  criticality: 'low' | 'high' | 'unable-to-assess'
  since: string
}

export function allergyOf(
  { name, reaction, criticality, since }: AllergyDraft,
  { patientId, author, now }: Written,
): AllergyIntolerance {
  return {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: coded('allergyintolerance-clinical', 'active'),
    verificationStatus: coded('allergyintolerance-verification', 'confirmed'),
    criticality,
    code: { text: name },
    patient: { reference: `Patient/${patientId}` },
    ...(since ? { onsetDateTime: since } : {}),
    recordedDate: now,
    recorder: author,
    ...(reaction ? { reaction: [{ manifestation: [{ text: reaction }] }] } : {}),
  }
}

/** Limits are what a body can have at all: they catch slips of the finger, not illness. */
export const vitalSigns = {
  bloodPressure: { code: '85354-9', name: 'Blood pressure', unit: 'mmHg', ucum: 'mm[Hg]', min: 30, max: 300 },
  heartRate: { code: '8867-4', name: 'Heart rate', unit: 'per minute', ucum: '/min', min: 20, max: 300 },
  temperature: { code: '8310-5', name: 'Body temperature', unit: '°C', ucum: 'Cel', min: 25, max: 45 },
  saturation: { code: '59408-5', name: 'Oxygen saturation', unit: '%', ucum: '%', min: 30, max: 100 },
  breathing: { code: '9279-1', name: 'Respiratory rate', unit: 'per minute', ucum: '/min', min: 3, max: 90 },
  weight: { code: '29463-7', name: 'Body weight', unit: 'kg', ucum: 'kg', min: 0.3, max: 500 },
} as const
export type VitalSign = keyof typeof vitalSigns

export interface VitalDraft {
  sign: VitalSign
  value: number
  /** The lower of two, for blood pressure. */
  second: number | undefined
}

export function vitalOf({ sign, value, second }: VitalDraft, { patientId, author, now }: Written): Observation {
  const { code, name, unit, ucum } = vitalSigns[sign]
  const quantity = (of: number) => ({ value: of, unit, system: 'http://unitsofmeasure.org', code: ucum })
  const part = (loinc: string, text: string, of: number) => ({
    code: { text, coding: [{ system: 'http://loinc.org', code: loinc, display: text }] },
    valueQuantity: quantity(of),
  })
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [coded('observation-category', 'vital-signs')],
    code: { text: name, coding: [{ system: 'http://loinc.org', code, display: name }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: now,
    performer: [author],
    ...(second === undefined
      ? { valueQuantity: quantity(value) }
      : {
          component: [
            part('8480-6', 'Systolic blood pressure', value),
            part('8462-4', 'Diastolic blood pressure', second),
          ],
        }),
  }
}

/** "36,8" and "٣٦٫٨" are numbers where they are written so. */
export function numberFrom(text: string): number | undefined {
  const plain = text
    .trim()
    .replaceAll(/[٠-٩]/g, digit => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[,٫]/, '.')
  const value = Number(plain)
  return plain === '' || Number.isNaN(value) ? undefined : value
}

/** Fields by the beginning of the FHIRPath that a refusal names. */
export type Places<Field extends string> = Partial<Record<Field, string>>

/** What a refusal says about each field; whatever is about none of them stays with the form. */
export function problemsOf<Field extends string>(
  error: unknown,
  type: Resource['resourceType'],
  places: Places<Field>,
) {
  const fields: Partial<Record<Field, string>> = {}
  let rest: unknown = error
  if (error instanceof Fault && Array.isArray(error.details['issues'])) {
    const issues = error.details['issues'] as { path: string; message: string }[]
    const others = issues.filter(({ path, message }) => {
      const field = (Object.keys(places) as Field[]).find(each => path.startsWith(`${type}.${places[each]}`))
      if (field) fields[field] = message
      return !field
    })
    if (others.length === 0 && issues.length > 0) rest = undefined
  }
  return { fields, rest }
}
