// From a value that FHIRPath found in a resource to a search that is to find the resource. Written from the standard
// (https://hl7.org/fhir/R4/search.html) and not from our index, so that the two check each other.
import type { TypedValue } from '@medplum/core'

/** A parameter with its modifier, and a value; undefined when the standard defines no search for what is there. */
export type Search = { modifier?: string; value: string }

type Coding = { system?: string; code?: string; display?: string }
type Concept = { coding?: Coding[]; text?: string }
type Identifier = { system?: string; value?: string }
type Quantity = { value?: number; system?: string; code?: string; unit?: string; currency?: string }
type Period = { start?: string; end?: string }

export function searchesFor(kind: string, found: TypedValue): Search[] {
  const { type, value } = found as { type: string; value: never }
  switch (kind) {
    case 'token':
      return tokenSearches(type, value)
    case 'reference':
      return referenceSearches(value)
    case 'date':
      return dateSearches(type, value)
    case 'string':
      return stringSearches(type, value)
    case 'uri':
      return typeof value === 'string' ? [{ value: escaped(value) }] : []
    case 'number':
    case 'quantity':
      return quantitySearches(type, value)
    default:
      return []
  }
}

const escaped = (text: string) => text.replaceAll(/[\\,|$]/g, String.raw`\$&`)

function tokenSearches(type: string, value: unknown): Search[] {
  if (type === 'CodeableConcept') {
    const { coding = [], text } = value as Concept
    const codes = coding.flatMap(each => tokenSearches('Coding', each))
    return codes.length > 0 || text === undefined ? codes : [{ modifier: 'text', value: escaped(text) }]
  }
  if (type === 'Coding') {
    const { system, code, display } = value as Coding
    if (code === undefined && system === undefined)
      return display === undefined ? [] : [{ modifier: 'text', value: escaped(display) }]
    return [pair(system, code)]
  }
  if (type === 'Identifier') {
    const { system, value: code } = value as Identifier
    return system === undefined && code === undefined ? [] : [pair(system, code)]
  }
  if (type === 'ContactPoint') {
    const { value: code } = value as Identifier
    return code === undefined ? [] : [{ value: escaped(code) }]
  }
  return typeof value === 'object' ? [] : [{ value: escaped(String(value)) }]
}

const pair = (system: string | undefined, code: string | undefined): Search => ({
  value: `${escaped(system ?? '')}|${escaped(code ?? '')}`,
})

function referenceSearches(value: unknown): Search[] {
  if (typeof value === 'string') return [{ value: escaped(value) }]
  const held = value as { reference?: string; identifier?: Identifier; resourceType?: string; id?: string }
  if (held.resourceType !== undefined)
    return held.id === undefined ? [] : [{ value: `${held.resourceType}/${held.id}` }]
  const { reference, identifier } = held
  // What is contained has no address of its own.
  if (reference !== undefined && !reference.startsWith('#'))
    return [{ value: escaped(reference.replace(/\/_history\/[^/]+$/, '')) }]
  return identifier?.value === undefined
    ? []
    : [{ modifier: 'identifier', ...pair(identifier.system, identifier.value) }]
}

function dateSearches(type: string, value: unknown): Search[] {
  // Where a text may stand instead of a time, it is no time.
  if (typeof value === 'string') return type === 'string' ? [] : [{ value }]
  if (type === 'Period') {
    const { start, end } = value as Period
    return [...(start ? [{ value: `ge${start}` }] : []), ...(end ? [{ value: `le${end}` }] : [])]
  }
  if (type === 'Timing') {
    const { event = [], repeat } = value as { event?: string[]; repeat?: { boundsPeriod?: Period } }
    const events = event.map(each => ({ value: `ge${each}` }))
    return [...events.slice(0, 1), ...(repeat?.boundsPeriod ? dateSearches('Period', repeat.boundsPeriod) : [])]
  }
  return []
}

const longest = 200

function stringSearches(type: string, value: unknown): Search[] {
  if (typeof value === 'string') return [{ value: escaped(value.slice(0, longest)) }]
  const names: Record<string, string[]> = {
    HumanName: ['family', 'given', 'prefix', 'suffix', 'text'],
    Address: ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text'],
    CodeableConcept: ['text'],
    Annotation: ['text'],
  }
  return (names[type] ?? []).flatMap(name =>
    [(value as Record<string, string | string[] | undefined>)[name] ?? []]
      .flat()
      // Parts may be null where an extension stands for them.
      .flatMap(each => (each ? [{ value: escaped(each.slice(0, longest)) }] : [])),
  )
}

function quantitySearches(type: string, value: unknown): Search[] {
  if (typeof value === 'number') return [{ value: String(value) }]
  if (typeof value !== 'object' || value === null) return []
  if (type === 'Range') {
    const { low, high } = value as { low?: Quantity; high?: Quantity }
    return [
      ...(low?.value === undefined ? [] : [{ value: `ge${low.value}` }]),
      ...(high?.value === undefined ? [] : [{ value: `le${high.value}` }]),
    ]
  }
  const { value: number, system, code, unit, currency } = value as Quantity
  if (number === undefined) return []
  if (currency) return [{ value: `${number}|urn:iso:std:iso:4217|${escaped(currency)}` }]
  return [{ value: `${number}|${escaped(system ?? '')}|${escaped(code ?? unit ?? '')}` }]
}
