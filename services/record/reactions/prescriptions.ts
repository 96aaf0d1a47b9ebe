// What becomes of prescriptions appears in the record: the order as a MedicationRequest, each hand-over as a MedicationDispense.
import { prescription } from '#contract/prescription'
import { type Call, serviceCaller } from '#core/call'
import { Fault } from '#core/fault'
import { on, type Reaction } from '#core/service'
import type { Resource } from '../rules/index-values.ts'
import { medicationDispensesOf, medicationRequestOf } from '../rules/mirror-prescription.ts'
import { commit, untilSettled } from '../service/commit.ts'
import type { RecordDeps } from '../service/deps.ts'
import { changedOnly } from '../service/load.ts'

export function prescriptionMirrors(deps: RecordDeps): Reaction[] {
  const mirror = ({ prescriptionId }: { prescriptionId: string }, call: Call) => mirrored(deps, prescriptionId, call)
  return [
    on(prescription, 'signed', mirror),
    on(prescription, 'sent', mirror),
    on(prescription, 'accepted', mirror),
    on(prescription, 'refused', mirror),
    on(prescription, 'queriedBack', mirror),
    on(prescription, 'answered', mirror),
    on(prescription, 'dispensed', mirror),
    on(prescription, 'cancelled', mirror),
    on(prescription, 'expired', mirror),
  ]
}

/** The prescription as it is now, whichever event is heard first; events that come late find nothing to change. */
async function mirrored(deps: RecordDeps, prescriptionId: string, call: Call): Promise<void> {
  const { kit } = deps
  const own: Call = { ...call, caller: serviceCaller }
  const sight = await deps.sightOf(own)
  await untilSettled(async () => {
    const found = await kit.call(prescription).details({ prescriptionId }, own).catch(unlessGone)
    if (!found) return
    const request = medicationRequestOf(found)
    if (!request) return
    const wanted = [request, ...medicationDispensesOf(found)] as (Resource & { id: string })[]
    const drafts = await changedOnly(deps, call, wanted)
    if (drafts.length === 0) return
    await commit(deps, call, sight, {
      act: 'mirror',
      drafts: drafts.map(each => ({ ...each, owner: `prescription/${prescriptionId}` })),
      answer: () => null,
      isTrusted: true,
    })
  })
}

function unlessGone(error: unknown): undefined {
  if (error instanceof Fault && error.kind === 'not_found') return undefined
  throw error
}
