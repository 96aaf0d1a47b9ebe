// The International Patient Summary (https://hl7.org/fhir/uv/ips/): what somebody who meets a patient for the first time needs to
// know, as one document. Nothing is added to the record: a section without entries says that information is unavailable, which
// is not "none known", and the narrative only repeats the entries.
import type {
  Bundle,
  CodeableConcept,
  Composition,
  CompositionSection,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes'

type Any = Record<string, unknown>

export type SummaryContext = {
  /** Now, as an instant. */
  at: string
  /** UUID of this summary; it identifies the document and its composition. */
  uuid: string
  /** Where the resources live, without a slash at the end. */
  baseUrl: string
  author: Composition['author'][number]
  custodian?: NonNullable<Composition['custodian']>
}

type Section = { title: string; code: string; display: string; isIn: (resource: Any) => boolean; isOptional?: true }

const isType = (resource: Any, ...types: string[]) => types.includes(String(resource['resourceType']))
const hasStatus = (resource: Any, ...statuses: string[]) => statuses.includes(String(resource['status']))
const list = (value: unknown): Any[] => (Array.isArray(value) ? (value as Any[]) : [])
const codesOf = (concept: unknown) => list((concept as Any | undefined)?.['coding']).map(each => String(each['code']))
const isOfCategory = (resource: Any, ...categories: string[]) =>
  list(resource['category']).some(each => codesOf(each).some(code => categories.includes(code)))

const over = ['inactive', 'remission', 'resolved']
const isOver = (condition: Any) => codesOf(condition['clinicalStatus']).some(code => over.includes(code))
const reported = ['final', 'amended', 'corrected', 'preliminary']
const taken = ['active', 'intended', 'on-hold', 'unknown']

/** Sections and their LOINC codes as the guide lists them. */
const sections: Section[] = [
  {
    title: 'Allergies and intolerances',
    code: '48765-2',
    display: 'Allergies and adverse reactions Document',
    isIn: each => isType(each, 'AllergyIntolerance'),
  },
  {
    title: 'Medicines',
    code: '10160-0',
    display: 'History of Medication use Narrative',
    isIn: each =>
      isType(each, 'MedicationStatement', 'MedicationRequest') && hasStatus(each, ...taken) && !each['doNotPerform'],
  },
  {
    title: 'Problems',
    code: '11450-4',
    display: 'Problem list - Reported',
    isIn: each => isType(each, 'Condition') && !isOver(each),
  },
  {
    title: 'Past problems',
    code: '11348-0',
    display: 'History of Past illness Narrative',
    isIn: each => isType(each, 'Condition') && isOver(each),
    isOptional: true,
  },
  {
    title: 'Immunizations',
    code: '11369-6',
    display: 'History of Immunization Narrative',
    isIn: each => isType(each, 'Immunization') && hasStatus(each, 'completed'),
  },
  {
    title: 'Results',
    code: '30954-2',
    display: 'Relevant diagnostic tests/laboratory data Narrative',
    isIn: each =>
      (isType(each, 'DiagnosticReport') ||
        (isType(each, 'Observation') && !isOfCategory(each, 'vital-signs', 'social-history'))) &&
      hasStatus(each, ...reported),
  },
  {
    title: 'Procedures',
    code: '47519-4',
    display: 'History of Procedures Document',
    isIn: each => isType(each, 'Procedure') && hasStatus(each, 'completed', 'in-progress'),
  },
  {
    title: 'Vital signs',
    code: '8716-3',
    display: 'Vital signs',
    isIn: each => isType(each, 'Observation') && isOfCategory(each, 'vital-signs') && hasStatus(each, ...reported),
  },
  {
    title: 'Social history',
    code: '29762-2',
    display: 'Social history Narrative',
    isIn: each => isType(each, 'Observation') && isOfCategory(each, 'social-history') && hasStatus(each, ...reported),
  },
  {
    title: 'Plan of care',
    code: '18776-5',
    display: 'Plan of care note',
    isIn: each => isType(each, 'CarePlan') && hasStatus(each, 'active', 'on-hold'),
  },
]

const keyOf = (resource: Any) => `${String(resource['resourceType'])}/${String(resource['id'])}`

/** `resources` are the patient's and those they refer to; what does not belong into a summary is left out. */
export function patientSummary(patient: Patient, resources: Resource[], context: SummaryContext): Bundle {
  const all = (resources as unknown as Any[]).filter(each => each['id'] !== undefined && !isMistake(each)).sort(byDate)
  const chosen = sections.map(section => ({ section, entries: all.filter(section.isIn) }))
  const known = new Map([patient as unknown as Any, ...all].map(each => [keyOf(each), each]))
  const written = chosen
    .filter(({ section, entries }) => !section.isOptional || entries.length > 0)
    .map(({ section, entries }) => sectionOf(section, entries, known))
  const composition = compositionOf(patient, written, context)
  const included = withReferred([composition as unknown as Any, ...chosen.flatMap(each => each.entries)], known)
  return {
    resourceType: 'Bundle',
    type: 'document',
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${context.uuid}` },
    timestamp: context.at,
    entry: [
      { fullUrl: `urn:uuid:${context.uuid}`, resource: composition },
      ...included.map(each => ({
        fullUrl: `${context.baseUrl}/${keyOf(each)}`,
        resource: each as unknown as Resource,
      })),
    ],
  }
}

function isMistake(resource: Any): boolean {
  return (
    hasStatus(resource, 'entered-in-error') ||
    codesOf(resource['verificationStatus']).some(code => ['entered-in-error', 'refuted'].includes(code))
  )
}

const dates = [
  'effectiveDateTime',
  'performedDateTime',
  'occurrenceDateTime',
  'onsetDateTime',
  'authoredOn',
  'dateAsserted',
  'issued',
  'recordedDate',
  'created',
]
const periods = ['effectivePeriod', 'performedPeriod', 'onsetPeriod', 'period']

function dateOf(resource: Any): string {
  for (const key of dates) if (typeof resource[key] === 'string') return resource[key]
  for (const key of periods) {
    const start = (resource[key] as Any | undefined)?.['start']
    if (typeof start === 'string') return start
  }
  return ''
}

/** Newest first; what has no date comes last. */
const byDate = (a: Any, b: Any) => (dateOf(a) < dateOf(b) ? 1 : dateOf(a) > dateOf(b) ? -1 : 0)

/** The given resources without the first, and everything known that they refer to, each once, so that the document is whole. */
function withReferred([composition, ...entries]: Any[], known: Map<string, Any>): Any[] {
  const included = new Map<string, Any>()
  const open = [composition!, ...entries]
  for (const [index, entry] of open.entries()) {
    if (index > 0) included.set(keyOf(entry), entry)
    for (const reference of referencesIn(entry)) {
      const found = known.get(reference)
      if (!found || included.has(reference)) continue
      included.set(reference, found)
      open.push(found)
    }
  }
  return [...included.values()]
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'reference' && typeof each === 'string' ? [each] : referencesIn(each),
  )
}

function compositionOf(patient: Patient, section: CompositionSection[], context: SummaryContext): Composition {
  return {
    resourceType: 'Composition',
    id: context.uuid,
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '60591-5', display: 'Patient summary Document' }] },
    subject: { reference: keyOf(patient as unknown as Any) },
    date: context.at,
    author: [context.author],
    title: 'International Patient Summary',
    ...(context.custodian ? { custodian: context.custodian } : {}),
    section,
  }
}

function sectionOf({ title, code, display }: Section, entries: Any[], known: Map<string, Any>): CompositionSection {
  const head = { title, code: { coding: [{ system: 'http://loinc.org', code, display }] } }
  if (entries.length > 0) {
    const text = narrative(`<ul>${entries.map(each => `<li>${escaped(lineOf(each, known))}</li>`).join('')}</ul>`)
    return { ...head, text, entry: entries.map(each => ({ reference: keyOf(each) })) }
  }
  const system = 'http://terminology.hl7.org/CodeSystem/list-empty-reason'
  return {
    ...head,
    text: narrative('<p>Information not available</p>'),
    emptyReason: { coding: [{ system, code: 'unavailable', display: 'Unavailable' }] },
  }
}

const narrative = (inside: string) => ({
  status: 'generated' as const,
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>`,
})

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** Control characters are not allowed in XML at all. */
const escaped = (text: string) =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, ' ').replaceAll(/[&<>"]/g, each => signs[each]!)

/** What an entry is, its value, its state and its date, as far as they are there. */
function lineOf(resource: Any, known: Map<string, Any>): string {
  const subject = ['code', 'vaccineCode', 'medicationCodeableConcept'].map(key => textOf(resource[key])).find(Boolean)
  const referred = resource['medicationReference'] as Reference | undefined
  const medication = referred?.display ?? textOf(known.get(referred?.reference ?? '')?.['code'])
  const name = subject ?? medication ?? (resource['title'] as string | undefined) ?? keyOf(resource)
  const components = list(resource['component']).map(each =>
    [textOf(each['code']), valueOf(each)].filter(Boolean).join(' '),
  )
  const value = [valueOf(resource), ...components].filter(Boolean).join(', ')
  const state = textOf(resource['clinicalStatus']) ?? (resource['status'] as string | undefined)
  const about = [state, dateOf(resource).slice(0, 10)].filter(Boolean).join(', ')
  return `${name}${value ? `: ${value}` : ''}${about ? ` (${about})` : ''}`
}

function textOf(concept: unknown): string | undefined {
  const { text, coding } = (concept ?? {}) as CodeableConcept
  return text ?? coding?.find(each => each.display)?.display ?? coding?.find(each => each.code)?.code
}

function valueOf(observation: Any): string | undefined {
  const quantity = observation['valueQuantity'] as
    | { value?: number; comparator?: string; unit?: string; code?: string }
    | undefined
  if (quantity?.value !== undefined) {
    return `${quantity.comparator ?? ''}${quantity.value} ${quantity.unit ?? quantity.code ?? ''}`.trim()
  }
  for (const key of ['valueString', 'valueInteger', 'valueBoolean', 'valueDateTime']) {
    if (observation[key] !== undefined) return String(observation[key])
  }
  return textOf(observation['valueCodeableConcept'])
}
