// From the shelf to the hand: prepared by one, verified by another, handed over; never more than was prescribed.
import type { Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { newId } from '#core/id'
import type { Order } from '#core/prescription'
import { dayMs, instantOf } from '#core/time'
import { prescription } from '../contract.ts'
import { lawOf } from '../rules/formulary.ts'
import { after, mayStage, nextFillAtMs, sideOf } from '../rules/states.ts'
import type { FillRow } from '../store.ts'
import { type Deps, faults, type FillContent, type Loaded, seal } from './deps.ts'
import { assertNoneOpen, assertValid, atPharmacy, constraintOf } from './transfer.ts'
import { changeOf, load, sidesOf, viewOf } from './views.ts'
import { moved } from './writing.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>
type PrepareInput = Parameters<Handlers<typeof prescription>['prepare']>[0]
const all = { reach: 'all' } as const

/** What was read may be old by now; the constraints are not. */
async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const constraint = constraintOf(error)
    if (constraint === 'supply_never_below_zero') throw faults.tooMuch({}, error)
    if (constraint === 'fill_one_open') throw faults.fillOpen({}, error)
    if (constraint === 'fill_by_two') throw faults.samePerson({}, error)
    throw error
  }
}

export function dispensingHandlers(deps: Deps): Some<'prepare' | 'verify' | 'handOver' | 'requestRefill'> {
  const { kit, store } = deps
  const { database, clock } = kit

  async function fillAt(fillId: string, to: FillRow['stage'], call: Call): Promise<{ loaded: Loaded; fill: FillRow }> {
    const row = await database.read(call, () => store.fill(fillId), all)
    const isOurs = row !== undefined && call.caller.organizationIds.includes(row.pharmacy_id)
    if (!row || !isOurs) throw faults.fillNotFound()
    if (!mayStage(row.stage, to)) throw faults.stageUnfit({ stage: row.stage })
    return { loaded: await atPharmacy(deps, row.prescription_id, call), fill: row }
  }

  return {
    async prepare(input, call) {
      const loaded = await atPharmacy(deps, input.prescriptionId, call)
      const nowMs = clock.nowMs()
      await assertMayPrepare(deps, loaded, input, nowMs, call)
      const { product, isSubstituted, lot, lotExpiresOn } = input
      const content: FillContent = { product, isSubstituted, lot, lotExpiresOn }
      const id = newId(nowMs)
      const milli = Math.round(input.quantity * 1_000)
      const fill: FillRow = {
        id,
        prescription_id: loaded.row.id,
        person_id: loaded.row.person_id,
        pharmacy_id: loaded.row.pharmacy_id!,
        number: input.number,
        quantity_milli: milli,
        stage: 'prepared',
        content_sealed: await seal(deps, loaded.row.subject_id, 'fill', id, content),
        prepared_by: call.caller.personId!,
        prepared_at: new Date(nowMs),
        verified_by: null,
        verified_at: null,
        handed_over_at: null,
        rejected_because: null,
      }
      return orRefused(
        database.save(
          call,
          async () => {
            if ((await store.draw(loaded.row.id, input.number, milli)).length === 0) throw faults.tooMuch({ left: 0 })
            await store.addFill(fill)
            const row = await store.take(loaded.row.id, null, nowMs)
            if (!row) throw faults.stateUnfit({ state: loaded.row.state })
            kit.announce(prescription, 'prepared', changeOf(row))
            return viewOf({ ...loaded, row, fills: [...loaded.fills, [fill, content]], left: leftAfter(loaded, fill) })
          },
          all,
        ),
      )
    },

    async verify({ fillId, isRight, reason }, call) {
      const { loaded, fill } = await fillAt(fillId, isRight ? 'verified' : 'rejected', call)
      if (fill.stage !== 'prepared') throw faults.stageUnfit({ stage: fill.stage })
      const verifier = call.caller.personId!
      if (verifier === fill.prepared_by) throw faults.samePerson()
      if (!isRight && !reason) throw faults.reasonMissing({ keys: ['verification'] })
      const nowMs = clock.nowMs()
      const looked = { verified_by: verifier, verified_at: new Date(nowMs) }
      const change: Partial<FillRow> = isRight
        ? { stage: 'verified', ...looked }
        : { stage: 'rejected', ...looked, rejected_because: reason! }
      return orRefused(
        database.save(
          call,
          async () => {
            const changed = await store.stage(fill, change)
            const row = changed && (await store.take(loaded.row.id, null, nowMs))
            if (!changed || !row) throw faults.stageUnfit({ stage: fill.stage })
            if (!isRight) await store.draw(row.id, fill.number, -fill.quantity_milli)
            if (isRight) kit.announce(prescription, 'ready', changeOf(row))
            return withFill(loaded, row, changed, isRight ? 0 : fill.quantity_milli)
          },
          all,
        ),
      )
    },

    async handOver({ fillId }, call) {
      const { loaded, fill } = await fillAt(fillId, 'handedOver', call)
      const nowMs = clock.nowMs()
      return database.save(
        call,
        async () => {
          const changed = await store.stage(fill, { stage: 'handedOver', handed_over_at: new Date(nowMs) })
          if (!changed) throw faults.stageUnfit({ stage: fill.stage })
          const supplies = await store.supplies([loaded.row.id])
          const isAll = supplies.every(each => each.left_milli === 0)
          const isSupplied = supplies.find(each => each.number === fill.number)?.left_milli === 0
          const state = after(loaded.row.state, isAll ? 'dispenseAll' : 'dispensePart')
          const next = isSupplied && !isAll ? new Date(nextFillAtMs(nowMs, loaded.row.days)) : null
          const change = isSupplied ? { next_fill_at: next, refill_requested_at: null } : {}
          const row = state && (await store.take(loaded.row.id, state, nowMs, change))
          if (!row) throw faults.stageUnfit({ stage: fill.stage })
          kit.announce(prescription, 'dispensed', changeOf(row))
          return withFill(loaded, row, changed, 0)
        },
        all,
      )
    },

    async requestRefill({ prescriptionId }, call) {
      const loaded = await load(deps, prescriptionId, call)
      const { row, left } = loaded
      if (sideOf(call.caller, sidesOf(row)) === 'pharmacy') throw faults.prescriptionNotFound()
      if (left.length > 0 && left.every(each => each === 0)) throw faults.noRefillsLeft()
      if (!after(row.state, 'requestRefill')) throw faults.stateUnfit({ state: row.state })
      const nowMs = clock.nowMs()
      assertTime(loaded, nowMs)
      const change = { refill_requested_at: new Date(nowMs) }
      return moved(deps, loaded, 'requestRefill', call, { change, event: 'refillRequested' })
    },
  }
}

