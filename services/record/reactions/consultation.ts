// An ended visit becomes part of the record, and an amended note a new version of what was there.
import { consultation } from '#contract/consultation'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { on, type Reaction } from '#core/service'
import { compositionOf, conditionsOf, encounterOf, type MirrorIds } from '../rules/mirror/consultation.ts'
import type { RecordDeps } from '../service/deps.ts'
import { mirror, patientFor } from './mirroring.ts'

export function consultationReactions(deps: RecordDeps): Reaction[] {
  const follow = ({ visitId }: { visitId: string }, call: Call) => followVisit(deps, visitId, call)
  return [on(consultation, 'ended', follow), on(consultation, 'noteAmended', follow)]
}

/** Ids that follow from the visit's, so that what is told twice is written once. */
const idsOf = (visitId: string): MirrorIds => ({
  composition: `${visitId}-note`,
  conditionOf: index => `${visitId}-diagnosis-${index + 1}`,
})

async function followVisit(deps: RecordDeps, visitId: string, call: Call): Promise<void> {
  const details = await unlessGone(deps.kit.call(consultation).details({ visitId }, askingAsMedley(call)))
  // A note may be amended before its visit ended; then the end brings it.
  if (!details?.aftercare) return
  const { visit, aftercare, note } = details
  const patient = await patientFor(deps, visit.patientId, call)
  if (!patient) return
  const { patientId, around } = patient
  const ended = { visit, aftercare, note }
  const ids = idsOf(visitId)
  await mirror(deps, call, {
    owner: `consultation/${visitId}`,
    mirrors: [
      encounterOf(ended, patientId, ids),
      ...conditionsOf(ended, patientId, ids),
      ...compositionOf(ended, patientId, ids),
    ],
    around,
    personId: visit.patientId,
  })
}
