// The bytes of a recording on their way: parts to the server while it runs, and all of it back when it is played.
import type { Recording } from '#contract/consultation'
import { Fault, fromProblem, houseFault } from '#core/fault'
import { api } from '../../api.ts'
import { accessToken } from '../../session.ts'

const againMs = 1_000
const rangeBytes = 4 * 1_048_576

const addressOf = (visitId: string, recordingId: string) => `/visit-recordings/${visitId}/${recordingId}`

async function ask(address: string, init: RequestInit, headers: Record<string, string>): Promise<Response> {
  const token = await accessToken()
  const answer = await fetch(address, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } }).catch(
    (cause: unknown) => {
      throw houseFault('service.unavailable', {}, cause)
    },
  )
  if (answer.ok) return answer
  throw fromProblem(await answer.json().catch(() => null)) ?? houseFault('service.unavailable')
}

export interface Upload {
  add(bytes: Blob, durationMs: number): void
  /** Keeps what comes until it may go on. */
  hold(isHeld: boolean): void
  /** How many parts there were, when all of them have arrived. */
  done(): Promise<number>
  /** Sends nothing more. */
  close(): void
}

/** Silence, or consent that is about to come: the part is sent again. Any other refusal is final. */
const isWorthAgain = (error: unknown): boolean =>
  error instanceof Fault &&
  (error.kind === 'unavailable' || error.code === 'consultation.consentPending' || error.code === 'rate.exceeded')

/** One part after the other, each until it has arrived. */
export function createUpload(visitId: string, recordingId: string, onRefused: (error: unknown) => void): Upload {
  let count = 0
  let isClosed = false
  let isHeld = false
  let sending: Promise<void> = Promise.resolve()

  async function send(number: number, bytes: Blob, durationMs: number): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'x-part-ms': String(Math.min(durationMs, 30_000)) }
    for (; !isClosed; await new Promise(resolve => setTimeout(resolve, againMs))) {
      if (isHeld) continue
      try {
        await ask(`${addressOf(visitId, recordingId)}/${number}`, { method: 'PUT', body: bytes }, headers)
        return
      } catch (error) {
        if (!isWorthAgain(error)) {
          isClosed = true
          onRefused(error)
          return
        }
      }
    }
  }

  return {
    add(bytes, durationMs) {
      const number = count++
      sending = sending.then(() => send(number, bytes, durationMs))
    },
    hold(next) {
      isHeld = next
    },
    async done() {
      isHeld = false
      await sending
      return count
    },
    close() {
      isClosed = true
    },
  }
}

/** In ranges, so that a long recording shows how far it has come and lies in no server's memory. */
export async function fetchRecording(
  { visitId, id: recordingId }: Recording,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const call = { idempotencyKey: crypto.randomUUID() }
  const { token, recording } = await api.consultation.playRecording({ visitId, recordingId }, call)
  const pieces: Blob[] = []
  for (let from = 0; from < recording.sizeBytes;) {
    const range = `bytes=${from}-${from + rangeBytes - 1}`
    const answer = await ask(addressOf(visitId, recordingId), { signal }, { range, 'x-playback-token': token })
    const piece = await answer.blob()
    pieces.push(piece)
    from += piece.size
    onProgress(from / recording.sizeBytes)
  }
  return new Blob(pieces, { type: recording.contentType ?? 'video/webm' })
}
