// What a resource can be found by: the rows of the index tables, from its search parameters.
import { dayMs } from '#core/time'
import type { Typed } from './expression.ts'
import { columnCodes, numberOf, type Parameter, type Registry } from './parameters.ts'
import { fold, stretchOf } from './values.ts'

/** Rows by table, without the resource's key. Short arrays, since there are thousands of them: [parameter, part, …]. */
export type IndexRows = {
  token: [parameter: number, part: number, system: string | null, code: string][]
  text: [parameter: number, part: number, folded: string, exact: string][]
  reference: [parameter: number, part: number, type: string | null, id: string | null, url: string | null][]
  moment: [parameter: number, part: number, low: string, high: string, isLong: boolean][]
  quantity: [
    parameter: number,
    part: number,
    low: number,
    high: number,
    system: string | null,
    code: string | null,
    unit: string | null,
  ][]
}

export type Resource = { resourceType: string; id?: string; [element: string]: unknown }

/** Codes of text beside tokens (`:text`), of types of identifiers (`:of-type`) and of identifiers in references (`:identifier`). */
export const textOf = (type: string, code: string) => numberOf(`${type}.${code}:text`)
export const ofTypeOf = (type: string, code: string) => numberOf(`${type}.${code}:of-type`)
export const identifierOf = (type: string, code: string) => numberOf(`${type}.${code}:identifier`)

/** Longer text is cut: an index entry has a limit, and nobody searches by the end of a novel. */
const textMax = 500

export function indexRows(resource: Resource, registry: Registry, ownUrl: string): IndexRows {
  const rows: IndexRows = { token: [], text: [], reference: [], moment: [], quantity: [] }
  const from = { type: resource.resourceType, value: resource }
  for (const parameter of registry.of(resource.resourceType)?.values() ?? []) {
    if (columnCodes.has(parameter.code)) continue
    const values = parameter.extract(from)
    if (values.length === 0) continue
    const into: Into = { rows, ownUrl, part: 0, type: resource.resourceType, parameter }
    if (parameter.kind === 'composite') addComposite(values, from, into)
    else for (const value of values) addValue(value, into)
  }
  for (const table of Object.keys(rows) as (keyof IndexRows)[]) rows[table] = unique(rows[table] as never[]) as never
  return rows
}

const unique = <Row extends readonly unknown[]>(list: Row[]): Row[] =>
  list.length < 2 ? list : [...new Map(list.map(each => [JSON.stringify(each), each])).values()]

type Into = { rows: IndexRows; ownUrl: string; part: number; type: string; parameter: Parameter }

function addComposite(elements: readonly Typed[], resource: Typed, into: Into): void {
  for (const [index, element] of elements.entries()) {
    const found = into.parameter.components.map(each => each.extract(element, resource))
    if (found.some(each => each.length === 0)) continue
    for (const [at, component] of into.parameter.components.entries())
      for (const value of found[at]!) addValue(value, { ...into, parameter: component, part: index + 1 })
  }
}

function addValue({ type, value }: Typed, into: Into): void {
  switch (into.parameter.kind) {
    case 'token':
      return addToken(type, value, into)
    case 'reference':
      return addReference(type, value, into)
    case 'date':
      return addMoments(type, value, into)
    case 'string':
      return addText(type, value, into)
    case 'uri':
      if (typeof value === 'string') into.rows.token.push([into.parameter.number, into.part, null, value])
      return
    case 'number':
    case 'quantity':
      return addQuantity(type, value, into)
    case 'composite':
    case 'special':
      return
  }
}

type Coding = { system?: string; code?: string; display?: string }
type Concept = { coding?: Coding[]; text?: string }
type Identifier = { system?: string; value?: string; type?: Concept }

function addToken(type: string, value: unknown, into: Into): void {
  const { rows, parameter, part } = into
  const add = (system: string | undefined, code: unknown) => {
    if (code !== undefined || system !== undefined)
      rows.token.push([parameter.number, part, system ?? null, String(code ?? '')])
  }
  const addDisplay = (text: string | undefined) => {
    // Parts of composites are compared by code only.
    if (text && part === 0)
      rows.text.push([textOf(into.type, parameter.code), part, fold(text).slice(0, textMax), text.slice(0, textMax)])
  }
  if (type === 'CodeableConcept') {
    const { coding = [], text } = value as Concept
    for (const each of coding) {
      add(each.system, each.code)
      addDisplay(each.display)
    }
    addDisplay(text)
  } else if (type === 'Coding') {
    const { system, code, display } = value as Coding
    add(system, code)
    addDisplay(display)
  } else if (type === 'Identifier') {
    const { system, value: code, type: kind } = value as Identifier
    add(system, code)
    addDisplay(kind?.text)
    for (const each of kind?.coding ?? [])
      if (each.code && code)
        rows.token.push([ofTypeOf(into.type, parameter.code), part, each.system ?? null, `${each.code}|${code}`])
  } else if (type === 'ContactPoint') {
    const { system, value: code } = value as { system?: string; value?: string }
    if (code) add(system, code)
  } else if (typeof value !== 'object') add(undefined, value)
}

