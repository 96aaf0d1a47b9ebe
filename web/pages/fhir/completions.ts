// What could come next in a FHIR address, by what the server says it can do. Pure.
import type { CapabilityStatement } from '@medplum/fhirtypes'

export interface Completion {
  /** The whole address when it is taken. */
  text: string
  /** What is new about it. */
  label: string
  description: string
}

const resultParameters = ['_count', '_sort', '_include', '_revinclude', '_elements', '_summary', '_total']
const shownMax = 60

export function completionsOf(text: string, capability: CapabilityStatement | undefined): Completion[] {
  const types = capability?.rest?.[0]?.resource ?? []
  const [path = '', query] = text.split(/\?(.*)/s)
  if (query === undefined) return pathCompletions(path, types)
  const type = path.split('/').findLast(each => types.some(one => one.type === each))
  const known = types.find(each => each.type === type)
  if (!known) return []
  const parts = query.split('&')
  const last = parts.at(-1) ?? ''
  if (last.includes('=')) return []
  const before = `${path}?${parts
    .slice(0, -1)
    .map(each => `${each}&`)
    .join('')}`
  const parameters = [
    ...(known.searchParam ?? []).map(({ name, type: kind }) => ({ name: name ?? '', kind: kind ?? '' })),
    ...resultParameters.map(name => ({ name, kind: '' })),
  ]
  return parameters
    .filter(({ name }) => name.toLowerCase().startsWith(last.toLowerCase()))
    .slice(0, shownMax)
    .map(({ name, kind }) => ({ text: `${before}${name}=`, label: name, description: kind }))
}

type Known = NonNullable<NonNullable<CapabilityStatement['rest']>[number]['resource']>[number]

function pathCompletions(path: string, types: readonly Known[]): Completion[] {
  const [first = '', ...rest] = path.split('/')
  if (rest.length === 0)
    return [
      ...types
        .filter(each => each.type?.toLowerCase().startsWith(first.toLowerCase()))
        .map(each => ({ text: `${each.type}?`, label: each.type ?? '', description: '' })),
      ...['metadata', '_history']
        .filter(each => each.startsWith(first))
        .map(each => ({ text: each, label: each, description: '' })),
    ].slice(0, shownMax)
  const known = types.find(each => each.type === first)
  const last = rest.at(-1) ?? ''
  if (!known || rest.length !== 2) return []
  return ['_history', ...(known.operation ?? []).map(each => `$${each.name}`)]
    .filter(each => each.startsWith(last))
    .map(each => ({ text: `${first}/${rest[0]}/${each}`, label: each, description: '' }))
}

/** Addresses that show what can be asked, for those who have not learnt them by heart. */
export const examples: readonly string[] = [
  'metadata',
  'Patient?_sort=family&_count=20',
  'Observation?code=http://loinc.org|85354-9&_sort=-date&_count=5',
  'Observation?category=laboratory&_include=Observation:patient',
  'Patient?_has:Condition:patient:code=http://snomed.info/sct|38341003',
  'Encounter?date=ge2025&_summary=true',
  'Practitioner?_elements=name&_total=accurate',
]
