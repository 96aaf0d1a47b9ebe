// What others' facts mean for a visit: its booking moved, was cancelled, the patient arrived at the desk; its person was erased.
import { appointment } from '#contract/appointment'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { on, type Reaction } from '#core/service'
import { consultation, type VisitState } from './contract.ts'
import { isOver } from './rules/visits.ts'
import type { CallDeps } from './service/exits.ts'
import { deleteRecordedBytes, interruptRecording } from './service/recording-upkeep.ts'

const all = { reach: 'all' } as const

export function consultationReactions(deps: CallDeps): Reaction[] {
  const { kit, visits, peers, exits } = deps
  return [
    on(appointment, 'rescheduled', async ({ bookingId, startsAt, endsAt }, call) => {
      await kit.database.save(call, () => visits.move(bookingId, startsAt, endsAt))
    }),
    on(appointment, 'arrived', ({ bookingId }, call) => follow(deps, bookingId, 'waiting', call)),
    on(appointment, 'cancelled', ({ bookingId }, call) => follow(deps, bookingId, 'cancelled', call)),
    on(appointment, 'noShow', ({ bookingId }, call) => follow(deps, bookingId, 'cancelled', call)),
    on(consultation, 'ended', ({ visitId }, call) => interruptRecording(deps, visitId, call)),
    on(identity, 'claimed', async ({ personId, formerPersonId }, call) => {
      await kit.database.save(call, () => visits.rename(formerPersonId, personId))
    }),
    on(identity, 'sessionRevoked', async ({ sessionId }, call) => {
      await kit.database.save(call, async () => exits.putOut(await peers.ofSession(sessionId)), all)
    }),
    on(record, 'erased', async ({ personId, isLastOfPerson }, call) => {
      if (personId && isLastOfPerson) await forget(deps, personId, call)
    }),
  ]
}

/** Only rooms that somebody entered know of it; the others ask when they are entered. */
async function follow(
  { kit, visits, peers, sight, exits }: CallDeps,
  visitId: string,
  to: VisitState,
  call: Call,
): Promise<void> {
  const known = await kit.database.read(call, () => visits.visit(visitId))
  if (!known) return
  const drafts = [await sight.changed(known, to), await sight.moved(known)]
  await kit.database.save(call, async () => {
    const row = await visits.lock(visitId)
    const isPast = !row || isOver(row.state) || row.state === to || (to === 'waiting' && row.state === 'inProgress')
    if (isPast) return null
    await visits.setState(visitId, to, kit.clock.nowMs())
    if (isOver(to)) exits.clearAfter(await peers.removeAll(visitId))
    for (const draft of drafts) await kit.append(draft)
    return null
  })
}

/** All that was said and written goes, files included. Rows first: what is not named any more is nobody's. */
async function forget(deps: CallDeps, personId: string, call: Call): Promise<void> {
  const { kit, visits, peers, recordings, exits } = deps
  const ids = (await kit.database.read(call, () => visits.idsOfPatient(personId), all)).map(each => each.id)
  for (const id of ids) {
    for await (const key of kit.blobs.list(`visit-files/${id}/`)) await kit.blobs.delete(key)
    await deleteRecordedBytes(deps, id)
  }
  await kit.database.save(
    call,
    async () => {
      for (const id of ids) {
        exits.clearAfter(await peers.removeAll(id))
        await visits.forget(id)
        kit.forgetChannel(consultation, 'visit', id)
      }
      exits.clearAfter(await peers.forgetPerson(personId))
      await visits.forgetGuest(personId)
      await recordings.forgetPerson(personId, kit.clock.nowMs())
      kit.enqueue('deleteRecordings', {})
      return null
    },
    all,
  )
}
