// A diagnosis that a clinician accepted is entered with its evidence: once, however often the event comes.
import { diagnosis } from '#contract/diagnosis'
import { directory } from '#contract/directory'
import { type Call, serviceCaller } from '#core/call'
import { Fault } from '#core/fault'
import type { Resource } from '../rules/index-values.ts'
import { practitionerOf } from '../rules/mirror.ts'
import { answersOf, conditionOf } from '../rules/mirror-diagnosis.ts'
import { commit, untilSettled } from './commit.ts'
import type { RecordDeps } from './deps.ts'

const all = { reach: 'all' } as const

export async function enterDiagnosis(
  deps: RecordDeps,
  { suggestionId, patientId, clinicianId }: { suggestionId: string; patientId: string; clinicianId: string },
  call: Call,
): Promise<void> {
  const { kit, people, resources } = deps
  const asking: Call = { ...call, caller: serviceCaller }
  const details = await unlessGone(kit.call(diagnosis).details({ suggestionId }, asking))
  const known = await kit.database.read(call, () => people.patients([patientId]), all)
  // The record may have been erased since: what is gone is not begun anew by what was still on its way.
  if (!details || known.length === 0) return
  const clinician = await unlessGone(kit.call(directory).clinician({ clinicianId }, asking))
  const wanted: Resource[] = [
    ...(clinician ? [practitionerOf(clinician)] : []),
    answersOf(details),
    conditionOf(details),
  ]
  const sight = await deps.sightOf(asking)
  await untilSettled(async () => {
    const names = wanted.map(each => ({ type: each.resourceType, id: each.id! }))
    const present = await kit.database.read(call, () => resources.present(names), all)
    // What is there stays: a clinician may have changed it since.
    const drafts = wanted
      .filter(each => !present.some(row => row.type === each.resourceType && row.id === each.id))
      .map(resource => ({
        type: resource.resourceType,
        id: resource.id!,
        method: 'PUT' as const,
        resource,
        after: 0,
        owner: null,
      }))
    await commit(deps, call, sight, { act: 'mirror', drafts, answer: () => null, isTrusted: true })
  })
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') return undefined
    throw error
  }
}
