// From an event to messages: whom it concerns, in which words, and by which ways.
import { appointment } from '#contract/appointment'
import { consultation } from '#contract/consultation'
import { directory } from '#contract/directory'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { asking, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { newId } from '#core/id'
import { on, type Reaction } from '#core/service'
import { instantOf } from '#core/time'
import { dueAtMs, planOf } from '../rules/channels.ts'
import { type Kind, kinds } from '../rules/kinds.ts'
import { type Facts, render } from '../rules/render.ts'
import { type Deps, preferencesView } from '../service.ts'
import type { NewDelivery, NewMessage } from '../store.ts'

export type Note = { kind: Kind; personId: string; facts: Facts; link: string; bookingId?: string }
type VisitEvent = {
  bookingId: string
  patientId: string
  clinicianId: string
  startsAt: string
  formerStartsAt?: string
}

export function tellingReactions(deps: Deps): Reaction[] {
  const { kit, store } = deps
  const visit = (kindsOf: VisitKinds) => (event: VisitEvent, call: Call) => tellOfVisit(deps, kindsOf, event, call)
  return [
    on(appointment, 'booked', visit({ patient: 'booked', clinician: 'clinicianBooked' })),
    on(appointment, 'rescheduled', visit({ patient: 'rescheduled', clinician: 'clinicianRescheduled' })),
    on(appointment, 'cancelled', visit({ patient: 'cancelled', clinician: 'clinicianCancelled' })),
    on(appointment, 'arrived', visit({ clinician: 'clinicianArrived' })),
    on(appointment, 'reminderDue', visit({ patient: 'reminder' })),
    on(appointment, 'offered', async ({ patientId, clinicianId, startsAt, expiresAt }, call) => {
      const clinician = await unlessGone(kit.call(directory).clinician({ clinicianId }, asking(call)))
      if (!clinician) return
      const facts = { clinician: clinician.name, startsAt, until: expiresAt }
      await tell(deps, [{ kind: 'offered', personId: patientId, facts, link: '/visits' }], call)
    }),
    on(consultation, 'asked', async ({ visitId, clinicianId }, call) => {
      const personId = await personBehind(deps, clinicianId, call)
      if (personId) await tell(deps, [{ kind: 'clinicianAsked', personId, facts: {}, link: `/room/${visitId}` }], call)
    }),
    on(consultation, 'calledIn', ({ visitId, patientId, clinicianId }, call) =>
      tellPatient(deps, 'calledIn', patientId, clinicianId, `/visits/${visitId}/call`, call),
    ),
    on(consultation, 'messageSent', async ({ visitId, patientId, toPersonIds }, call) => {
      const linkOf = (personId: string) => (personId === patientId ? `/messages/${visitId}` : `/room/${visitId}`)
      const notes = toPersonIds.map((personId): Note => ({
        kind: 'messageReceived',
        personId,
        facts: {},
        link: linkOf(personId),
      }))
      await tell(deps, notes, call)
    }),
    on(consultation, 'ended', ({ visitId, patientId, clinicianId }, call) =>
      tellPatient(deps, 'visitSummary', patientId, clinicianId, `/visits/${visitId}/summary`, call),
    ),
    on(record, 'glassBroken', async ({ patientPersonId, until }, call) => {
      if (patientPersonId === undefined) return
      await tell(
        deps,
        [{ kind: 'glassBroken', personId: patientPersonId, facts: { until }, link: '/record/sharing' }],
        call,
      )
    }),
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => store.giveHistory(formerPersonId, personId))
      await tell(deps, [{ kind: 'claimed', personId, facts: {}, link: '/account' }], call)
    }),
    /** What was kept instead of sent goes first: once the deliveries are gone, nothing says any more what it was. */
    on(identity, 'forgotten', async ({ personId }, call) => {
      await kit.kept.remove(await kit.database.read(call, () => store.deliveriesOf(personId)))
      await kit.database.save(call, () => store.forget(personId))
    }),
  ]
}

async function personBehind({ kit }: Deps, clinicianId: string, call: Call): Promise<string | undefined> {
  const { personIds } = await kit.call(identity).peopleBehind({ clinicianIds: [clinicianId] }, asking(call))
  return personIds[clinicianId]
}

