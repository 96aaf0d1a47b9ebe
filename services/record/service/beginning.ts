// Where a record begins: with the first visit, the first app, or the first question of an operator about somebody who has an account.
import { identity } from '#contract/identity'
import { type Call, serviceCaller } from '#core/call'
import { unlessGone } from '#core/fault'
import { Id } from '#core/id'
import { patientOf } from '../rules/mirror/appointment.ts'
import type { PatientRow } from '../store/people.ts'
import { commit, type Draft, untilSettled } from './commit.ts'
import { faults, type RecordDeps } from './deps.ts'

const all = { reach: 'all' } as const

/** A person’s record begins when somebody first asks for it: an app that they launch, or a visit. */
export async function beginRecord(deps: RecordDeps, personId: string, call: Call): Promise<string[]> {
  const own = { ...call, caller: serviceCaller }
  const contact = await unlessGone(deps.kit.call(identity).contactOf({ personId }, own))
  if (!contact) return []
  const draft: Draft = {
    type: 'Patient',
    id: personId,
    method: 'PUT',
    resource: patientOf(personId, contact),
    after: 0,
  }
  const sight = await deps.sightOf(own)
  await untilSettled(async () => {
    const known = await deps.kit.database.read(call, () => deps.resources.versions([draft]), all)
    if (known.length > 0) return
    await commit(deps, own, sight, { act: 'begin', drafts: [draft], answer: () => null, personId, isTrusted: true })
  })
  return [personId]
}

/** The record of that id. Who has an account and no record yet gets one, so that it can be held or erased with the account. */
export async function recordAt(deps: RecordDeps, patientId: string, call: Call): Promise<PatientRow> {
  const read = async () => (await deps.kit.database.read(call, () => deps.people.patients([patientId]), all))[0]
  const known = await read()
  if (known) return known
  if (Id.safeParse(patientId).success) await beginRecord(deps, patientId, call)
  const begun = await read()
  if (!begun) throw faults.notFound()
  return begun
}
