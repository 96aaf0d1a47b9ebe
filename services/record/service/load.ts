// Entering an imported record: ids and links stay as they are, and what is there already is left alone.
import { type Call, serviceCaller } from '#core/call'
import type { Handlers } from '#core/contract'
import type { record } from '../contract.ts'
import type { Resource } from '../rules/index-values.ts'
import { linked } from '../rules/links.ts'
import { fhirErrors, isRefused } from '../rules/refusal.ts'
import { validate } from '../rules/validate.ts'
import { commit, type Draft, untilSettled } from './commit.ts'
import { openText, type RecordDeps } from './deps.ts'
import { isSame } from './owners.ts'

/** So many resources are one transaction: memory, and how long others wait. */
const chunk = 1_000

export function loadHandlers(deps: RecordDeps): Pick<Handlers<typeof record>, 'check' | 'load'> {
  return {
    load: ({ personId, entries }, call) => loadResources(deps, personId, entries as Entry[], call),
    async check({ entries }) {
      assertValid(
        deps,
        entries.map(each => each.resource as Resource),
      )
      return { checked: entries.length }
    },
  }
}

type Entry = { fullUrl?: string | undefined; resource: Resource }

/** References between the entries of a bundle (`urn:uuid:…`) become references to where they lie. */
export async function loadResources(
  deps: RecordDeps,
  personId: string,
  entries: readonly Entry[],
  call: Call,
): Promise<{ written: number; unchanged: number }> {
  const links = new Map(
    entries.flatMap(({ fullUrl, resource }) =>
      fullUrl ? [[fullUrl, `${resource.resourceType}/${resource.id}`] as const] : [],
    ),
  )
  const resources = entries.map(({ resource }) => linked(resource, links)) as (Resource & { id: string })[]
  assertValid(deps, resources)
  const sight = await deps.sightOf({ ...call, caller: serviceCaller })
  return untilSettled(async () => {
    const drafts = await changedOnly(deps, call, resources)
    for (let start = 0; start < drafts.length; start += chunk) {
      const some = drafts.slice(start, start + chunk)
      const own =
        call.idempotencyKey === undefined ? call : { ...call, idempotencyKey: `${call.idempotencyKey}/${start}` }
      await commit(deps, own, sight, {
        act: 'load',
        drafts: some,
        answer: written => written.length,
        personId,
        isTrusted: true,
      })
    }
    return { written: drafts.length, unchanged: resources.length - drafts.length }
  })
}

function assertValid(deps: RecordDeps, resources: readonly Resource[]): void {
  const { knowledge } = deps.registry()
  const problems = resources.flatMap((resource, index) =>
    validate(resource, knowledge)
      .filter(each => isRefused([each]))
      .map(each => ({ ...each, expression: `entry ${index} ${each.expression ?? resource.resourceType}` })),
  )
  if (problems.length > 0) throw fhirErrors('unprocessable', problems)
}

/** What differs from what is there; the rest needs no version. */
export async function changedOnly(
  deps: RecordDeps,
  call: Call,
  resources: readonly (Resource & { id: string })[],
): Promise<Draft[]> {
  const { kit, resources: store } = deps
  const known = await kit.database.read(
    call,
    () => store.present(resources.map(({ resourceType, id }) => ({ type: resourceType, id }))),
    { reach: 'all' },
  )
  const byName = new Map(known.map(row => [`${row.type}/${row.id}`, row]))
  const drafts: Draft[] = []
  for (const resource of resources) {
    const row = byName.get(`${resource.resourceType}/${resource.id}`)
    const text = row && !row.is_deleted ? await openText(deps, row) : undefined
    if (text !== undefined && isSame(JSON.parse(text) as Resource, resource)) continue
    drafts.push({ type: resource.resourceType, id: resource.id, method: 'PUT', resource, after: row?.version ?? 0 })
  }
  return drafts
}
