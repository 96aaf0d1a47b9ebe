// From the signature to a pharmacy: chosen and sent, or shown as a token; then taken on, given back, asked about.
import { directory } from '#contract/directory'
import { askingAsMedley, type Call } from '#core/call'
import type { Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import type { PharmacyOffer, Prescription } from '#core/prescription'
import { prescription } from '../contract.ts'
import { after, sideOf } from '../rules/states.ts'
import type { ExchangeRow } from '../store.ts'
import { type Deps, type ExchangeContent, faults, type Loaded, seal } from './deps.ts'
import { openToken, readToken, tokenOf } from './tokens.ts'
import { changeOf, load, loadAll, sidesOf, viewOf } from './views.ts'
import { checkedContent, moved, own, signing } from './writing.ts'

type Some<Keys extends keyof Handlers<typeof prescription>> = Pick<Handlers<typeof prescription>, Keys>
const all = { reach: 'all' } as const

/** The name of the constraint a statement met, if it was one. */
export const constraintOf = (error: unknown): string | undefined => (error as { constraint?: string }).constraint

/** Of several who redeem the same token, the database names the first. */
async function orAlreadyPresented<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (constraintOf(error) === 'redemption_once') throw faults.alreadyPresented({}, error)
    throw error
  }
}

/** A prescription as its pharmacy sees it; anybody else is told that there is none. */
export async function atPharmacy(deps: Deps, id: string, call: Call): Promise<Loaded> {
  const loaded = await load(deps, id, call)
  if (sideOf(call.caller, sidesOf(loaded.row)) !== 'pharmacy') throw faults.prescriptionNotFound()
  return loaded
}

export function assertValid({ row }: Pick<Loaded, 'row'>, nowMs: number): void {
  if (row.valid_until && row.valid_until.getTime() <= nowMs) throw faults.validityEnded()
}

export function sendingHandlers(deps: Deps): Some<'token' | 'listPharmacies' | 'send' | 'setAvailability'> {
  const { kit, store } = deps
  const { database, clock } = kit
  const pharmacies = async (call: Call) =>
    (await kit.call(directory).listOrganizations({ kind: 'pharmacy', limit: 200 }, askingAsMedley(call))).items
  const inCountry = async (row: { jurisdiction: string }, call: Call) =>
    (await pharmacies(call)).filter(each => isInCountry(each, row))
  return {
    async token({ prescriptionId }, call) {
      const { row } = await load(deps, prescriptionId, call)
      const token = await openToken(deps, row)
      if (!token || !row.valid_until || !after(row.state, 'present')) throw faults.stateUnfit({ state: row.state })
      return { token, validUntil: row.valid_until.toISOString() }
    },

    async listPharmacies({ prescriptionId, city }, call) {
      const { row, content } = await load(deps, prescriptionId, call)
      const ask = { clinicianId: row.clinician_id }
      const near = city ?? (await kit.call(directory).clinician(ask, askingAsMedley(call))).organization.city
      const said = await database.read(call, () => store.availabilities(content.order.medicine), all)
      const items = (await inCountry(row, call)).map(({ id, name, city: at, address }): PharmacyOffer => {
        const word = said.find(each => each.pharmacy_id === id)
        const place = { id, name, city: at, address, isSameCity: at.toLowerCase() === near.toLowerCase() }
        return word
          ? { ...place, availability: word.availability, saidAt: word.said_at.toISOString() }
          : { ...place, availability: 'unknown' }
      })
      return { items: items.toSorted(byNearnessAndStock) }
    },

    async send({ prescriptionId, pharmacyId }, call) {
      const loaded = await load(deps, prescriptionId, call)
      if (sideOf(call.caller, sidesOf(loaded.row)) === 'pharmacy') throw faults.prescriptionNotFound()
      const pharmacy = (await inCountry(loaded.row, call)).find(each => each.id === pharmacyId)
      if (!pharmacy) throw faults.pharmacyNotFound()
      const nowMs = clock.nowMs()
      if (after(loaded.row.state, 'send')) assertValid(loaded, nowMs)
      const sent = { pharmacy_id: pharmacyId, sent_at: new Date(nowMs) }
      return moved(deps, { ...loaded, pharmacyName: pharmacy.name }, 'send', call, { change: sent, event: 'sent' })
    },

    async setAvailability({ pharmacyId, medicine, availability }, call) {
      const { caller } = call
      const isOurs = caller.roles.includes('service') || caller.organizationIds.includes(pharmacyId)
      const pharmacy = isOurs && (await pharmacies(call)).find(each => each.id === pharmacyId)
      if (!pharmacy) throw faults.pharmacyNotFound()
      if (!(await deps.formulary(call)).medicine(medicine)) throw faults.medicineNotFound()
      const nowMs = clock.nowMs()
      return database.save(call, async () => {
        await store.setAvailability(pharmacyId, medicine, availability, nowMs)
        return { saidAt: new Date(nowMs).toISOString() }
      })
    },
  }
}

