// What kinds of tasks there are, how urgent they are, and who may do what with them.
import { dayMs, hourMs } from '#core/time'
import type { TaskAct, TaskKind, TaskState, Urgency } from './contract.ts'

type KindRules = {
  urgency: Urgency
  /** Done by a tick; the others end with the act itself: the answer, the signature. */
  isTicked: boolean
  /** A colleague can do it with what the task says. */
  isDelegable: boolean
  /** Due so long after it came up, where nothing else says when. */
  withinMs: number
}

export const kinds: Record<TaskKind, KindRules> = {
  // A patient stands at a counter while this waits.
  pharmacyQuery: { urgency: 'now', isTicked: false, isDelegable: false, withinMs: hourMs },
  question: { urgency: 'today', isTicked: false, isDelegable: false, withinMs: dayMs },
  message: { urgency: 'today', isTicked: true, isDelegable: false, withinMs: dayMs },
  sharedCheck: { urgency: 'soon', isTicked: true, isDelegable: false, withinMs: dayMs },
  note: { urgency: 'today', isTicked: false, isDelegable: false, withinMs: dayMs },
  order: { urgency: 'soon', isTicked: true, isDelegable: true, withinMs: 2 * dayMs },
  followUp: { urgency: 'soon', isTicked: true, isDelegable: true, withinMs: dayMs },
  renewal: { urgency: 'soon', isTicked: true, isDelegable: true, withinMs: 7 * dayMs },
  own: { urgency: 'soon', isTicked: true, isDelegable: true, withinMs: dayMs },
}

/** In the database urgency is a number, so that it sorts. */
export const ranks: readonly Urgency[] = ['now', 'today', 'soon', 'later']
export const rankOf = (urgency: Urgency): number => ranks.indexOf(urgency)

/** More than anybody keeps in view, and few enough to list. */
export const ownMax = 500

/** A tick may be taken back so long. */
export const undoMs = 7 * dayMs

export const isOpen = (state: TaskState): boolean => state === 'requested' || state === 'accepted'

export type Held = {
  kind: TaskKind
  state: TaskState
  stateSinceMs: number
  requesterId: string
  ownerId: string
  /** Who ticked it; absent when the act itself ended it. */
  doneBy: string | undefined
}

/** All that somebody may do with a task; nothing at all for whoever neither has it nor asked for it. */
export function actsOf(task: Held, clinicianId: string | undefined, nowMs: number): TaskAct[] {
  const { kind, state, requesterId, ownerId } = task
  const rules = kinds[kind]
  if (clinicianId === undefined || (clinicianId !== ownerId && clinicianId !== requesterId)) return []
  if (state === 'completed') return task.doneBy === clinicianId && nowMs - task.stateSinceMs <= undoMs ? ['reopen'] : []
  if (!isOpen(state)) return []
  if (clinicianId !== ownerId) return ['takeBack']
  const done: TaskAct[] = rules.isTicked ? ['complete'] : []
  if (clinicianId === requesterId) return rules.isDelegable ? [...done, 'delegate'] : done
  return state === 'requested' ? ['accept', 'decline'] : [...done, 'decline']
}

/** A task that its source calls for now. */
export type Wanted = {
  kind: TaskKind
  part: number
  /** Raised once and then ended by a tick, so it does not come again while its source stays as it is. */
  isOnce: boolean
  dueMs: number
  /** Nobody sees it before. */
  shownFromMs: number
  text?: string | undefined
  medicine?: string | undefined
  orderKind?: 'laboratory' | 'imaging' | 'referral' | 'other' | undefined
}

type Orders = readonly { kind: NonNullable<Wanted['orderKind']>; text: string }[]
export type VisitFacts = {
  kind: 'booked' | 'written'
  state: 'scheduled' | 'waiting' | 'inProgress' | 'ended' | 'cancelled'
  subject?: string | undefined
  endsMs: number
  stateSinceMs: number
  lastMessageMs: number | undefined
  isAwaited: boolean
  isUnread: boolean
  orders: Orders
  followUp: { inDays: number; note?: string | undefined } | undefined
}

