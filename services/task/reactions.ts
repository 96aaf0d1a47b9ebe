// What others' facts mean for lists of tasks: every event has its source asked anew.
import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { diagnosis } from '#contract/diagnosis'
import { identity } from '#contract/identity'
import { prescription } from '#contract/prescription'
import { record } from '#contract/record'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { on, type Reaction } from '#core/service'
import { epochMsOf } from '#core/time'
import type { TaskKind } from './contract.ts'
import { isOpen, prescriptionEndsMs, wantedOfPrescription, wantedOfVisit } from './rules.ts'
import { type Deps, newsFor, opened } from './service/deps.ts'
import { follow, type Source } from './service/sources.ts'
import type { TaskRow } from './store.ts'

const all = { reach: 'all' } as const

export function taskReactions(deps: Deps): Reaction[] {
  const { kit, store } = deps
  const visit = ({ visitId }: { visitId: string }, call: Call) =>
    follow(deps, visitId, () => visitSource(deps, visitId, call), call)
  const script = ({ prescriptionId }: { prescriptionId: string }, call: Call) =>
    follow(deps, prescriptionId, () => prescriptionSource(deps, prescriptionId, call), call)
  const check = (isOpen: boolean) => (heard: Check, call: Call) =>
    follow(deps, heard.interviewId, () => checkSource(deps, heard, isOpen, call), call)
  return [
    on(consultation, 'asked', visit),
    on(consultation, 'said', visit),
    on(consultation, 'caughtUp', visit),
    on(consultation, 'calledIn', visit),
    on(consultation, 'ended', visit),
    on(prescription, 'queriedBack', script),
    on(prescription, 'answered', script),
    on(prescription, 'dispensed', script),
    on(prescription, 'cancelled', script),
    on(prescription, 'expired', script),
    on(prescription, 'signed', (event, call) => renewed(deps, event.prescriptionId, call)),
    on(diagnosis, 'shared', check(true)),
    on(diagnosis, 'accepted', check(false)),
    on(diagnosis, 'dismissed', check(false)),
    // What hung on a visit that does not take place is not to be done.
    on(appointment, 'cancelled', ({ bookingId }, call) => callOff(deps, bookingId, call)),
    on(appointment, 'noShow', ({ bookingId }, call) => callOff(deps, bookingId, call)),
    on(appointment, 'booked', ({ clinicianId, patientId }, call) => followedUp(deps, clinicianId, patientId, call)),
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => store.rename(formerPersonId, personId), all)
    }),
    on(record, 'erased', async ({ patientId, personId, isLastOfPerson }, call) => {
      const gone = isLastOfPerson ? personId : undefined
      const keys = await kit.database.save(call, () => store.forget(patientId, gone), all)
      for (const key of keys) await kit.keys.destroy(key)
    }),
  ]
}

async function visitSource({ kit }: Deps, visitId: string, call: Call): Promise<Source | undefined> {
  const details = await unlessGone(kit.call(consultation).details({ visitId }, askingAsMedley(call)))
  if (!details) return undefined
  const { visit, aftercare, isUnread } = details
  const { patientIds } = await kit.call(record).patientsOf({ personId: visit.patientId }, askingAsMedley(call))
  const facts = {
    kind: visit.kind,
    state: visit.state,
    subject: visit.subject,
    endsMs: epochMsOf(visit.endsAt),
    stateSinceMs: epochMsOf(visit.stateSince),
    lastMessageMs: visit.lastMessageAt === undefined ? undefined : epochMsOf(visit.lastMessageAt),
    isAwaited: visit.awaits === 'clinician',
    isUnread,
    orders: aftercare?.orders ?? [],
    followUp: aftercare?.followUp,
  }
  return {
    clinicianId: visit.clinicianId,
    personId: visit.patientId,
    patientId: patientIds[0],
    patientName: visit.patientName,
    visitId,
    wanted: wantedOfVisit(facts, kit.clock.nowMs()),
    follows: ['question', 'message', 'note'],
    ends: visit.state === 'cancelled' ? 'cancelled' : 'completed',
  }
}

