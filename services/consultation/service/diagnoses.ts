// Diagnoses to choose from at the end of a visit, so that nobody types codes by heart.
import { diagnosis } from '#contract/diagnosis'
import { record } from '#contract/record'
import { asking, askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { dayMs } from '#core/time'
import type { Aftercare, OfferedDiagnosis } from '../contract.ts'
import { mostUsed, offered, offeredMax } from '../rules/diagnoses.ts'
import type { RoomDeps } from './rooms.ts'
import { sealedAs, type Some } from './seen.ts'

/** What the knowledge base speaks: the code a diagnosis has in most of the world (https://terminology.hl7.org/ICD.html). */
const icd10 = 'http://hl7.org/fhir/sid/icd-10'
/** Of so many visits that ended last it is looked what a clinician uses. */
const visitsMax = 60
const interviewsMax = 5
/** What was accepted longer ago belongs to another story. */
const acceptedMs = 30 * dayMs

export function diagnosisHandlers({ kit, notes, sight }: RoomDeps): Some<'offerDiagnoses'> {
  const { database, keys, clock } = kit

  /** In the clinician's own name: what of the patient's interviews is not open to them is not offered. */
  async function accepted(personId: string, call: Call): Promise<OfferedDiagnosis[]> {
    const ask = askingAsMedley(call)
    const { patientIds } = await kit.call(record).patientsOf({ personId }, ask)
    const lists = await Promise.all(
      patientIds.map(patientId =>
        kit.call(diagnosis).listInterviews({ patientId, limit: interviewsMax }, asking(call)),
      ),
    )
    const finished = lists.flatMap(list => list.items.filter(each => each.state === 'finished'))
    const read = finished.map(({ id }) => unlessGone(kit.call(diagnosis).interview({ interviewId: id }, asking(call))))
    const since = new Date(clock.nowMs() - acceptedMs).toISOString()
    return (await Promise.all(read)).flatMap(interview =>
      (interview?.result?.suggestions ?? [])
        .filter(({ decision }) => decision?.decision === 'accepted' && decision.decidedAt >= since)
        .map(({ condition: { label, icd10: code } }) => ({
          text: label,
          coding: { system: icd10, code, display: label },
          from: 'accepted' as const,
        })),
    )
  }

  /** From what they wrote down at the end of visits: what is erased there is not known here either. */
  async function used(clinicianId: string, call: Call): Promise<OfferedDiagnosis[]> {
    const rows = await database.read(call, () => notes.lastAftercare(clinicianId, visitsMax), { isSingle: true })
    const texts = await Promise.all(
      rows.map(row => keys.openTextFor(row.sealed_for, row.content_sealed, sealedAs.aftercare(row.visit_id))),
    )
    const written = texts.flatMap(text => (text ? (JSON.parse(text) as Pick<Aftercare, 'diagnoses'>).diagnoses : []))
    return mostUsed(written.map(({ text, coding }) => ({ text, ...(coding ? { coding } : {}), from: 'used' as const })))
  }

  return {
    async offerDiagnoses({ visitId, text }, call) {
      const { row } = await sight.seenAs('clinician', visitId, call)
      const [own, mine, list] = await Promise.all([
        accepted(row.patient_id, call),
        used(row.clinician_id, call),
        kit.call(diagnosis).listConditions({ ...(text ? { text } : {}), limit: offeredMax }, asking(call)),
      ])
      const known = list.items.map(({ label, icd10: code }) => ({
        text: label,
        coding: { system: icd10, code, display: label },
        from: 'known' as const,
      }))
      return { items: offered(text, [...own, ...mine], known) }
    },
  }
}
