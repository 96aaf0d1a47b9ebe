// The call: who may join, how browsers find each other through us, and relays for those who cannot reach each other directly.
import { createHmac } from 'node:crypto'
import { newId } from '#core/id'
import { instantOf } from '#core/time'
import type { Call } from '#core/call'
import { consultation } from '../contract.ts'
import { isOver, joinMs, lacksConsent } from '../rules/visits.ts'
import type { VisitRow } from '../store/visits.ts'
import type { RoomDeps } from './rooms.ts'
import { faults, invited, type Some } from './seen.ts'

const callAudience = 'consultation.call'
const testMs = 10 * 60_000

export function callHandlers({ kit, visits, recordings, sight }: RoomDeps): Some<'joinCall' | 'signal' | 'iceServers'> {
  const { database, clock, keys, settings } = kit

  /** Credentials that end by themselves (draft-uberti-behave-turn-rest §2.2): the relay checks them without asking us. */
  function iceServers(personId: string, ttlMs: number) {
    const { urls = [], secret = '' } = settings.turn ?? {}
    const relays = urls.filter(url => url.startsWith('turn'))
    const username = `${Math.floor((clock.nowMs() + ttlMs) / 1_000)}:${keys.hashOf('turn user', personId).slice(0, 16)}`
    const credential = createHmac('sha1', secret).update(username).digest('base64')
    return [
      ...urls.filter(url => url.startsWith('stun')).map(url => ({ urls: [url] })),
      ...(relays.length > 0 ? [{ urls: relays, username, credential }] : []),
    ]
  }
  const isRelayOnly = settings.turn?.isRelayOnly ?? false

  /** With the reason when somebody was invited and the patient has not agreed: they know of the visit already. */
  async function seated(visitId: string, call: Call) {
    const guests = await database.read(call, () => visits.guests([visitId]))
    if (lacksConsent(call.caller, invited(guests))) throw faults.consentMissing()
    return sight.seen(visitId, call)
  }

  function assertRunning(row: VisitRow): void {
    if (isOver(row.state)) throw faults.visitClosed()
    sight.assertToday(row)
    if (row.state !== 'inProgress') throw faults.notCalledIn()
  }

  return {
    async joinCall({ visitId }, call) {
      const personId = call.caller.personId!
      const { row, seat } = await seated(visitId, call)
      assertRunning(row)
      const nowMs = clock.nowMs()
      const ttlMs = joinMs(row.ends_at.getTime(), nowMs)
      const peerId = newId(nowMs)
      const claims = { visitId, personId, seat, peerId }
      const token = await keys.signToken(claims, { audience: callAudience, ttlMs, nowMs })
      const data = { peerId, personId, seat }
      const entry = await kit.compose(consultation, 'visit', visitId, { type: 'joined', data }, row.sealed_for)
      const about = { visit_id: visitId, person_id: personId, patient_id: row.patient_id, seat, peer_id: peerId }
      return database.save(call, async () => {
        const present = (await recordings.present([visitId], nowMs)).filter(each => each.person_id !== personId)
        const others = present.map(each => ({ peerId: each.peer_id, personId: each.person_id, seat: each.seat }))
        await recordings.join({ ...about, joinedMs: nowMs, endsMs: nowMs + ttlMs })
        // Their former page recorded, and is gone: a new one cannot go on with what that one began.
        if (seat === 'clinician') await recordings.interrupt(visitId, nowMs)
        await kit.append(entry)
        const expiresAt = instantOf(nowMs + ttlMs)
        return { token, expiresAt, peerId, seat, others, iceServers: iceServers(personId, ttlMs), isRelayOnly }
      })
    },

    async signal({ visitId, token, to, signals }, call) {
      const claims = await keys.verifyToken(token, { audience: callAudience, nowMs: clock.nowMs() })
      const from = claims?.['peerId']
      if (claims?.['visitId'] !== visitId || claims['personId'] !== call.caller.personId || typeof from !== 'string')
        throw faults.joinRefused()
      const { row, seat } = await seated(visitId, call)
      if (seat !== claims['seat']) throw faults.joinRefused()
      if (to !== undefined && row.state !== 'inProgress') throw faults.visitClosed()
      const data =
        to === undefined
          ? ({ type: 'left', data: { peerId: from } } as const)
          : ({ type: 'signalled', data: { from, to, signals } } as const)
      const entry = await kit.compose(consultation, 'visit', visitId, data, row.sealed_for)
      return database.save(call, async () => {
        const nowMs = clock.nowMs()
        const gone = to === undefined ? await recordings.leave(visitId, call.caller.personId!, from, nowMs) : []
        if (gone.some(each => each.seat === 'clinician')) await recordings.interrupt(visitId, nowMs)
        return { seq: await kit.append(entry) }
      })
    },

    async iceServers(_input, call) {
      const expiresAt = instantOf(clock.nowMs() + testMs)
      return { iceServers: iceServers(call.caller.personId!, testMs), isRelayOnly, expiresAt }
    },
  }
}
