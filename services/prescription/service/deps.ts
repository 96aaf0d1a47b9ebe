// What every part of the service is given: the knowledge, the patient’s facts from the record, and the sealed contents.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { asking, askingAsMedley, type Call } from '#core/call'
import { faultsOf } from '#core/contract'
import { unlessClosed, unlessGone } from '#core/fault'
import type { Finding } from '#core/medicine'
import type { Exchange, Fill, Override, WholeOrder } from '#core/prescription'
import type { Kit } from '#platform'
import { prescription } from '../contract.ts'
import { loadKnowledge } from '../data/load.ts'
import type { PatientFacts } from '../rules/checks.ts'
import { factsOf, type Resource } from '../rules/facts.ts'
import { createFormulary, type Formulary, merged } from '../rules/formulary.ts'
import type { ExchangeRow, FillRow, PrescriptionRow, PrescriptionStore } from '../store.ts'

export type PrescriptionKit = Pick<
  Kit,
  'database' | 'clock' | 'keys' | 'call' | 'announce' | 'concerning' | 'settings' | 'region'
>
export type Deps = {
  kit: PrescriptionKit
  store: PrescriptionStore
  formulary: (call: Call) => Promise<Formulary>
}

export const faults = faultsOf(prescription)

/** What is sealed of a prescription. */
export type Content = {
  order: WholeOrder
  medicineName: string
  atc: string
  schedule?: string | undefined
  patientName: string
  birthDate?: string | undefined
  clinicianName: string
  findings: Finding[]
  overrides: Override[]
}
export type FillContent = Pick<Fill, 'product' | 'isSubstituted' | 'lot' | 'lotExpiresOn'>
export type ExchangeContent = Pick<Exchange, 'text' | 'before'>

/** The shipped files, with what operators imported before them; read again when an import was added. */
export function createDeps(kit: PrescriptionKit, store: PrescriptionStore): Deps {
  let ready: { version: string; formulary: Formulary } | undefined
  const shipped = loadKnowledge()
  return {
    kit,
    store,
    async formulary(call) {
      const imports = await kit.database.read(call, () => store.imports(), { reach: 'all' })
      const version = imports.map(each => each.id).join()
      if (ready?.version !== version) {
        const rows = await kit.database.read(call, () => store.importedKnowledge(), { reach: 'all' })
        const all = merged(
          shipped,
          rows.map(row => row.content),
        )
        ready = { version, formulary: createFormulary(all) }
      }
      return ready.formulary
    },
  }
}

async function search({ kit }: Deps, path: string, query: [string, string][], call: Call): Promise<Resource[]> {
  const { body } = await kit.call(record).interact({ method: 'GET', path, query }, call)
  const bundle = JSON.parse(body ?? '{}') as { entry?: { resource: Resource }[] }
  return (bundle.entry ?? []).map(each => each.resource)
}

/** Types that bear on a prescription; the newest of each are enough. */
const asked: readonly (readonly [string, number])[] = [
  ['AllergyIntolerance', 200],
  ['MedicationStatement', 200],
  ['MedicationRequest', 200],
  ['Condition', 200],
]
const measured = '29463-7,3141-9,98979-8,62238-1,33914-3,48642-3,48643-1,88293-6,88294-4,82810-3,18185-9,49051-6'

/** Everything the record has that a check asks for. */
export async function recordOf(deps: Deps, patientId: string, call: Call): Promise<Resource[]> {
  const own = askingAsMedley(call)
  const of = (type: string, more: [string, string][]) => search(deps, type, [['patient', patientId], ...more], own)
  const found = await Promise.all([
    search(deps, 'Patient', [['_id', patientId]], own),
    of('Observation', [
      ['code', measured],
      ['_sort', '-date'],
      ['_count', '100'],
    ]),
    ...asked.map(([type, count]) => of(type, [['_count', String(count)]])),
  ])
  return found.flat()
}

export type Patient = {
  patientId: string
  personId: string | undefined
  name: string
  birthDate: string | undefined
  jurisdiction: string
  timeZone: string
}

/** A patient whose record is open to the caller; to everybody else there is none. */
export async function patientOf(deps: Deps, patientId: string, call: Call): Promise<Patient> {
  const { kit } = deps
  const read = { method: 'GET', path: `Patient/${patientId}` } as const
  const answer = await unlessClosed(kit.call(record).interact(read, asking(call)))
  if (!answer?.body) throw faults.patientNotFound()
  const patient = JSON.parse(answer.body) as {
    name?: { text?: string; given?: string[]; family?: string }[]
    birthDate?: string
  }
  const { personId } = await kit.call(record).personOf({ patientId }, askingAsMedley(call))
  const contact = personId && (await unlessGone(kit.call(identity).contactOf({ personId }, askingAsMedley(call))))
  const [name] = patient.name ?? []
  return {
    patientId,
    personId,
    name: name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim(),
    birthDate: patient.birthDate,
    ...(contact
      ? { jurisdiction: contact.jurisdiction, timeZone: contact.timeZone }
      : await placeOfClinician(deps, call)),
  }
}

/** Who has no account is where their clinician is. */
async function placeOfClinician({ kit }: Deps, call: Call) {
  const { organization } = await kit
    .call(directory)
    .clinician({ clinicianId: call.caller.clinicianId! }, askingAsMedley(call))
  return { jurisdiction: organization.jurisdiction, timeZone: organization.timeZone }
}

/** What the checks ask about a patient; `besides` is the prescription itself, which the record mirrors. */
export async function patientFacts(
  deps: Deps,
  patientId: string,
  call: Call,
  besides: string[] = [],
): Promise<PatientFacts> {
  return factsOf(await recordOf(deps, patientId, call), deps.kit.clock.nowMs(), besides)
}

type Place = 'content' | 'token' | 'fill' | 'exchange'
const contextOf = (place: Place, id: string) => `prescription.${place}/${id}`

export const seal = async (
  { kit }: Deps,
  subjectId: string,
  place: Place,
  id: string,
  value: unknown,
): Promise<Buffer> => Buffer.from(await kit.keys.sealFor(subjectId, JSON.stringify(value), contextOf(place, id)))

/** What was sealed; undefined when the key is destroyed. */
export async function open<Shape>(
  { kit }: Deps,
  subjectId: string,
  place: Place,
  id: string,
  sealed: Uint8Array,
): Promise<Shape | undefined> {
  const text = await kit.keys.openTextFor(subjectId, sealed, contextOf(place, id))
  return text === undefined ? undefined : (JSON.parse(text) as Shape)
}

/** A prescription with all that hangs on it, opened. */
export type Loaded = {
  row: PrescriptionRow
  content: Content
  fills: (readonly [FillRow, FillContent])[]
  exchanges: (readonly [ExchangeRow, ExchangeContent])[]
  /** What is left of each supply, in thousandths. */
  left: readonly number[]
  pharmacyName: string | undefined
}
