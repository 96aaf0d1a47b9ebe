// One search parameter, from `subject:Patient.name:exact=Ada` to a filter: values, missing, chains, reverse chains, and `_filter`.
import { parseExpression } from './expression-filter.ts'
import { fhirError, shown } from './refusal.ts'
import { identifierOf, ofTypeOf, targetOf, textOf } from './index-values.ts'
import type { Parameter, Registry } from './parameters.ts'
import { fold, spanOf, stretchOf } from './values.ts'

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

/** What one alternative of a parameter asks of one row of an index table. */
export type Test =
  | { table: 'token'; system?: string | null | undefined; code?: string | undefined }
  /** A value set or a hierarchy, which the service turns into codes. */
  | { table: 'token'; among: { system: string | null; code: string }[] }
  | { table: 'token'; begins: string }
  | { table: 'token'; beginningOf: string }
  | { table: 'text'; mode: 'starts' | 'exact' | 'contains' | 'words'; text: string }
  | { table: 'reference'; type?: string | undefined; id?: string | undefined; url?: string | undefined }
  | { table: 'moment'; prefix: Prefix; low: string; high: string }
  | {
      table: 'quantity'
      prefix: Prefix
      value: number
      low: number
      high: number
      system?: string | undefined
      code?: string | undefined
    }

export type Filter =
  | { kind: 'ids'; ids: string[]; isNot: boolean }
  | { kind: 'updated'; tests: { prefix: Prefix; low: string; high: string }[] }
  | { kind: 'values'; numbers: number[]; tests: Test[]; isNot: boolean; isSingle?: boolean }
  /** Several tests of one moment, where a resource has at most one. */
  | { kind: 'span'; numbers: number[]; tests: Extract<Test, { table: 'moment' }>[] }
  /** One list of tests per part; all on rows with the same part. */
  | { kind: 'composite'; numbers: number[]; alternatives: Test[][] }
  | { kind: 'missing'; numbers: number[]; tables: Test['table'][]; isMissing: boolean }
  | { kind: 'chain'; numbers: number[]; types: string[]; filter: Filter }
  | { kind: 'has'; type: string; number: number; filter: Filter }
  | { kind: 'in'; set: string; numbers: number[]; isNot: boolean }
  | { kind: 'hierarchy'; direction: 'below' | 'above'; system: string; code: string; numbers: number[] }
  | { kind: 'all' | 'any'; filters: Filter[] }
  | { kind: 'not'; filter: Filter }

export type ParseIn = { registry: Registry; ownUrl: string; types: readonly string[] }

const chainMax = 4

export function parseFilter(parse: ParseIn, name: string, value: string, depth = 0): Filter {
  if (depth > chainMax) throw fhirError('too-costly', `A chain has at most ${chainMax} links.`)
  if (name.startsWith('_has:')) return parseHas(parse, name, value, depth)
  if (name === '_filter') {
    return parseExpression<Filter>(value, {
      compare: (operator, code, asked) => compared(parse, code, operator, asked),
      all: filters => ({ kind: 'all', filters }),
      any: filters => ({ kind: 'any', filters }),
      not: filter => ({ kind: 'not', filter }),
    })
  }
  const dot = name.indexOf('.')
  if (dot > 0) return parseChain(parse, name.slice(0, dot), name.slice(dot + 1), value, depth)
  const [code = name, modifier] = name.split(/:(.*)/)
  if (code === '_id') return { kind: 'ids', ids: split(value, ','), isNot: modifier === 'not' }
  if (code === '_lastUpdated') {
    return { kind: 'updated', tests: split(value, ',').map(each => momentTest(each)) }
  }
  const parameters = parametersOf(parse, code)
  const parameter = parameters[0]!
  const numbers = parameters.map(each => each.number)
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false')
      throw fhirError('value', `${code}:missing is true or false, not '${shown(value)}'.`)
    return { kind: 'missing', numbers, tables: tablesOf(parameter), isMissing: value === 'true' }
  }
  if (parameter.kind === 'composite') return parseComposite(parse, parameter, value)
  return parseValues(parse, parameters, modifier, value)
}

