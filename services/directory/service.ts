import { type Handlers, faultsOf } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { regionOf } from '#core/region'
import { instantOf } from '#core/time'
import type { Kit } from '#platform'
import { type Clinician, directory, type Licence } from './contract.ts'
import { fold, mayEdit, mergeServices, searchTextOf, termsOf, visibleLicences } from './rules.ts'
import type { DirectoryStore } from './store.ts'

const faults = faultsOf(directory)
type Deps = { kit: Pick<Kit, 'database' | 'clock' | 'announce'>; store: DirectoryStore }

export function createDirectory(deps: Deps): Handlers<typeof directory> {
  return { ...finding(deps), ...editing(deps), ...licensing(deps), ...reviewing(deps) }
}

function finding({ kit: { database, clock }, store }: Deps) {
  return {
    async search({ text, city, cursor, ...wish }, call) {
      const terms = termsOf(text)
      const key = fromCursor(cursor, 2)
      const today = instantOf(clock.nowMs()).slice(0, 10)
      const found = await database.read(call, async () => {
        const known = terms.length > 0 ? await store.knownWords(terms) : new Set<string>()
        return store.search(
          {
            ...wish,
            terms,
            today,
            cityText: city === undefined ? undefined : ` ${fold(city)}`,
            after: key && { score: Number(key[0]), id: key[1]! },
          },
          known,
        )
      })
      return toPage(
        found,
        wish.limit,
        ({ score, clinician }) => [String(score), clinician.id],
        ({ clinician }) => ({
          ...clinician,
          licences: visibleLicences(clinician.licences, call.caller, clinician.id),
        }),
      )
    },

    async clinician({ clinicianId }, call) {
      const clinician = await database.read(call, () => store.clinician(clinicianId))
      if (!clinician) throw faults.clinicianNotFound()
      return { ...clinician, licences: visibleLicences(clinician.licences, call.caller, clinicianId) }
    },

    facets: (_, call) => database.read(call, () => store.facets()),

    async listOrganizations({ kind, cursor, limit }, call) {
      const rows = await database.read(call, () => store.organizations(kind, fromCursor(cursor, 2), limit))
      return toPage(
        rows,
        limit,
        row => [row.name, row.id],
        row => row,
      )
    },
  } satisfies Partial<Handlers<typeof directory>>
}

function editing({ kit: { database, clock, announce }, store }: Deps) {
  return {
    addOrganization: ({ source, ...draft }, call) =>
      database.save(call, () => {
        const nowMs = clock.nowMs()
        const entry = { ...draft, id: newId(nowMs), region: regionOf(draft.jurisdiction) }
        return store.addOrganization(entry, source, nowMs)
      }),

    addClinician: ({ source, organizationId, ...draft }, call) =>
      database.save(call, async () => {
        const nowMs = clock.nowMs()
        const organization = await store.organization(organizationId)
        if (!organization) throw faults.organizationNotFound()
        const id = newId(nowMs)
        const services = mergeServices([], draft.services, () => newId(nowMs))
        const searchText = searchTextOf({ ...draft, organization })
        const isNew = await store.addClinician({ ...draft, id, source, organizationId, services, searchText }, nowMs)
        if (isNew) announce(directory, 'clinicianChanged', { clinicianId: id })
        return entryOf(isNew ? id : (await store.clinicianOfSource(source!))!.id)
      }),

    updateClinician: ({ clinicianId, ...change }, call) =>
      database.save(call, async () => {
        const current = mayEdit(call.caller, clinicianId) ? await store.clinician(clinicianId) : undefined
        if (!current) throw faults.clinicianNotFound()
        const { services: wanted, ...rest } = definedOf(change)
        const services = wanted ? mergeServices(current.services, wanted, () => newId(clock.nowMs())) : current.services
        const next = { ...current, ...rest, services }
        await store.changeClinician(clinicianId, { ...next, searchText: searchTextOf(next) })
        announce(directory, 'clinicianChanged', { clinicianId })
        return entryOf(clinicianId)
      }),
  } satisfies Partial<Handlers<typeof directory>>

  async function entryOf(id: string): Promise<Clinician> {
    return (await store.clinician(id))!
  }
}

function licensing({ kit: { database, clock, announce }, store }: Deps) {
  return {
    addLicence: ({ clinicianId, ...draft }, call) =>
      database.save(call, async () => {
        const isThere = mayEdit(call.caller, clinicianId) && (await store.clinician(clinicianId))
        if (!isThere) throw faults.clinicianNotFound()
        if (draft.validTo <= draft.validFrom) throw faults.periodInvalid()
        const nowMs = clock.nowMs()
        const licence: Licence = { ...draft, id: newId(nowMs), verification: 'pending' }
        if (!(await store.addLicence(licence, clinicianId, nowMs))) throw faults.licenceExists()
        return licence
      }),

    verifyLicence: ({ licenceId, outcome, evidence }, call) =>
      database.save(call, async () => {
        const nowMs = clock.nowMs()
        const check = { id: newId(nowMs), licenceId, outcome, evidence, checkedBy: call.caller.personId }
        const checked = await store.checkLicence(check, nowMs)
        if (!checked) throw faults.licenceNotFound()
        const { licence, clinicianId } = checked
        announce(directory, 'licenceVerified', { clinicianId, jurisdiction: licence.jurisdiction, outcome })
        return licence
      }),

    async mayPractise({ clinicianId, jurisdiction, on }, call) {
      const validTo = await database.read(call, () => store.validTo(clinicianId, jurisdiction, on))
      return validTo === undefined ? { mayPractise: false } : { mayPractise: true, validTo }
    },
  } satisfies Partial<Handlers<typeof directory>>
}

function reviewing({ kit: { database, clock }, store }: Deps) {
  return {
    /** Everybody may read reviews, because they do not say who wrote them. */
    async listReviews({ clinicianId, cursor, limit }, call) {
      const rows = await database.read(call, () => store.reviews(clinicianId, fromCursor(cursor, 1)?.[0], limit), {
        reach: 'all',
      })
      return toPage(
        rows,
        limit,
        row => [row.id],
        ({ id, stars, text, visited_on, created_at }) => ({
          id,
          stars,
          text,
          visitedOn: visited_on,
          createdAt: created_at.toISOString(),
        }),
      )
    },

    review: ({ clinicianId, bookingId, stars, text }, call) =>
      database.save(call, async () => {
        const patientId = call.caller.personId
        const visit = patientId && (await store.visit(bookingId, clinicianId, patientId))
        if (!visit) throw faults.visitNotFound()
        const nowMs = clock.nowMs()
        const review = { id: newId(nowMs), stars, text, visited_on: visit.visited_on, created_at: new Date(nowMs) }
        const isNew = !visit.is_reviewed && (await store.addReview({ ...review, bookingId, clinicianId, patientId }))
        if (!isNew) throw faults.alreadyReviewed()
        return { id: review.id, stars, text, visitedOn: visit.visited_on, createdAt: instantOf(nowMs) }
      }),
  } satisfies Partial<Handlers<typeof directory>>
}

/** Fields that were sent; an absent one must not overwrite what is there. */
function definedOf<T extends object>(change: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never
}
