// A diagnosis that a clinician accepted is entered with its evidence; from then on it is theirs, like one they wrote themselves.
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { on, type Reaction } from '#core/service'
import { practitionerOf } from '../rules/mirror/appointment.ts'
import { answersOf, conditionOf } from '../rules/mirror/diagnosis.ts'
import type { RecordDeps } from '../service/deps.ts'
import { mirror } from './mirroring.ts'

export const diagnosisReactions = (deps: RecordDeps): Reaction[] => [
  on(diagnosis, 'accepted', (accepted, call) => enterDiagnosis(deps, accepted, call)),
]

async function enterDiagnosis(
  deps: RecordDeps,
  { suggestionId, patientId, clinicianId }: { suggestionId: string; patientId: string; clinicianId: string },
  call: Call,
): Promise<void> {
  const { kit, people } = deps
  const details = await unlessGone(kit.call(diagnosis).details({ suggestionId }, askingAsMedley(call)))
  const known = await kit.database.read(call, () => people.patients([patientId]), { reach: 'all' })
  // The record may have been erased since: what is gone is not begun anew by what was still on its way.
  if (!details || known.length === 0) return
  const clinician = await unlessGone(kit.call(directory).clinician({ clinicianId }, askingAsMedley(call)))
  await mirror(deps, call, {
    owner: `diagnosis/${suggestionId}`,
    mirrors: [],
    around: [...(clinician ? [practitionerOf(clinician)] : []), answersOf(details), conditionOf(details)],
  })
}
