// What becomes of recordings when nobody does anything: a silent one ends, and an old one goes, with all of its bytes.
import type { RunJob } from '#core/service'
import type { Call } from '#core/call'
import { folderOf, isAbandoned, recordingFolderOf } from '../rules/recording.ts'
import { createTapes } from './recording.ts'
import type { RoomDeps } from './rooms.ts'

const all = { reach: 'all' } as const
const perRun = 100

/** Ends whatever is open in a visit, and says so to all who are in it. */
export async function interruptRecording(deps: RoomDeps, visitId: string, call: Call): Promise<void> {
  const { kit, visits, recordings } = deps
  const found = await kit.database.read(
    call,
    async () => {
      const visit = await visits.visit(visitId)
      return { visit, open: visit && (await recordings.open(visitId)) }
    },
    all,
  )
  if (!found.visit || !found.open) return
  const entry = await createTapes(deps).tell(found.visit, found.open.id, 'ended')
  await kit.database.save(
    call,
    async () => {
      const [row] = await recordings.end(found.open!.id, 'interrupted', false, kit.clock.nowMs())
      if (row) await kit.append(entry)
      return null
    },
    all,
  )
}

export function recordingRuns(deps: RoomDeps): Record<string, RunJob> {
  const { kit, recordings } = deps
  const { database, blobs, clock } = kit

  /** Of visits that are over, and those of which nothing comes any more. */
  async function abandoned(call: Call): Promise<string[]> {
    const tapes = createTapes(deps)
    const look = async () => {
      const found: string[] = []
      for (const row of await recordings.openOnes(perRun)) {
        const quietMs = clock.nowMs() - row.active_at.getTime()
        if (!row.is_visit_running || isAbandoned((await tapes.view(row)).state, quietMs)) found.push(row.visit_id)
      }
      return found
    }
    return database.read(call, look, all)
  }

  return {
    async endRecordings(_data, { call, progress }) {
      const visitIds = await abandoned(call)
      for (const visitId of visitIds) await interruptRecording(deps, visitId, call)
      await progress(visitIds.length, visitIds.length, `${visitIds.length} ended`)
    },

    /** Bytes first: as long as their row is there, the next run finds what this one did not reach. */
    async deleteRecordings(_data, { call, progress }) {
      let total = 0
      for (let last = perRun; last === perRun; total += last) {
        const rows = await database.read(call, () => recordings.due(clock.nowMs(), perRun), all)
        last = rows.length
        for (const { id, visit_id: visitId, is_expired: isExpired } of rows) {
          for await (const key of blobs.list(recordingFolderOf(visitId, id))) await blobs.delete(key)
          if (isExpired) await kit.recordAct('consultation.expireRecording', call, { visitId, recordingId: id }, 'done')
        }
        const ids = rows.map(each => each.id)
        if (last > 0) await database.save(call, () => recordings.remove(ids), all)
      }
      await progress(total, total, `${total} deleted`)
    },
  }
}

export async function deleteRecordedBytes({ kit }: RoomDeps, visitId: string): Promise<void> {
  for await (const key of kit.blobs.list(folderOf(visitId))) await kit.blobs.delete(key)
}
