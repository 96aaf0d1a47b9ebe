import type { Catalogue } from './kinds.ts'

const where = '{mode, select, video {Er findet per Video statt.} other {Ort: {place}.}}'

export const de: Catalogue = {
  booked: {
    title: 'Ihr Termin ist gebucht',
    body: `Ihr Termin bei {clinician} ist am {when}. ${where}`,
    short: 'Ihr Termin ist gebucht: {shortWhen}.',
  },
  rescheduled: {
    title: 'Ihr Termin wurde verschoben',
    body: `Ihr Termin bei {clinician} ist jetzt am {when} statt am {formerWhen}. ${where}`,
    short: 'Ihr Termin wurde verschoben auf {shortWhen}.',
  },
  cancelled: {
    title: 'Ihr Termin wurde abgesagt',
    body: 'Ihr Termin bei {clinician} am {when} findet nicht statt. Sie können jederzeit einen neuen buchen.',
    short: 'Ihr Termin am {shortWhen} wurde abgesagt.',
  },
  reminder: {
    title: 'Ihr Termin steht bevor',
    body: `Ihr Termin bei {clinician} ist am {when}. ${where} Wenn Sie nicht kommen können, sagen Sie bitte ab, damit jemand anderes die Zeit bekommt.`,
    short: 'Erinnerung: Ihr Termin ist am {shortWhen}.',
  },
  offered: {
    title: 'Für Sie ist ein Termin frei geworden',
    body: '{clinician} hat am {when} Zeit. Der Termin ist bis {until} für Sie reserviert. Buchen Sie ihn vorher, sonst erhält ihn die nächste Person.',
    short: 'Ein Termin ist bis {shortUntil} für Sie reserviert. Buchen Sie ihn in Medley.',
  },
  claimed: {
    title: 'Ihre Unterlagen sind verbunden',
    body: 'Was bisher für Sie aufbewahrt wurde, gehört jetzt zu Ihrem Konto. Wenn Sie das nicht waren, melden Sie sich sofort bei uns.',
    short: 'Ihr Konto wurde mit früheren Unterlagen verbunden.',
  },
  glassBroken: {
    title: 'Ihre Akte wurde im Notfall geöffnet',
    body: 'Jemand hat Ihre Akte in einem Notfall geöffnet und kann sie bis {until} lesen. Ihr Zugriffsprotokoll sagt wer, wann und warum; der Betrieb prüft den Zugriff.',
    short: 'Ihre Akte wurde im Notfall geöffnet.',
  },
  clinicianBooked: {
    title: 'Bei Ihnen wurde ein Termin gebucht',
    body: 'Gebucht wurde {when}{mode, select, video {, per Video} other {}}.',
    short: 'Neuer Termin: {shortWhen}.',
  },
  clinicianRescheduled: {
    title: 'Ein Termin bei Ihnen wurde verschoben',
    body: 'Ein Termin wurde von {formerWhen} auf {when} verschoben.',
    short: 'Ein Termin wurde verschoben auf {shortWhen}.',
  },
  clinicianCancelled: {
    title: 'Ein Termin bei Ihnen wurde abgesagt',
    body: 'Der Termin am {when} findet nicht statt. Die Zeit ist wieder frei.',
    short: 'Der Termin am {shortWhen} wurde abgesagt.',
  },
  clinicianArrived: {
    title: 'Ihre Patientin oder Ihr Patient ist da',
    body: 'Die Person für den Termin am {when} ist angekommen.',
    short: 'Jemand ist zum Termin angekommen.',
  },
  clinicianAsked: {
    title: 'Eine Patientin oder ein Patient fragt Sie etwas',
    body: 'Jemand hat Ihnen geschrieben und wartet auf Ihre Antwort.',
    short: 'Jemand hat Ihnen geschrieben.',
  },
  calledIn: {
    title: 'Sie sind an der Reihe',
    body: '{clinician} ist für Sie da. Kommen Sie jetzt herein.',
    short: 'Sie sind an der Reihe. Öffnen Sie Medley, um einzutreten.',
  },
  messageReceived: {
    title: 'Sie haben eine Nachricht',
    body: 'In Ihrem Gespräch zu einem Termin gibt es Neues zu lesen.',
    short: 'Sie haben eine neue Nachricht.',
  },
  visitSummary: {
    title: 'Die Zusammenfassung Ihres Termins ist da',
    body: '{clinician} hat aufgeschrieben, was besprochen wurde und wie es weitergeht.',
    short: 'Die Zusammenfassung Ihres Termins ist da.',
  },
  mail: {
    greeting: 'Guten Tag, {name},',
    open: 'In Medley öffnen',
    why: 'Sie erhalten diese Nachricht, weil Sie Medley nutzen.',
    preferences: 'Auswählen, was Sie erhalten',
  },
}
