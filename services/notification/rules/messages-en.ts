import type { Catalogue } from './kinds.ts'

const where = '{mode, select, video {It takes place by video.} other {Place: {place}.}}'

export const en: Catalogue = {
  booked: {
    title: 'Your visit is booked',
    body: `Your visit with {clinician} is on {when}. ${where}`,
    short: 'Your visit is booked for {shortWhen}.',
  },
  rescheduled: {
    title: 'Your visit was moved',
    body: `Your visit with {clinician} is now on {when} instead of {formerWhen}. ${where}`,
    short: 'Your visit was moved to {shortWhen}.',
  },
  cancelled: {
    title: 'Your visit was cancelled',
    body: 'Your visit with {clinician} on {when} will not take place. You can book another time whenever it suits you.',
    short: 'Your visit on {shortWhen} was cancelled.',
  },
  reminder: {
    title: 'Your visit is coming up',
    body: `Your visit with {clinician} is on {when}. ${where} If you cannot come, please cancel, so that somebody else can have the time.`,
    short: 'Reminder: your visit is on {shortWhen}.',
  },
  offered: {
    title: 'A time has become free for you',
    body: '{clinician} has a free time on {when}. It is held for you until {until}. Book it before then, or it goes to the next person.',
    short: 'A time is held for you until {shortUntil}. Open Medley to book it.',
  },
  claimed: {
    title: 'Your records are connected',
    body: 'What was kept for you before is now part of your account. If this was not you, tell us at once.',
    short: 'Your account was connected with earlier records.',
  },
  glassBroken: {
    title: 'Your record was opened in an emergency',
    body: 'Somebody opened your record in an emergency; they can read it until {until}. Your access log says who, when and why, and an operator reviews it.',
    short: 'Your record was opened in an emergency.',
  },
  clinicianBooked: {
    title: 'A visit was booked with you',
    body: 'A patient booked {when}{mode, select, video {, by video} other {}}.',
    short: 'A visit was booked for {shortWhen}.',
  },
  clinicianRescheduled: {
    title: 'A visit with you was moved',
    body: 'A visit moved from {formerWhen} to {when}.',
    short: 'A visit was moved to {shortWhen}.',
  },
  clinicianCancelled: {
    title: 'A visit with you was cancelled',
    body: 'The visit on {when} will not take place. The time is free again.',
    short: 'The visit on {shortWhen} was cancelled.',
  },
  clinicianArrived: {
    title: 'Your patient is here',
    body: 'The patient for {when} has arrived.',
    short: 'A patient has arrived.',
  },
  clinicianAsked: {
    title: 'A patient asks you something',
    body: 'A patient has written to you and waits for your answer.',
    short: 'A patient has written to you.',
  },
  calledIn: {
    title: 'It is your turn',
    body: '{clinician} is ready for you. Come in now.',
    short: 'It is your turn. Open Medley to come in.',
  },
  messageReceived: {
    title: 'You have a message',
    body: 'There is something new to read in your conversation about a visit.',
    short: 'You have a new message.',
  },
  visitSummary: {
    title: 'Your visit summary is ready',
    body: '{clinician} has written down what you talked about and what comes next.',
    short: 'Your visit summary is ready.',
  },
  prescribed: {
    title: 'A prescription is ready for you',
    body: '{clinician} signed a prescription for you. Open Medley to choose a pharmacy or to show the code at the counter.',
    short: 'A prescription was signed for you.',
  },
  prescriptionSent: {
    title: 'Your prescription is on its way',
    body: 'Your prescription was sent to {pharmacy}. You hear from us when it is ready.',
    short: 'Your prescription was sent to a pharmacy.',
  },
  prescriptionReady: {
    title: 'Ready to pick up',
    body: 'What you were prescribed is ready at {pharmacy}.',
    short: 'Something is ready for you at your pharmacy.',
  },
  prescriptionRefused: {
    title: 'Please choose another pharmacy',
    body: 'A pharmacy could not take your prescription. Open Medley to choose another one; the prescription is still valid.',
    short: 'A pharmacy could not take your prescription.',
  },
  prescriptionEnded: {
    title: 'A prescription has ended',
    body: 'A prescription of yours was cancelled or has run out. If you still need it, ask {clinician}.',
    short: 'A prescription of yours has ended.',
  },
  checkShared: {
    title: 'A patient shared a symptom check',
    body: 'A patient showed you a symptom check before a visit. Read it before you meet.',
    short: 'A patient shared something with you before a visit.',
  },
  taskDelegated: {
    title: 'A colleague asks you',
    body: '{clinician} asks you to do something by {until}. Open your inbox to accept it or to give it back.',
    short: 'A colleague asks you to do something.',
  },
  taskDeclined: {
    title: 'A task came back',
    body: '{clinician} gave a task back to you. The reason is in your inbox.',
    short: 'A task came back to you.',
  },
  clinicianQueried: {
    title: 'A pharmacy asks you',
    body: '{pharmacy} has a question about a prescription of yours. Nothing is dispensed until you answer.',
    short: 'A pharmacy waits for your answer.',
  },
  clinicianRefused: {
    title: 'A pharmacy gave a prescription back',
    body: 'A pharmacy could not take a prescription of yours. The patient was told to choose another one.',
    short: 'A prescription came back.',
  },
  pharmacyReceived: {
    title: 'A prescription has arrived',
    body: 'A prescription waits in the queue of {pharmacy}.',
    short: 'A prescription has arrived.',
  },
  pharmacyAnswered: {
    title: 'The prescriber has answered',
    body: '{clinician} answered a question of {pharmacy}.',
    short: 'A prescriber has answered.',
  },
  pharmacyRefill: {
    title: 'A refill was asked for',
    body: 'A patient asks {pharmacy} for the next supply.',
    short: 'A refill was asked for.',
  },
  pharmacyCancelled: {
    title: 'A prescription was cancelled',
    body: 'A prescription at {pharmacy} was cancelled. Dispense nothing more on it.',
    short: 'A prescription was cancelled.',
  },
  mail: {
    greeting: 'Hello {name},',
    open: 'Open in Medley',
    why: 'You receive this because you use Medley.',
    preferences: 'Choose what you receive',
  },
}
