// Looking things up: prescriptions, what a patient takes, and the sheet of paper.
import { record } from '#contract/record'
import { askingAsMedley, type Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { fromCursor, toPage } from '#core/page'
import type { OwnMedicine, Prescription } from '#core/prescription'
import { dayMs, instantOf } from '#core/time'
import type { prescription } from '../contract.ts'
import { currentMedicines, type OwnLine } from '../rules/facts.ts'
import type { Formulary } from '../rules/formulary.ts'
import { sideOf } from '../rules/states.ts'
import type { PrescriptionRow } from '../store.ts'
import { type Deps, faults, recordOf } from './deps.ts'
import { draw } from './sheet.ts'
import { openToken } from './tokens.ts'
import { load, loadAll, sidesOf, viewOf } from './views.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>

export function readingHandlers(deps: Deps): Some<'prescription' | 'list' | 'ownMedicines' | 'document' | 'details'> {
  const { kit, store } = deps
  const { database, clock } = kit
  return {
    prescription: async ({ prescriptionId }, call) => viewOf(await load(deps, prescriptionId, call)),

    async details({ prescriptionId }, call) {
      const loaded = await load(deps, prescriptionId, askingAsMedley(call))
      return { ...viewOf(loaded), ...(loaded.row.person_id ? { personId: loaded.row.person_id } : {}) }
    },

    async list({ as, patientId, cursor, limit }, call) {
      const { personId, clinicianId } = call.caller
      const before = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(call, async () => {
        if (as === 'clinician') return clinicianId ? store.ofClinician(clinicianId, patientId, before, limit) : []
        return store.ofPerson(personId!, before, limit)
      })
      const page = toPage(
        rows,
        limit,
        row => [row.id],
        row => row,
      )
      kit.concerning({ patientIds: page.items.map(row => row.patient_id) })
      return { ...page, items: (await loadAll(deps, page.items, call)).map(viewOf) }
    },

    async ownMedicines(_, call) {
      const personId = call.caller.personId!
      const rows = await database.read(call, () => store.ofPerson(personId, undefined, 200))
      const { patientIds } = await kit.call(record).patientsOf({ personId }, askingAsMedley(call))
      kit.concerning({ patientIds })
      const nowMs = clock.nowMs()
      const own = (await loadAll(deps, rows, call)).map(viewOf).filter(each => isTaken(each, nowMs))
      const lines = await recordedMedicines(deps, patientIds, rows, call)
      const formulary = await deps.formulary(call)
      return { items: joined([...own.map(ownLine), ...lines.map(recordLine)], formulary) }
    },

    async document({ prescriptionId }, call) {
      const loaded = await load(deps, prescriptionId, call)
      const { row } = loaded
      if (!row.signed_at) throw faults.stateUnfit({ state: row.state })
      // A pharmacy has redeemed the token; on its sheet a code would only invite a second time.
      const isPharmacy = sideOf(call.caller, sidesOf(row)) === 'pharmacy'
      const token = isPharmacy ? undefined : await openToken(deps, row)
      const pdf = await draw(viewOf(loaded), token)
      return { fileName: `prescription-${row.id.slice(0, 8)}.pdf`, pdf: pdf.toString('base64') }
    },
  }
}

async function recordedMedicines(
  deps: Deps,
  patientIds: readonly string[],
  rows: readonly PrescriptionRow[],
  call: Call,
): Promise<OwnLine[]> {
  const mirrors = new Set(rows.map(row => row.id))
  const found = await Promise.all(patientIds.map(patientId => recordOf(deps, patientId, call)))
  return currentMedicines(found.flat()).filter(({ resource }) => !mirrors.has(String(resource.id)))
}

/** Once something was handed over: until it is used up, or as long as more is to come. */
function isTaken(each: Prescription, nowMs: number): boolean {
  if (handedOver(each) === 0) return false
  return each.state === 'partlyDispensed' || runsOutMs(each)! > nowMs
}

/** The same medicine in the same strength is one line, whoever says so; what a prescription says of it comes first. */
function joined(lines: readonly OwnMedicine[], formulary: Formulary): OwnMedicine[] {
  const byName = new Map<string, OwnMedicine>()
  for (const line of lines) {
    const strength = /[\d.,]+ ?(?:mg|µg|g|IU)(?:\/mL)?/.exec(line.name)?.[0]
    const medicine = formulary.named(line.name)
    const key = medicine ? `${medicine.code} ${strength}` : line.name
    const there = byName.get(key)
    byName.set(key, there ? { ...there, origins: [...there.origins, ...line.origins] } : line)
  }
  return [...byName.values()]
}

const handedOver = ({ fills }: Prescription) =>
  fills.filter(each => each.stage === 'handedOver').reduce((sum, each) => sum + each.quantity, 0)

function runsOutMs(each: Prescription): number | undefined {
  const { fills, order } = each
  const first = fills.find(fill => fill.handedOverAt)?.handedOverAt
  if (!first) return undefined
  return Date.parse(first) + (handedOver(each) / (order.amount * order.timesPerDay)) * dayMs
}

function ownLine(each: Prescription): OwnMedicine {
  const { order, medicineName, clinicianName, id, signedAt, nextFillAt, refillsLeft, refillRequestedAt } = each
  const endMs = runsOutMs(each)
  return {
    name: `${medicineName} ${order.strength}`,
    dose: order.directions,
    origins: [
      { from: 'prescription', by: clinicianName, prescriptionId: id, ...(signedAt ? { since: signedAt } : {}) },
    ],
    prescriptionId: id,
    timesPerDay: order.timesPerDay,
    amount: order.amount,
    form: order.form,
    isAsNeeded: order.isAsNeeded,
    ...(endMs === undefined ? {} : { runsOutOn: instantOf(endMs).slice(0, 10) }),
    ...(nextFillAt ? { nextFillAt } : {}),
    refillsLeft,
    ...(refillRequestedAt ? { refillRequestedAt } : {}),
  }
}

type Dosage = { text?: string; asNeededBoolean?: boolean }
type Reference = { display?: string; reference?: string }

function recordLine({ resource, name }: OwnLine): OwnMedicine {
  const [dosage] = (resource['dosage'] ?? resource['dosageInstruction'] ?? []) as Dosage[]
  const by = (resource['requester'] ?? resource['informationSource']) as Reference | undefined
  const period = resource['effectivePeriod'] as { start?: string } | undefined
  const since = resource['authoredOn'] ?? resource['dateAsserted'] ?? resource['effectiveDateTime'] ?? period?.start
  return {
    name,
    dose: dosage?.text ?? '',
    origins: [
      {
        from: 'record',
        ...(by?.display ? { by: by.display } : {}),
        ...(since ? { since: String(since) } : {}),
        reference: `${resource.resourceType}/${resource.id}`,
      },
    ],
    isAsNeeded: dosage?.asNeededBoolean ?? false,
  }
}
