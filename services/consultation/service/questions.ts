// Asking in writing: a visit without a time, which the clinician answers when they can.
import { asking } from '#core/call'
import { newId } from '#core/id'
import { consultation } from '../contract.ts'
import { guestsMaxOf } from '../rules/calls.ts'
import { questionsMax } from '../rules/visits.ts'
import type { VisitRow } from '../store/visits.ts'
import { createConversation } from './chat.ts'
import type { RoomDeps } from './rooms.ts'
import { aboutOf, faults, sealedAs, type Seen, type Some, unlessMissing, viewOf } from './seen.ts'

export function questionHandlers(deps: RoomDeps): Some<'ask'> {
  const { kit, visits, chat, clinicians } = deps
  const { database, clock, keys } = kit
  const { compose } = createConversation(deps)
  return {
    async ask({ clinicianId, subject, text }, call) {
      const personId = call.caller.personId!
      const asked = clinicians.clinician({ clinicianId }, asking(call))
      const clinician = await unlessMissing(asked, () => faults.clinicianNotFound())
      if (!clinician.acceptsPatients) throw faults.clinicianNotFound()
      const nowMs = clock.nowMs()
      const on = new Date(nowMs).toISOString().slice(0, 10)
      const isLicensed = clinician.licences.some(
        each =>
          each.jurisdiction === call.caller.jurisdiction &&
          each.verification === 'verified' &&
          each.validFrom <= on &&
          on <= each.validTo,
      )
      if (!isLicensed) throw faults.noLicence()
      const id = newId(nowMs)
      const at = new Date(nowMs)
      const row: VisitRow = {
        id,
        kind: 'written',
        patient_id: personId,
        sealed_for: personId,
        clinician_id: clinicianId,
        clinician_name: clinician.name,
        mode: 'video',
        starts_at: at,
        ends_at: at,
        state: 'inProgress',
        state_since: at,
        called_at: null,
        subject_sealed: Buffer.from(await keys.sealFor(personId, subject, sealedAs.subject(id))),
        last_message_at: at,
        created_at: at,
      }
      const first = await compose(row, { personId, seat: 'patient' }, text, [])
      return database.save(call, async () => {
        if ((await visits.countQuestions(personId)) >= questionsMax) throw faults.tooManyQuestions({ questionsMax })
        await visits.add(row)
        kit.announce(consultation, 'asked', aboutOf(row))
        chat.addMessage({ ...first.row, seq: await kit.append(first.entry) })
        const nothing = {
          guests: [],
          guestNames: new Map(),
          receipts: [],
          unread: 0,
          isNoteSigned: false,
          lastSeat: 'patient' as const,
        }
        const guestsMax = guestsMaxOf(kit.video.peersMax)
        const one: Seen = { ...nothing, guestsMax, row, seat: 'patient', subject, patientName: undefined }
        return viewOf(one)
      })
    },
  }
}