async function prescriptionSource({ kit }: Deps, prescriptionId: string, call: Call): Promise<Source | undefined> {
  const found = await unlessGone(kit.call(prescription).details({ prescriptionId }, askingAsMedley(call)))
  if (!found) return undefined
  const { order, medicineName, exchanges, state } = found
  const asked = exchanges.findLast(each => each.kind === 'query')
  const medicine = `${medicineName} ${order.strength}`
  const question = asked && { text: asked.text, atMs: epochMsOf(asked.at) }
  return {
    clinicianId: found.clinicianId,
    personId: found.personId,
    patientId: found.patientId,
    patientName: found.patientName,
    visitId: undefined,
    wanted: wantedOfPrescription({ state, medicine, question, endsMs: prescriptionEndsMs(found) }),
    follows: ['pharmacyQuery'],
    ends: state === 'cancelled' || state === 'expired' ? 'cancelled' : 'completed',
  }
}

type Check = { interviewId: string; patientId: string; clinicianId: string; bookingId?: string }

async function checkSource(
  { kit }: Deps,
  { patientId, clinicianId, bookingId }: Check,
  isOpen: boolean,
  call: Call,
): Promise<Source | undefined> {
  const { personId } = await kit.call(record).personOf({ patientId }, askingAsMedley(call))
  const booking = bookingId && (await unlessGone(kit.call(appointment).details({ bookingId }, askingAsMedley(call))))
  const asked = personId === undefined ? [] : [personId]
  const { names } = await kit.call(identity).namesOf({ personIds: asked }, askingAsMedley(call))
  const nowMs = kit.clock.nowMs()
  const isAhead = booking && (booking.state === 'booked' || booking.state === 'arrived')
  const wanted = { kind: 'sharedCheck' as const, part: 0, isOnce: true, shownFromMs: nowMs }
  return {
    clinicianId,
    personId,
    patientId,
    patientName: personId && (names as Record<string, string>)[personId],
    visitId: bookingId,
    wanted: isOpen && isAhead ? [{ ...wanted, dueMs: epochMsOf(booking.startsAt) }] : [],
    follows: ['sharedCheck'],
    ends: 'completed',
  }
}

/** A prescription of the same medicine for the same patient is the renewal that was waited for. */
async function renewed(deps: Deps, prescriptionId: string, call: Call): Promise<void> {
  const { kit, store } = deps
  const found = await unlessGone(kit.call(prescription).details({ prescriptionId }, askingAsMedley(call)))
  if (!found?.personId) return
  const { personId, clinicianId, medicineName } = found
  const rows = await kit.database.read(call, () => store.openFor('renewal', clinicianId, personId), all)
  const contents = await opened(deps, rows, call)
  const same = rows.filter(row => contents.get(row.id)?.content.medicine?.startsWith(`${medicineName} `))
  await end(deps, same, 'completed', call)
}

/** Those that a visit would have needed; what came out of an earlier one stays. */
const ofVisitToCome: readonly TaskKind[] = ['sharedCheck', 'note']

async function callOff(deps: Deps, visitId: string, call: Call): Promise<void> {
  const rows = await deps.kit.database.read(call, () => deps.store.openOfVisit(visitId), all)
  const due = rows.filter(row => ofVisitToCome.includes(row.kind))
  await end(deps, due, 'cancelled', call)
}

async function followedUp(deps: Deps, clinicianId: string, personId: string, call: Call): Promise<void> {
  const rows = await deps.kit.database.read(call, () => deps.store.openFor('followUp', clinicianId, personId), all)
  await end(deps, rows, 'completed', call)
}

async function end(deps: Deps, known: readonly TaskRow[], state: 'completed' | 'cancelled', call: Call): Promise<void> {
  const { kit, store } = deps
  if (known.length === 0) return
  const lists = known.flatMap(row => [row.owner_id, row.requester_id])
  const news = await newsFor(deps, lists, known[0]!.subject_id)
  await kit.database.save(
    call,
    async () => {
      const rows = await store.lock(known.map(row => row.id))
      for (const row of rows.filter(each => isOpen(each.state))) await store.change(row, { state }, kit.clock.nowMs())
      for (const draft of news) await kit.append(draft)
      return null
    },
    all,
  )
}