function addReference(type: string, value: unknown, { rows, parameter, part, ownUrl, type: own }: Into): void {
  const push = (kind: string | null, id: string | null, url: string | null) =>
    rows.reference.push([parameter.number, part, kind, id, url])
  if (typeof value === 'string') {
    const [canonical = value] = value.split('|')
    push(null, null, value)
    if (canonical !== value) push(null, null, canonical)
    // Written like a reference, and so searched like one.
    const target = targetOf(canonical, ownUrl)
    if (target) push(target.type, target.id, null)
    return
  }
  const held = value as { reference?: unknown; identifier?: Identifier; resourceType?: string; id?: string }
  // The first entry of a document is a resource, not a reference to one.
  if (held.resourceType && held.id) push(held.resourceType, held.id, null)
  if (typeof held.reference === 'string') {
    const target = targetOf(held.reference, ownUrl)
    if (target) push(target.type, target.id, null)
    else if (!held.reference.startsWith('#')) push(null, null, held.reference)
  }
  if (type === 'Reference' && held.identifier?.value !== undefined)
    rows.token.push([identifierOf(own, parameter.code), part, held.identifier.system ?? null, held.identifier.value])
}

/** `Patient/1`, `Patient/1/_history/2` or the same below our own address. */
export function targetOf(
  reference: string,
  ownUrl: string,
): { type: string; id: string; version?: string } | undefined {
  const relative = reference.startsWith(`${ownUrl}/`) ? reference.slice(ownUrl.length + 1) : reference
  const match = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([A-Za-z0-9.-]{1,64}))?$/.exec(relative)
  return match ? { type: match[1]!, id: match[2]!, ...(match[3] ? { version: match[3] } : {}) } : undefined
}

/** Over a leap year: `store/match.ts` looks those up by their end. */
const isLong = (low: string | undefined, high: string | undefined) =>
  low === undefined || high === undefined || Date.parse(high) - Date.parse(low) > 366 * dayMs

function addMoments(type: string, value: unknown, { rows, parameter, part }: Into): void {
  const push = (low: string | undefined, high: string | undefined) =>
    rows.moment.push([parameter.number, part, low ?? '-infinity', high ?? 'infinity', isLong(low, high)])
  const pushPeriod = ({ start, end }: { start?: string; end?: string }) => {
    if (start || end) push(start && stretchOf(start)?.low, end && stretchOf(end)?.high)
  }
  if (typeof value === 'string') {
    const stretch = stretchOf(value)
    if (stretch) push(stretch.low, stretch.high)
  } else if (type === 'Period') pushPeriod(value as { start?: string; end?: string })
  else if (type === 'Timing') {
    const { event = [], repeat } = value as { event?: string[]; repeat?: { boundsPeriod?: { start?: string } } }
    const stretches = event.flatMap(each => stretchOf(each) ?? [])
    const lows = stretches.map(each => each.low).toSorted()
    if (lows.length > 0)
      push(
        lows[0],
        stretches
          .map(each => each.high)
          .toSorted()
          .at(-1),
      )
    if (repeat?.boundsPeriod) pushPeriod(repeat.boundsPeriod)
  }
}

const nameParts = ['family', 'given', 'prefix', 'suffix', 'text'] as const
const addressParts = ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text'] as const

function addText(type: string, value: unknown, { rows, parameter, part }: Into): void {
  const push = (text: unknown) => {
    if (typeof text !== 'string' || text === '') return
    rows.text.push([parameter.number, part, fold(text).slice(0, textMax), text.slice(0, textMax)])
  }
  if (typeof value === 'string') return push(value)
  if (typeof value !== 'object' || value === null) return
  const parts = type === 'HumanName' ? nameParts : type === 'Address' ? addressParts : (['text'] as const)
  for (const each of parts) {
    const held = (value as Record<string, unknown>)[each]
    if (Array.isArray(held)) held.forEach(push)
    else push(held)
  }
}

type Quantity = { value?: number; system?: string; code?: string; unit?: string; currency?: string }

function addQuantity(type: string, value: unknown, { rows, parameter, part }: Into): void {
  const push = (low: number, high: number, { system, code, unit, currency }: Quantity) =>
    void rows.quantity.push([
      parameter.number,
      part,
      low,
      high,
      currency ? 'urn:iso:std:iso:4217' : (system ?? null),
      code ?? currency ?? null,
      unit ?? null,
    ])
  if (typeof value === 'number') return push(value, value, {})
  if (typeof value !== 'object' || value === null) return
  if (type === 'Range') {
    const { low, high } = value as { low?: Quantity; high?: Quantity }
    if (low ?? high) push(low?.value ?? -Number.MAX_VALUE, high?.value ?? Number.MAX_VALUE, low ?? high ?? {})
    return
  }
  const quantity = value as Quantity
  if (typeof quantity.value === 'number') push(quantity.value, quantity.value, quantity)
}
