// Create, update, patch and delete, by id and by criteria.
import type { Call } from '#core/call'
import { newId } from '#core/id'
import type { Answer, Interaction } from '../contract.ts'
import type { Resource } from '../rules/index-values.ts'
import { patched } from '../rules/patch.ts'
import { parseQuery } from '../rules/query.ts'
import { fhirError, fhirErrors, shown } from '../rules/refusal.ts'
import type { VersionRow } from '../store/resources.ts'
import type { Sight } from '../store/visible.ts'
import { checkedResource } from './checking.ts'
import { commit, deletion, type Draft, untilSettled, type Written } from './commit.ts'
import { openText, type RecordDeps } from './deps.ts'
import { throughOwner } from './owners.ts'
import { assertScope, etagOf, notFound, readOne, versionOf } from './reading.ts'
import { runSearch } from './searching.ts'

export async function create(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'c')
  const sight = await deps.sightOf(call, request.purpose)
  const resource = checkedResource(deps, withoutId(request.body), type)
  const draft: Draft = { type, id: newId(deps.kit.clock.nowMs()), method: 'POST', resource, after: 0 }
  const answer = ([written]: Written[]) => answerOf(deps, request, written!, 201)
  if (request.ifNoneExist === undefined) {
    // Somebody else may enter, or erase, the same patient meanwhile.
    return untilSettled(() => commit(deps, call, sight, { act: 'create', drafts: [draft], answer }))
  }
  const criteria = request.ifNoneExist
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (found)
      return { ...(await readOne(deps, call, { ...request, ifNoneMatch: undefined }, type, found.id)), status: 200 }
    const recheck = criteriaLock(deps, call, sight, type, criteria, undefined)
    return commit(deps, call, sight, { act: 'create', drafts: [draft], answer, recheck })
  })
}

/** The server names new resources; what a client sends as id of a new one means nothing. */
function withoutId(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('id' in body)) return body
  const { id: _id, ...rest } = body as Record<string, unknown>
  return rest
}

export async function update(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string,
): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const resource = checkedResource(deps, request.body, type, id)
  return untilSettled(async () => {
    const current = await present(deps, call, sight, type, id)
    assertVersion(request, current)
    if (await throughOwner(deps, call, current, resource)) return { status: 202, etag: etagOf(current!.version) }
    const draft: Draft = { type, id, method: 'PUT', resource, after: current?.version ?? 0 }
    const status = !current || current.is_deleted ? 201 : 200
    return commit(deps, call, sight, {
      act: 'update',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, status),
    })
  })
}

/** PUT with criteria: updates the one match, or makes a new resource. */
export async function updateWhere(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  const given = (request.body as Resource | undefined)?.id
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (found && given !== undefined && given !== found.id)
      throw fhirError('invalid', 'The body’s id is not that of the resource the criteria find.', `${type}.id`)
    const id = found?.id ?? given ?? newId(deps.kit.clock.nowMs())
    const resource = checkedResource(deps, { ...(request.body as object), id }, type, id)
    const current = found ?? (await present(deps, call, sight, type, id))
    if (!found && current && !current.is_deleted)
      throw fhirError('duplicate', 'The criteria find nothing, but a resource with the body’s id exists.')
    assertVersion(request, current)
    if (await throughOwner(deps, call, current, resource)) return { status: 202, etag: etagOf(current!.version) }
    const draft: Draft = { type, id, method: 'PUT', resource, after: current?.version ?? 0 }
    const recheck = criteriaLock(deps, call, sight, type, criteria, found?.id)
    const status = found ? 200 : 201
    return commit(deps, call, sight, {
      act: 'update',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, status),
      recheck,
    })
  })
}

export async function patch(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string | undefined,
): Promise<Answer> {
  assertScope(call, type, 'u')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  return untilSettled(async () => {
    const current =
      id === undefined
        ? await conditional(deps, call, sight, type, criteria)
        : await present(deps, call, sight, type, id)
    if (!current) throw id === undefined ? fhirError('not-found', 'Nothing matches the criteria.') : notFound(type, id)
    assertVersion(request, current)
    const text = await openText(deps, current)
    if (text === undefined) throw fhirError('deleted', `${type}/${current.id} was deleted.`)
    const resource = checkedResource(
      deps,
      patched(JSON.parse(text) as Resource, request.body, deps.registry().knowledge),
      type,
      current.id,
    )
    if (await throughOwner(deps, call, current, resource)) return { status: 202, etag: etagOf(current.version) }
    const draft: Draft = { type, id: current.id, method: 'PATCH', resource, after: current.version }
    return commit(deps, call, sight, {
      act: 'patch',
      drafts: [draft],
      answer: ([written]) => answerOf(deps, request, written!, 200),
    })
  })
}

