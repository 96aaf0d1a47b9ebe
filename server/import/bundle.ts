// Reads a FHIR R4 transaction bundle into the people and places Medley enters from it. Pure: a broken bundle is refused
// here, whole, before anything is written.
import { z } from 'zod'

/** Why a file is refused: the entry and what is wrong with it, in words a person can act on. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused'
}

const Identifier = z.looseObject({ system: z.string().max(300).default(''), value: z.string().min(1).max(300) })
const Address = z.looseObject({
  line: z.array(z.string()).default([]),
  city: z.string().default(''),
  state: z.string().optional(),
  country: z.string().optional(),
})
const HumanName = z.looseObject({
  use: z.string().optional(),
  family: z.string().optional(),
  given: z.array(z.string()).default([]),
  prefix: z.array(z.string()).default([]),
  text: z.string().optional(),
})
const Telecom = z.looseObject({ system: z.string().optional(), value: z.string().optional() })
const FhirDate = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'is not a FHIR date')

const Patient = z.looseObject({
  id: z.string().min(1),
  identifier: z.array(Identifier).min(1, 'a patient needs an identifier to be recognised by'),
  name: z.array(HumanName).min(1, 'a patient needs a name'),
  birthDate: FhirDate.optional(),
  gender: z.enum(['male', 'female', 'other', 'unknown']).optional(),
  address: z.array(Address).default([]),
  telecom: z.array(Telecom).default([]),
  deceasedDateTime: z.string().optional(),
})
const Practitioner = z.looseObject({
  id: z.string().min(1),
  identifier: z.array(Identifier).min(1),
  name: z.array(HumanName).min(1),
  address: z.array(Address).default([]),
})
const Organization = z.looseObject({
  id: z.string().min(1),
  identifier: z.array(Identifier).default([]),
  name: z.string().min(1),
  address: z.array(Address).default([]),
})
const Resource = z.looseObject({
  resourceType: z.string().regex(/^[A-Z][A-Za-z]+$/, 'is not a resource type'),
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/, 'is no FHIR id'),
})
const Bundle = z.looseObject({
  resourceType: z.literal('Bundle'),
  type: z.enum(['transaction', 'batch', 'collection']),
  entry: z
    .array(z.looseObject({ fullUrl: z.string().optional(), resource: Resource }))
    .min(1)
    .max(200_000),
})

export type ImportedPlace = { source: string; name: string; city: string; address: string; jurisdiction: string }
export type ImportedClinician = { source: string; name: string; placeSource: string | undefined; jurisdiction: string }
export type ImportedPerson = {
  source: { system: string; value: string }
  name: string
  birthDate: string | undefined
  phone: string | undefined
  jurisdiction: string
  details: Record<string, z.core.util.JSONType>
}
export type ReadBundle = {
  person: ImportedPerson
  places: ImportedPlace[]
  clinicians: ImportedClinician[]
  entries: { fullUrl?: string | undefined; resource: { resourceType: string; id: string } }[]
}

export function readBundle(file: string, text: string): ReadBundle {
  const bundle = parsed(file, text)
  const ofType = (type: string) =>
    bundle.entry.flatMap((entry, index) => (entry.resource.resourceType === type ? [{ entry, index }] : []))
  const people = ofType('Patient')
  if (people.length !== 1)
    throw new ImportRefused(
      `${file}: has ${people.length} patients; a bundle is imported as the history of one person.`,
    )
  const patient = checked(Patient, people[0]!, file)
  const places = new Map<string, ImportedPlace>()
  for (const each of ofType('Organization')) {
    const place = placeOf(checked(Organization, each, file))
    for (const reference of referencesTo(each.entry)) places.set(reference, place)
  }
  const workplaces = workplacesOf(bundle.entry)
  const clinicians = ofType('Practitioner').map(each => {
    const at = referencesTo(each.entry).flatMap(reference => workplaces.get(reference) ?? [])[0]
    return clinicianOf(checked(Practitioner, each, file), at === undefined ? undefined : places.get(at))
  })
  return {
    person: personOf(patient),
    places: [...new Set(places.values())],
    clinicians,
    entries: bundle.entry as unknown as ReadBundle['entries'],
  }
}

function parsed(file: string, text: string): z.output<typeof Bundle> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ImportRefused(`${file}: is not JSON (${(error as Error).message.replace(/".*"/s, '…')}).`)
  }
  const result = Bundle.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  throw new ImportRefused(`${file}: ${placeIn(issue.path)} ${issue.message}.`)
}

function checked<T>(
  schema: z.ZodType<T>,
  { entry, index }: { entry: { resource: unknown }; index: number },
  file: string,
): T {
  const result = schema.safeParse(entry.resource)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const { resourceType } = entry.resource as { resourceType: string }
  throw new ImportRefused(
    `${file}: entry ${index} (${resourceType}), ${issue.path.join('.') || 'as a whole'}: ${issue.message}.`,
  )
}

const placeIn = (path: readonly PropertyKey[]) =>
  path[0] === 'entry' && path.length > 1
    ? `entry ${String(path[1])}, ${path.slice(2).join('.') || 'as a whole'}:`
    : `${path.join('.') || 'the bundle'}:`

/** The ways in which other entries may refer to this one. */
const referencesTo = (entry: { fullUrl?: string | undefined; resource: { resourceType: string } }): string[] => {
  const { id } = entry.resource as unknown as { id?: string }
  return [
    ...(entry.fullUrl ? [entry.fullUrl] : []),
    ...(id ? [`${entry.resource.resourceType}/${id}`, `urn:uuid:${id}`] : []),
  ]
}

