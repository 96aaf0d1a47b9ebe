// What others’ facts become in the record: a booked visit is an Appointment, and lets the clinician in for a time.
import { appointment, type Booking } from '#contract/appointment'
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { type Call, serviceCaller } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { on, type Reaction, type RunJob } from '#core/service'
import { epochMsOf, instantOf } from '#core/time'
import { record } from './contract.ts'
import type { Resource } from './rules/index-values.ts'
import { prescriptionMirrors } from './reactions/prescriptions.ts'
import { careAfterMs } from './rules/access.ts'
import { appointmentOf, organizationOf, patientOf, practitionerOf } from './rules/mirror.ts'
import { commit, type Draft, untilSettled } from './service/commit.ts'
import { openText, type RecordDeps } from './service/deps.ts'
import { enterDiagnosis } from './service/diagnosing.ts'
import { importJob } from './service/importing.ts'
import { loadResources } from './service/load.ts'
import { consultationReactions } from './reactions/consultation.ts'
import { notifyJob, tellSubscribers } from './service/subscriptions.ts'

const all = { reach: 'all' } as const

export function recordReactions(deps: RecordDeps): Reaction[] {
  const { kit, people } = deps
  const mirror = ({ bookingId }: { bookingId: string }, call: Call) => mirrorVisit(deps, bookingId, call)
  return [
    on(appointment, 'booked', mirror),
    on(appointment, 'rescheduled', mirror),
    on(appointment, 'cancelled', mirror),
    on(appointment, 'arrived', mirror),
    on(appointment, 'completed', mirror),
    on(appointment, 'noShow', mirror),
    ...consultationReactions(deps),
    on(diagnosis, 'accepted', (accepted, call) => enterDiagnosis(deps, accepted, call)),
    ...prescriptionMirrors(deps),
    on(record, 'changed', (changed, call) => tellSubscribers(deps, changed, call)),
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => people.rename(formerPersonId, personId), all)
    }),
  ]
}

export function recordRuns(deps: RecordDeps): Record<string, RunJob> {
  return {
    import: importJob(deps),
    notify: notifyJob(deps),
    loadKept: (_data, { call, progress }) => loadKept(deps, call, progress),
  }
}

/** Asked in Medley's own name, since whoever caused the event may not see all of it. */
const asking = (call: Call): Call => ({ ...call, caller: serviceCaller })

async function mirrorVisit(deps: RecordDeps, bookingId: string, call: Call): Promise<void> {
  const { kit, people } = deps
  const booking = await unlessGone(kit.call(appointment).details({ bookingId }, asking(call)))
  if (!booking) return
  const clinician = await unlessGone(kit.call(directory).clinician({ clinicianId: booking.clinicianId }, asking(call)))
  const contact = await unlessGone(kit.call(identity).contactOf({ personId: booking.patientId }, asking(call)))
  if (!clinician || !contact) return
  const known = await kit.database.read(call, () => people.patientsOf(booking.patientId), all)
  const patientId = known[0]?.id ?? booking.patientId
  const wanted: Resource[] = [
    ...(known.length > 0 ? [] : [patientOf(patientId, contact)]),
    organizationOf(clinician.organization),
    practitionerOf(clinician),
    appointmentOf(booking, patientId),
  ]
  const sight = await deps.sightOf(asking(call))
  await untilSettled(async () => {
    const drafts = await draftsOf(deps, call, wanted, booking)
    const sinceMs = kit.clock.nowMs()
    const care = {
      id: newId(sinceMs),
      patient: patientId,
      clinicianId: booking.clinicianId,
      since: instantOf(sinceMs),
      until: instantOf(booking.state === 'cancelled' ? sinceMs : epochMsOf(booking.endsAt) + careAfterMs),
      source: `appointment/${bookingId}`,
    }
    await commit(deps, call, sight, {
      act: 'mirror',
      drafts,
      answer: () => null,
      also: () => people.care([care]),
      personId: booking.patientId,
      isTrusted: true,
    })
  })
}

/** Only what differs from what is there, so that a visit does not make a new version of its clinic. */
async function draftsOf(deps: RecordDeps, call: Call, wanted: readonly Resource[], booking: Booking): Promise<Draft[]> {
  const { kit, resources } = deps
  const rows = await kit.database.read(
    call,
    () => resources.present(wanted.map(each => ({ type: each.resourceType, id: each.id! }))),
    all,
  )
  const drafts: Draft[] = []
  for (const resource of wanted) {
    const row = rows.find(each => each.type === resource.resourceType && each.id === resource.id)
    const text = row && (await openText(deps, row))
    if (text !== undefined) {
      const { meta: _meta, ...stored } = JSON.parse(text) as Resource
      // A clinic or clinician that is there may have been completed by hand; only the visit follows its owner in all.
      if (resource.resourceType !== 'Appointment' || JSON.stringify(stored) === JSON.stringify(resource)) continue
    }
    const owner = resource.resourceType === 'Appointment' ? `appointment/${booking.id}` : null
    drafts.push({
      type: resource.resourceType,
      id: resource.id!,
      method: 'PUT',
      resource,
      after: row?.version ?? 0,
      owner,
    })
  }
  return drafts
}

/** What an event was about may be gone by the time it is heard. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') return undefined
    throw error
  }
}

/** Bundles that imports kept before there was a record: each is loaded, and then not kept any more. */
async function loadKept(
  deps: RecordDeps,
  call: Call,
  progress: (done: number, total: number, note?: string) => Promise<void>,
): Promise<void> {
  const { kit } = deps
  const keys: string[] = []
  for await (const key of kit.blobs.list('import/')) keys.push(key)
  for (const [index, key] of keys.entries()) {
    const personId = key.split('/')[1]!
    const blob = await kit.blobs.get(key)
    const text = blob && (await kit.keys.openTextFor(personId, blob.body, key))
    if (text !== undefined) {
      const bundle = JSON.parse(text) as { entry: { fullUrl?: string; resource: Resource }[] }
      await loadResources(deps, personId, bundle.entry, call)
    }
    await kit.blobs.delete(key)
    await progress(index + 1, keys.length)
  }
}
