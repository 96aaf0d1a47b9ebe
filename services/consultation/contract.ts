import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant, PlainDate } from '#core/time'
import { whoMayWatch } from '#core/watch'
import { CallPeer, CallWay, JoinedCall } from './contract/call.ts'
import { faults } from './contract/faults.ts'
import { RecordingAct, recordingOperations } from './contract/recording.ts'
import {
  Aftercare,
  Care,
  Guest,
  IceServer,
  Message,
  Note,
  NoteSections,
  OfferedDiagnosis,
  Seat,
  Signal,
  Visit,
  VisitFile,
  VisitState,
} from './contract/visit.ts'

export * from './contract/recording.ts'
export * from './contract/call.ts'
export * from './contract/visit.ts'

const visitIn = z.strictObject({ visitId: Id })
const about = z.strictObject({ visitId: Id, patientId: Id, clinicianId: Id })

export const consultation = defineContract({
  name: 'consultation',
  operations: {
    enter: {
      method: 'POST',
      path: '/visits/{visitId}/enter',
      summary: 'Open the room of a booked visit; its id is that of the booking',
      input: visitIn,
      output: Visit,
      allow: ['patient', 'clinician'],
      faults: ['visitNotFound'],
    },
    visit: {
      method: 'GET',
      path: '/visits/{visitId}',
      summary: 'One visit, with my place in the queue while I wait',
      input: visitIn,
      output: Visit,
      allow: ['person'],
      faults: ['visitNotFound'],
    },
    conversations: {
      method: 'GET',
      path: '/visits',
      summary: 'My visits with something to read or to do, newest first',
      input: z.strictObject({ ...PageInput, as: z.enum(['patient', 'clinician']).default('patient') }),
      output: pageOf(Visit),
      allow: ['patient', 'clinician'],
    },
    checkIn: {
      method: 'POST',
      path: '/visits/{visitId}/check-in',
      summary: 'Enter the waiting room',
      input: visitIn,
      output: Visit,
      allow: ['patient'],
      faults: ['visitNotFound', 'visitClosed', 'notToday'],
    },
    waiting: {
      method: 'GET',
      path: '/waiting',
      summary: 'Who waits for me or is with me, in order',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(Visit) }),
      allow: ['clinician'],
    },
    callIn: {
      method: 'POST',
      path: '/visits/{visitId}/call-in',
      summary: 'Ask the patient in',
      input: visitIn,
      output: Visit,
      allow: ['clinician'],
      faults: ['visitNotFound', 'visitClosed', 'notToday'],
    },
    ask: {
      method: 'POST',
      path: '/questions',
      summary: 'Ask a clinician in writing',
      status: 201,
      input: z.strictObject({
        clinicianId: Id,
        subject: z.string().trim().min(3).max(150),
        text: z.string().trim().min(1).max(4_000),
      }),
      output: Visit,
      allow: ['patient'],
      faults: ['clinicianNotFound', 'noLicence', 'tooManyQuestions'],
    },
    say: {
      method: 'POST',
      path: '/visits/{visitId}/messages',
      summary: 'Send a message to everybody in the visit',
      status: 201,
      input: z.strictObject({
        visitId: Id,
        text: z.string().trim().max(4_000).default(''),
        fileIds: z.array(Id).max(5).default([]),
      }),
      output: Message,
      allow: ['person'],
      faults: ['visitNotFound', 'chatClosed', 'messageEmpty', 'fileNotFound'],
    },
    messages: {
      method: 'GET',
      path: '/visits/{visitId}/messages',
      summary: 'What was said, newest first',
      input: z.strictObject({ visitId: Id, ...PageInput }),
      output: pageOf(Message),
      allow: ['person'],
      faults: ['visitNotFound'],
    },
    markRead: {
      method: 'POST',
      path: '/visits/{visitId}/read',
      summary: 'Note how far I have read',
      input: z.strictObject({ visitId: Id, messageId: Id }),
      output: z.strictObject({ read: z.literal(true) }),
      allow: ['person'],
      faults: ['visitNotFound', 'messageNotFound'],
    },
    attach: {
      method: 'POST',
      path: '/visits/{visitId}/files',
      summary: 'Keep an uploaded file with the visit; send it with a message',
      status: 201,
      input: z.strictObject({ visitId: Id, fileId: Id, name: z.string().trim().min(1).max(150) }),
      output: VisitFile,
      allow: ['person'],
      faults: ['visitNotFound', 'chatClosed', 'fileNotFound', 'fileRefused', 'tooManyFiles'],
    },
    joinCall: {
      method: 'POST',
      path: '/visits/{visitId}/join',
      summary: 'A place in the call: who is there, a token, and what to reach the others through',
      input: visitIn,
      output: JoinedCall,
      allow: ['person'],
      faults: ['visitNotFound', 'visitClosed', 'notToday', 'notCalledIn', 'consentMissing', 'callUnavailable'],
    },
    signal: {
      method: 'POST',
      path: '/visits/{visitId}/signals',
      summary: 'Tell another browser in the call how to reach mine',
      input: z.strictObject({
        visitId: Id,
        token: z.string().max(4_000),
        /** Absent when I leave, which everybody hears. */
        to: Id.optional(),
        signals: z.array(Signal).max(40).default([]),
      }),
      output: z.strictObject({ seq: z.int() }),
      allow: ['person'],
      faults: ['visitNotFound', 'visitClosed', 'joinRefused', 'consentMissing'],
      audit: 'never',
    },
    iceServers: {
      method: 'GET',
      path: '/ice-servers',
      summary: 'Servers to test my network with before a call',
      input: z.strictObject({}),
      output: z.strictObject({ iceServers: z.array(IceServer), isRelayOnly: z.boolean(), expiresAt: Instant }),
      allow: ['person'],
      audit: 'never',
    },
    invite: {
      method: 'POST',
      path: '/visits/{visitId}/guests',
      summary: 'Invite somebody else to a visit; the code is shown once',
      status: 201,
      input: z.strictObject({
        visitId: Id,
        name: z.string().trim().min(1).max(100),
        relation: Guest.shape.relation,
      }),
      output: z.strictObject({ guest: Guest, code: z.string() }),
      allow: ['patient', 'clinician'],
      faults: ['visitNotFound', 'visitClosed', 'roomFull'],
    },
    consentToGuest: {
      method: 'POST',
      path: '/visits/{visitId}/guests/{guestId}/consent',
      summary: 'Agree to somebody else, or refuse; a refusal ends their access and puts them out of the call',
      input: z.strictObject({ visitId: Id, guestId: Id, agrees: z.boolean() }),
      output: Guest,
      allow: ['patient'],
      faults: ['visitNotFound', 'guestNotFound'],
    },
    acceptInvitation: {
      method: 'POST',
      path: '/visits/{visitId}/guests/accept',
      summary: 'Come in as a guest, with the code of the invitation',
      input: z.strictObject({ visitId: Id, code: z.string().trim().max(40) }),
      output: Visit,
      allow: ['person'],
      faults: ['invitationRefused', 'consentMissing'],
    },
    ...recordingOperations,
    templates: {
      method: 'GET',
      path: '/note-templates',
      summary: 'Beginnings of notes, in my language',
      input: z.strictObject({}),
      output: z.strictObject({
        items: z.array(z.strictObject({ id: z.string(), name: z.string(), sections: NoteSections })),
      }),
      allow: ['clinician'],
      audit: 'never',
    },
    note: {
      method: 'GET',
      path: '/visits/{visitId}/note',
      summary: 'The note of a visit as it is now',
      input: visitIn,
      output: Note,
      allow: ['clinician'],
      faults: ['visitNotFound'],
    },
    noteVersions: {
      method: 'GET',
      path: '/visits/{visitId}/note/versions',
      summary: 'Every version of a note, newest first',
      input: z.strictObject({ visitId: Id, ...PageInput }),
      output: pageOf(Note),
      allow: ['clinician'],
      faults: ['visitNotFound'],
    },
    saveNote: {
      method: 'PUT',
      path: '/visits/{visitId}/note',
      summary: 'Save a draft; every save is a version',
      input: z.strictObject({ visitId: Id, version: z.int().min(0), sections: NoteSections }),
      output: Note,
      allow: ['clinician'],
      faults: ['visitNotFound', 'noteSigned', 'noteChanged', 'tooManyVersions'],
    },
    signNote: {
      method: 'POST',
      path: '/visits/{visitId}/note/sign',
      summary: 'Sign the note as it is; afterwards it is only amended',
      input: z.strictObject({ visitId: Id, version: z.int().min(1) }),
      output: Note,
      allow: ['clinician'],
      faults: ['visitNotFound', 'noteSigned', 'noteChanged', 'noteEmpty'],
    },
    amendNote: {
      method: 'POST',
      path: '/visits/{visitId}/note/amend',
      summary: 'Correct a signed note, and say why',
      input: z.strictObject({
        visitId: Id,
        version: z.int().min(1),
        sections: NoteSections,
        reason: z.string().trim().max(500).default(''),
      }),
      output: Note,
      allow: ['clinician'],
      faults: ['visitNotFound', 'noteNotSigned', 'noteChanged', 'reasonMissing', 'noteEmpty', 'tooManyVersions'],
    },
    offerDiagnoses: {
      method: 'GET',
      path: '/visits/{visitId}/diagnoses',
      summary: 'Diagnoses to choose from: accepted with assistance first, then those I use, then all that are known',
      input: z.strictObject({ visitId: Id, text: z.string().trim().max(100).default('') }),
      output: z.strictObject({ items: z.array(OfferedDiagnosis) }),
      allow: ['clinician'],
      faults: ['visitNotFound'],
    },
    end: {
      method: 'POST',
      path: '/visits/{visitId}/end',
      summary: 'End a visit: the note is signed, with diagnoses, orders and follow-up, all in one',
      input: z.strictObject({
        visitId: Id,
        version: z.int().min(0),
        sections: NoteSections,
        ...Care,
        tasks: z
          .array(z.strictObject({ text: z.string().trim().min(1).max(300), dueOn: PlainDate.optional() }))
          .max(20),
      }),
      output: Aftercare,
      allow: ['clinician'],
      faults: ['visitNotFound', 'visitClosed', 'notToday', 'noteSigned', 'noteChanged', 'noteEmpty'],
    },
    aftercare: {
      method: 'GET',
      path: '/visits/{visitId}/aftercare',
      summary: 'What came out of a visit: plan, tasks, diagnoses, orders, follow-up',
      input: visitIn,
      output: Aftercare,
      allow: ['patient', 'clinician'],
      faults: ['visitNotFound', 'notEnded'],
    },
    tickTask: {
      method: 'PUT',
      path: '/visits/{visitId}/tasks/{taskId}',
      summary: 'Tick a task of the plan, or take the tick away',
      input: z.strictObject({ visitId: Id, taskId: Id, isDone: z.boolean() }),
      output: Aftercare,
      allow: ['patient'],
      faults: ['visitNotFound', 'notEnded', 'taskNotFound'],
    },
    details: {
      method: 'POST',
      path: '/internal/details',
      summary: 'A visit as it is now, for the services that act on it',
      input: visitIn,
      output: z.strictObject({
        visit: Visit,
        /** Whether the clinician has something to read. */
        isUnread: z.boolean(),
        aftercare: Aftercare.optional(),
        note: Note.optional(),
      }),
      allow: ['service'],
      faults: ['visitNotFound'],
      audit: 'never',
    },
    visitWatchers: whoMayWatch('/internal/visit-watchers', 'Who of these may watch a visit live'),
    queueWatchers: whoMayWatch('/internal/queue-watchers', 'Who of these may watch the queue of a clinician live'),
  },
  events: {
    asked: about,
    calledIn: about,
    /** Only to whom nothing else of the visit is unread. */
    messageSent: about.extend({ messageId: Id, toPersonIds: z.array(Id) }),
    /** Outside of a running visit, where both are there: the first message since the other side wrote, or since somebody has read all. */
    said: about.extend({ messageId: Id, seat: Seat }),
    /** The clinician has read on. */
    caughtUp: about,
    ended: about.extend({ endedAt: Instant }),
    noteAmended: about,
  },
  channels: {
    visit: {
      summary:
        'Everything that happens in a visit: messages, receipts, steps, and how browsers in the call reach each other',
      mayWatch: 'visitWatchers',
      entries: {
        said: Message,
        read: z.strictObject({ personId: Id, messageId: Id }),
        /** Something about the visit, its guests or its note is different; read it again. */
        changed: z.strictObject({ state: VisitState }),
        /** Whoever is in the call on the other way joins again, to meet them. */
        joined: CallPeer.extend({ way: CallWay }),
        left: z.strictObject({ peerId: Id }),
        signalled: z.strictObject({ from: Id, to: Id, signals: z.array(Signal) }),
        /** Absent when nobody did it: the time was over, or a browser was gone. */
        recording: z.strictObject({ recordingId: Id, act: RecordingAct, personId: Id.optional() }),
      },
      notes: {
        typing: z.strictObject({}),
        media: z.strictObject({ camera: z.boolean(), microphone: z.boolean(), screen: z.boolean().default(false) }),
      },
    },
    queue: {
      summary: 'That the queue of a clinician has moved',
      mayWatch: 'queueWatchers',
      entries: { moved: z.strictObject({}) },
    },
  },
  faults,
})
