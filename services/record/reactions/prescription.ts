// What becomes of prescriptions: the order as a MedicationRequest, each hand-over as a MedicationDispense.
import { prescription } from '#contract/prescription'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import { on, type Reaction } from '#core/service'
import { medicationDispensesOf, medicationRequestOf } from '../rules/mirror/prescription.ts'
import type { RecordDeps } from '../service/deps.ts'
import { mirror } from './mirroring.ts'

export function prescriptionReactions(deps: RecordDeps): Reaction[] {
  const follow = ({ prescriptionId }: { prescriptionId: string }, call: Call) =>
    followPrescription(deps, prescriptionId, call)
  return [
    on(prescription, 'signed', follow),
    on(prescription, 'sent', follow),
    on(prescription, 'accepted', follow),
    on(prescription, 'refused', follow),
    on(prescription, 'queriedBack', follow),
    on(prescription, 'answered', follow),
    on(prescription, 'dispensed', follow),
    on(prescription, 'cancelled', follow),
    on(prescription, 'expired', follow),
  ]
}

/** The prescription as it is now, whichever event is heard first; events that come late find nothing to change. */
async function followPrescription(deps: RecordDeps, prescriptionId: string, call: Call): Promise<void> {
  const found = await unlessGone(deps.kit.call(prescription).details({ prescriptionId }, askingAsMedley(call)))
  const request = found && medicationRequestOf(found)
  if (!request) return
  await mirror(deps, call, {
    owner: `prescription/${prescriptionId}`,
    mirrors: [request, ...medicationDispensesOf(found)],
  })
}
