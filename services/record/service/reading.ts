// Reading: one resource, one version, histories, and what they look like as bundles.
import type { Call } from '#core/call'
import { instantOf } from '#core/time'
import type { Answer, Interaction } from '../contract.ts'
import { fhirError, shown } from '../rules/refusal.ts'
import { stretchOf } from '../rules/values.ts'
import type { VersionRow } from '../store/resources.ts'
import { openText, readCursor, type RecordDeps, scopesAllow, wallOf, writeCursor } from './deps.ts'

export const etagOf = (version: number) => `W/"${version}"`

/** A version that is deleted or sealed for good has no text; both are gone. */
export async function readOne(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string,
  version?: string,
): Promise<Answer> {
  assertScope(call, type, 'r')
  const sight = await deps.sightOf(call, request.purpose)
  if (version !== undefined && !/^\d{1,9}$/.test(version)) throw notFound(type, id)
  const row = await deps.kit.database.read(
    call,
    () =>
      version === undefined
        ? deps.resources.read(type, id, sight)
        : deps.resources.readVersion(type, id, Number(version), sight),
    { ...wallOf(sight), isSingle: true },
  )
  if (!row) throw notFound(type, id)
  deps.kit.concerning({
    act: version === undefined ? 'read' : 'vread',
    patientIds: row.patients.slice(0, 200),
    purpose: sight.purpose,
    subjects: { type, id },
  })
  const headers = { etag: etagOf(row.version), lastModified: row.updated_at.toUTCString() }
  if (request.ifNoneMatch !== undefined && versionOf(request.ifNoneMatch) === row.version)
    return { status: 304, ...headers }
  const since = request.ifModifiedSince && Date.parse(request.ifModifiedSince)
  if (since && Math.floor(row.updated_at.getTime() / 1_000) * 1_000 <= since) return { status: 304, ...headers }
  const body = await openText(deps, row)
  if (body === undefined) throw fhirError('deleted', `${type}/${id} was deleted.`)
  return { status: 200, body, ...headers }
}

/** `W/"3"` → 3; NaN for what is no version of ours, which then equals none. */
export const versionOf = (etag: string) => Number(/^(?:W\/)?"?(\d{1,9})"?$/.exec(etag.trim())?.[1] ?? Number.NaN)

export const notFound = (type: string, id: string) =>
  fhirError('not-found', `There is no ${shown(type)}/${shown(id)} within your reach.`)

export function assertScope(call: Call, type: string, what: 'c' | 'r' | 'u' | 'd' | 's'): void {
  if (!scopesAllow(call.caller, type, what))
    throw fhirError('forbidden', `The scopes of this app do not allow that on ${shown(type)}.`)
}

/** History of one resource, a type, or everything, newest first, paged by an opaque cursor. */
export async function readHistory(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type?: string,
  id?: string,
): Promise<Answer> {
  assertScope(call, type ?? '*', 'r')
  const sight = await deps.sightOf(call, request.purpose)
  const asked = historyQuery(deps, request)
  const rows = await deps.kit.database.read(
    call,
    () => deps.resources.history({ type, id }, asked, asked.count + 1, sight),
    { ...wallOf(sight), isSingle: true },
  )
  if (id !== undefined && rows.length === 0 && !asked.before) throw notFound(type!, id)
  const page = rows.slice(0, asked.count)
  deps.kit.concerning({
    act: 'history',
    patientIds: patientsOf(page),
    purpose: sight.purpose,
    subjects: { ...(type ? { type } : {}), ...(id ? { id } : {}) },
  })
  const entries = await Promise.all(
    page.map(async row => {
      const text = await openText(deps, row)
      const url = `${row.type}/${row.id}`
      const status = row.method === 'DELETE' ? '204' : row.version === 1 ? '201' : '200'
      return (
        `{"fullUrl":${JSON.stringify(`${deps.baseUrl}/${url}`)}${text === undefined ? '' : `,"resource":${text}`},` +
        `"request":${JSON.stringify({ method: row.method, url: row.method === 'POST' ? row.type : url })},` +
        `"response":${JSON.stringify({ status, etag: etagOf(row.version), lastModified: row.updated_at.toISOString() })}}`
      )
    }),
  )
  const path = [type, id, '_history'].filter(each => each !== undefined).join('/')
  const links = [{ relation: 'self', url: `${deps.baseUrl}/${path}` }]
  const last = page.at(-1)
  if (rows.length > asked.count && last) {
    const cursor = writeCursor(deps, { at: last.updated_at.toISOString(), key: last.key, version: last.version })
    links.push({ relation: 'next', url: `${deps.baseUrl}/${path}?_count=${asked.count}&_cursor=${cursor}` })
  }
  return { status: 200, body: bundleText('history', entries, links, deps.kit.clock.nowMs()) }
}

function historyQuery(deps: RecordDeps, { query }: Interaction) {
  const asked: { count: number; since?: Date; at?: Date; before?: { at: string; key: string; version: number } } = {
    count: 50,
  }
  for (const [name, value] of query) {
    if (name === '_count') {
      if (!/^\d{1,6}$/.test(value)) throw fhirError('value', '_count is a whole number.')
      asked.count = Math.min(Math.max(Number(value), 1), 1_000)
    } else if (name === '_since' || name === '_at') {
      const stretch = stretchOf(value)
      if (!stretch) throw fhirError('value', `${name} is an instant, such as 2024-05-17T08:00:00Z.`)
      if (name === '_since') asked.since = new Date(stretch.low)
      else asked.at = new Date(stretch.high)
    } else if (name === '_cursor') asked.before = readCursor<{ at: string; key: string; version: number }>(deps, value)
    else if (name !== '_format' && name !== '_pretty')
      throw fhirError('not-supported', `A history has no parameter '${shown(name)}'.`)
  }
  return asked
}

export const patientsOf = (rows: readonly Pick<VersionRow, 'patients'>[]): string[] =>
  [...new Set(rows.flatMap(row => row.patients))].slice(0, 200)

/** Bundles are put together from texts, so that nothing stored is parsed only to be written again. */
export function bundleText(
  type: string,
  entries: readonly string[],
  links: readonly { relation: string; url: string }[],
  nowMs: number,
  total?: number,
): string {
  const head = {
    resourceType: 'Bundle',
    type,
    timestamp: instantOf(nowMs),
    ...(total === undefined ? {} : { total }),
    ...(links.length > 0 ? { link: links } : {}),
  }
  const text = JSON.stringify(head)
  return entries.length === 0 ? text : `${text.slice(0, -1)},"entry":[${entries.join(',')}]}`
}
