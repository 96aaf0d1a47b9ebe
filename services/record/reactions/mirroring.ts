// Others’ facts become resources: each written once however often it is told, and anew only where it differs from what is there.
import { identity } from '#contract/identity'
import { askingAsMedley, type Call } from '#core/call'
import { unlessGone } from '#core/fault'
import type { Resource } from '../rules/index-values.ts'
import { patientOf } from '../rules/mirror/appointment.ts'
import { commit, type Commit, type Draft, untilSettled } from '../service/commit.ts'
import { openText, type RecordDeps } from '../service/deps.ts'
import { isSame } from '../service/owners.ts'

const all = { reach: 'all' } as const

export type Mirror = {
  /** `<service>/<id>` of the fact; what mirrors it changes only there. */
  owner: string
  mirrors: readonly Resource[]
  /** What the fact names, such as its clinic: entered where it is missing, and left alone where somebody may have completed it. */
  around?: readonly Resource[]
  personId?: string
  also?: Commit<null>['also']
}

export async function mirror(
  deps: RecordDeps,
  call: Call,
  { owner, mirrors, around = [], personId, also }: Mirror,
): Promise<void> {
  const sight = await deps.sightOf(askingAsMedley(call))
  await untilSettled(async () => {
    const drafts = [
      ...(await draftsOf(deps, call, around, () => true)),
      ...(await draftsOf(deps, call, mirrors, isSame)).map(each => ({ ...each, owner })),
    ]
    if (drafts.length === 0 && !also) return
    await commit(deps, call, sight, { act: 'mirror', drafts, answer: () => null, also, personId, isTrusted: true })
  })
}

async function draftsOf(
  { kit, resources, ...deps }: RecordDeps,
  call: Call,
  wanted: readonly Resource[],
  stays: (stored: Resource, wanted: Resource) => boolean,
): Promise<Draft[]> {
  const names = wanted.map(each => ({ type: each.resourceType, id: each.id! }))
  const rows = await kit.database.read(call, () => resources.present(names), all)
  const drafts: Draft[] = []
  for (const resource of wanted) {
    const { resourceType: type, id } = resource
    const row = rows.find(each => each.type === type && each.id === id)
    const text = row && (await openText({ kit, resources, ...deps }, row))
    if (text !== undefined && stays(JSON.parse(text) as Resource, resource)) continue
    drafts.push({ type, id: id!, method: 'PUT', resource, after: row?.version ?? 0, owner: null })
  }
  return drafts
}

/** The patient whom a person is, to be entered if the record does not know them yet; undefined when there is no such person any more. */
export async function patientFor(
  { kit, people }: RecordDeps,
  personId: string,
  call: Call,
): Promise<{ patientId: string; around: Resource[] } | undefined> {
  const [known] = await kit.database.read(call, () => people.patientsOf(personId), all)
  if (known) return { patientId: known.id, around: [] }
  const contact = await unlessGone(kit.call(identity).contactOf({ personId }, askingAsMedley(call)))
  // Somebody erased has no name any more, and what is still on its way begins no new record.
  return contact?.name ? { patientId: personId, around: [patientOf(personId, contact)] } : undefined
}