/** One per type that is searched; all types must know it. */
function parametersOf({ registry, types }: ParseIn, code: string): Parameter[] {
  const among = types.length > 0 ? types : [...registry.types]
  // Without a type only what every resource has can be asked.
  if (types.length === 0 && !code.startsWith('_'))
    throw fhirError(
      'not-supported',
      `A search over all types knows no parameter '${shown(code)}'; name types with _type.`,
    )
  return among.map(type => {
    const parameter = registry.of(type)?.get(code)
    if (!parameter || parameter.kind === 'special') throw fhirError('not-supported', unknownText(registry, type, code))
    return parameter
  })
}

/** Names the nearest known parameter, since most unknown ones are misspelt. */
function unknownText(registry: Registry, type: string, code: string): string {
  const near = [...(registry.of(type)?.keys() ?? [])]
    .map(each => ({ each, distance: distance(each, code) }))
    .toSorted((a, b) => a.distance - b.distance)[0]
  const hint = near && near.distance <= 3 ? ` Did you mean '${near.each}'?` : ''
  return `${type} has no search parameter '${shown(code)}'.${hint}`
}

/** Levenshtein's, cut at short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(a.slice(0, 40)).entries()) {
    const next = [i + 1]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (letter === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}

function parseChain(parse: ParseIn, head: string, rest: string, value: string, depth: number): Filter {
  const [code = head, type] = head.split(':')
  const parameters = parametersOf(parse, code)
  if (parameters[0]!.kind !== 'reference')
    throw fhirError('not-supported', `'${shown(code)}' is no reference, so nothing hangs on it.`)
  const targets = parameters.flatMap(each => each.targets)
  const all = targets.length > 0 ? [...new Set(targets)] : [...parse.registry.types]
  if (type !== undefined && !all.includes(type))
    throw fhirError('value', `'${shown(code)}' never refers to ${shown(type)}.`)
  const restCode = rest.split(/[.:]/)[0]!
  const types = type ? [type] : all.filter(each => restCode.startsWith('_') || parse.registry.of(each)?.has(restCode))
  if (types.length === 0)
    throw fhirError('not-supported', `Nothing that '${shown(code)}' refers to has a parameter '${shown(restCode)}'.`)
  const filters = types.map(each => parseFilter({ ...parse, types: [each] }, rest, value, depth + 1))
  const links = types.map((each, index): Filter => ({
    kind: 'chain',
    numbers: parameters.map(one => one.number),
    types: [each],
    filter: filters[index]!,
  }))
  return links.length === 1 ? links[0]! : { kind: 'any', filters: links }
}

function parseHas(parse: ParseIn, name: string, value: string, depth: number): Filter {
  const match = /^_has:([A-Za-z]+):([A-Za-z-]+):(.+)$/.exec(name)
  const [, type = '', code = '', rest = ''] = match ?? []
  const parameter = parse.registry.of(type)?.get(code)
  if (parameter?.kind !== 'reference')
    throw fhirError(
      'not-supported',
      `'${shown(name)}' is not of the form _has:Type:reference:parameter, with a reference that ${shown(type)} has.`,
    )
  return {
    kind: 'has',
    type,
    number: parameter.number,
    filter: parseFilter({ ...parse, types: [type] }, rest, value, depth + 1),
  }
}

function parseComposite(parse: ParseIn, parameter: Parameter, value: string): Filter {
  const alternatives = split(value, ',', true).map(each => {
    const parts = split(each, '$', true)
    if (parts.length !== parameter.components.length)
      throw fhirError('value', `${parameter.code} takes ${parameter.components.length} values with $ between them.`)
    return parameter.components.map((component, index) =>
      testOf(parse, component, undefined, parts[index]!, parse.types[0]!),
    )
  })
  return { kind: 'composite', numbers: parameter.components.map(each => each.number), alternatives }
}

function parseValues(
  parse: ParseIn,
  parameters: readonly Parameter[],
  modifier: string | undefined,
  value: string,
): Filter {
  const parameter = parameters[0]!
  const numbersBy = (of: (type: string, code: string) => number) => {
    const types = parse.types.length > 0 ? parse.types : [...parse.registry.types]
    return types.map(type => of(type, parameter.code))
  }
  const numbers = parameters.map(each => each.number)
  if (parameter.kind === 'token') {
    if (modifier === 'text') {
      const tests = split(value, ',').map((each): Test => ({ table: 'text', mode: 'words', text: fold(each) }))
      return { kind: 'values', numbers: numbersBy(textOf), tests, isNot: false }
    }
    if (modifier === 'of-type')
      return {
        kind: 'values',
        numbers: numbersBy(ofTypeOf),
        tests: split(value, ',', true).map(ofTypeTest),
        isNot: false,
      }
    if (modifier === 'in' || modifier === 'not-in')
      return { kind: 'in', set: value, numbers, isNot: modifier === 'not-in' }
    if (modifier === 'below' || modifier === 'above') {
      const [system, code] = split(value, '|')
      if (!system || !code) throw fhirError('value', `${parameter.code}:${modifier} takes system|code.`)
      return { kind: 'hierarchy', direction: modifier, system, code, numbers }
    }
  }
  if (parameter.kind === 'reference' && modifier === 'identifier') {
    const tests = split(value, ',', true).map(tokenTest)
    return { kind: 'values', numbers: numbersBy(identifierOf), tests, isNot: false }
  }
  const isNot =
    modifier === 'not' && (parameter.kind === 'token' || parameter.kind === 'reference' || parameter.kind === 'uri')
  const tests = split(value, ',', true).map(each =>
    testOf(parse, parameter, isNot ? undefined : modifier, each, parse.types[0] ?? ''),
  )
  return { kind: 'values', numbers, tests, isNot, isSingle: parameter.isSingle }
}

const modifiersOf: Partial<Record<Parameter['kind'], readonly string[]>> = {
  string: ['exact', 'contains'],
  uri: ['below', 'above'],
}

function testOf(
  parse: ParseIn,
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
  _type: string,
): Test {
  const { kind, code } = parameter
  const isType = kind === 'reference' && modifier !== undefined && parse.registry.types.has(modifier)
  if (modifier !== undefined && !isType && !modifiersOf[kind]?.includes(modifier))
    throw fhirError('not-supported', `The ${kind} parameter '${shown(code)}' has no modifier ':${shown(modifier)}'.`)
  switch (kind) {
    case 'token':
      return parameter.isPlain ? withoutSystem(tokenTest(value)) : tokenTest(value)
    case 'string': {
      const plain = unescape(value)
      if (modifier === 'exact') return { table: 'text', mode: 'exact', text: plain }
      return { table: 'text', mode: modifier === 'contains' ? 'contains' : 'starts', text: fold(plain) }
    }
    case 'uri': {
      const plain = unescape(value)
      if (modifier === 'below') return { table: 'token', begins: plain }
      if (modifier === 'above') return { table: 'token', beginningOf: plain }
      return { table: 'token', code: plain }
    }
    case 'reference':
      return referenceTest(parse, unescape(value), isType ? modifier : undefined)
    case 'date':
      return momentTest(value)
    case 'number':
    case 'quantity':
      return quantityTest(code, value)
    case 'composite':
    case 'special':
      throw fhirError('not-supported', `'${shown(code)}' cannot be searched.`)
  }
}

function tokenTest(value: string): Test {
  const parts = split(value, '|')
  if (parts.length === 1) return { table: 'token', code: parts[0]! }
  const [system, code] = [parts[0]!, parts.slice(1).join('|')]
  return { table: 'token', system: system === '' ? null : system, ...(code === '' ? {} : { code }) }
}

/** `male` and `http://hl7.org/fhir/administrative-gender|male` are the same where an element has only codes. */
function withoutSystem(test: Test): Test {
  return 'code' in test && test.table === 'token' && test.code !== undefined
    ? { table: 'token', code: test.code }
    : test
}

