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
  mail: {
    greeting: 'Hello {name},',
    open: 'Open in Medley',
    why: 'You receive this because you use Medley.',
    preferences: 'Choose what you receive',
  },
}
