// Prescriptions as they leave the service.
import { directory } from '#contract/directory'
import { askingAsMedley, type Call } from '#core/call'
import type { Exchange, Fill, Prescription } from '#core/prescription'
import type { ExchangeRow, FillRow, PrescriptionRow, SupplyRow } from '../store.ts'
import { sideOf } from '../rules/states.ts'
import { type Content, type Deps, type ExchangeContent, faults, type FillContent, type Loaded, open } from './deps.ts'

const all = { reach: 'all' } as const

/** Rows with their contents, fills and questions; what was shredded is left out. */
export async function loadAll(deps: Deps, rows: readonly PrescriptionRow[], call: Call): Promise<Loaded[]> {
  if (rows.length === 0) return []
  const ids = rows.map(row => row.id)
  const { store, kit } = deps
  const parts = await kit.database.read(
    call,
    async () => ({
      fills: await store.fills(ids),
      exchanges: await store.exchanges(ids),
      supplies: await store.supplies(ids),
    }),
    all,
  )
  const names = await pharmacyNames(deps, rows, call)
  const loaded = await Promise.all(rows.map(row => opened(deps, row, parts, names)))
  return loaded.filter(each => each !== undefined)
}

type Parts = { fills: FillRow[]; exchanges: ExchangeRow[]; supplies: SupplyRow[] }

async function opened(
  deps: Deps,
  row: PrescriptionRow,
  parts: Parts,
  names: ReadonlyMap<string, string>,
): Promise<Loaded | undefined> {
  const of = <Row extends { prescription_id: string }>(rows: Row[]) =>
    rows.filter(each => each.prescription_id === row.id)
  const content = await open<Content>(deps, row.subject_id, 'content', row.id, row.content_sealed)
  if (!content) return undefined
  return {
    row,
    content,
    fills: await Promise.all(
      of(parts.fills).map(
        async fill =>
          [fill, (await open<FillContent>(deps, row.subject_id, 'fill', fill.id, fill.content_sealed))!] as const,
      ),
    ),
    exchanges: await Promise.all(
      of(parts.exchanges).map(
        async each =>
          [
            each,
            (await open<ExchangeContent>(deps, row.subject_id, 'exchange', each.id, each.content_sealed))!,
          ] as const,
      ),
    ),
    left: of(parts.supplies).map(each => each.left_milli),
    pharmacyName: row.pharmacy_id === null ? undefined : names.get(row.pharmacy_id),
  }
}

async function pharmacyNames(
  { kit }: Deps,
  rows: readonly PrescriptionRow[],
  call: Call,
): Promise<Map<string, string>> {
  if (rows.every(row => row.pharmacy_id === null)) return new Map()
  const { items } = await kit.call(directory).listOrganizations({ kind: 'pharmacy', limit: 200 }, askingAsMedley(call))
  return new Map(items.map(each => [each.id, each.name]))
}

/** One prescription, to whoever is a side of it. */
export async function load(deps: Deps, id: string, call: Call): Promise<Loaded> {
  const row = await deps.kit.database.read(call, () => deps.store.prescription(id), all)
  if (!row || !(call.caller.roles.includes('service') || sideOf(call.caller, sidesOf(row))))
    throw faults.prescriptionNotFound()
  deps.kit.concerning({ patientIds: [row.patient_id] })
  const [loaded] = await loadAll(deps, [row], call)
  if (!loaded) throw faults.prescriptionNotFound()
  return loaded
}

export const sidesOf = (row: PrescriptionRow) => ({
  personId: row.person_id,
  clinicianId: row.clinician_id,
  pharmacyId: row.pharmacy_id,
  state: row.state,
})

const instant = <Key extends string>(key: Key, value: Date | null) =>
  (value === null ? {} : { [key]: value.toISOString() }) as { [K in Key]?: string }

export function viewOf({ row, content, fills, exchanges, left, pharmacyName }: Loaded): Prescription {
  const untouched = left.filter((milli, number) => number > 0 && milli > 0).length
  return {
    id: row.id,
    patientId: row.patient_id,
    patientName: content.patientName,
    ...(content.birthDate ? { birthDate: content.birthDate } : {}),
    clinicianId: row.clinician_id,
    clinicianName: content.clinicianName,
    jurisdiction: row.jurisdiction,
    state: row.state,
    stateSince: row.state_since.toISOString(),
    order: content.order,
    medicineName: content.medicineName,
    atc: content.atc,
    ...(content.schedule ? { schedule: content.schedule } : {}),
    findings: content.findings,
    overrides: content.overrides,
    ...(row.pharmacy_id ? { pharmacy: { id: row.pharmacy_id, name: pharmacyName ?? '' } } : {}),
    ...instant('signedAt', row.signed_at),
    ...instant('sentAt', row.sent_at),
    ...instant('validUntil', row.valid_until),
    fills: fills.map(fillView),
    exchanges: exchanges.map(exchangeView),
    // Not signed yet: all that are ordered. Ended: none.
    refillsLeft: left.length === 0 ? row.refills : isEnded(row) ? 0 : untouched,
    ...instant('nextFillAt', row.next_fill_at),
    ...instant('refillRequestedAt', row.refill_requested_at),
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
  }
}

const isEnded = ({ state }: PrescriptionRow) => ['completed', 'cancelled', 'expired'].includes(state)

const fillView = ([row, content]: readonly [FillRow, FillContent]): Fill => ({
  id: row.id,
  number: row.number,
  quantity: row.quantity_milli / 1_000,
  stage: row.stage,
  ...content,
  preparedById: row.prepared_by,
  preparedAt: row.prepared_at.toISOString(),
  ...(row.verified_by ? { verifiedById: row.verified_by } : {}),
  ...instant('verifiedAt', row.verified_at),
  ...instant('handedOverAt', row.handed_over_at),
  ...(row.rejected_because ? { rejectedBecause: row.rejected_because } : {}),
})

const exchangeView = ([row, content]: readonly [ExchangeRow, ExchangeContent]): Exchange => ({
  id: row.id,
  kind: row.kind,
  by: row.side,
  ...content,
  at: row.at.toISOString(),
})

/** What every event carries: ids only. */
export const changeOf = (row: PrescriptionRow) => ({
  prescriptionId: row.id,
  patientId: row.patient_id,
  clinicianId: row.clinician_id,
  revision: row.revision,
  ...(row.person_id ? { personId: row.person_id } : {}),
  ...(row.pharmacy_id ? { pharmacyId: row.pharmacy_id } : {}),
})
