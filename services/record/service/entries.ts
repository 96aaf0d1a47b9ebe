// Entries of a bundle: from one to the request it is, and from an answer back to one.
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import type { Answer, Interaction } from '../contract.ts'
import type { Resource } from '../rules/index-values.ts'
import { outcomeOf } from '../rules/outcome.ts'
import { fhirError, shown } from '../rules/refusal.ts'
import type { RecordDeps } from './deps.ts'

export type Perform = (request: Interaction, call: Call) => Promise<Answer>

export type Entry = {
  fullUrl?: string
  resource?: Resource
  request?: {
    method?: string
    url?: string
    ifMatch?: string
    ifNoneMatch?: string
    ifNoneExist?: string
    ifModifiedSince?: string
  }
}

export async function performed(deps: RecordDeps, call: Call, request: Interaction, perform: Perform): Promise<string> {
  try {
    return entryText(await perform(request, call))
  } catch (error) {
    if (!(error instanceof Fault))
      deps.kit.log.error({ requestId: call.requestId, err: error }, 'an entry of a batch failed')
    const { status, outcome } = outcomeOf(error)
    return `{"response":{"status":"${status}","outcome":${JSON.stringify(outcome)}}}`
  }
}

export function entryText({ status, body, etag, lastModified, location }: Answer): string {
  const response = {
    status: String(status),
    ...(location ? { location } : {}),
    ...(etag ? { etag } : {}),
    ...(lastModified ? { lastModified: new Date(lastModified).toISOString() } : {}),
  }
  return `{${body === undefined ? '' : `"resource":${body},`}"response":${JSON.stringify(response)}}`
}

export function requestOf(bundle: Interaction, { resource, request }: Entry): Interaction {
  const { method = '', url = '', ifMatch, ifNoneMatch, ifNoneExist, ifModifiedSince } = request ?? {}
  const relative = url.replace(/^\//, '')
  const [path = '', search = ''] = relative.split(/\?(.*)/s)
  const isKnown = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method)
  if (!isKnown) throw fhirError('value', `There is no method '${shown(method)}'.`)
  return {
    method: method as Interaction['method'],
    path,
    query: [...new URLSearchParams(search)],
    ...(ifMatch ? { ifMatch } : {}),
    ...(ifNoneMatch ? { ifNoneMatch } : {}),
    ...(ifNoneExist ? { ifNoneExist } : {}),
    ...(ifModifiedSince ? { ifModifiedSince } : {}),
    ...(bundle.prefer ? { prefer: bundle.prefer } : {}),
    ...(bundle.purpose ? { purpose: bundle.purpose } : {}),
    ...(resource === undefined ? {} : { body: resource }),
  }
}
