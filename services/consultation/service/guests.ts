// Guests: invited by one of the two, and let in when the patient agreed.
import { randomBytes } from 'node:crypto'
import { newId } from '#core/id'
import { houseFault } from '#core/fault'
import { guestsMaxOf } from '../rules/calls.ts'
import { isOver } from '../rules/visits.ts'
import type { GuestRow } from '../store/visits.ts'
import type { CallDeps } from './exits.ts'
import { faults, guestView, sealedAs, type Some } from './seen.ts'

const codeAlphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const codeLength = 12

/** Sixty bits, in letters that are not mistaken for each other. */
const newCode = () => [...randomBytes(codeLength)].map(byte => codeAlphabet[byte % codeAlphabet.length]).join('')
const normalized = (code: string) => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')

export function guestHandlers({
  kit,
  visits,
  peers,
  sight,
  exits,
}: CallDeps): Some<'invite' | 'consentToGuest' | 'acceptInvitation'> {
  const { database, clock, keys } = kit
  const all = { reach: 'all' } as const

  return {
    async invite({ visitId, name, relation }, call) {
      const one = await sight.seen(visitId, call)
      if (one.seat === 'guest') throw faults.visitNotFound()
      if (isOver(one.row.state)) throw faults.visitClosed()
      const nowMs = clock.nowMs()
      const id = newId(nowMs)
      const code = newCode()
      const row: GuestRow = {
        id,
        visit_id: visitId,
        patient_id: one.row.patient_id,
        clinician_id: one.row.clinician_id,
        person_id: null,
        name_sealed: await keys.sealFor(one.row.sealed_for, name, sealedAs.guest(id)),
        relation,
        // Whom patients invite themselves they agree to.
        consent: one.seat === 'patient' ? 'given' : 'asked',
        code_hash: keys.hashOf('guest-code', code),
        created_at: new Date(nowMs),
      }
      const entry = await sight.changed(one.row, one.row.state)
      return database.save(call, async () => {
        await visits.lock(visitId)
        const present = await visits.guests([visitId])
        const guestsMax = guestsMaxOf(kit.video.peersMax)
        if (present.filter(each => each.consent !== 'refused').length >= guestsMax) throw faults.roomFull({ guestsMax })
        await visits.addGuest(row)
        await kit.append(entry)
        return { guest: guestView(row, name), code }
      })
    },

    async consentToGuest({ visitId, guestId, agrees }, call) {
      const one = await sight.seenAs('patient', visitId, call)
      const guest = one.guests.find(each => each.id === guestId)
      if (!guest) throw faults.guestNotFound()
      const consent = agrees ? 'given' : 'refused'
      const entry = await sight.changed(one.row, one.row.state)
      const { person_id: personId } = guest
      const isOut = !agrees && personId !== null
      const there = await database.read(call, () => peers.inCall(visitId))
      const goodbyes = await exits.goodbyes(one.row, isOut ? there.filter(each => each.person_id === personId) : [])
      return database.save(call, async () => {
        await visits.lock(visitId)
        await visits.setConsent(guestId, consent)
        const gone = isOut ? await peers.removePerson(visitId, personId) : []
        // They came in this very moment, and nobody would tell the others that they are out again.
        if (gone.some(each => !goodbyes.has(each.id))) throw houseFault('data.conflict')
        exits.clearAfter(gone)
        await kit.append(entry)
        for (const { id } of gone) await kit.append(goodbyes.get(id)!)
        return guestView({ ...guest, consent }, one.guestNames.get(guestId) ?? '')
      })
    },

    async acceptInvitation({ visitId, code }, call) {
      const personId = call.caller.personId!
      const hashes = keys.hashesOf('guest-code', normalized(code))
      const found = await database.read(
        call,
        async () => {
          const row = await visits.visit(visitId)
          const guests = await visits.guests([visitId])
          return row && { row, guest: guests.find(each => hashes.includes(each.code_hash)) }
        },
        all,
      )
      const guest = found?.guest
      const isOwn = personId === found?.row.patient_id || call.caller.clinicianId === found?.row.clinician_id
      const isTaken = guest?.person_id !== null && guest?.person_id !== personId
      if (!found || !guest || guest.consent === 'refused' || isOwn || isTaken || isOver(found.row.state))
        throw faults.invitationRefused()
      if (guest.consent !== 'given') throw faults.consentMissing()
      const [one] = await sight.around([found.row], { ...call, caller: { ...call.caller, roles: ['service'] } })
      const entry = await sight.changed(found.row, found.row.state)
      return database.save(
        call,
        async () => {
          const locked = await visits.guestByCode(visitId, hashes)
          if (locked?.consent !== 'given' || (locked.person_id !== null && locked.person_id !== personId))
            throw faults.invitationRefused()
          await visits.seatGuest(locked.id, personId)
          const guests = await visits.guests([visitId])
          const view = await sight.view({ ...one!, seat: 'guest', guests })
          await kit.append(entry)
          return view
        },
        all,
      )
    },
  }
}
