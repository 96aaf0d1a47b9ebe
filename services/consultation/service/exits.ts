// The way out of a call: told to those who stay, and done at the media server by a job, so that no failure leaves anybody in.
import { asking } from '#core/call'
import { z } from 'zod'
import type { RunJob } from '#core/service'
import { Id } from '#core/id'
import type { EntryDraft } from '#platform/channels'
import { consultation } from '../contract.ts'
import type { PeerRow } from '../store/peers.ts'
import type { VisitRow } from '../store/visits.ts'
import type { RoomDeps } from './rooms.ts'
import { type ConsultationDeps } from './seen.ts'

export type CallDeps = RoomDeps & { exits: Exits }

const all = { reach: 'all' } as const
/** Those to take out, and whether the media server has to hear of it. */
const ClearCall = z.object({ visitId: Id, peerIds: z.array(Id).default([]), isServed: z.boolean().default(true) })
const peersPerLook = 500

/** The media server learns neither the visit nor who is in it; any process finds the room again. */
export const roomOf = ({ kit }: Pick<ConsultationDeps, 'kit'>, visitId: string): string =>
  kit.keys.hashOf('call room', visitId).slice(0, 32)

export type Exits = ReturnType<typeof createExits>

export function createExits(deps: ConsultationDeps) {
  const { kit, visits, peers, recordings, people } = deps
  const { database, clock } = kit

  /** What those who stay hear of each who goes. */
  async function goodbyes(row: VisitRow, going: readonly PeerRow[]): Promise<ReadonlyMap<string, EntryDraft>> {
    const drafts = going.map(async ({ id }) => {
      const entry = { type: 'left', data: { peerId: id } } as const
      return [id, await kit.compose(consultation, 'visit', row.id, entry, row.sealed_for)] as const
    })
    return new Map(await Promise.all(drafts))
  }

  /** The page that recorded is gone: what it began nobody goes on with. */
  async function interrupt(gone: readonly PeerRow[]): Promise<void> {
    for (const visitId of visitsOf(gone.filter(each => each.seat === 'clinician')))
      await recordings.interrupt(visitId, clock.nowMs())
  }

  /** Inside the save that took them out. Directly there is nobody to ask: the others let go of them. */
  function clearAfter(gone: readonly PeerRow[]): void {
    for (const visitId of visitsOf(gone.filter(each => each.way === 'server'))) kit.enqueue('clearCall', { visitId })
  }

  /** Inside the save that took them out of a call which goes on. */
  async function left(gone: readonly PeerRow[]): Promise<void> {
    clearAfter(gone)
    await interrupt(gone)
  }

  /** Inside a save: those who have no right to be there any more, out of whichever calls they are in. */
  function putOut(going: readonly PeerRow[]): void {
    for (const visitId of visitsOf(going)) {
      const ours = going.filter(each => each.visit_id === visitId)
      const isServed = ours.some(each => each.way === 'server')
      kit.enqueue('clearCall', { visitId, peerIds: ours.map(each => each.id), isServed })
    }
  }

  /** Takes out whom it is told to, then makes the media server's room what the table says; right whatever happened in between. */
  const clearCall: RunJob = async (data, { call }) => {
    const { visitId, peerIds, isServed } = ClearCall.parse(data)
    const row = await database.read(call, () => visits.visit(visitId), all)
    const inCall = () => database.read(call, () => peers.inCall(visitId), all)
    const going = (await inCall()).filter(each => peerIds.includes(each.id))
    if (row && going.length > 0) {
      const drafts = await goodbyes(row, going)
      await database.save(call, async () => {
        const gone = await peers.remove(going.map(each => each.id))
        await interrupt(gone)
        for (const { id } of gone) await kit.append(drafts.get(id)!)
        return null
      })
    }
    if (!isServed) return
    const staying = (await inCall()).filter(each => each.way === 'server').map(each => each.id)
    const room = roomOf(deps, visitId)
    await (staying.length > 0 ? kit.video.keepOnly(room, staying) : kit.video.close(room))
  }

  /** Those whose time is over, or who have signed out since. */
  const watchCalls: RunJob = async (_data, { call, progress }) => {
    const going: PeerRow[] = []
    for (let last: PeerRow | undefined, isMore = true; isMore;) {
      const rows = await database.read(call, () => peers.after(last?.id, peersPerLook), all)
      const sessionIds = [...new Set(rows.flatMap(each => each.session_id ?? []))]
      const { callers } = await people.callersOfSessions({ sessionIds }, asking(call))
      for (const row of rows) {
        const isLate = row.expires_at.getTime() <= clock.nowMs()
        if (isLate || (row.session_id !== null && !(row.session_id in callers))) going.push(row)
      }
      last = rows.at(-1)
      isMore = rows.length === peersPerLook
    }
    if (going.length > 0) await database.save(call, async () => putOut(going), all)
    await progress(going.length, going.length, `${going.length} put out`)
  }

  return { goodbyes, clearAfter, left, putOut, runs: { clearCall, watchCalls } }
}

const visitsOf = (rows: readonly PeerRow[]) => new Set(rows.map(each => each.visit_id))
