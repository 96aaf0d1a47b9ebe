// What patients can be offered: the questions that the engine of times answers, and the clinicians they are about.
import { type Call } from '#core/call'
import type { Client, Handlers } from '#core/contract'
import { faultsOf } from '#core/contract'
import { fromCursor, toPage } from '#core/page'
import { dayMs, epochMsOf, instantOf } from '#core/time'
import { type CareService, Clinician, type directory } from '#contract/directory'
import type { Kit } from '#platform'
import { appointment, type Availability, type FreeTime } from '../contract.ts'
import { emptyAvailability, flawOf } from '../rules/availability.ts'
import { isOwnDay, mayPractise } from '../rules/bookings.ts'
import {
  freeTimes,
  type Interval,
  type Question,
  type Taken,
  type WallClock,
  wallClockOf,
  whyNot,
} from '../rules/times.ts'
import type { CalendarRow, Times } from '../store.ts'

export const faults = faultsOf(appointment)
export const clinicianCacheKey = (clinicianId: string) => `directory/clinician/${clinicianId}`
const clinicianTtlMs = 5_000
const candidatesMax = 200

export type Offers = ReturnType<typeof createOffers>

export function createOffers(kit: Kit, times: Times, clinicians: Client<typeof directory>) {
  const { database, clock } = kit

  /** One clock per time zone for all requests: what it has converted stays true. */
  const clocks = new Map<string, WallClock>()
  function wallClockIn(timeZone: string): WallClock {
    const known = clocks.get(timeZone) ?? wallClockOf(timeZone)
    clocks.set(timeZone, known)
    return known
  }

  /** A clinician as the directory shows them, at most five seconds old. */
  async function clinician(clinicianId: string, call: Call): Promise<Clinician> {
    const text = await kit.cache.load(clinicianCacheKey(clinicianId), clinicianTtlMs, async () =>
      JSON.stringify(await clinicians.clinician({ clinicianId }, call).catch(hideAbsence)),
    )
    const found = JSON.parse(text) as Clinician | null
    if (!found) throw faults.clinicianNotFound()
    return found
  }

  function serviceOf(of: Clinician, serviceId: string, mode?: 'video' | 'clinic'): CareService {
    const service = of.services.find(each => each.id === serviceId)
    if (!service || (mode && !service.modes.includes(mode))) throw faults.serviceNotFound()
    return service
  }

  /** One question per clinician, from one statement however many they are. Must run inside read or save. */
  async function questions(
    of: readonly { id: string; minutes: number; timeZone: string }[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<string, Question>> {
    const nowMs = clock.nowMs()
    const ids = of.map(each => each.id)
    const rows = await times.calendars(ids, fromMs - dayMs, toMs + dayMs, nowMs)
    const calendars = new Map(rows.map(row => [row.clinician_id, row]))
    return new Map(
      of.map(({ id, minutes, timeZone }) => {
        const { rules, taken } = calendars.get(id)!
        return [id, { availability: rules ?? emptyAvailability(timeZone), minutes, taken: taken.map(takenOf), nowMs }]
      }),
    )
  }

  async function question(of: Clinician, minutes: number, fromMs: number, toMs: number): Promise<Question> {
    return (await questions([{ id: of.id, minutes, timeZone: of.timeZone }], fromMs, toMs)).get(of.id)!
  }

  /** Throws unless this start is offered, with every reason why it is not. Must run inside read or save. */
  async function assertOffered(
    of: Clinician,
    minutes: number,
    startMs: number,
    jurisdiction: string | undefined,
    except?: Interval,
  ): Promise<Availability> {
    if (!mayPractise(of, jurisdiction, startMs)) throw faults.noLicence({ jurisdiction: jurisdiction ?? null })
    const asked = await question(of, minutes, startMs - dayMs, startMs + dayMs)
    const taken = except ? asked.taken.filter(each => each.startMs !== except.startMs) : asked.taken
    const reasons = whyNot({ ...asked, taken }, startMs, wallClockIn(asked.availability.timeZone))
    if (!of.acceptsPatients) reasons.push('notAcceptingPatients')
    if (reasons.length === 0) return asked.availability
    if (reasons.every(reason => reason === 'booked' || reason === 'held' || reason === 'buffer'))
      throw faults.slotTaken({ reasons })
    throw faults.slotNotOffered({ reasons })
  }

  return { clinician, serviceOf, wallClockIn, questions, question, assertOffered, database, clock }
}

const hideAbsence = (error: unknown) => {
  if ((error as { code?: string }).code === 'directory.clinicianNotFound') return null
  throw error
}

const takenOf = ([startMs, endMs, isHeld]: CalendarRow['taken'][number]): Taken => ({
  startMs,
  endMs,
  kind: isHeld ? 'held' : 'booked',
})
const freeTimeOf = ({ startMs, endMs }: Interval): FreeTime => ({
  startsAt: instantOf(startMs),
  endsAt: instantOf(endMs),
})

type Some<Keys extends keyof Handlers<typeof appointment>> = Pick<Handlers<typeof appointment>, Keys>
type Deps = { offers: Offers; times: Times; clinicians: Client<typeof directory> }

export function offerHandlers(
  deps: Deps,
): Some<'findCare' | 'freeTimes' | 'whyNot' | 'availability' | 'setAvailability' | 'previewAvailability'> {
  const { offers } = deps
  const { database, clock } = offers
  const anybody = { reach: 'all' } as const // Free times show when somebody is busy, never with whom.

  return {
    findCare: (input, call) => findCare(deps, input, call),

    async freeTimes({ clinicianId, serviceId, from, days }, call) {
      const clinician = await offers.clinician(clinicianId, call)
      const { minutes } = offers.serviceOf(clinician, serviceId)
      const fromMs = Math.max(clock.nowMs(), from ? epochMsOf(from) : 0)
      const toMs = fromMs + days * dayMs
      const asked = await database.read(call, () => offers.question(clinician, minutes, fromMs, toMs), anybody)
      const { timeZone } = asked.availability
      if (!clinician.acceptsPatients) return { timeZone, times: [] }
      return { timeZone, times: freeTimes(asked, fromMs, toMs, offers.wallClockIn(timeZone)).map(freeTimeOf).toArray() }
    },

    async whyNot({ clinicianId, serviceId, startsAt }, call) {
      const clinician = await offers.clinician(clinicianId, call)
      const { minutes } = offers.serviceOf(clinician, serviceId)
      const startMs = epochMsOf(startsAt)
      const asked = await database.read(
        call,
        () => offers.question(clinician, minutes, startMs - dayMs, startMs + 30 * dayMs),
        anybody,
      )
      const wallClock = offers.wallClockIn(asked.availability.timeZone)
      const reasons = whyNot(asked, startMs, wallClock)
      if (!clinician.acceptsPatients) reasons.push('notAcceptingPatients')
      if (call.caller.jurisdiction && !mayPractise(clinician, call.caller.jurisdiction, startMs))
        reasons.push('noLicence')
      if (reasons.length === 0) return { reasons }
      const [next] = freeTimes(asked, Math.max(startMs, clock.nowMs()), startMs + 30 * dayMs, wallClock).take(1)
      return { reasons, ...(next ? { nextFree: freeTimeOf(next) } : {}) }
    },

    async availability({ clinicianId }, call) {
      if (!isOwnDay(call.caller, clinicianId)) throw faults.clinicianNotFound()
      const clinician = await offers.clinician(clinicianId, call)
      const [row] = await database.read(call, () => deps.times.availability([clinicianId]))
      return row?.rules ?? emptyAvailability(clinician.timeZone)
    },

    async setAvailability({ clinicianId, availability }, call) {
      if (!call.via && !isOwnDay(call.caller, clinicianId)) throw faults.clinicianNotFound()
      await offers.clinician(clinicianId, call)
      assertSound(availability)
      return database.save(call, async () => {
        await deps.times.setAvailability(clinicianId, availability, clock.nowMs())
        return availability
      })
    },

    async previewAvailability({ clinicianId, availability, minutes, from, days, ask }, call) {
      if (!isOwnDay(call.caller, clinicianId)) throw faults.clinicianNotFound()
      const clinician = await offers.clinician(clinicianId, call)
      assertSound(availability)
      const fromMs = Math.max(clock.nowMs(), from ? epochMsOf(from) : 0)
      const toMs = fromMs + days * dayMs
      const lastMs = Math.max(toMs, ask ? epochMsOf(ask) : 0)
      const saved = await database.read(call, () => offers.question(clinician, minutes, fromMs, lastMs), anybody)
      const asked = { ...saved, availability }
      const wallClock = offers.wallClockIn(availability.timeZone)
      return {
        times: freeTimes(asked, fromMs, toMs, wallClock).map(freeTimeOf).toArray(),
        reasons: ask ? whyNot(asked, epochMsOf(ask), wallClock) : [],
      }
    },
  }
}

function assertSound(availability: Availability): void {
  const flaw = flawOf(availability)
  if (flaw?.kind === 'overlap')
    throw faults.windowsOverlap({ where: flaw.where, first: flaw.first, second: flaw.second })
  if (flaw?.kind === 'invalid')
    throw faults.windowInvalid({ where: flaw.where, from: flaw.from, to: flaw.to, why: flaw.why })
}

/** Candidates come from the directory; who can be seen soonest comes first, who cannot be seen comes last by name. */
async function findCare(
  { offers, clinicians }: Deps,
  input: Parameters<Handlers<typeof appointment>['findCare']>[0],
  call: Call,
) {
  const { from, days, cursor, limit, ...search } = input
  const { database, clock } = offers
  const jurisdiction = search.jurisdiction ?? call.caller.jurisdiction
  const found = await clinicians.search(
    { ...search, limit: candidatesMax, ...(jurisdiction ? { jurisdiction } : {}) },
    call,
  )
  const open = found.items.filter(each => each.acceptsPatients && each.services.length > 0)
  const fromMs = Math.max(clock.nowMs(), from ? epochMsOf(from) : 0)
  const toMs = fromMs + days * dayMs
  const serviceOf = (each: Clinician) =>
    each.services.find(service => !search.mode || service.modes.includes(search.mode)) ?? each.services[0]!
  const asked = await database.read(
    call,
    () =>
      offers.questions(
        open.map(each => ({ id: each.id, timeZone: each.timeZone, minutes: serviceOf(each).minutes })),
        fromMs,
        toMs,
      ),
    { reach: 'all' },
  )
  const rows = open.map(clinician => {
    const one = asked.get(clinician.id)!
    const { timeZone } = one.availability
    const first = freeTimes(one, fromMs, toMs, offers.wallClockIn(timeZone)).take(3).toArray()
    return {
      clinician,
      freeTimes: first.map(freeTimeOf),
      serviceId: serviceOf(clinician).id,
      key: sortKey(first[0]?.startMs, clinician),
    }
  })
  const after = fromCursor(cursor, 1)?.[0]
  const sorted = rows.toSorted((a, b) => (a.key < b.key ? -1 : 1)).filter(row => after === undefined || row.key > after)
  return toPage(
    sorted,
    limit,
    row => [row.key],
    ({ key: _, ...item }) => item,
  )
}

/** Sorts by first free time, then name; unavailable ones last. */
const sortKey = (startMs: number | undefined, { name, id }: Clinician) =>
  `${String(startMs ?? 9e15).padStart(16, '0')} ${name} ${id}`
