// A recording of a call: asked for, agreed to by everybody who is in the call, and kept for a time.
import { z } from 'zod'
import type { OperationDefinition } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'
import { Seat } from './visit.ts'

/** `running` only while all who are in the call have agreed; `paused` when somebody came in who has not, or one is alone. */
export const RecordingState = z.enum(['asked', 'running', 'paused', 'ended'])
export type RecordingState = z.output<typeof RecordingState>

/** `interrupted`: the browser that recorded is gone, or the visit ended; what had come by then is kept. */
export const RecordingEnding = z.enum(['stopped', 'refused', 'withdrawn', 'interrupted'])
export type RecordingEnding = z.output<typeof RecordingEnding>

export const RecordingType = z.enum(['video/webm', 'video/mp4'])
export type RecordingType = z.output<typeof RecordingType>

export const RecordingConsent = z.strictObject({
  personId: Id,
  seat: Seat,
  /** `asked` is everybody in the call who has not answered. */
  answer: z.enum(['asked', 'agreed', 'refused', 'withdrawn']),
})
export type RecordingConsent = z.output<typeof RecordingConsent>

export const Recording = z.strictObject({
  id: Id,
  visitId: Id,
  state: RecordingState,
  askedById: Id,
  askedAt: Instant,
  consents: z.array(RecordingConsent),
  /** When its first part came. */
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  ending: RecordingEnding.optional(),
  contentType: RecordingType.optional(),
  parts: z.int(),
  durationMs: z.int(),
  sizeBytes: z.int(),
  /** False when the last part never came. */
  isComplete: z.boolean(),
  /** When it is deleted by itself. */
  expiresAt: Instant,
})
export type Recording = z.output<typeof Recording>

/** What happened to a recording, as all who are in the visit hear it. */
export const RecordingAct = z.enum(['asked', 'agreed', 'refused', 'withdrawn', 'ended', 'played', 'deleted'])
export type RecordingAct = z.output<typeof RecordingAct>

const oneOf = z.strictObject({ visitId: Id, recordingId: Id })

/** Bytes go to `PUT /visit-recordings/{visitId}/{recordingId}/{number}` and come from `GET /visit-recordings/{visitId}/{recordingId}`. */
export const recordingOperations = {
  askToRecord: {
    method: 'POST',
    path: '/visits/{visitId}/recordings',
    summary: 'Ask everybody in the call whether it may be recorded',
    status: 201,
    input: z.strictObject({ visitId: Id }),
    output: Recording,
    allow: ['patient', 'clinician'],
    faults: ['visitNotFound', 'visitClosed', 'recordingOff', 'notInCall', 'nobodyElse', 'recordingUnderWay'],
  },
  recording: {
    method: 'GET',
    path: '/visits/{visitId}/recording',
    summary: 'The recording that was asked for or runs, and whether this installation records at all',
    input: z.strictObject({ visitId: Id }),
    output: z.strictObject({ isOffered: z.boolean(), keptDays: z.int(), recording: Recording.optional() }),
    allow: ['person'],
    faults: ['visitNotFound'],
    audit: 'never',
  },
  answerRecording: {
    method: 'PUT',
    path: '/visits/{visitId}/recordings/{recordingId}/consent',
    summary: 'Agree to a recording, refuse it, or withdraw; without consent it ends at once',
    input: oneOf.extend({ agrees: z.boolean() }),
    output: Recording,
    allow: ['person'],
    faults: ['visitNotFound', 'recordingNotFound', 'recordingOver'],
  },
  keepPart: {
    method: 'POST',
    path: '/internal/recording-parts',
    summary: 'Note a part of a recording whose bytes have come',
    input: oneOf.extend({
      number: z.int().min(0),
      blobId: Id,
      sizeBytes: z.int().min(1),
      durationMs: z.int().min(0),
      contentType: RecordingType.optional(),
    }),
    output: z.strictObject({ isKept: z.boolean(), parts: z.int() }),
    allow: ['service'],
    faults: [
      'visitNotFound',
      'visitClosed',
      'recordingNotFound',
      'recordingOver',
      'consentPending',
      'partMissing',
      'partRefused',
      'recordingFull',
    ],
    audit: 'never',
  },
  endRecording: {
    method: 'POST',
    path: '/visits/{visitId}/recordings/{recordingId}/end',
    summary: 'Stop recording; says how many parts there were, so that a missing one shows',
    input: oneOf.extend({ parts: z.int().min(0) }),
    output: Recording,
    allow: ['clinician'],
    faults: ['visitNotFound', 'recordingNotFound', 'recordingOver'],
  },
  recordings: {
    method: 'GET',
    path: '/visits/{visitId}/recordings',
    summary: 'What was recorded of a visit, newest first',
    input: z.strictObject({ visitId: Id, ...PageInput }),
    output: pageOf(Recording),
    allow: ['patient', 'clinician'],
    faults: ['visitNotFound'],
  },
  playRecording: {
    method: 'POST',
    path: '/visits/{visitId}/recordings/{recordingId}/play',
    summary:
      'A token that opens the bytes of a recording for a while; everybody in the visit can see that it was played',
    input: oneOf,
    output: z.strictObject({ token: z.string(), expiresAt: Instant, recording: Recording }),
    allow: ['patient', 'clinician'],
    // The last two are those of the bytes that its token opens.
    faults: ['visitNotFound', 'recordingNotFound', 'recordingRuns', 'playbackRefused', 'rangeRefused'],
  },
  deleteRecording: {
    method: 'DELETE',
    path: '/visits/{visitId}/recordings/{recordingId}',
    summary: 'Delete a recording of me for good',
    input: oneOf,
    output: z.strictObject({ deleted: z.literal(true) }),
    allow: ['patient'],
    faults: ['visitNotFound', 'recordingNotFound', 'recordingRuns'],
  },
} as const satisfies Record<string, OperationDefinition>
