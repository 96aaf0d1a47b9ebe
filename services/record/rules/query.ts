// A FHIR search (https://hl7.org/fhir/R4/search.html) from its parameters to a tree that the store turns into SQL.
import { fhirError, shown } from './refusal.ts'
import { type Filter, parseFilter, type ParseIn } from './filter.ts'
import type { Registry } from './parameters.ts'

export type Include = {
  /** Type of the resource that holds the reference. */
  type: string
  /** Number of the parameter; undefined means all of them. */
  parameter?: number | undefined
  targetType?: string | undefined
  isIterated: boolean
}

export type Sort = {
  by: 'updated' | 'id' | { number: number; kind: string; isSingle: boolean }
  isDescending: boolean
}

export type Query = {
  types: readonly string[]
  filters: Filter[]
  sort: Sort[]
  count: number
  cursor?: string | undefined
  total: 'none' | 'estimate' | 'accurate'
  summary?: 'true' | 'text' | 'data' | 'count' | undefined
  elements?: string[] | undefined
  includes: Include[]
  revincludes: Include[]
  /** Parameters that a lenient search passed over. */
  ignored: string[]
  /** What was understood, for the self link. */
  understood: [string, string][]
}

export const countMax = 1_000
const countDefault = 50
/** So that nobody sends a search that is dearer than a hundred others. */
const parametersMax = 60

export type Parameters = readonly (readonly [name: string, value: string])[]

/** Throws on what is not understood, unless `isLenient`. An undefined type searches all types. */
export function parseQuery(
  registry: Registry,
  ownUrl: string,
  type: string | undefined,
  parameters: Parameters,
  isLenient: boolean,
): Query {
  if (parameters.length > parametersMax)
    throw fhirError('too-costly', `A search takes at most ${parametersMax} parameters.`)
  const named = parameters.find(([name]) => name === '_type')?.[1].split(',')
  const types = type === undefined ? (named ?? []) : [type]
  for (const each of types)
    if (!registry.types.has(each)) throw fhirError('not-supported', `There is no resource type '${shown(each)}'.`)
  const query: Query = {
    types,
    filters: [],
    sort: [],
    count: countDefault,
    total: 'none',
    includes: [],
    revincludes: [],
    ignored: [],
    understood: [],
  }
  const parse: ParseIn = { registry, ownUrl, types }
  for (const [name, value] of parameters) {
    try {
      if (!readResultParameter(query, parse, name, value) && value !== '')
        query.filters.push(parseFilter(parse, name, value))
      query.understood.push([name, value])
    } catch (error) {
      if (!isLenient) throw error
      query.ignored.push(name)
    }
  }
  query.filters = joined(query.filters)
  return query
}

/** `date=ge2015&date=lt2016` on what has one date is one stretch to look in, and not two half histories to intersect. */
function joined(filters: readonly Filter[]): Filter[] {
  const spans = new Map<number, Extract<Filter, { kind: 'span' }>>()
  const others: Filter[] = []
  for (const filter of filters) {
    const [test, more] = filter.kind === 'values' ? filter.tests : []
    const isOne = filter.kind === 'values' && filter.isSingle && !filter.isNot && filter.numbers.length === 1 && !more
    if (!isOne || test?.table !== 'moment') {
      others.push(filter)
      continue
    }
    const known = spans.get(filter.numbers[0]!)
    if (known) known.tests.push(test)
    else spans.set(filter.numbers[0]!, { kind: 'span', numbers: filter.numbers, tests: [test] })
  }
  return [...others, ...spans.values()]
}

/** What shapes the answer and does not choose; true when this is one of them. */
function readResultParameter(query: Query, parse: ParseIn, name: string, value: string): boolean {
  const [plain = name, modifier] = name.split(':')
  switch (plain) {
    case '_count':
      if (!/^\d{1,9}$/.test(value)) throw fhirError('value', `_count is a whole number, not '${shown(value)}'.`)
      query.count = Math.min(Number(value), countMax)
      if (query.count === 0) query.summary = 'count'
      return true
    case '_sort':
      query.sort = value.split(',').map(each => parseSort(parse, each))
      return true
    case '_total':
      if (value !== 'none' && value !== 'estimate' && value !== 'accurate')
        throw fhirError('value', `_total is none, estimate or accurate, not '${shown(value)}'.`)
      query.total = value
      return true
    case '_summary':
      if (value === 'false') return true
      if (value !== 'true' && value !== 'text' && value !== 'data' && value !== 'count')
        throw fhirError('value', `_summary is true, text, data, count or false, not '${shown(value)}'.`)
      query.summary = value
      return true
    case '_elements':
      query.elements = value.split(',').filter(each => /^[A-Za-z]+(\.[A-Za-z]+)*$/.test(each))
      return true
    case '_include':
    case '_revinclude':
      query[plain === '_include' ? 'includes' : 'revincludes'].push(parseInclude(parse, plain, value, modifier))
      return true
    case '_cursor':
      query.cursor = value
      return true
    case '_type':
    case '_format':
    case '_pretty':
      return true
    default:
      return false
  }
}

function parseSort({ registry, types }: ParseIn, text: string): Sort {
  const isDescending = text.startsWith('-')
  const code = isDescending ? text.slice(1) : text
  if (code === '_lastUpdated') return { by: 'updated', isDescending }
  if (code === '_id') return { by: 'id', isDescending }
  const parameter = types.length === 1 ? registry.of(types[0]!)?.get(code) : undefined
  if (!parameter || parameter.kind === 'composite' || parameter.kind === 'special')
    throw fhirError('not-supported', `Results cannot be sorted by '${shown(code)}'.`)
  return { by: { number: parameter.number, kind: parameter.kind, isSingle: parameter.isSingle }, isDescending }
}

function parseInclude(
  { registry, types }: ParseIn,
  name: string,
  value: string,
  modifier: string | undefined,
): Include {
  const isIterated = modifier === 'iterate' || modifier === 'recurse'
  if (modifier !== undefined && !isIterated)
    throw fhirError('not-supported', `${name} has no modifier '${shown(modifier)}'.`)
  if (value === '*') {
    if (name === '_revinclude')
      throw fhirError('too-costly', '_revinclude=* would ask for everything; name a type and a parameter.')
    return { type: types[0] ?? '', isIterated }
  }
  const [type = '', code = '', targetType] = value.split(':')
  const known = registry.of(type)
  if (!known) throw fhirError('not-supported', `${name}: there is no resource type '${shown(type)}'.`)
  if (targetType !== undefined && !registry.types.has(targetType))
    throw fhirError('not-supported', `${name}: there is no resource type '${shown(targetType)}'.`)
  if (code === '*') return { type, isIterated, targetType }
  const parameter = known.get(code)
  if (parameter?.kind !== 'reference')
    throw fhirError('not-supported', `${name}: '${shown(code)}' is no reference parameter of ${type}.`)
  return { type, parameter: parameter.number, targetType, isIterated }
}
