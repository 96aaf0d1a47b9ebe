// An ended visit becomes part of the record, and an amended note a new version of what was there.
import { consultation } from '#contract/consultation'
import { identity } from '#contract/identity'
import { type Call, serviceCaller } from '#core/call'
import { Fault } from '#core/fault'
import { on, type Reaction } from '#core/service'
import type { Resource } from '../rules/index-values.ts'
import { patientOf } from '../rules/mirror.ts'
import { compositionOf, conditionsOf, encounterOf, type MirrorIds } from '../rules/mirror-consultation.ts'
import { commit, type Draft, untilSettled } from '../service/commit.ts'
import { openText, type RecordDeps } from '../service/deps.ts'
import { isSame } from '../service/owners.ts'

const all = { reach: 'all' } as const

export function consultationReactions(deps: RecordDeps): Reaction[] {
  const mirror = ({ visitId }: { visitId: string }, call: Call) => mirrorVisit(deps, visitId, call)
  return [on(consultation, 'ended', mirror), on(consultation, 'noteAmended', mirror)]
}

/** Ids that follow from the visit's, so that what is told twice is written once. */
const idsOf = (visitId: string): MirrorIds => ({
  composition: `${visitId}-note`,
  conditionOf: index => `${visitId}-diagnosis-${index + 1}`,
})

async function mirrorVisit(deps: RecordDeps, visitId: string, call: Call): Promise<void> {
  const { kit, people } = deps
  const asking: Call = { ...call, caller: serviceCaller }
  const details = await unlessGone(kit.call(consultation).details({ visitId }, asking))
  // A note may be amended before its visit ended; then the end brings it.
  if (!details?.aftercare) return
  const { visit, aftercare, note } = details
  const contact = await unlessGone(kit.call(identity).contactOf({ personId: visit.patientId }, asking))
  if (!contact) return
  const known = await kit.database.read(call, () => people.patientsOf(visit.patientId), all)
  const patientId = known[0]?.id ?? visit.patientId
  const ended = { visit, aftercare, note }
  const ids = idsOf(visitId)
  const wanted = [
    ...(known.length > 0 ? [] : [patientOf(patientId, contact)]),
    encounterOf(ended, patientId, ids),
    ...conditionsOf(ended, patientId, ids),
    ...compositionOf(ended, patientId, ids),
  ]
  const sight = await deps.sightOf(asking)
  await untilSettled(async () => {
    const drafts = await draftsOf(deps, call, wanted, `consultation/${visitId}`)
    const { patientId: personId } = visit
    await commit(deps, call, sight, { act: 'mirror', drafts, answer: () => null, personId, isTrusted: true })
  })
}

async function draftsOf(deps: RecordDeps, call: Call, wanted: readonly Resource[], owner: string): Promise<Draft[]> {
  const { kit, resources } = deps
  const ask = () => resources.present(wanted.map(each => ({ type: each.resourceType, id: each.id! })))
  const rows = await kit.database.read(call, ask, all)
  const drafts: Draft[] = []
  for (const resource of wanted) {
    const { resourceType: type, id } = resource
    const row = rows.find(each => each.type === type && each.id === id)
    const text = row && (await openText(deps, row))
    if (text !== undefined && (type === 'Patient' || isSame(JSON.parse(text) as Resource, resource))) continue
    const ownerOf = type === 'Patient' ? null : owner
    drafts.push({ type, id: id!, method: 'PUT', resource, after: row?.version ?? 0, owner: ownerOf })
  }
  return drafts
}

/** What an event was about may be gone by the time it is heard. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Fault && error.kind === 'not_found') return undefined
    throw error
  }
}