function ofTypeTest(value: string): Test {
  const [system = '', type = '', code = ''] = split(value, '|')
  if (!type || !code) throw fhirError('value', 'identifier:of-type takes system|code|value.')
  return { table: 'token', code: `${type}|${code}`, ...(system === '' ? {} : { system }) }
}

function referenceTest({ ownUrl, registry }: ParseIn, value: string, type: string | undefined): Test {
  const target = targetOf(value, ownUrl)
  if (target) {
    if (!registry.types.has(target.type)) throw fhirError('value', `There is no resource type '${shown(target.type)}'.`)
    return { table: 'reference', type: target.type, id: target.id }
  }
  if (/^[A-Za-z0-9.-]{1,64}$/.test(value)) return { table: 'reference', id: value, ...(type ? { type } : {}) }
  return { table: 'reference', url: value }
}

const prefixes = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d.+-])/

function momentTest(value: string): Extract<Test, { table: 'moment' }> {
  const prefix = (prefixes.exec(value)?.[1] ?? 'eq') as Prefix
  const stretch = stretchOf(value.replace(prefixes, '').replace(/ (\d{2}:\d{2})$/, '+$1'))
  if (!stretch)
    throw fhirError('value', `'${shown(value)}' is no date or time, such as ge2024-05 or 2024-05-17T08:00:00Z.`)
  return { table: 'moment', prefix, ...stretch }
}

