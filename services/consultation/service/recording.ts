// Recording a call: asked for, agreed to by everybody in it, and ended by the first No.
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { dayMs } from '#core/time'
import { consultation, type Recording, type RecordingAct, type RecordingEnding, type Seat } from '../contract.ts'
import { consentsOf, endingOf, isMet, type Present, stateOf } from '../rules/recording.ts'
import type { RecordingRow } from '../store/recording.ts'
import type { VisitRow } from '../store/visits.ts'
import type { RoomDeps } from './rooms.ts'
import { faults, type Some } from './seen.ts'

type Known = { row: RecordingRow; present: readonly Present[]; answers: ReturnType<typeof answersOf> }

const answersOf = (rows: readonly { person_id: string; seat: Seat; answer: 'agreed' | 'refused' | 'withdrawn' }[]) =>
  rows.map(each => ({ personId: each.person_id, seat: each.seat, answer: each.answer }))

export const courseOf = (row: Pick<RecordingRow, 'started_at' | 'ended_at'>) => ({
  isStarted: row.started_at !== null,
  isEnded: row.ended_at !== null,
})

/** What several handlers ask about recordings; every function runs in the transaction at hand. */
export function createTapes({ kit, peers, recordings }: RoomDeps) {
  async function present(visitId: string): Promise<Present[]> {
    const rows = await peers.present(visitId, kit.clock.nowMs())
    return rows.map(each => ({ personId: each.person_id, seat: each.seat }))
  }

  async function known(row: RecordingRow): Promise<Known> {
    const answers = answersOf(await recordings.consents([row.id]))
    // Of what is over it counts who answered, not who happens to be in a call now.
    return { row, answers, present: row.ended_at ? [] : await present(row.visit_id) }
  }

  async function view(row: RecordingRow): Promise<Recording> {
    return viewOf(await known(row))
  }

  const tell = (visit: VisitRow, recordingId: string, act: RecordingAct, personId?: string) =>
    kit.compose(
      consultation,
      'visit',
      visit.id,
      { type: 'recording', data: { recordingId, act, ...(personId === undefined ? {} : { personId }) } },
      visit.sealed_for,
    )

  return { present, known, view, tell }
}

export function viewOf({ row, present, answers }: Known): Recording {
  return {
    id: row.id,
    visitId: row.visit_id,
    state: stateOf(courseOf(row), present, answers),
    askedById: row.asked_by,
    askedAt: row.asked_at.toISOString(),
    consents: consentsOf(present, answers),
    ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
    ...(row.ended_at ? { endedAt: row.ended_at.toISOString() } : {}),
    ...(row.ending ? { ending: row.ending } : {}),
    ...(row.content_type ? { contentType: row.content_type } : {}),
    parts: row.parts,
    durationMs: row.duration_ms,
    sizeBytes: row.size_bytes,
    isComplete: row.is_complete,
    expiresAt: row.expires_at.toISOString(),
  }
}