async function tellPatient(
  deps: Deps,
  kind: Kind,
  personId: string,
  clinicianId: string,
  link: string,
  call: Call,
): Promise<void> {
  const clinician = await unlessGone(deps.kit.call(directory).clinician({ clinicianId }, asking(call)))
  const facts = clinician ? { clinician: clinician.name } : {}
  await tell(deps, [{ kind, personId, facts, link }], call)
}

type VisitKinds = { patient?: Kind; clinician?: Kind }

async function tellOfVisit(
  deps: Deps,
  { patient, clinician }: VisitKinds,
  event: VisitEvent,
  call: Call,
): Promise<void> {
  const { bookingId, startsAt } = event
  const booking = await unlessGone(deps.kit.call(appointment).details({ bookingId }, asking(call)))
  if (!booking) return
  // A reminder may have waited in the queue while the visit was moved or cancelled; then it would only mislead.
  const isStale = booking.startsAt !== startsAt || !['booked', 'arrived'].includes(booking.state)
  if (patient === 'reminder' && isStale) return
  const facts: Facts = {
    clinician: booking.clinicianName,
    startsAt,
    mode: booking.mode,
    place: booking.place,
    ...(event.formerStartsAt ? { formerStartsAt: event.formerStartsAt } : {}),
  }
  const note = { facts, bookingId, link: `/visits/${bookingId}` }
  const notes: Note[] = patient ? [{ ...note, kind: patient, personId: event.patientId }] : []
  if (clinician) {
    const ask = { clinicianIds: [event.clinicianId] }
    const { personIds } = await deps.kit.call(identity).peopleBehind(ask, asking(call))
    const personId = personIds[event.clinicianId]
    if (personId) notes.push({ ...note, kind: clinician, personId })
  }
  await tell(deps, notes, call)
}

/** Writes messages and deliveries, and starts sending, in one transaction: told once, however often the event comes. */
export async function tell(deps: Deps, notes: readonly Note[], call: Call): Promise<void> {
  const nowMs = deps.kit.clock.nowMs()
  const messages: NewMessage[] = []
  const deliveries: NewDelivery[] = []
  for (const note of notes) {
    const composed = await compose(deps, note, nowMs, call)
    if (!composed) continue
    messages.push(composed.message)
    deliveries.push(...composed.deliveries)
  }
  if (messages.length === 0) return
  const isNow = ({ state, dueAt }: NewDelivery) => state === 'waiting' && dueAt <= instantOf(nowMs)
  const deliveryIds = deliveries.filter(isNow).map(each => each.id)
  await deps.kit.database.save(call, async () => {
    await deps.store.add(messages, deliveries, nowMs)
    if (deliveryIds.length > 0) deps.kit.enqueue('deliver', { deliveryIds })
  })
}

async function compose({ kit, store }: Deps, note: Note, nowMs: number, call: Call) {
  const { kind, personId, facts, link, bookingId } = note
  const contact = await unlessGone(kit.call(identity).contactOf({ personId }, asking(call)))
  if (!contact) return undefined
  const { row, devices } = await kit.database.read(call, async () => ({
    row: await store.preferences(personId),
    devices: await store.devices(personId),
  }))
  const preferences = row && preferencesView(row)
  const locale = preferences?.locale ?? contact.locale
  const { topic, isUrgent } = kinds[kind]
  const reachable = {
    hasMail: contact.email !== '',
    hasPhone: contact.phone !== undefined,
    hasDevice: devices.length > 0,
  }
  const plan = planOf(kind, preferences?.channels, reachable)
  const message: NewMessage = {
    ...render(kind, facts, locale, contact.timeZone),
    id: newId(nowMs),
    personId,
    topic,
    kind,
    locale,
    link,
    bookingId: bookingId ?? null,
    isInApp: plan.some(each => each.channel === 'inApp'),
  }
  const due = instantOf(dueAtMs(nowMs, isUrgent, preferences?.quietHours, contact.timeZone))
  const deliveries = plan.map(({ channel, state, detail }): NewDelivery => ({
    id: newId(nowMs),
    messageId: message.id,
    personId,
    channel,
    topic,
    state,
    detail: detail ?? null,
    dueAt: state === 'waiting' ? due : instantOf(nowMs),
    sentAt: state === 'sent' ? instantOf(nowMs) : null,
  }))
  return { message, deliveries }
}
