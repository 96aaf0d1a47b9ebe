// Writing a prescription: checked while it is written, checked again before it can be signed, signed once.
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { createHash } from 'node:crypto'
import { askingAsMedley, type Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { newId } from '#core/id'
import type { Finding, JurisdictionRule, Medicine } from '#core/medicine'
import type { Order, Override, Prescription } from '#core/prescription'
import { prescription } from '../contract.ts'
import { check, isBlocking, needsReason, type PatientFacts } from '../rules/checks.ts'
import { type Formulary, lawOf } from '../rules/formulary.ts'
import { isProven, needsProof } from '../rules/proof.ts'
import { type Act, after, dateIn, validUntilMs, whole } from '../rules/states.ts'
import type { Change, PrescriptionRow } from '../store.ts'
import { type Content, type Deps, faults, type Loaded, type Patient, patientFacts, patientOf, seal } from './deps.ts'
import { tokenOf } from './tokens.ts'
import { changeOf, load, viewOf } from './views.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>
const all = { reach: 'all' } as const

export function writingHandlers(deps: Deps): Some<'check' | 'draft' | 'revise' | 'complete' | 'sign'> {
  const { kit, store } = deps
  const { database, clock } = kit
  return {
    async check({ patientId, order }, call) {
      kit.concerning({ patientIds: [patientId] })
      const patient = await patientOf(deps, patientId, call)
      const { findings, law } = await weighed(deps, order, patient, await patientFacts(deps, patientId, call), call)
      return {
        findings,
        ...(law?.schedule ? { schedule: law.schedule } : {}),
        ...(law?.validDays ? { validDays: law.validDays } : {}),
      }
    },

    async draft({ patientId, order }, call) {
      kit.concerning({ patientIds: [patientId] })
      const patient = await patientOf(deps, patientId, call)
      const nowMs = clock.nowMs()
      const id = newId(nowMs)
      const clinicianId = call.caller.clinicianId!
      const { name } = await kit.call(directory).clinician({ clinicianId }, askingAsMedley(call))
      const content = contentOf(await medicineOf(deps, order, call), order, patient, name)
      const subjectId = patient.personId ?? id
      const row: PrescriptionRow = {
        ...newRow,
        id,
        person_id: patient.personId ?? null,
        subject_id: subjectId,
        patient_id: patientId,
        clinician_id: clinicianId,
        jurisdiction: patient.jurisdiction,
        state: 'draft',
        state_since: new Date(nowMs),
        content_sealed: await seal(deps, subjectId, 'content', id, content),
        refills: order.refills,
        days: order.days,
        created_at: new Date(nowMs),
      }
      return database.save(call, async () => {
        await store.add(row)
        return viewOf({ row, content, fills: [], exchanges: [], left: [], pharmacyName: undefined })
      })
    },

    async revise({ prescriptionId, order }, call) {
      const loaded = await own(deps, prescriptionId, call)
      const medicine = await medicineOf(deps, order, call)
      const content = { ...loaded.content, ...orderPart(medicine, order), findings: [], overrides: [] }
      const change = { refills: order.refills, days: order.days }
      return moved(deps, { ...loaded, content }, 'revise', call, { change })
    },

    async complete({ prescriptionId }, call) {
      const loaded = await own(deps, prescriptionId, call)
      const content = await checkedContent(deps, loaded, loaded.content.order, call)
      return moved(deps, { ...loaded, content }, 'check', call)
    },

    async sign({ prescriptionId, overrides }, call) {
      const loaded = await own(deps, prescriptionId, call)
      if (!after(loaded.row.state, 'sign')) throw faults.stateUnfit({ state: loaded.row.state })
      const checked = await checkedContent(deps, loaded, loaded.content.order, call)
      const isSame = isDeepEqual(graveKeys(checked.findings), graveKeys(loaded.content.findings))
      if (!isSame) throw faults.findingsChanged()
      const signed = await signing(deps, loaded, { ...checked, overrides }, call)
      return moved(deps, { ...loaded, content: signed.content }, 'sign', call, {
        change: signed.change,
        event: 'signed',
        also: async row => {
          await store.setSupplies(row, Math.round(signed.content.order.quantity * 1_000), row.refills)
          const { reason: _r, note: _n, ...order } = signed.content.order
          const kept = { ...order, reason: '', note: '' }
          await store.use(row.clinician_id, hashOf(kept), kept, clock.nowMs())
        },
      })
    },
  }
}

const newRow = {
  token_id: null,
  token_sealed: null,
  pharmacy_id: null,
  signed_at: null,
  sent_at: null,
  valid_until: null,
  next_fill_at: null,
  refill_requested_at: null,
  revision: 0,
}

/** Of the prescriber alone; others of its sides may read it and no more. */
export async function own(deps: Deps, id: string, call: Call): Promise<Loaded> {
  const loaded = await load(deps, id, call)
  if (loaded.row.clinician_id !== call.caller.clinicianId) throw faults.prescriptionNotFound()
  return loaded
}

export const hashOf = (order: Order): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(order).toSorted()))
    .digest('base64url')

const isDeepEqual = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n')
const graveKeys = (findings: readonly Finding[]) =>
  findings
    .filter(needsReason)
    .map(each => each.key)
    .toSorted()

async function medicineOf(deps: Deps, order: Order, call: Call): Promise<Medicine> {
  const medicine = (await deps.formulary(call)).medicine(order.medicine)
  if (!medicine) throw faults.medicineNotFound()
  return medicine
}

const orderPart = (medicine: Medicine, order: Order) => ({
  order: whole(order),
  medicineName: medicine.name,
  atc: medicine.atc,
})

