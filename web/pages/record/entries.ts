// From resources of many types to the one kind of line a timeline shows. Pure: what it says in the reader's words is said where it is drawn.
import type {
  AllergyIntolerance,
  Appointment,
  Condition,
  DiagnosticReport,
  DocumentReference,
  Encounter,
  Immunization,
  MedicationRequest,
  Observation,
  Procedure,
  Resource,
} from '@medplum/fhirtypes'
import { conceptsText, conceptText, referenceText, valueText } from '../../fhir/words.ts'

export const kinds = ['results', 'conditions', 'medicines', 'immunisations', 'visits', 'documents'] as const
export type Kind = (typeof kinds)[number]

export type Known =
  | Observation
  | DiagnosticReport
  | Condition
  | AllergyIntolerance
  | MedicationRequest
  | Immunization
  | Encounter
  | Appointment
  | Procedure
  | DocumentReference

/** Types of a kind, each with the parameter by which it is put in order. */
export const searches: Record<Kind, readonly (readonly [type: Known['resourceType'], sort: string])[]> = {
  results: [
    ['Observation', 'date'],
    ['DiagnosticReport', 'date'],
  ],
  conditions: [
    ['Condition', 'recorded-date'],
    ['AllergyIntolerance', 'date'],
  ],
  medicines: [['MedicationRequest', 'authoredon']],
  immunisations: [['Immunization', 'date']],
  visits: [
    ['Encounter', 'date'],
    ['Appointment', 'date'],
    ['Procedure', 'date'],
  ],
  documents: [['DocumentReference', 'date']],
}

export interface Entry {
  /** Such as `Observation/1`. */
  id: string
  kind: Kind
  resource: Known
  /** A FHIR date or instant; empty when nobody wrote one. */
  when: string
  title: string
  /** One line below the title, in the words of whoever wrote it. */
  detail: string
  who: string
  where: string
  /** Observations that a report is made of, or that were taken in one go. */
  parts: readonly Observation[]
}

export const isKnown = (resource: Resource): resource is Known =>
  Object.values(searches).some(each => each.some(([type]) => type === resource.resourceType))

export function entryOf(resource: Known, locale: string): Entry {
  const { kind, ...facts } = factsOf(resource, locale)
  return {
    id: `${resource.resourceType}/${resource.id}`,
    kind,
    resource,
    when: '',
    detail: '',
    who: '',
    where: '',
    parts: [],
    ...facts,
    title: facts.title || resource.resourceType,
  }
}

type Facts = { kind: Kind; title: string | undefined } & Partial<Pick<Entry, 'when' | 'detail' | 'who' | 'where'>>

function factsOf(resource: Known, locale: string): Facts {
  switch (resource.resourceType) {
    case 'Observation':
      return {
        kind: 'results',
        title: conceptText(resource.code),
        when: resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.issued ?? '',
        detail: valueText(resource, locale) ?? '',
        who: referenceText(resource.performer?.[0]) ?? '',
      }
    case 'DiagnosticReport':
      return {
        kind: 'results',
        title: conceptText(resource.code),
        when: resource.effectiveDateTime ?? resource.issued ?? '',
        detail: resource.conclusion ?? '',
        who: referenceText(resource.performer?.[0]) ?? '',
      }
    case 'Condition':
      return {
        kind: 'conditions',
        title: conceptText(resource.code),
        when: resource.recordedDate ?? resource.onsetDateTime ?? '',
        who: referenceText(resource.recorder ?? resource.asserter) ?? '',
      }
    case 'AllergyIntolerance':
      return {
        kind: 'conditions',
        title: conceptText(resource.code),
        when: resource.recordedDate ?? resource.onsetDateTime ?? '',
        detail: resource.reaction?.flatMap(each => conceptsText(each.manifestation) ?? []).join(', ') ?? '',
        who: referenceText(resource.recorder) ?? '',
      }
    case 'MedicationRequest':
      return {
        kind: 'medicines',
        title: medicineText(resource),
        when: resource.authoredOn ?? '',
        detail: resource.dosageInstruction?.flatMap(each => each.text ?? []).join('; ') ?? '',
        who: referenceText(resource.requester) ?? '',
      }
    case 'Immunization':
      return {
        kind: 'immunisations',
        title: conceptText(resource.vaccineCode),
        when: resource.occurrenceDateTime ?? '',
        who: referenceText(resource.performer?.[0]?.actor) ?? '',
        where: referenceText(resource.location) ?? '',
      }
    case 'DocumentReference':
      return {
        kind: 'documents',
        title: resource.description ?? conceptText(resource.type),
        when: resource.date ?? '',
        detail: conceptText(resource.type) ?? '',
        who: referenceText(resource.author?.[0]) ?? '',
        where: referenceText(resource.custodian) ?? '',
      }
    case 'Encounter':
    case 'Appointment':
    case 'Procedure':
      return visitFacts(resource)
  }
}

