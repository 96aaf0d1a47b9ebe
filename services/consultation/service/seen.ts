// A visit as one caller sees it: everything about it is read and opened first, so that a save has nothing to ask or to unseal.
import { asking, type Call } from '#core/call'
import { type Client, faultsOf, type Handlers } from '#core/contract'
import { Fault } from '#core/fault'
import type { appointment } from '#contract/appointment'
import type { directory } from '#contract/directory'
import type { identity } from '#contract/identity'
import { instantOf } from '#core/time'
import type { EntryDraft } from '#platform/channels'
import type { Kit } from '#platform'
import { consultation, type Guest, type Seat, type Visit, type VisitState } from '../contract.ts'
import { guestsMaxOf } from '../rules/calls.ts'
import { turns } from '../rules/queue.ts'
import { isToday, opensAtMs, seatOf } from '../rules/visits.ts'
import type { Chat, ReceiptRow } from '../store/chat.ts'
import type { Notes } from '../store/notes.ts'
import type { RecordingStore } from '../store/recording.ts'
import type { Peers } from '../store/peers.ts'
import type { GuestRow, VisitRow, Visits } from '../store/visits.ts'

export type ConsultationDeps = {
  kit: Kit
  visits: Visits
  chat: Chat
  notes: Notes
  recordings: RecordingStore
  peers: Peers
  bookings: Client<typeof appointment>
  clinicians: Client<typeof directory>
  people: Client<typeof identity>
}
export type Some<Keys extends keyof Handlers<typeof consultation>> = Pick<Handlers<typeof consultation>, Keys>

export const faults = faultsOf(consultation)

/** What is sealed where: nothing can be moved to another place and still open. */
export const sealedAs = {
  subject: (visitId: string) => `consultation.subject ${visitId}`,
  guest: (guestId: string) => `consultation.guest ${guestId}`,
  message: (messageId: string) => `consultation.message ${messageId}`,
  file: (fileId: string) => `consultation.file ${fileId}`,
  note: (visitId: string, version: number) => `consultation.note ${visitId} ${version}`,
  aftercare: (visitId: string) => `consultation.aftercare ${visitId}`,
}

export type Seated = { row: VisitRow; seat: Seat; guests: readonly GuestRow[] }

export type Seen = Seated & {
  guestNames: ReadonlyMap<string, string>
  guestsMax: number
  patientName: string | undefined
  subject: string | undefined
  receipts: readonly ReceiptRow[]
  unread: number
  /** Who wrote last; known of open written visits. */
  lastSeat: Seat | undefined
  isNoteSigned: boolean
}

const isOpenQuestion = ({ kind, state }: Pick<VisitRow, 'kind' | 'state'>) =>
  kind === 'written' && state === 'inProgress'

export const sidesOf = (row: Pick<VisitRow, 'patient_id' | 'clinician_id'>) => ({
  patientId: row.patient_id,
  clinicianId: row.clinician_id,
})
export const invited = (rows: readonly GuestRow[]) =>
  rows.map(({ person_id: personId, consent }) => ({ personId, consent }))

/** Whom there is not, in the words of whoever asked. */
export async function unlessMissing<T>(answer: Promise<T>, fault: () => Fault): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') throw fault()
    throw error
  }
}