/** A prescription holds in the country whose law it was written under. */
const isInCountry = (pharmacy: { jurisdiction: string }, row: { jurisdiction: string }) =>
  pharmacy.jurisdiction.slice(0, 2) === row.jurisdiction.slice(0, 2)

const stockOrder: Record<PharmacyOffer['availability'], number> = { inStock: 0, canOrder: 1, unknown: 2, outOfStock: 3 }

function byNearnessAndStock(a: PharmacyOffer, b: PharmacyOffer): number {
  const near = Number(b.isSameCity) - Number(a.isSameCity) || (a.distanceKm ?? 0) - (b.distanceKm ?? 0)
  return near || stockOrder[a.availability] - stockOrder[b.availability] || a.name.localeCompare(b.name)
}

export function receivingHandlers(deps: Deps): Some<'present' | 'queue' | 'accept' | 'refuse'> {
  const { kit, store } = deps
  const { database, clock } = kit

  /** Whoever redeems first has it; the key of the redemption decides, not what was read before. */
  async function takeOn(loaded: Loaded, pharmacyId: string, tokenId: string, call: Call): Promise<Prescription> {
    const nowMs = clock.nowMs()
    assertValid(loaded, nowMs)
    return orAlreadyPresented(
      database.save(
        call,
        async () => {
          await store.redeem(tokenId, loaded.row, pharmacyId, nowMs)
          const row = await store.take(loaded.row.id, 'accepted', nowMs, {
            pharmacy_id: pharmacyId,
            sent_at: loaded.row.sent_at ?? new Date(nowMs),
          })
          if (!row) throw faults.stateUnfit({ state: loaded.row.state })
          kit.announce(prescription, 'accepted', changeOf(row))
          return viewOf({ ...loaded, row })
        },
        all,
      ),
    )
  }

  return {
    async present({ token, pharmacyId }, call) {
      if (!call.caller.organizationIds.includes(pharmacyId)) throw faults.pharmacyNotFound()
      const read = await readToken(deps, token)
      if (!read) throw faults.tokenInvalid()
      const found = await database.read(
        call,
        async () => ({
          row: await store.prescription(read.prescriptionId),
          isRedeemed: await store.isRedeemed(read.tokenId),
        }),
        all,
      )
      if (found.isRedeemed) throw faults.alreadyPresented()
      if (!found.row || found.row.token_id !== read.tokenId) throw faults.tokenInvalid()
      kit.concerning({ patientIds: [found.row.patient_id], subjects: { prescriptionId: found.row.id } })
      if (!after(found.row.state, 'present')) throw faults.stateUnfit({ state: found.row.state })
      const { items } = await kit
        .call(directory)
        .listOrganizations({ kind: 'pharmacy', limit: 200 }, askingAsMedley(call))
      const pharmacy = items.find(each => each.id === pharmacyId)
      if (!pharmacy) throw faults.pharmacyNotFound()
      if (!isInCountry(pharmacy, found.row)) throw faults.unlawful({ rules: ['law/country'] })
      const [loaded] = await loadAll(deps, [found.row], call)
      if (!loaded) throw faults.tokenInvalid()
      return takeOn({ ...loaded, pharmacyName: pharmacy.name }, pharmacyId, read.tokenId, call)
    },

    async accept({ prescriptionId }, call) {
      const loaded = await atPharmacy(deps, prescriptionId, call)
      const { row } = loaded
      if (!after(row.state, 'accept')) throw faults.stateUnfit({ state: row.state })
      return takeOn(loaded, row.pharmacy_id!, row.token_id!, call)
    },

    /** The old token may have been redeemed, so whoever comes next is given a new one. */
    async refuse({ prescriptionId, reason }, call) {
      const loaded = await atPharmacy(deps, prescriptionId, call)
      if (!after(loaded.row.state, 'refuse')) throw faults.stateUnfit({ state: loaded.row.state })
      assertNoneOpen(loaded)
      const exchange = await exchangeOf(deps, loaded, 'refusal', 'pharmacy', { text: reason })
      const token = await tokenOf(deps, loaded.row, loaded.content, loaded.row.valid_until!)
      const exchanges = [...loaded.exchanges, [exchange.row, exchange.content] as const]
      return moved(deps, { ...loaded, exchanges, pharmacyName: undefined }, 'refuse', call, {
        change: { ...token, pharmacy_id: null, sent_at: null },
        also: async now => {
          await store.addExchange(exchange.row)
          kit.announce(prescription, 'refused', { ...changeOf(now), pharmacyId: loaded.row.pharmacy_id! })
        },
      })
    },

    async queue({ pharmacyId, view, cursor, limit }, call) {
      if (!call.caller.organizationIds.includes(pharmacyId)) throw faults.pharmacyNotFound()
      const rows = await database.read(
        call,
        () => store.queue(pharmacyId, view === 'open', fromCursor(cursor, 2), limit),
        all,
      )
      const page = toPage(
        rows,
        limit,
        row => [row.state_since.toISOString(), row.id],
        row => row,
      )
      kit.concerning({ patientIds: page.items.map(row => row.patient_id) })
      return { ...page, items: (await loadAll(deps, page.items, call)).map(viewOf) }
    },
  }
}

