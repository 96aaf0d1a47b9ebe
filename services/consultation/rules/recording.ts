// When a call may be recorded, which parts are taken, and where they lie. Consent is asked of all who are in the call, not of most.
import { hourMs, minuteMs } from '#core/time'
import type { RecordingConsent, RecordingEnding, RecordingState, RecordingType, Seat } from '../contract.ts'

/** A part is a few seconds; these are far above what a browser makes of them, and below what anybody's memory minds. */
export const partBytesMax = 4 * 1_048_576
export const partMsMax = 30_000
export const recordingBytesMax = 1_024 * 1_048_576
export const recordingMsMax = 2 * hourMs

/** How long one may go on reading the bytes after having asked for them. */
export const playbackMs = 30 * minuteMs
/** One answer to a question for a range holds at most this much; whoever wants more asks for what follows. */
export const rangeBytesMax = 8 * 1_048_576

/** A browser that records sends a part every few seconds, and goes on trying through a short break of its network. */
const silentMsMax = 2 * minuteMs
/** A question nobody answers does not hang over the call for ever. */
const unansweredMsMax = 15 * minuteMs

export type Present = { personId: string; seat: Seat }
export type Answer = { personId: string; seat: Seat; answer: Exclude<RecordingConsent['answer'], 'asked'> }
export type Course = { isStarted: boolean; isEnded: boolean }

const seats: readonly Seat[] = ['patient', 'clinician', 'guest']

/** Everybody in the call with what they said, and those who have answered and left. */
export function consentsOf(present: readonly Present[], answers: readonly Answer[]): RecordingConsent[] {
  const silent = present.filter(one => !answers.some(each => each.personId === one.personId))
  const all = [...answers, ...silent.map(each => ({ ...each, answer: 'asked' as const }))]
  return all.toSorted((one, other) => seats.indexOf(one.seat) - seats.indexOf(other.seat))
}

/** A call is between two at least, one of them the clinician, whose browser records. Nobody agrees on behalf of an empty room. */
export function mayRecord(present: readonly Present[], answers: readonly Answer[]): boolean {
  const hasAgreed = (personId: string) => answers.some(each => each.personId === personId && each.answer === 'agreed')
  return isMet(present) && present.every(each => hasAgreed(each.personId))
}

export const isMet = (present: readonly Present[]): boolean =>
  present.length >= 2 && present.some(each => each.seat === 'clinician')

export function stateOf(
  { isStarted, isEnded }: Course,
  present: readonly Present[],
  answers: readonly Answer[],
): RecordingState {
  if (isEnded) return 'ended'
  if (mayRecord(present, answers)) return 'running'
  return isStarted ? 'paused' : 'asked'
}

/** What a No means of somebody who had said Yes, and of somebody who had not. Either ends it. */
export const endingOf = (hadAgreed: boolean): RecordingEnding & Answer['answer'] =>
  hadAgreed ? 'withdrawn' : 'refused'

export const isAbandoned = (state: RecordingState, quietMs: number): boolean =>
  quietMs > (state === 'running' ? silentMsMax : unansweredMsMax)

export type Part = { number: number; sizeBytes: number; durationMs: number; contentType?: RecordingType | undefined }
export type Taken = { parts: number; sizeBytes: number; durationMs: number }

/** `repeated` when it has come before. Parts are one stream cut in pieces, so none may be left out, and the first says what it is. */
export function judgePart(
  part: Part,
  taken: Taken,
): 'taken' | 'repeated' | 'partMissing' | 'partRefused' | 'recordingFull' {
  if (part.sizeBytes > partBytesMax || part.durationMs > partMsMax) return 'partRefused'
  if (part.number < taken.parts) return 'repeated'
  if (part.number > taken.parts) return 'partMissing'
  if (part.number === 0 && part.contentType === undefined) return 'partRefused'
  const isFull =
    taken.sizeBytes + part.sizeBytes > recordingBytesMax || taken.durationMs + part.durationMs > recordingMsMax
  return isFull ? 'recordingFull' : 'taken'
}

/** By the first bytes: EBML of WebM (RFC 8794 §11.2.1), or the box that begins an MP4 (ISO/IEC 14496-12 §4.3). */
export function recordingTypeOf(bytes: Uint8Array): RecordingType | undefined {
  if (bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3) return 'video/webm'
  return String.fromCharCode(...bytes.subarray(4, 8)) === 'ftyp' ? 'video/mp4' : undefined
}

/** Where parts lie, and what each is sealed for. */
export const folderOf = (visitId: string): string => `visit-recordings/${visitId}/`
export const recordingFolderOf = (visitId: string, recordingId: string): string => `${folderOf(visitId)}${recordingId}/`
export const partKeyOf = (visitId: string, recordingId: string, blobId: string): string =>
  `${recordingFolderOf(visitId, recordingId)}${blobId}`

/** First and last byte, the last one included (RFC 9110 §14.1.2); undefined for what cannot be answered. */
export function rangeOf(header: string, sizeBytes: number): { from: number; to: number } | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  const from = first === '' ? Math.max(sizeBytes - Number(last), 0) : Number(first)
  const wanted = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (from >= sizeBytes || wanted < from) return undefined
  return { from, to: Math.min(wanted, from + rangeBytesMax - 1) }
}

/** Which bytes of which parts make up a range. */
export function slicesOf<P extends { sizeBytes: number }>(
  parts: readonly P[],
  from: number,
  to: number,
): { part: P; from: number; to: number }[] {
  let begin = 0
  return parts.flatMap(part => {
    const start = begin
    begin += part.sizeBytes
    if (begin <= from || start > to) return []
    return [{ part, from: Math.max(from - start, 0), to: Math.min(to - start, part.sizeBytes - 1) }]
  })
}
