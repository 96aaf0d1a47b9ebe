// Subscriptions by webhook (https://hl7.org/fhir/R4/subscription.html): what changed is searched with the subscriber's own eyes,
// so consent and reach hold here as well, and the message leaves through the egress gate.
import { type Call, Caller } from '#core/call'
import type { RunJob } from '#core/service'
import type { z } from 'zod'
import type { record } from '../contract.ts'
import type { Resource } from '../rules/index-values.ts'
import { parseQuery } from '../rules/query.ts'
import { fhirError } from '../rules/refusal.ts'
import { stretchOf } from '../rules/values.ts'
import type { SubscriptionRow } from '../store/subscriptions.ts'
import { openText, type RecordDeps } from './deps.ts'
import { runSearch } from './searching.ts'

type Channel = { type?: string; endpoint?: string; payload?: string; header?: string[] }

/** What stands for a header's value in the resource that others may read; sent back, it means the value that is kept. */
const keptValue = '(kept)'
const headerForm = /^([A-Za-z][A-Za-z0-9-]{0,60}): ?([\x20-\x7e]{0,500})$/
/** What a subscriber may not set, since it would change whom we speak to and how. */
const ownHeaders = /^(host|content-length|connection|transfer-encoding|content-type|cookie)$/i

/** The row of a Subscription to be, or a refusal; undefined when it is off. The status becomes what the server made of it. */
export async function accepted(
  deps: RecordDeps,
  call: Call,
  resource: Resource & { id: string },
): Promise<SubscriptionRow | undefined> {
  const {
    criteria = '',
    channel = {},
    end,
    status,
  } = resource as { criteria?: string; channel?: Channel; end?: string; status?: string }
  if (status !== 'requested' && status !== 'active') return undefined
  if (channel.type !== 'rest-hook')
    throw fhirError('not-supported', 'Subscriptions here are of the channel rest-hook.', 'Subscription.channel.type')
  const [type = '', search = ''] = criteria.split(/\?(.*)/s)
  parseQuery(deps.registry(), deps.baseUrl, type, [...new URLSearchParams(search)], false)
  if (!channel.endpoint) throw fhirError('required', 'A rest-hook needs an endpoint.', 'Subscription.channel.endpoint')
  const refusal = await deps.kit.egress.refusalOf(channel.endpoint)
  if (refusal !== undefined)
    throw fhirError(
      'business-rule',
      `The endpoint cannot be reached from here: ${refusal}`,
      'Subscription.channel.endpoint',
    )
  for (const each of channel.header ?? []) {
    const name = headerForm.exec(each)?.[1]
    if (!name || ownHeaders.test(name))
      throw fhirError(
        'value',
        'A header is "Name: value", and not one of the connection itself.',
        'Subscription.channel.header',
      )
  }
  const former = await deps.kit.database.read(call, () => deps.subscriptions.one(resource.id))
  // A secret goes where its owner sent it, and never to an address that somebody else put in its place.
  const kept = former?.endpoint === channel.endpoint ? former.headers : []
  const headers = (channel.header ?? []).map(each =>
    each.endsWith(`: ${keptValue}`) ? (kept.find(one => nameOf(one) === nameOf(each)) ?? each) : each,
  )
  const ends = end === undefined ? undefined : stretchOf(end)
  return {
    id: resource.id,
    caller: call.caller,
    type,
    criteria: search,
    endpoint: channel.endpoint,
    headers,
    payload: channel.payload ?? null,
    ends_at: ends ? new Date(ends.low) : null,
  }
}

const nameOf = (header: string) => header.split(':')[0]!.toLowerCase()

/** The resource as it is stored: on, and without the secrets that its messages carry. */
export function asShown(resource: Resource): Resource {
  const { header, ...channel } = resource['channel'] as Channel
  const names = header?.map(each => `${each.split(':')[0]}: ${keptValue}`)
  return { ...resource, status: 'active', channel: { ...channel, ...(names ? { header: names } : {}) } }
}

type Changed = z.output<(typeof record)['events']['changed']>

/** One job per subscriber and resource, so that a deaf endpoint keeps nobody else waiting. */
export async function tellSubscribers(deps: RecordDeps, { changes }: Changed, call: Call): Promise<void> {
  const { kit, subscriptions } = deps
  const present = changes.filter(each => each.method !== 'DELETE')
  const types = [...new Set(present.map(each => each.type))]
  if (types.length === 0) return
  const at = new Date(kit.clock.nowMs())
  const rows = await kit.database.read(call, () => subscriptions.forTypes(types, at))
  const notices: Notice[] = []
  for (const row of rows) {
    const ids = present.filter(each => each.type === row.type).map(each => each.id)
    for (const id of await matching(deps, row, ids, call)) notices.push({ subscriptionId: row.id, type: row.type, id })
  }
  if (notices.length === 0) return
  await kit.database.save(call, async () => {
    for (const each of notices) kit.enqueue('notify', each)
    return null
  })
}

type Notice = { subscriptionId: string; type: string; id: string }

/** The call of a subscriber, as if they asked now. */
const eyesOf = (row: SubscriptionRow, call: Call): Call => ({
  ...call,
  caller: Caller.parse(row.caller),
  via: undefined,
})

async function matching(deps: RecordDeps, row: SubscriptionRow, ids: readonly string[], call: Call): Promise<string[]> {
  const own = eyesOf(row, call)
  const sight = await deps.sightOf(own)
  const query = parseQuery(deps.registry(), deps.baseUrl, row.type, [...new URLSearchParams(row.criteria)], false)
  const wanted = {
    ...query,
    count: 200,
    includes: [],
    revincludes: [],
    sort: [],
    cursor: undefined,
    summary: undefined,
  }
  const found = await runSearch(deps, own, wanted, sight, [{ kind: 'ids', ids: [...ids], isNot: false }])
  return found.rows.map(each => each.id)
}

/** Fails for every answer but success, so that the queue tries again later; what the subscriber may no longer see is not sent. */
export function notifyJob(deps: RecordDeps): RunJob {
  return async (data, { call }) => {
    const { subscriptionId, type, id } = data as Notice
    const row = await deps.kit.database.read(call, () => deps.subscriptions.one(subscriptionId))
    if (!row || (await matching(deps, row, [id], call)).length === 0) return
    const sight = await deps.sightOf(eyesOf(row, call))
    const version =
      row.payload === null ? undefined : await deps.kit.database.read(call, () => deps.resources.read(type, id, sight))
    const body = version && (await openText(deps, version))
    const headers = Object.fromEntries(
      row.headers.flatMap(each => [headerForm.exec(each)?.slice(1, 3) ?? []]).filter(each => each.length === 2),
    ) as Record<string, string>
    const answer = await deps.kit.egress.fetch(row.endpoint, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, 'content-type': row.payload ?? 'application/fhir+json' },
      body: body ?? '',
    })
    if (!answer.ok) throw new Error(`a subscriber answers ${answer.status}`)
  }
}