export function assertNoneOpen({ fills }: Loaded): void {
  if (fills.some(([fill]) => fill.stage === 'prepared' || fill.stage === 'verified')) throw faults.fillOpen()
}

export async function exchangeOf(
  deps: Deps,
  { row }: Loaded,
  kind: ExchangeRow['kind'],
  side: ExchangeRow['side'],
  content: ExchangeContent,
): Promise<{ row: ExchangeRow; content: ExchangeContent }> {
  const nowMs = deps.kit.clock.nowMs()
  const id = newId(nowMs)
  return {
    content,
    row: {
      id,
      prescription_id: row.id,
      person_id: row.person_id,
      kind,
      side,
      content_sealed: await seal(deps, row.subject_id, 'exchange', id, content),
      at: new Date(nowMs),
    },
  }
}

export function exchangeHandlers(deps: Deps): Some<'query' | 'answer' | 'cancel'> {
  const { kit, store } = deps
  return {
    async query({ prescriptionId, question }, call) {
      const loaded = await atPharmacy(deps, prescriptionId, call)
      assertNoneOpen(loaded)
      const { row, content } = await exchangeOf(deps, loaded, 'query', 'pharmacy', { text: question })
      return moved(deps, { ...loaded, exchanges: [...loaded.exchanges, [row, content]] }, 'query', call, {
        event: 'queriedBack',
        also: () => store.addExchange(row),
      })
    },

    /** A correction is a new signature: checked, licensed and reasoned like the first one. */
    async answer({ prescriptionId, text, order, overrides }, call) {
      const loaded = await own(deps, prescriptionId, call)
      if (!after(loaded.row.state, 'answer')) throw faults.stateUnfit({ state: loaded.row.state })
      const before = loaded.content.order
      const { row, content } = await exchangeOf(deps, loaded, 'answer', 'clinician', {
        text,
        ...(order ? { before } : {}),
      })
      const exchanges = [...loaded.exchanges, [row, content] as const]
      if (!order)
        return moved(deps, { ...loaded, exchanges }, 'answer', call, {
          event: 'answered',
          also: () => store.addExchange(row),
        })
      if (loaded.fills.some(([fill]) => fill.stage === 'handedOver')) throw faults.alreadyDispensed()
      const checked = await checkedContent(deps, loaded, order, call)
      const signed = await signing(deps, loaded, { ...checked, overrides }, call)
      return moved(deps, { ...loaded, exchanges, content: signed.content }, 'answer', call, {
        change: signed.change,
        event: 'answered',
        also: async now => {
          await store.addExchange(row)
          await store.setSupplies(now, Math.round(signed.content.order.quantity * 1_000), now.refills)
          // The pharmacy has taken it on already: the new token is redeemed by it, and by nobody else.
          await store.redeem(now.token_id!, now, now.pharmacy_id!, kit.clock.nowMs())
        },
      })
    },

    async cancel({ prescriptionId, reason }, call) {
      const loaded = await own(deps, prescriptionId, call)
      const { row, content } = await exchangeOf(deps, loaded, 'cancellation', 'clinician', { text: reason })
      return moved(deps, { ...loaded, exchanges: [...loaded.exchanges, [row, content]] }, 'cancel', call, {
        event: 'cancelled',
        also: async () => {
          await store.addExchange(row)
          for (const [fill] of loaded.fills)
            if (fill.stage === 'prepared' || fill.stage === 'verified')
              await store.stage(fill, { stage: 'rejected', rejected_because: 'cancelled' })
        },
      })
    },
  }
}
