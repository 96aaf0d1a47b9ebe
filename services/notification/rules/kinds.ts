import type { Channel, Topic } from '../contract.ts'

/** Everything people are told. Those that begin with `clinician` or `pharmacy` go there, most others to the patient. */
export type Kind =
  | 'booked'
  | 'rescheduled'
  | 'cancelled'
  | 'reminder'
  | 'offered'
  | 'claimed'
  | 'glassBroken'
  | 'prescribed'
  | 'prescriptionSent'
  | 'prescriptionReady'
  | 'prescriptionRefused'
  | 'prescriptionEnded'
  | 'clinicianBooked'
  | 'clinicianRescheduled'
  | 'clinicianCancelled'
  | 'clinicianArrived'
  | 'clinicianAsked'
  | 'calledIn'
  | 'messageReceived'
  | 'visitSummary'
  | 'clinicianQueried'
  | 'checkShared'
  | 'taskDelegated'
  | 'taskDeclined'
  | 'clinicianRefused'
  | 'pharmacyReceived'
  | 'pharmacyAnswered'
  | 'pharmacyRefill'
  | 'pharmacyCancelled'

type KindRules = {
  topic: Topic
  /** Ways that make sense at all; preferences choose among them. */
  channels: readonly Channel[]
  /** Useless when late, so quiet hours do not hold it back. */
  isUrgent: boolean
  /** Mail carries the iCalendar invitation. */
  hasInvitation: boolean
}

const every: readonly Channel[] = ['inApp', 'mail', 'sms', 'push']
const script: KindRules = { topic: 'prescription', channels: every, isUrgent: false, hasInvitation: false }
/** Somebody at a desk waits for these, and nobody needs a letter about them. */
const desk: KindRules = { topic: 'prescription', channels: ['inApp', 'push'], isUrgent: true, hasInvitation: false }
const visit: KindRules = { topic: 'booking', channels: every, isUrgent: false, hasInvitation: true }

export const kinds: Record<Kind, KindRules> = {
  booked: visit,
  rescheduled: visit,
  cancelled: visit,
  reminder: { topic: 'reminder', channels: every, isUrgent: true, hasInvitation: false },
  offered: { topic: 'waitList', channels: every, isUrgent: true, hasInvitation: false },
  claimed: { topic: 'account', channels: every, isUrgent: false, hasInvitation: false },
  // Whose record was opened past their consent is to know at once, whatever the hour.
  glassBroken: { topic: 'account', channels: every, isUrgent: true, hasInvitation: false },
  prescribed: script,
  prescriptionSent: script,
  prescriptionReady: script,
  prescriptionRefused: script,
  prescriptionEnded: script,
  clinicianBooked: visit,
  clinicianRescheduled: visit,
  clinicianCancelled: visit,
  // Whoever is here is here now: a mail about it would be read afterwards.
  clinicianArrived: { topic: 'booking', channels: ['inApp', 'push'], isUrgent: true, hasInvitation: false },
  clinicianAsked: { topic: 'booking', channels: every, isUrgent: false, hasInvitation: false },
  // The clinician waits meanwhile.
  calledIn: { topic: 'booking', channels: ['inApp', 'push', 'sms'], isUrgent: true, hasInvitation: false },
  messageReceived: { topic: 'booking', channels: every, isUrgent: false, hasInvitation: false },
  visitSummary: { topic: 'booking', channels: every, isUrgent: false, hasInvitation: false },
  checkShared: { topic: 'booking', channels: ['inApp', 'push', 'mail'], isUrgent: false, hasInvitation: false },
  taskDelegated: { topic: 'booking', channels: every, isUrgent: false, hasInvitation: false },
  taskDeclined: { topic: 'booking', channels: ['inApp', 'push', 'mail'], isUrgent: false, hasInvitation: false },
  // A patient stands at a counter while this waits.
  clinicianQueried: { ...script, isUrgent: true },
  clinicianRefused: script,
  pharmacyReceived: desk,
  pharmacyAnswered: desk,
  pharmacyRefill: desk,
  pharmacyCancelled: desk,
}

/** One message in one language, as ICU MessageFormat. `short` is for lock screens: no names, no places. */
export type Catalogue = Record<Kind, { title: string; body: string; short: string }> & {
  mail: { greeting: string; open: string; why: string; preferences: string }
}
