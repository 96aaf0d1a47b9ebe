// The bytes of a recording: they come in parts while it runs, each sealed at once under the patient's key, and are read as one.
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import type { Route } from '#core/service'
import { instantOf } from '#core/time'
import { consultation } from '../contract.ts'
import {
  judgePart,
  partBytesMax,
  partKeyOf,
  partMsMax,
  playbackMs,
  rangeOf,
  recordingTypeOf,
  slicesOf,
} from '../rules/recording.ts'
import type { RecordingRow } from '../store/recording.ts'
import type { VisitRow } from '../store/visits.ts'
import { createTapes, viewOf } from './recording.ts'
import type { RoomDeps } from './rooms.ts'
import { faults, type Some } from './seen.ts'

const playbackAudience = 'consultation.playback'

export function partHandlers(deps: RoomDeps): Some<'keepPart' | 'playRecording'> {
  const { kit, recordings, visits, sight } = deps
  const { database, clock, keys } = kit
  const tapes = createTapes(deps)

  return {
    async keepPart({ visitId, recordingId, blobId, ...part }, call) {
      const { row: visit, seat } = await sight.seated(visitId, call)
      if (seat !== 'clinician') throw faults.recordingNotFound()
      return database.save(call, async () => {
        const row = await recordings.lock(visitId, recordingId)
        if (!row) throw faults.recordingNotFound()
        if (row.ended_at) throw faults.recordingOver()
        if ((await visits.visit(visitId))?.state !== 'inProgress') throw faults.visitClosed()
        // Under the lock that answers take as well: what is taken was agreed to by all who were there.
        if (viewOf(await tapes.known(row)).state !== 'running') throw faults.consentPending()
        const taken = { parts: row.parts, sizeBytes: row.size_bytes, durationMs: row.duration_ms }
        const verdict = judgePart(part, taken)
        if (verdict === 'repeated') {
          const former = await recordings.part(recordingId, part.number)
          if (former?.size_bytes !== part.sizeBytes) throw faults.partRefused()
          return { isKept: false, parts: row.parts }
        }
        if (verdict === 'partMissing') throw faults.partMissing({ next: row.parts })
        if (verdict !== 'taken') throw faults[verdict]()
        recordings.addPart(
          {
            recording_id: recordingId,
            number: part.number,
            visit_id: visitId,
            patient_id: visit.patient_id,
            blob_id: blobId,
            size_bytes: part.sizeBytes,
            duration_ms: part.durationMs,
            created_at: new Date(clock.nowMs()),
          },
          part.contentType ?? null,
        )
        return { isKept: true, parts: row.parts + 1 }
      })
    },

    async playRecording({ visitId, recordingId }, call) {
      const personId = call.caller.personId!
      const { row: visit, seat } = await sight.seated(visitId, call)
      if (seat === 'guest') throw faults.visitNotFound()
      const nowMs = clock.nowMs()
      const claims = { visitId, recordingId, personId }
      const token = await keys.signToken(claims, { audience: playbackAudience, ttlMs: playbackMs, nowMs })
      const entry = await tapes.tell(visit, recordingId, 'played', personId)
      return database.save(call, async () => {
        const row = await recordings.recording(visitId, recordingId, nowMs)
        if (!row || (row.ended_at && row.parts === 0)) throw faults.recordingNotFound()
        if (!row.ended_at) throw faults.recordingRuns()
        const recording = await tapes.view(row)
        await kit.append(entry)
        return { token, expiresAt: instantOf(nowMs + playbackMs), recording }
      })
    },
  }
}

type Upload = { visitId: string; recordingId: string; number: number; durationMs: number }