/** Deleting what is gone is no error, so that a retry is none either. */
export async function remove(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string,
  id: string,
): Promise<Answer> {
  assertScope(call, type, 'd')
  const sight = await deps.sightOf(call, request.purpose)
  return untilSettled(async () => {
    const current = await present(deps, call, sight, type, id)
    if (!current || current.is_deleted) return { status: 204 }
    assertVersion(request, current)
    await throughOwner(deps, call, current, undefined)
    return commit(deps, call, sight, { act: 'delete', drafts: [deletion(current)], answer: goneAnswer })
  })
}

export async function removeWhere(deps: RecordDeps, call: Call, request: Interaction, type: string): Promise<Answer> {
  assertScope(call, type, 'd')
  const sight = await deps.sightOf(call, request.purpose)
  const criteria = new URLSearchParams(request.query.map(each => [...each])).toString()
  return untilSettled(async () => {
    const found = await conditional(deps, call, sight, type, criteria)
    if (!found) return { status: 204 }
    assertVersion(request, found)
    await throughOwner(deps, call, found, undefined)
    return commit(deps, call, sight, { act: 'delete', drafts: [deletion(found)], answer: goneAnswer })
  })
}

/** The present version, deleted or not. What exists out of the caller's reach must not be overwritten, nor told of. */
export async function present(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  id: string,
): Promise<VersionRow | undefined> {
  const { row, exists } = await deps.kit.database.read(call, () => deps.resources.readOrHidden(type, id, sight), {
    reach: 'all',
    isSingle: true,
  })
  if (!row && exists) throw notFound(type, id)
  return row
}

/** The one resource that criteria find; undefined for none, a refusal for several. */
export async function conditional(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  criteria: string,
): Promise<VersionRow | undefined> {
  assertScope(call, type, 's')
  const parameters = [
    ...new URLSearchParams(criteria.includes('?') ? criteria.slice(criteria.indexOf('?') + 1) : criteria),
  ].filter(([name]) => name !== '_format' && name !== '_pretty')
  if (parameters.length === 0)
    throw fhirError('required', 'A conditional interaction needs at least one search parameter.')
  const query = parseQuery(deps.registry(), deps.baseUrl, type, parameters, false)
  if (query.filters.length === 0)
    throw fhirError('required', 'A conditional interaction needs at least one search parameter.')
  const { rows } = await runSearch(
    deps,
    call,
    { ...query, count: 2, includes: [], revincludes: [], cursor: undefined, summary: undefined },
    sight,
  )
  if (rows.length > 1)
    throw fhirError('multiple-matches', 'More than one resource matches the criteria. Make them more precise.')
  return rows[0]
}

/** Two requests with the same criteria wait for each other, and the second looks again. */
export function criteriaLock(
  deps: RecordDeps,
  call: Call,
  sight: Sight,
  type: string,
  criteria: string,
  expected: string | undefined,
): () => Promise<boolean> {
  return async () => {
    await deps.resources.lock(`${type}?${criteria}`)
    const found = await conditional(deps, call, sight, type, criteria)
    return found?.id === expected
  }
}

/** `place` is where in a bundle the condition stands. */
export function assertVersion(
  { ifMatch, ifNoneMatch }: Interaction,
  current: VersionRow | undefined,
  place?: string,
): void {
  const exists = current !== undefined && !current.is_deleted
  if (ifNoneMatch === '*' && exists)
    throw fhirError('duplicate', 'The resource exists, and the request asked for it not to.', place)
  if (ifMatch === undefined || (exists && versionOf(ifMatch) === current.version)) return
  const text = `The resource is not at version ${shown(ifMatch)}.`
  throw fhirErrors('precondition', [{ severity: 'error', code: 'conflict', text, expression: place }])
}

const goneAnswer = ([written]: Written[]): Answer => ({ status: 204, etag: etagOf(written!.version) })

export function answerOf(
  { baseUrl }: RecordDeps,
  { prefer }: Pick<Interaction, 'prefer'>,
  written: Written,
  status: number,
): Answer {
  const location = `${baseUrl}/${written.type}/${written.id}/_history/${written.version}`
  const isMinimal = /\breturn=minimal\b/.test(prefer ?? '')
  const outcome = /\breturn=OperationOutcome\b/.test(prefer ?? '')
  const body = outcome ? doneText : written.text
  return {
    status,
    etag: etagOf(written.version),
    lastModified: new Date(written.updatedAt).toUTCString(),
    location,
    ...(isMinimal || body === undefined ? {} : { body }),
  }
}

const doneText = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics: 'All done.' }],
})