/** What a visit asks of its clinician as it is now. */
export function wantedOfVisit(visit: VisitFacts, nowMs: number): Wanted[] {
  const { kind, state, subject, stateSinceMs } = visit
  const saidMs = visit.lastMessageMs ?? nowMs
  const wanted: Wanted[] = []
  const want = (of: TaskKind, fromMs: number, more: Partial<Wanted> = {}) =>
    wanted.push({
      kind: of,
      part: 0,
      isOnce: false,
      dueMs: fromMs + kinds[of].withinMs,
      shownFromMs: Math.min(fromMs, nowMs),
      ...more,
    })
  if (state === 'cancelled') return wanted
  const isRunning = state === 'inProgress'
  const isQuestion = kind === 'written' && isRunning
  if (isQuestion && visit.isAwaited) want('question', saidMs, { text: subject })
  // Whoever wrote last has seen the rest, and what is said in a visit that takes place is said to somebody who is there.
  if (visit.isUnread && !isRunning) want('message', saidMs, { text: subject })
  // While the visit takes place its note is being written; only afterwards it is owed.
  if (kind === 'booked' && isRunning) want('note', visit.endsMs, { shownFromMs: visit.endsMs })
  if (state !== 'ended') return wanted
  for (const [part, { kind: orderKind, text }] of visit.orders.entries())
    want('order', stateSinceMs, { part, isOnce: true, orderKind, text })
  if (visit.followUp) {
    const { inDays, note: text } = visit.followUp
    const dueMs = stateSinceMs + inDays * dayMs
    want('followUp', dueMs, { isOnce: true, dueMs, shownFromMs: dueMs - leadMs, text })
  }
  return wanted
}

/** Follow-ups and renewals show up so long before their day. */
const leadMs = 3 * dayMs

export type PrescriptionFacts = {
  state: string
  medicine: string
  question: { text: string; atMs: number } | undefined
  /** When what was handed over for good is used up; undefined while more may come, or where it is taken only when needed. */
  endsMs: number | undefined
}

export function wantedOfPrescription({ state, medicine, question, endsMs }: PrescriptionFacts): Wanted[] {
  if (state === 'queriedBack' && question) {
    const dueMs = question.atMs + kinds.pharmacyQuery.withinMs
    const asked = { part: 0, isOnce: false, dueMs, shownFromMs: question.atMs, text: question.text, medicine }
    return [{ kind: 'pharmacyQuery', ...asked }]
  }
  if (endsMs === undefined) return []
  const shownFromMs = endsMs - kinds.renewal.withinMs
  return [{ kind: 'renewal', part: 0, isOnce: true, dueMs: endsMs, shownFromMs, medicine }]
}

type Handed = {
  state: string
  order: { amount: number; timesPerDay: number; days: number; isAsNeeded: boolean }
  fills: readonly { quantity: number; handedOverAt?: string | undefined }[]
}

/** Who takes something for a month or longer takes it for good, as far as anybody can tell from a prescription. */
const lastingDays = 28

/** When the last of it is used up: known once all was handed over, and asked only of what is taken for good. */
export function prescriptionEndsMs({ state, order, fills }: Handed): number | undefined {
  const { amount, timesPerDay, days, isAsNeeded } = order
  if (state !== 'completed' || isAsNeeded || days < lastingDays) return undefined
  const handed = fills.filter(each => each.handedOverAt !== undefined)
  const last = handed.at(-1)?.handedOverAt
  if (last === undefined) return undefined
  // The last supply counts from the day it was handed over, since nobody collects one before the other is used up.
  const lastQuantity = handed.at(-1)!.quantity
  return Date.parse(last) + (lastQuantity / (amount * timesPerDay)) * dayMs
}