export function createSight({ kit, visits, chat, notes, people }: ConsultationDeps) {
  const { database, keys, clock } = kit

  /**
   * All rows of all visits in four statements, for somebody who has a seat in them. Row security shows a guest no other guest, and a call
   * is carried and named by all of them.
   */
  async function around(rows: readonly VisitRow[], call: Call): Promise<Seen[]> {
    const ids = rows.map(row => row.id)
    const allGuests = await database.read(call, () => visits.guests(ids), { reach: 'all', isSingle: true })
    const found = await database.read(call, async () => ({
      receipts: await chat.receipts(ids),
      unread: await chat.unread(ids, call.caller.personId),
      signed: await notes.signed(ids),
      last: await chat.lastSeats(rows.filter(isOpenQuestion).map(row => row.id)),
    }))
    const others = [...new Set(rows.map(row => row.patient_id))].filter(id => id !== call.caller.personId)
    const { names } = others.length > 0 ? await people.namesOf({ personIds: others }, asking(call)) : { names: {} }
    return Promise.all(
      rows.map(async row => {
        const guests = allGuests.filter(each => each.visit_id === row.id)
        const open = (sealed: Uint8Array, context: string) => keys.openTextFor(row.sealed_for, sealed, context)
        const opened = guests.map(
          async each => [each.id, (await open(each.name_sealed, sealedAs.guest(each.id))) ?? ''] as const,
        )
        return {
          row,
          // Medley itself sees what the clinician does.
          seat: seatOf(call.caller, sidesOf(row), invited(guests)) ?? 'clinician',
          guests,
          guestsMax: guestsMaxOf(kit.video.peersMax),
          guestNames: new Map(await Promise.all(opened)),
          patientName: (names as Record<string, string>)[row.patient_id],
          subject: row.subject_sealed ? await open(row.subject_sealed, sealedAs.subject(row.id)) : undefined,
          receipts: found.receipts.filter(each => each.visit_id === row.id),
          unread: found.unread.find(each => each.visit_id === row.id)?.n ?? 0,
          lastSeat: found.last.find(each => each.visit_id === row.id)?.seat,
          isNoteSigned: found.signed.some(each => each.visit_id === row.id),
        }
      }),
    )
  }

  /** 404 to everybody who has no seat in it. */
  async function seated(visitId: string, call: Call): Promise<Seated> {
    const found = await database.read(call, async () => {
      const row = await visits.visit(visitId)
      return row && { row, guests: await visits.guests([visitId]) }
    })
    const seat = found && seatOf(call.caller, sidesOf(found.row), invited(found.guests))
    if (!found || !seat) throw faults.visitNotFound()
    return { ...found, seat }
  }

  async function seen(visitId: string, call: Call): Promise<Seen> {
    return (await around([(await seated(visitId, call)).row], call))[0]!
  }

  async function seenAs(seat: Seat, visitId: string, call: Call): Promise<Seen> {
    const one = await seen(visitId, call)
    if (one.seat !== seat) throw faults.visitNotFound()
    return one
  }

  /** The place in the queue is asked for in the transaction at hand, since it changes with others. */
  async function view(one: Seen): Promise<Visit> {
    const { row } = one
    if (row.state !== 'waiting') return viewOf(one)
    const nowMs = clock.nowMs()
    const turn = turns(queued(await visits.queue(row.clinician_id, nowMs)), nowMs).get(row.id)
    return {
      ...viewOf(one),
      ...(turn ? { queue: { place: turn.place, expectedAt: instantOf(turn.expectedMs) } } : {}),
    }
  }

  function assertToday({ kind, starts_at, ends_at }: VisitRow): void {
    const startMs = starts_at.getTime()
    if (!isToday(kind, startMs, ends_at.getTime(), clock.nowMs()))
      throw faults.notToday({ opensAt: instantOf(opensAtMs(startMs)) })
  }

  return {
    seated,
    seen,
    seenAs,
    around,
    view,
    viewNow: (one: Seen, call: Call) => database.read(call, () => view(one), { reach: 'all' }),
    assertToday,
    changed: (row: VisitRow, state: VisitState): Promise<EntryDraft> =>
      kit.compose(consultation, 'visit', row.id, { type: 'changed', data: { state } }, row.sealed_for),
    moved: (row: VisitRow): Promise<EntryDraft> =>
      kit.compose(consultation, 'queue', row.clinician_id, { type: 'moved', data: {} }, row.sealed_for),
  }
}

export type Sight = ReturnType<typeof createSight>

export const queued = (rows: readonly VisitRow[]) =>
  rows.map(row => ({
    id: row.id,
    startMs: row.starts_at.getTime(),
    endMs: row.ends_at.getTime(),
    calledMs: row.state === 'inProgress' ? (row.called_at?.getTime() ?? row.state_since.getTime()) : null,
  }))

export function guestView(row: GuestRow, name: string): Guest {
  return {
    id: row.id,
    name,
    relation: row.relation,
    consent: row.consent,
    hasAccepted: row.person_id !== null,
    ...(row.person_id === null ? {} : { personId: row.person_id }),
  }
}

export function viewOf({ row, seat, guests, guestNames, guestsMax, patientName, subject, ...rest }: Seen): Visit {
  return {
    id: row.id,
    kind: row.kind,
    seat,
    patientId: row.patient_id,
    ...(patientName === undefined ? {} : { patientName }),
    clinicianId: row.clinician_id,
    clinicianName: row.clinician_name,
    mode: row.mode,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    state: row.state,
    stateSince: row.state_since.toISOString(),
    ...(subject === undefined ? {} : { subject }),
    // Whom the patient did not want is nothing to the others who came.
    guests: guests
      .filter(each => seat !== 'guest' || each.consent === 'given')
      .map(each => guestView(each, guestNames.get(each.id) ?? '')),
    guestsMax,
    unread: rest.unread,
    readUpTo: Object.fromEntries(rest.receipts.map(each => [each.person_id, each.message_id])),
    ...(row.last_message_at ? { lastMessageAt: row.last_message_at.toISOString() } : {}),
    ...(isOpenQuestion(row) ? { awaits: rest.lastSeat === 'clinician' ? 'patient' : 'clinician' } : {}),
    isNoteSigned: rest.isNoteSigned,
  }
}

/** What every event about a visit carries: ids, never names or words. */
export const aboutOf = (row: VisitRow) => ({ visitId: row.id, ...sidesOf(row) })