export function recordingHandlers(
  deps: RoomDeps,
): Some<'askToRecord' | 'recording' | 'answerRecording' | 'endRecording' | 'recordings' | 'deleteRecording'> {
  const { kit, recordings, sight } = deps
  const { database, clock } = kit
  const keptDays = kit.settings.recordingDays
  const tapes = createTapes(deps)

  /** For those whose visit it is: a third person sees what runs, and nothing of what was. */
  async function ownVisit(visitId: string, call: Call): Promise<{ row: VisitRow; seat: Seat }> {
    const one = await sight.seated(visitId, call)
    if (one.seat === 'guest') throw faults.visitNotFound()
    return one
  }

  async function locked(visitId: string, recordingId: string): Promise<RecordingRow> {
    const row = await recordings.lock(visitId, recordingId)
    if (!row) throw faults.recordingNotFound()
    if (row.ended_at) throw faults.recordingOver()
    return row
  }

  async function ended(row: RecordingRow, ending: RecordingEnding, isComplete: boolean): Promise<Recording> {
    const [now] = await recordings.end(row.id, ending, isComplete, clock.nowMs())
    return tapes.view(now!)
  }

  return {
    async askToRecord({ visitId }, call) {
      const personId = call.caller.personId!
      const { row: visit, seat } = await ownVisit(visitId, call)
      if (keptDays === 0) throw faults.recordingOff()
      if (visit.state !== 'inProgress') throw faults.visitClosed()
      const nowMs = clock.nowMs()
      const id = newId(nowMs)
      const entry = await tapes.tell(visit, id, 'asked', personId)
      return database.save(call, async () => {
        const present = await tapes.present(visitId)
        if (!present.some(each => each.personId === personId)) throw faults.notInCall()
        if (!isMet(present)) throw faults.nobodyElse()
        const asked_at = new Date(nowMs)
        const [row] = await recordings.add({
          id,
          visit_id: visitId,
          patient_id: visit.patient_id,
          clinician_id: visit.clinician_id,
          asked_by: personId,
          asked_at,
          expires_at: new Date(nowMs + keptDays * dayMs),
        })
        if (!row) throw faults.recordingUnderWay()
        const about = { visit_id: visitId, patient_id: visit.patient_id, answered_at: asked_at }
        await recordings.setConsent({ ...about, recording_id: id, person_id: personId, seat, answer: 'agreed' })
        const view = await tapes.view(row)
        await kit.append(entry)
        return view
      })
    },

    async recording({ visitId }, call) {
      await sight.seated(visitId, call)
      const recording = await database.read(call, async () => {
        const row = await recordings.open(visitId)
        return row && tapes.view(row)
      })
      return { isOffered: keptDays > 0, keptDays, ...(recording ? { recording } : {}) }
    },

    async answerRecording({ visitId, recordingId, agrees }, call) {
      const personId = call.caller.personId!
      const { row: visit, seat } = await sight.seated(visitId, call)
      const before = await database.read(call, () => recordings.consents([recordingId]))
      const hadAgreed = before.some(each => each.person_id === personId && each.answer === 'agreed')
      const answer = agrees ? 'agreed' : endingOf(hadAgreed)
      const acts = { agreed: 'agreeToRecording', refused: 'refuseRecording', withdrawn: 'withdrawFromRecording' }
      kit.concerning({ act: acts[answer] })
      const entry = await tapes.tell(visit, recordingId, answer, personId)
      return database.save(call, async () => {
        const row = await locked(visitId, recordingId)
        const about = { visit_id: visitId, patient_id: visit.patient_id, answered_at: new Date(clock.nowMs()) }
        await recordings.setConsent({ ...about, recording_id: recordingId, person_id: personId, seat, answer })
        // No is no, at once and for all: what was recorded by then stays with the patient.
        const view = agrees ? await tapes.view(row) : await ended(row, endingOf(hadAgreed), false)
        await kit.append(entry)
        return view
      })
    },

    async endRecording({ visitId, recordingId, parts }, call) {
      const visit = (await sight.seenAs('clinician', visitId, call)).row
      const entry = await tapes.tell(visit, recordingId, 'ended', call.caller.personId)
      return database.save(call, async () => {
        const row = await locked(visitId, recordingId)
        const view = await ended(row, 'stopped', parts === row.parts)
        await kit.append(entry)
        return view
      })
    },

    async recordings({ visitId, limit, cursor }, call) {
      await ownVisit(visitId, call)
      const before = fromCursor(cursor, 1)?.[0]
      const found = await database.read(call, async () => {
        const rows = await recordings.ofVisit(visitId, before, clock.nowMs(), limit)
        return { rows, consents: await recordings.consents(rows.map(each => each.id)) }
      })
      const consentsTo = (id: string) => answersOf(found.consents.filter(each => each.recording_id === id))
      return toPage(
        found.rows,
        limit,
        row => [row.id],
        row => viewOf({ row, present: [], answers: consentsTo(row.id) }),
      )
    },

    async deleteRecording({ visitId, recordingId }, call) {
      const visit = (await sight.seenAs('patient', visitId, call)).row
      const entry = await tapes.tell(visit, recordingId, 'deleted', call.caller.personId)
      return database.save(call, async () => {
        const row = await recordings.lock(visitId, recordingId)
        if (!row) throw faults.recordingNotFound()
        if (!row.ended_at) throw faults.recordingRuns()
        await recordings.markDeleted(recordingId, clock.nowMs())
        kit.enqueue('deleteRecordings', {})
        await kit.append(entry)
        return { deleted: true as const }
      })
    },
  }
}