function withFill(loaded: Loaded, row: Loaded['row'], changed: FillRow, givenBackMilli: number) {
  const left = loaded.left.map((milli, number) => (number === changed.number ? milli + givenBackMilli : milli))
  const fills = loaded.fills.map(([each, content]) => [each.id === changed.id ? changed : each, content] as const)
  return viewOf({ ...loaded, row, fills, left })
}

const leftAfter = ({ left }: Loaded, { number, quantity_milli }: FillRow) =>
  left.map((milli, index) => (index === number ? milli - quantity_milli : milli))

async function assertMayPrepare(
  deps: Deps,
  loaded: Loaded,
  input: PrepareInput,
  nowMs: number,
  call: Call,
): Promise<void> {
  const { row, content, left } = loaded
  if (!after(row.state, 'dispensePart')) throw faults.stateUnfit({ state: row.state })
  assertValid(loaded, nowMs)
  assertNoneOpen(loaded)
  const current = left.findIndex(milli => milli > 0)
  if (current < 0 || input.number < current) throw faults.tooMuch({ left: 0 })
  if (input.number > current) throw faults.tooEarly({ from: null })
  if (input.quantity * 1_000 > left[current]! + 0.5) throw faults.tooMuch({ left: left[current]! / 1_000 })
  const isBegun = loaded.fills.some(([fill]) => fill.number === current && fill.stage === 'handedOver')
  if (current > 0 && !isBegun) assertTime(loaded, nowMs)
  if (input.isSubstituted && !(await maySubstitute(deps, loaded, nowMs, call))) throw faults.substitutionRefused()
  if (lastsUntil(content.order, nowMs) > input.lotExpiresOn) throw faults.lotExpired()
}

function assertTime({ row }: Loaded, nowMs: number): void {
  if (row.next_fill_at && row.next_fill_at.getTime() > nowMs)
    throw faults.tooEarly({ from: row.next_fill_at.toISOString() })
}

const lastsUntil = ({ days }: Order, nowMs: number) => instantOf(nowMs + days * dayMs).slice(0, 10)

/** Where the law says ask, an answer of the prescriber must be there. */
async function maySubstitute(
  deps: Deps,
  { row, content, exchanges }: Loaded,
  nowMs: number,
  call: Call,
): Promise<boolean> {
  const law = lawOf(await deps.formulary(call), content.order.medicine, row.jurisdiction, instantOf(nowMs).slice(0, 10))
  if (!content.order.isSubstitutable || law?.substitution === 'no') return false
  return law?.substitution !== 'ask' || exchanges.some(([each]) => each.kind === 'answer')
}
