// Searching: from parameters to a page of a searchset.
import type { Call } from '#core/call'
import type { Answer, Interaction } from '../contract.ts'
import { parseQuery, type Parameters, type Query, type Include } from '../rules/query.ts'
import { fhirError, shown } from '../rules/refusal.ts'
import type { Filter } from '../rules/filter.ts'
import type { VersionRow } from '../store/resources.ts'
import type { FoundRow, Place, Wanted } from '../store/search.ts'
import type { Sight } from '../store/visible.ts'
import { openText, readCursor, type RecordDeps, scopesAllow, wallOf, writeCursor } from './deps.ts'
import { assertScope, bundleText, patientsOf } from './reading.ts'
import { subsetText } from './subset.ts'
import { resolveCodes } from './codes.ts'

/** Included resources of one page at most, and how often `:iterate` goes on. */
const includedMax = 5_000
const iterationsMax = 8
const countedMax = 10_000_000
const estimatedMax = 10_000

export type Match = {
  query: Query
  rows: FoundRow[]
  hasMore: boolean
  total: number | undefined
  included: VersionRow[]
}

export async function searchType(
  deps: RecordDeps,
  call: Call,
  request: Interaction,
  type: string | undefined,
  parameters: Parameters,
  restriction: readonly Filter[] = [],
  path = type ?? '',
): Promise<Answer> {
  if (type !== undefined) assertScope(call, type, 's')
  const isLenient = /\bhandling=lenient\b/.test(request.prefer ?? '')
  const sight = await deps.sightOf(call, request.purpose)
  const query = parseQuery(deps.registry(), deps.baseUrl, type, parameters, isLenient)
  // An app that may search some types only finds those; asking for nothing in particular is not asking for all.
  if (type === undefined && call.caller.grant && !scopesAllow(call.caller, '*', 's'))
    for (const each of query.types) assertScope(call, each, 's')
  const match = await runSearch(deps, call, query, sight, restriction)
  deps.kit.concerning({
    act: 'search',
    patientIds: patientsOf([...match.rows, ...match.included]),
    purpose: sight.purpose,
    subjects: { ...(type ? { type } : {}), found: String(match.rows.length) },
  })
  return { status: 200, body: await searchset(deps, match, path) }
}

export async function runSearch(
  deps: RecordDeps,
  call: Call,
  query: Query,
  sight: Sight,
  restriction: readonly Filter[] = [],
): Promise<Match> {
  const filters = resolveCodes(deps, [...query.filters, ...restriction])
  const wanted = { types: query.types, filters, sight }
  const place = query.cursor === undefined ? undefined : readCursor<Place>(deps, query.cursor)
  const isCount = query.summary === 'count'
  return deps.kit.database.read(
    call,
    async () => {
      const found = isCount ? [] : await deps.search.page(wanted, query.sort, query.count + 1, place)
      const hasMore = found.length > query.count
      const rows = found.slice(0, query.count)
      const included = rows.length > 0 ? await include(deps, query, rows, sight) : []
      return { query, rows, hasMore, included, total: await totalOf(deps, query, wanted, rows.length, hasMore, place) }
    },
    { ...wallOf(sight), isSingle: isSimple(query), isVaried: true },
  )
}

/** One page that includes nothing and counts nothing is one statement. */
const isSimple = ({ includes, revincludes, total, summary, sort }: Query) =>
  sort.length === 0 && includes.length === 0 && revincludes.length === 0 && total === 'none' && summary !== 'count'

async function totalOf(
  { search }: RecordDeps,
  { summary, total }: Query,
  wanted: Wanted,
  shownRows: number,
  hasMore: boolean,
  place: Place | undefined,
): Promise<number | undefined> {
  if (summary !== 'count' && !hasMore && !place) return shownRows
  if (summary === 'count' || total === 'accurate') return search.count(wanted, countedMax)
  return total === 'estimate' ? search.count(wanted, estimatedMax) : undefined
}

async function include(
  { search }: RecordDeps,
  query: Query,
  rows: readonly VersionRow[],
  sight: Sight,
): Promise<VersionRow[]> {
  if (query.includes.length === 0 && query.revincludes.length === 0) return []
  const matched = new Set(rows.map(row => row.key))
  const found = new Map<string, VersionRow>()
  const follow = async (from: readonly VersionRow[], includes: readonly Include[], revincludes: readonly Include[]) => {
    const next: VersionRow[] = []
    const take = (more: readonly VersionRow[]) => {
      for (const row of more) {
        if (matched.has(row.key) || found.has(row.key)) continue
        found.set(row.key, row)
        next.push(row)
      }
      if (found.size > includedMax)
        throw fhirError(
          'too-costly',
          `This page would include more than ${includedMax} resources. Ask for a smaller _count.`,
        )
    }
    for (const each of includes)
      take(
        await search.included(
          from.map(row => row.key),
          each,
          includedMax + 1,
          sight,
        ),
      )
    for (const each of revincludes) take(await search.referring(from, each, includedMax + 1, sight))
    return next
  }
  let next = await follow(rows, query.includes, query.revincludes)
  const iterated = [
    query.includes.filter(each => each.isIterated),
    query.revincludes.filter(each => each.isIterated),
  ] as const
  for (
    let round = 0;
    round < iterationsMax && next.length > 0 && (iterated[0].length > 0 || iterated[1].length > 0);
    round++
  )
    next = await follow(next, iterated[0], iterated[1])
  return [...found.values()]
}

async function searchset(
  deps: RecordDeps,
  { query, rows, included, hasMore, total }: Match,
  path: string,
): Promise<string> {
  const entry = async (row: VersionRow, mode: 'match' | 'include') => {
    const text = await openText(deps, row)
    if (text === undefined) return []
    return [
      `{"fullUrl":"${deps.baseUrl}/${row.type}/${row.id}","resource":${subsetText(text, query, deps.registry().knowledge)},"search":{"mode":"${mode}"}}`,
    ]
  }
  const entries = (
    await Promise.all([...rows.map(row => entry(row, 'match')), ...included.map(row => entry(row, 'include'))])
  ).flat()
  if (query.ignored.length > 0) {
    const issue = query.ignored.map(each => ({
      severity: 'warning',
      code: 'not-supported',
      diagnostics: `'${shown(each)}' was passed over.`,
    }))
    entries.push(
      `{"resource":${JSON.stringify({ resourceType: 'OperationOutcome', issue })},"search":{"mode":"outcome"}}`,
    )
  }
  const search = new URLSearchParams(query.understood.filter(([name]) => name !== '_cursor').map(each => [...each]))
  const address = (more?: string) => {
    const all = new URLSearchParams(search)
    if (more !== undefined) all.set('_cursor', more)
    const text = all.toString()
    return `${deps.baseUrl}/${path}${text === '' ? '' : `?${text}`}`
  }
  const links = [{ relation: 'self', url: address(query.cursor) }]
  const last = rows.at(-1)
  if (hasMore && last)
    links.push({ relation: 'next', url: address(writeCursor(deps, { value: last.sort_value, key: last.key })) })
  return bundleText('searchset', entries, links, deps.kit.clock.nowMs(), total)
}
