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
  prescribed: {
    title: 'Ein Rezept liegt für Sie bereit',
    body: '{clinician} hat ein Rezept für Sie unterschrieben. Wählen Sie in Medley eine Apotheke oder zeigen Sie dort den Code.',
    short: 'Für Sie wurde ein Rezept unterschrieben.',
  },
  prescriptionSent: {
    title: 'Ihr Rezept ist unterwegs',
    body: 'Ihr Rezept wurde an {pharmacy} geschickt. Wir melden uns, wenn es zur Abholung bereit ist.',
    short: 'Ihr Rezept wurde an eine Apotheke geschickt.',
  },
  prescriptionReady: {
    title: 'Bereit zur Abholung',
    body: 'Was Ihnen verschrieben wurde, liegt bei {pharmacy} bereit.',
    short: 'In Ihrer Apotheke liegt etwas für Sie bereit.',
  },
  prescriptionRefused: {
    title: 'Bitte wählen Sie eine andere Apotheke',
    body: 'Eine Apotheke konnte Ihr Rezept nicht annehmen. Wählen Sie in Medley eine andere; das Rezept gilt weiter.',
    short: 'Eine Apotheke konnte Ihr Rezept nicht annehmen.',
  },
  prescriptionEnded: {
    title: 'Ein Rezept ist beendet',
    body: 'Eines Ihrer Rezepte wurde storniert oder ist abgelaufen. Wenn Sie es noch brauchen, fragen Sie {clinician}.',
    short: 'Eines Ihrer Rezepte ist beendet.',
  },
  checkShared: {
    title: 'Symptomabfrage geteilt',
    body: 'Vor einem Termin wurde eine Symptomabfrage mit Ihnen geteilt. Lesen Sie sie vor dem Gespräch.',
    short: 'Vor einem Termin wurde etwas mit Ihnen geteilt.',
  },
  taskDelegated: {
    title: 'Eine Bitte aus dem Kollegium',
    body: '{clinician} bittet Sie, bis {until} etwas zu erledigen. Im Posteingang können Sie annehmen oder ablehnen.',
    short: 'Aus dem Kollegium kommt eine Bitte an Sie.',
  },
  taskDeclined: {
    title: 'Eine Aufgabe kam zurück',
    body: '{clinician} hat Ihnen eine Aufgabe zurückgegeben. Der Grund steht im Posteingang.',
    short: 'Eine Aufgabe kam zu Ihnen zurück.',
  },
  clinicianQueried: {
    title: 'Eine Apotheke fragt nach',
    body: '{pharmacy} hat eine Frage zu einem Ihrer Rezepte. Bis zu Ihrer Antwort wird nichts abgegeben.',
    short: 'Eine Apotheke wartet auf Ihre Antwort.',
  },
  clinicianRefused: {
    title: 'Eine Apotheke hat ein Rezept zurückgegeben',
    body: 'Eine Apotheke konnte eines Ihrer Rezepte nicht annehmen. Die behandelte Person wählt eine andere.',
    short: 'Ein Rezept kam zurück.',
  },
  pharmacyReceived: {
    title: 'Ein Rezept ist eingegangen',
    body: 'In der Warteschlange von {pharmacy} liegt ein Rezept.',
    short: 'Ein Rezept ist eingegangen.',
  },
  pharmacyAnswered: {
    title: 'Die Rückfrage ist beantwortet',
    body: '{clinician} hat eine Frage von {pharmacy} beantwortet.',
    short: 'Eine Rückfrage ist beantwortet.',
  },
  pharmacyRefill: {
    title: 'Eine Wiederholung wurde angefragt',
    body: 'Jemand bittet {pharmacy} um die nächste Packung.',
    short: 'Eine Wiederholung wurde angefragt.',
  },
  pharmacyCancelled: {
    title: 'Ein Rezept wurde storniert',
    body: 'Ein Rezept bei {pharmacy} wurde storniert. Bitte geben Sie darauf nichts mehr ab.',
    short: 'Ein Rezept wurde storniert.',
  },
  mail: {
    greeting: 'Guten Tag, {name},',
    open: 'In Medley öffnen',
    why: 'Sie erhalten diese Nachricht, weil Sie Medley nutzen.',
    preferences: 'Auswählen, was Sie erhalten',
  },
}