/** Practitioner reference → organisation reference, from the encounters that name both. */
function workplacesOf(entries: z.output<typeof Bundle>['entry']): Map<string, string> {
  const Encounter = z.looseObject({
    participant: z
      .array(z.looseObject({ individual: z.looseObject({ reference: z.string() }).optional() }))
      .default([]),
    serviceProvider: z.looseObject({ reference: z.string() }).optional(),
  })
  const found = new Map<string, string>()
  for (const { resource } of entries) {
    const encounter = resource.resourceType === 'Encounter' ? Encounter.safeParse(resource).data : undefined
    for (const { individual } of encounter?.participant ?? []) {
      if (individual && encounter?.serviceProvider) found.set(individual.reference, encounter.serviceProvider.reference)
    }
  }
  return found
}

function placeOf(organization: z.output<typeof Organization>): ImportedPlace {
  const address = organization.address[0]
  const identifier = organization.identifier[0]
  return {
    source: `fhir:organization/${identifier ? `${identifier.system}|${identifier.value}` : organization.id}`,
    name: titled(organization.name),
    city: titled(address?.city ?? ''),
    address: titled(address?.line.join(', ') ?? ''),
    jurisdiction: jurisdictionOf(address),
  }
}

function clinicianOf(practitioner: z.output<typeof Practitioner>, place: ImportedPlace | undefined): ImportedClinician {
  const identifier = practitioner.identifier[0]!
  const name = practitioner.name[0]!
  return {
    source: `fhir:practitioner/${identifier.system}|${identifier.value}`,
    name: [...name.prefix, displayName(name)].join(' '),
    placeSource: place?.source,
    jurisdiction: jurisdictionOf(practitioner.address[0]),
  }
}

function personOf(patient: z.output<typeof Patient>): ImportedPerson {
  const { system, value } = patient.identifier[0]!
  const address = patient.address[0]
  const details = {
    gender: patient.gender ?? null,
    deceasedAt: patient.deceasedDateTime ?? null,
    identifiers: patient.identifier.map(each => ({ system: each.system, value: each.value })),
    address: address
      ? { line: address.line, city: address.city, state: address.state ?? null, country: address.country ?? null }
      : null,
  }
  return {
    source: { system: system || 'urn:fhir:patient', value },
    name: displayName(patient.name.find(each => each.use === 'official') ?? patient.name[0]!),
    birthDate: patient.birthDate?.length === 10 ? patient.birthDate : undefined,
    phone: patient.telecom.find(each => each.system === 'phone')?.value,
    jurisdiction: jurisdictionOf(address),
    details,
  }
}

/** Synthetic names carry digits (`Denny560`) that no person has. */
const displayName = (name: z.output<typeof HumanName>): string => {
  const text = name.text ?? [...name.given, name.family ?? ''].join(' ')
  return text.replaceAll(/(\p{L})\d+/gu, '$1').trim() || 'Unnamed'
}

const titled = (text: string) =>
  text === text.toUpperCase()
    ? text.toLowerCase().replaceAll(/(^|[\s'-])\p{L}/gu, letter => letter.toUpperCase())
    : text

/** ISO 3166-2 codes of the states and districts that US addresses spell out. */
const states: Record<string, string> = Object.fromEntries(
  (
    'Alabama AL,Alaska AK,Arizona AZ,Arkansas AR,California CA,Colorado CO,Connecticut CT,Delaware DE,District of Columbia DC,Florida FL,Georgia GA,' +
    'Hawaii HI,Idaho ID,Illinois IL,Indiana IN,Iowa IA,Kansas KS,Kentucky KY,Louisiana LA,Maine ME,Maryland MD,Massachusetts MA,Michigan MI,' +
    'Minnesota MN,Mississippi MS,Missouri MO,Montana MT,Nebraska NE,Nevada NV,New Hampshire NH,New Jersey NJ,New Mexico NM,New York NY,' +
    'North Carolina NC,North Dakota ND,Ohio OH,Oklahoma OK,Oregon OR,Pennsylvania PA,Rhode Island RI,South Carolina SC,South Dakota SD,' +
    'Tennessee TN,Texas TX,Utah UT,Vermont VT,Virginia VA,Washington WA,West Virginia WV,Wisconsin WI,Wyoming WY'
  )
    .split(',')
    .map(each => [each.slice(0, -3).toLowerCase(), each.slice(-2)]),
)

function jurisdictionOf(address: z.output<typeof Address> | undefined): string {
  const country = address?.country && /^[A-Za-z]{2}$/.test(address.country) ? address.country.toUpperCase() : 'US'
  const state = address?.state ?? ''
  const code = /^[A-Za-z]{2}$/.test(state) ? state.toUpperCase() : states[state.toLowerCase()]
  return country === 'US' && code ? `US-${code}` : country
}