function visitFacts(resource: Encounter | Appointment | Procedure): Facts {
  switch (resource.resourceType) {
    case 'Encounter':
      return {
        kind: 'visits',
        title: conceptsText(resource.reasonCode) ?? conceptsText(resource.type),
        when: resource.period?.start ?? '',
        who: resource.participant?.flatMap(each => referenceText(each.individual) ?? []).join(', ') ?? '',
        where: referenceText(resource.serviceProvider) ?? '',
      }
    case 'Appointment':
      return {
        kind: 'visits',
        title: conceptsText(resource.serviceType) ?? resource.description,
        when: resource.start ?? '',
        who:
          resource.participant
            ?.flatMap(({ actor }) => (actor?.reference?.startsWith('Patient/') ? [] : (referenceText(actor) ?? [])))
            .join(', ') ?? '',
      }
    case 'Procedure':
      return {
        kind: 'visits',
        title: conceptText(resource.code),
        when: resource.performedDateTime ?? resource.performedPeriod?.start ?? '',
        who: referenceText(resource.performer?.[0]?.actor) ?? '',
        where: referenceText(resource.location) ?? '',
      }
  }
}

export const medicineText = (resource: MedicationRequest): string | undefined =>
  conceptText(resource.medicationCodeableConcept) ?? referenceText(resource.medicationReference)

/**
 * A blood test of eight values is one thing that happened: a report takes the observations it names, and what else was measured at the
 * same moment by the same person stands together. `measured` names such a group.
 */
export function grouped(entries: readonly Entry[], measured: string): Entry[] {
  const owners = new Map<string, Entry>()
  const inReport = new Map<string, string>()
  for (const { id, resource } of entries)
    if (resource.resourceType === 'DiagnosticReport')
      for (const each of resource.result ?? []) if (each.reference) inReport.set(each.reference, id)
  const found: Entry[] = []
  for (const entry of entries) {
    if (entry.kind !== 'results') {
      found.push(entry)
      continue
    }
    const isReport = entry.resource.resourceType === 'DiagnosticReport'
    const key = isReport ? entry.id : (inReport.get(entry.id) ?? `${entry.when}|${entry.who}`)
    const owner = owners.get(key)
    if (!owner) {
      const parts = entry.resource.resourceType === 'Observation' ? [entry.resource] : []
      const first = { ...entry, parts }
      owners.set(key, first)
      found.push(first)
      continue
    }
    if (entry.resource.resourceType === 'Observation') {
      owner.parts = [...owner.parts, entry.resource]
      if (owner.resource.resourceType === 'Observation' && !inReport.has(entry.id)) owner.title = measured
    } else Object.assign(owner, { ...entry, parts: owner.parts })
  }
  return found
}

export interface Stream {
  /** Where its next page is; undefined when there is none. */
  next: string | undefined
  waiting: readonly Entry[]
}

/**
 * One page of several searches in one order, newest first. A search is asked for more only when it has nothing waiting, so that a page
 * costs a request per type at first and few later. What happened at one moment is never cut in two.
 */
export async function mergedPage(
  streams: readonly Stream[],
  size: number,
  load: (address: string) => Promise<Stream>,
): Promise<{ entries: Entry[]; rest: Stream[] }> {
  const entries: Entry[] = []
  let rest = [...streams]
  for (;;) {
    rest = await Promise.all(rest.map(async each => (each.waiting.length === 0 && each.next ? load(each.next) : each)))
    const heads = rest.filter(each => each.waiting.length > 0)
    const stream = heads.toSorted((a, b) => timeOf(b.waiting[0]!) - timeOf(a.waiting[0]!))[0]
    const entry = stream?.waiting[0]
    if (!stream || !entry) break
    if (entries.length >= size && entry.when !== entries.at(-1)?.when) break
    entries.push(entry)
    rest = rest.map(each => (each === stream ? { next: each.next, waiting: each.waiting.slice(1) } : each))
  }
  return { entries, rest }
}

const timeOf = ({ when }: Entry) => (when === '' ? -Infinity : Date.parse(when))