function quantityTest(code: string, value: string): Test {
  const [number = '', system, unit] = split(value, '|')
  const prefix = (prefixes.exec(number)?.[1] ?? 'eq') as Prefix
  const span = spanOf(number.replace(prefixes, ''))
  if (!span)
    throw fhirError(
      'value',
      `${shown(code)} takes a number, such as gt5.4 or 5.4|http://unitsofmeasure.org|mg; '${shown(value)}' is none.`,
    )
  // A unit without a system may stand at either place: 5.4||mg is the standard's form, 5.4|mg what people write.
  const asked =
    unit === undefined && system !== undefined && !system.includes(':') ? { code: system } : { system, code: unit }
  return {
    table: 'quantity',
    prefix,
    ...span,
    ...(asked.system ? { system: asked.system } : {}),
    ...(asked.code ? { code: asked.code } : {}),
  }
}

const tablesByKind: Partial<Record<Parameter['kind'], Test['table'][]>> = {
  token: ['token'],
  uri: ['token'],
  string: ['text'],
  reference: ['reference'],
  date: ['moment'],
  number: ['quantity'],
  quantity: ['quantity'],
}

export const tablesOf = ({ kind, components }: Parameter): Test['table'][] =>
  kind === 'composite' ? tablesOf(components[0]!) : (tablesByKind[kind] ?? [])

/** Splits at a separator that no backslash escapes. Keeps the escapes for a further split when told so. */
function split(text: string, separator: string, keep = false): string[] {
  const parts: string[] = []
  let part = ''
  for (let index = 0; index < text.length; index++) {
    const letter = text[index]!
    if (letter === '\\' && index + 1 < text.length) part += letter + text[++index]!
    else if (letter === separator) {
      parts.push(part)
      part = ''
    } else part += letter
  }
  parts.push(part)
  return keep ? parts : parts.map(unescape)
}

const unescape = (text: string) => text.replaceAll(/\\([\\,|$])/g, '$1')

/** One comparison of `_filter`, in the words of an ordinary search. */
function compared(parse: ParseIn, name: string, operator: string, value: string): Filter {
  const kind = parse.types.length === 1 ? parse.registry.of(parse.types[0]!)?.get(name)?.kind : undefined
  const isOrdered = kind === 'date' || kind === 'number' || kind === 'quantity' || name === '_lastUpdated'
  if (isOrdered && /^(eq|ne|gt|lt|ge|le|sa|eb|ap)$/.test(operator))
    return parseFilter(parse, name, `${operator}${value}`)
  switch (operator) {
    case 'eq':
      return parseFilter(parse, kind === 'string' ? `${name}:exact` : name, value)
    case 'ne':
      return { kind: 'not', filter: parseFilter(parse, kind === 'string' ? `${name}:exact` : name, value) }
    case 'co':
      return parseFilter(parse, `${name}:contains`, value)
    case 'sw':
      return parseFilter(parse, name, value)
    case 'pr':
      return parseFilter(parse, `${name}:missing`, value === 'true' ? 'false' : 'true')
    case 'in':
      return parseFilter(parse, `${name}:in`, value)
    case 'ni':
      return parseFilter(parse, `${name}:not-in`, value)
    case 're':
      return parseFilter(parse, name, value)
    case 'ss':
    case 'sb':
      return parseFilter(parse, `${name}:${operator === 'ss' ? 'above' : 'below'}`, value)
    default:
      throw fhirError('not-supported', `_filter knows no operator '${shown(operator)}'.`)
  }
}