const contentOf = (medicine: Medicine, order: Order, patient: Patient, clinicianName: string): Content => ({
  ...orderPart(medicine, order),
  patientName: patient.name,
  birthDate: patient.birthDate,
  clinicianName,
  findings: [],
  overrides: [],
})

type Weighed = { findings: Finding[]; law: JurisdictionRule | undefined; formulary: Formulary }

async function weighed(
  deps: Deps,
  order: Order,
  { jurisdiction, timeZone }: Patient,
  facts: PatientFacts,
  call: Call,
): Promise<Weighed> {
  const formulary = await deps.formulary(call)
  if (!formulary.medicine(order.medicine)) throw faults.medicineNotFound()
  const on = dateIn(timeZone, deps.kit.clock.nowMs())
  const { medicine, form, refills, strength, amount, timesPerDay, days } = order
  const dosing = { strength, amount, timesPerDay, days }
  const findings = check(formulary, { medicine, form, dosing, refills, jurisdiction, on }, facts)
  return { findings, law: lawOf(formulary, medicine, jurisdiction, on), formulary }
}

/** The content with what is found now. The record is read anew: something may have been entered since. */
export async function checkedContent(deps: Deps, { row, content }: Loaded, order: Order, call: Call): Promise<Content> {
  const patient = await patientOf(deps, row.patient_id, call)
  const facts = await patientFacts(deps, row.patient_id, call, [row.id])
  const { findings, law, formulary } = await weighed(deps, order, patient, facts, call)
  const medicine = formulary.medicine(order.medicine)!
  return { ...content, ...orderPart(medicine, order), findings, overrides: [], schedule: law?.schedule }
}

/** Licence, law and reasons; then the token. */
export async function signing(
  deps: Deps,
  { row }: Loaded,
  content: Content,
  call: Call,
): Promise<{ content: Content; change: Change }> {
  const { findings, overrides, order } = content
  const nowMs = deps.kit.clock.nowMs()
  const { timeZone } = await patientOf(deps, row.patient_id, call)
  const on = dateIn(timeZone, nowMs)
  const licence = { clinicianId: row.clinician_id, jurisdiction: row.jurisdiction, on }
  const { mayPractise } = await deps.kit.call(directory).mayPractise(licence, askingAsMedley(call))
  if (!mayPractise) throw faults.noLicence({ jurisdiction: row.jurisdiction, on })
  assertReasoned(findings, overrides)
  await assertProven(deps, content.schedule, call)
  const law = lawOf(await deps.formulary(call), order.medicine, row.jurisdiction, on)
  const validUntil = row.valid_until ?? new Date(validUntilMs(nowMs, law?.validDays))
  const kept = { ...content, overrides: overrides.filter(({ key }) => findings.some(each => each.key === key)) }
  const token = await tokenOf(deps, { ...row, refills: order.refills }, kept, validUntil)
  const signed = {
    refills: order.refills,
    days: order.days,
    signed_at: row.signed_at ?? new Date(nowMs),
    valid_until: validUntil,
  }
  return { content: kept, change: { ...signed, ...token } }
}

/** 21 CFR 1311 asks it of controlled substances. Medley itself signs for nobody but the people of a demo. */
async function assertProven({ kit }: Deps, schedule: string | undefined, call: Call): Promise<void> {
  const { proof } = kit.settings
  const { sessionId, roles } = call.caller
  if (roles.includes('service') || !needsProof(proof, schedule)) return
  // A key of a program has no session, and no program proves to be a person.
  const proofs = sessionId ? await kit.call(identity).proofsOf({ sessionId }, askingAsMedley(call)) : {}
  if (!isProven(proofs, proof, kit.clock.nowMs()))
    throw faults.proofNeeded({ factors: proof.factors, withinMinutes: proof.withinMinutes })
}

function assertReasoned(findings: readonly Finding[], overrides: readonly Override[]): void {
  const blocking = findings.filter(isBlocking)
  if (blocking.some(each => each.kind === 'dose')) throw faults.doseImpossible()
  if (blocking.length > 0) throw faults.unlawful({ rules: blocking.map(each => each.key) })
  const keys = findings.filter(needsReason).map(each => each.key)
  const missing = keys.filter(key => !overrides.some(each => each.key === key))
  // Keys of findings name medicines, and a fault may be logged: only how many, and of which kind.
  if (missing.length > 0) throw faults.reasonMissing({ keys: missing.map(key => key.split('/')[0]!) })
}

type Moving = {
  change?: Change
  event?: keyof (typeof prescription)['events']
  also?: (row: PrescriptionRow) => Promise<unknown>
}

/** Every step is the same act: where it leads is decided, written unless somebody was faster, and told. */
export async function moved(
  deps: Deps,
  loaded: Loaded,
  act: Act,
  call: Call,
  { change = {}, event, also }: Moving = {},
): Promise<Prescription> {
  const { kit, store } = deps
  const { row: before, content } = loaded
  const state = after(before.state, act)
  if (!state) throw faults.stateUnfit({ state: before.state })
  const sealed = { content_sealed: await seal(deps, before.subject_id, 'content', before.id, content) }
  return kit.database.save(
    call,
    async () => {
      const row = await store.step(before, state, kit.clock.nowMs(), { ...sealed, ...change })
      if (!row) throw faults.stateUnfit({ state: before.state })
      await also?.(row)
      const supplies = await store.supplies([row.id])
      if (event) kit.announce(prescription, event, changeOf(row))
      return viewOf({ ...loaded, row, left: supplies.map(each => each.left_milli) })
    },
    all,
  )
}
