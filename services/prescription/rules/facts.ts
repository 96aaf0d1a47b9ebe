// From resources of the record to what checks ask about a patient.
import { dayMs } from '#core/time'
import type { PatientFacts } from './checks.ts'

export type Resource = { resourceType: string; id?: string; [element: string]: unknown }
type Coding = { system?: string; code?: string; display?: string }
type Concept = { text?: string; coding?: Coding[] }
type Quantity = { value?: number; unit?: string; code?: string }

/** LOINC; an estimate of filtration has had several equations, and each its own code. */
const weightCodes = ['29463-7', '3141-9']
const eGfrCodes = ['98979-8', '62238-1', '33914-3', '48642-3', '48643-1', '88293-6', '88294-4']
const pregnancyCode = '82810-3'
const gestationCodes = ['18185-9', '49051-6']
/** SNOMED CT. */
const pregnant = ['77386006', '72892002']
const lactating = ['169741004', '413712001']
/** A pregnancy that nobody confirmed for so long is over. */
const pregnancyMs = 300 * dayMs
/** A weight of a child, or an eGFR, says little after this. */
const fresh = { weight: 400 * dayMs, eGfr: 400 * dayMs }

export const textOf = (concept: unknown): string => {
  const { text, coding } = (concept ?? {}) as Concept
  return text ?? coding?.find(each => each.display)?.display ?? ''
}
const codesOf = (concept: unknown) => ((concept ?? {}) as Concept).coding?.map(each => each.code) ?? []
const hasCode = (concept: unknown, codes: readonly string[]) =>
  codesOf(concept).some(each => each && codes.includes(each))

export type OwnLine = { resource: Resource; name: string }

/** Medicines that are taken now, as the record has them. */
export function currentMedicines(resources: readonly Resource[]): OwnLine[] {
  return resources.flatMap(resource => {
    const isTaken =
      (resource.resourceType === 'MedicationStatement' &&
        ['active', 'intended'].includes(String(resource['status']))) ||
      (resource.resourceType === 'MedicationRequest' && ['active', 'on-hold'].includes(String(resource['status'])))
    const reference = resource['medicationReference'] as { display?: string } | undefined
    const name = textOf(resource['medicationCodeableConcept']) || reference?.display || ''
    return isTaken && name ? [{ resource, name }] : []
  })
}

/** `besides` are the record's own mirrors of the prescription that is being checked. */
export function factsOf(resources: readonly Resource[], nowMs: number, besides: readonly string[] = []): PatientFacts {
  const of = (type: string) => resources.filter(each => each.resourceType === type)
  const [patient] = of('Patient')
  const birthDate = patient?.['birthDate'] as string | undefined
  const conditions = of('Condition').filter(each => isActive(each))
  const observations = of('Observation')
  const pregnancy = latest(observations, [pregnancyCode], nowMs, pregnancyMs)
  const isPregnant = pregnancy
    ? hasCode(pregnancy['valueCodeableConcept'], pregnant)
    : conditions.some(each => hasCode(each['code'], pregnant)) || undefined
  const allergies = of('AllergyIntolerance').filter(
    each =>
      isActive(each) &&
      !hasCode(each['verificationStatus'], ['refuted', 'entered-in-error']) &&
      textOf(each['code']) !== '',
  )
  return {
    ageYears: birthDate ? ageAt(birthDate, nowMs) : undefined,
    weightKg: inKilograms(latest(observations, weightCodes, nowMs, fresh.weight)?.['valueQuantity'] as Quantity),
    sex: patient?.['gender'] as string | undefined,
    isPregnant,
    pregnantWeeks: weeksOf(latest(observations, gestationCodes, nowMs, pregnancyMs), nowMs),
    isLactating: conditions.some(each => hasCode(each['code'], lactating)) || undefined,
    eGfr: (latest(observations, eGfrCodes, nowMs, fresh.eGfr)?.['valueQuantity'] as Quantity | undefined)?.value,
    allergies: allergies.map(each => textOf(each['code'])),
    medicineAllergies: allergies.filter(isToMedicine).map(each => textOf(each['code'])),
    medicines: currentMedicines(resources.filter(each => !besides.includes(String(each.id)))).map(each => each.name),
  }
}

const isToMedicine = ({ category }: Resource) => ((category ?? []) as string[]).includes('medication')

const isActive = (resource: Resource) =>
  resource['clinicalStatus'] === undefined || hasCode(resource['clinicalStatus'], ['active', 'recurrence', 'relapse'])

const instantOf = (observation: Resource) =>
  Date.parse(String(observation['effectiveDateTime'] ?? observation['issued']))

function latest(observations: readonly Resource[], codes: readonly string[], nowMs: number, withinMs: number) {
  const fitting = observations.filter(
    each => hasCode(each['code'], codes) && each['status'] !== 'entered-in-error' && instantOf(each) > nowMs - withinMs,
  )
  return fitting.toSorted((a, b) => instantOf(b) - instantOf(a))[0]
}

/** Years of age, with the part of a year that counts in infants. */
export function ageAt(birthDate: string, nowMs: number): number | undefined {
  const bornMs = Date.parse(birthDate)
  return Number.isNaN(bornMs) ? undefined : (nowMs - bornMs) / (365.2425 * dayMs)
}

function inKilograms(quantity: Quantity | undefined): number | undefined {
  if (quantity?.value === undefined) return undefined
  const unit = quantity.code ?? quantity.unit
  if (unit === 'kg') return quantity.value
  if (unit === 'g') return quantity.value / 1_000
  return unit === '[lb_av]' || unit === 'lb' ? quantity.value * 0.45359237 : undefined
}

/** How far the pregnancy is by now, from how far it was when somebody said so. */
function weeksOf(observation: Resource | undefined, nowMs: number): number | undefined {
  const quantity = observation?.['valueQuantity'] as Quantity | undefined
  if (!observation || quantity?.value === undefined) return undefined
  const weeks = (quantity.code ?? quantity.unit) === 'd' ? quantity.value / 7 : quantity.value
  return weeks + (nowMs - instantOf(observation)) / (7 * dayMs)
}