export function recordingRoutes(deps: RoomDeps, self: Client<typeof consultation>): Route[] {
  const { kit, recordings, sight } = deps
  const { blobs, keys, database, clock } = kit

  /** Bytes first, and then their row, which decides: a crash between the two leaves bytes that nothing names and nobody can open. */
  async function upload(request: Request, call: Call, { visitId, recordingId, number, durationMs }: Upload) {
    const { row: visit } = await sight.seated(visitId, call)
    if (Number(request.headers.get('content-length') ?? 0) > partBytesMax) throw faults.partRefused()
    const bytes = new Uint8Array(await request.arrayBuffer())
    const contentType = number === 0 ? recordingTypeOf(bytes) : undefined
    if (bytes.length === 0 || bytes.length > partBytesMax || durationMs > partMsMax) throw faults.partRefused()
    if (number === 0 && contentType === undefined) throw faults.partRefused()
    // Whoever has no open recording here fills no store.
    const open = await database.read(call, () => recordings.open(visitId))
    if (open?.id !== recordingId) throw open ? faults.recordingNotFound() : faults.recordingOver()
    const blobId = newId(clock.nowMs())
    const key = partKeyOf(visitId, recordingId, blobId)
    const sealed = await keys.sealFor(visit.sealed_for, bytes, key)
    await blobs.put(key, sealed, { contentType: 'application/octet-stream' })
    const part = { visitId, recordingId, number, blobId, sizeBytes: bytes.length, durationMs }
    const own: Call = { ...call, via: 'consultation' }
    const outcome = await self.keepPart(contentType ? { ...part, contentType } : part, own).catch(async error => {
      // Only a refusal says that the row is not there; a lost connection does not, and what it names must stay.
      if (error instanceof Fault) await blobs.delete(key)
      throw error
    })
    if (!outcome.isKept) await blobs.delete(key)
    return new Response(null, { status: 204 })
  }

  async function playable(request: Request, call: Call, visitId: string, recordingId: string) {
    const token = request.headers.get('x-playback-token') ?? ''
    const claims = await keys.verifyToken(token, { audience: playbackAudience, nowMs: clock.nowMs() })
    const { visitId: visit, recordingId: recording, personId } = claims ?? {}
    if (visit !== visitId || recording !== recordingId || personId !== call.caller.personId)
      throw faults.playbackRefused()
    const one = await sight.seated(visitId, call)
    if (one.seat === 'guest') throw faults.visitNotFound()
    const found = await database.read(call, async () => {
      const row = await recordings.recording(visitId, recordingId, clock.nowMs())
      return row?.ended_at && { row, parts: await recordings.parts(recordingId) }
    })
    if (!found) throw faults.recordingNotFound()
    const parts = found.parts.map(each => ({ blobId: each.blob_id, sizeBytes: each.size_bytes }))
    return { visit: one.row, row: found.row, parts }
  }

  /** One part in memory at a time, however long the recording is. */
  function streamOf(
    visit: VisitRow,
    row: RecordingRow,
    slices: ReturnType<typeof slicesOf<{ blobId: string; sizeBytes: number }>>,
  ) {
    const rest = [...slices]
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const slice = rest.shift()
        if (!slice) return controller.close()
        const key = partKeyOf(visit.id, row.id, slice.part.blobId)
        const blob = await blobs.get(key)
        const bytes = blob && (await keys.openFor(visit.sealed_for, blob.body, key))
        if (!bytes) throw faults.recordingNotFound()
        controller.enqueue(bytes.subarray(slice.from, slice.to + 1))
      },
    })
  }

  async function download(request: Request, call: Call, visitId: string, recordingId: string): Promise<Response> {
    const { visit, row, parts } = await playable(request, call, visitId, recordingId)
    const asked = request.headers.get('range')
    const range = asked === null ? { from: 0, to: row.size_bytes - 1 } : rangeOf(asked, row.size_bytes)
    if (!range) throw faults.rangeRefused({ sizeBytes: row.size_bytes })
    const headers = {
      'content-type': row.content_type ?? 'application/octet-stream',
      'content-disposition': 'attachment',
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
      'content-length': String(range.to - range.from + 1),
      ...(asked === null ? {} : { 'content-range': `bytes ${range.from}-${range.to}/${row.size_bytes}` }),
    }
    const body = streamOf(visit, row, slicesOf(parts, range.from, range.to))
    return new Response(body, { status: asked === null ? 200 : 206, headers })
  }

  return [
    {
      method: 'PUT',
      path: '/visit-recordings/:visitId/:recordingId/:number',
      summary: 'A part of a recording that runs, in their order; `x-part-ms` says how long it lasts',
      allow: ['clinician'],
      takesLargeBodies: true,
      handle: (request, call, { visitId, recordingId, number }) =>
        upload(request, call, {
          visitId: idIn(visitId),
          recordingId: idIn(recordingId),
          number: wholeIn(number),
          durationMs: wholeIn(request.headers.get('x-part-ms') ?? undefined),
        }),
    },
    {
      method: 'GET',
      path: '/visit-recordings/:visitId/:recordingId',
      summary: 'A recording, whole or by range; `x-playback-token` is the token of `playRecording`',
      allow: ['patient', 'clinician'],
      handle: (request, call, { visitId, recordingId }) => download(request, call, idIn(visitId), idIn(recordingId)),
    },
  ]
}

function idIn(text: string | undefined): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? '')) throw faults.recordingNotFound()
  return text!
}

function wholeIn(text: string | undefined): number {
  if (!/^\d{1,6}$/.test(text ?? '')) throw faults.partRefused()
  return Number(text)
}
