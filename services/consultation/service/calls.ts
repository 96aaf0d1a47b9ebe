// The call: who may join, how browsers find each other through us, and relays for those who cannot reach each other directly.
import { createHmac } from 'node:crypto'
import { newId } from '#core/id'
import { instantOf } from '#core/time'
import type { Call } from '#core/call'
import { type CallTicket, type CallWay, consultation, type Seat } from '../contract.ts'
import { waysInto } from '../rules/calls.ts'
import { isOver, joinMs, lacksConsent } from '../rules/visits.ts'
import type { PeerRow } from '../store/peers.ts'
import type { GuestRow, VisitRow } from '../store/visits.ts'
import { type CallDeps, roomOf } from './exits.ts'
import { faults, invited, type Some } from './seen.ts'

const callAudience = 'consultation.call'
const testMs = 10 * 60_000

const all = { reach: 'all' } as const

export function callHandlers(deps: CallDeps): Some<'joinCall' | 'signal' | 'iceServers'> {
  const { kit, visits, peers, sight, exits } = deps
  const { database, clock, keys, settings, video } = kit

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

  /** Where the others are, and which way this one goes. Nothing is written yet, and a media server may be asked. */
  async function admit(
    { row, guests }: { row: VisitRow; guests: readonly GuestRow[] },
    others: readonly PeerRow[],
    admission: { peerId: string; ttlMs: number },
  ): Promise<{ way: CallWay; ticket: CallTicket }> {
    const ways = waysInto({
      hasServer: video.hasServer,
      directCalls: settings.directCalls,
      people: 2 + guests.filter(each => each.consent === 'given').length,
      others: others.map(each => each.way),
    })
    for (const way of ways) {
      if (way === 'direct') return { way, ticket: { kind: 'direct' } }
      try {
        return { way, ticket: await video.admit(roomOf(deps, row.id), admission) }
      } catch (error) {
        kit.log.warn({ err: error, visitId: row.id }, 'the media server lets nobody in')
      }
    }
    throw faults.callUnavailable()
  }

  /** What was true before the media server was asked is looked at again, under the lock of everything that may end it. */
  async function assertStillMayJoin(visitId: string, { caller }: Call, seat: Seat): Promise<void> {
    const row = await visits.lock(visitId)
    if (!row) throw faults.visitNotFound()
    if (isOver(row.state)) throw faults.visitClosed()
    const guests = await visits.guests([visitId])
    if (seat === 'guest' && lacksConsent(caller, invited(guests))) throw faults.consentMissing()
  }

  return {
    async joinCall({ visitId }, call) {
      const personId = call.caller.personId!
      const one = await seated(visitId, call)
      const { row, seat } = one
      assertRunning(row)
      const nowMs = clock.nowMs()
      const ttlMs = joinMs(row.ends_at.getTime(), nowMs)
      const peerId = newId(nowMs)
      const present = await database.read(call, () => peers.inCall(visitId), all)
      const others = present.filter(each => each.person_id !== personId && each.expires_at.getTime() > nowMs)
      const { way, ticket } = await admit(one, others, { peerId, ttlMs })
      const token = await keys.signToken({ visitId, personId, seat, peerId }, { audience: callAudience, ttlMs, nowMs })
      const data = { peerId, personId, seat, way }
      const entry = await kit.compose(consultation, 'visit', visitId, { type: 'joined', data }, row.sealed_for)
      const peer: PeerRow = {
        id: peerId,
        visit_id: visitId,
        patient_id: row.patient_id,
        person_id: personId,
        seat,
        session_id: call.caller.sessionId ?? null,
        way,
        joined_at: new Date(nowMs),
        expires_at: new Date(nowMs + ttlMs),
      }
      const work = async () => {
        await assertStillMayJoin(visitId, call, seat)
        // One person is in the call once: their newest page counts.
        await exits.left(await peers.removePerson(visitId, personId))
        await peers.add(peer)
        await kit.append(entry)
        const known = others.map(each => ({ peerId: each.id, personId: each.person_id, seat: each.seat }))
        const relays = { iceServers: iceServers(personId, ttlMs), isRelayOnly }
        return { token, expiresAt: instantOf(nowMs + ttlMs), peerId, seat, ticket, others: known, ...relays }
      }
      return database.save(call, work, all)
    },

    async signal({ visitId, token, to, signals }, call) {
      const claims = await keys.verifyToken(token, { audience: callAudience, nowMs: clock.nowMs() })
      const from = claims?.['peerId']
      if (claims?.['visitId'] !== visitId || claims['personId'] !== call.caller.personId || typeof from !== 'string')
        throw faults.joinRefused()
      const { row, seat } = await seated(visitId, call)
      if (seat !== claims['seat']) throw faults.joinRefused()
      if (to !== undefined && row.state !== 'inProgress') throw faults.visitClosed()
      const peer = await database.read(call, () => peers.peer(from), { isSingle: true })
      if (to !== undefined && !peer) throw faults.joinRefused()
      const data =
        to === undefined
          ? ({ type: 'left', data: { peerId: from } } as const)
          : ({ type: 'signalled', data: { from, to, signals } } as const)
      const entry = await kit.compose(consultation, 'visit', visitId, data, row.sealed_for)
      return database.save(call, async () => {
        if (to === undefined) await exits.left(await peers.remove([from]))
        return { seq: await kit.append(entry) }
      })
    },

    async iceServers(_input, call) {
      const expiresAt = instantOf(clock.nowMs() + testMs)
      return { iceServers: iceServers(call.caller.personId!, testMs), isRelayOnly, expiresAt }
    },
  }
}
