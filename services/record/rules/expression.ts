// Search parameters say in FHIRPath what they look at. Nearly all are plain paths, so they become plain functions here, ten
// times faster than a general engine; the handful that are more go to the library's engine.
import { evalFhirPathTyped, getAllDataTypes, parseFhirPath, type TypedValue } from '@medplum/core'

/** A value and its FHIR type, such as `CodeableConcept`. */
export type Typed = { type: string; value: unknown }
/** Parts of composites may look from their element back to the whole resource (`%resource`). */
export type Extract = (from: Typed, resource?: Typed) => Typed[]

type Step = (from: Typed, found: Typed[]) => void

export type Compiled = {
  extract: Extract
  /** FHIR types that values can have; empty when only a value itself can tell. */
  types: readonly string[]
  /** True when a resource has at most one value. */
  isSingle: boolean
}

/** The function that an expression is; `root` is the resource type, or the element type for the parts of a composite. */
export function compile(expression: string, root: string): Compiled {
  const parts = splitUnion(expression).filter(each => concerns(each, root))
  const compiled = parts.map(each => compilePath(each, root) ?? { extract: general(each), types: [], isSingle: false })
  if (compiled.length === 1) return compiled[0]!
  const isTold = compiled.every(each => each.types.length > 0)
  return {
    extract: (from, resource) => compiled.flatMap(each => each.extract(from, resource)),
    types: isTold ? [...new Set(compiled.flatMap(each => each.types))] : [],
    isSingle: false,
  }
}

/** `Patient.name | Person.name` holds paths for other types as well. */
function concerns(part: string, root: string): boolean {
  const head = /^\(*([A-Z][A-Za-z]+)\b/.exec(part)?.[1]
  return head === undefined || head === root || head === 'Resource' || head === 'DomainResource'
}

function splitUnion(expression: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < expression.length; index++) {
    const letter = expression[index]
    if (letter === '(') depth++
    else if (letter === ')') depth--
    else if (letter === '|' && depth === 0) {
      parts.push(expression.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...parts, expression.slice(start).trim()].filter(each => each !== '')
}

function general(expression: string): Extract {
  const atom = parseFhirPath(expression)
  return (from, resource = from) =>
    evalFhirPathTyped(atom, [from as TypedValue], { '%resource': resource as TypedValue })
}

/** Undefined when the path is more than steps, filters by a constant, and choices of a type. */
function compilePath(part: string, root: string): Compiled | undefined {
  let text = part
  // `(Observation.value as Quantity)`, with or without something behind it.
  const cast = /^\(([A-Za-z.]+) as ([A-Za-z]+)\)(.*)$/.exec(text) ?? /^([A-Za-z.]+) as ([A-Za-z]+)()$/.exec(text)
  if (cast) text = `${cast[1]}.ofType(${cast[2]})${cast[3]}`
  const tokens = tokenize(text)
  if (!tokens) return undefined
  let types = [root]
  let isSingle = true
  const steps: Step[] = []
  for (const [index, token] of tokens.entries()) {
    if (index === 0 && (token === root || token === 'Resource' || token === 'DomainResource' || token === '$this'))
      continue
    const filter = filterOf(token)
    if (filter) {
      steps.push(filter)
      const wanted = /^(?:as|ofType)\((\w+)\)$/.exec(token)?.[1]
      if (wanted) types = [wanted]
      continue
    }
    if (!/^[a-z][A-Za-z]*$/.test(token)) return undefined
    const step = child(token, types)
    if (!step) return undefined
    steps.push(step.step)
    types = step.types
    isSingle &&= step.isSingle
  }
  const extract: Extract = from => {
    let values = [from]
    for (const step of steps) {
      const next: Typed[] = []
      for (const value of values) step(value, next)
      values = next
      if (values.length === 0) break
    }
    return values
  }
  return { extract, types, isSingle }
}

/** `a.where(x='y').b` → its steps; undefined when quotes and parentheses do not fit. */
function tokenize(text: string): string[] | undefined {
  const tokens: string[] = []
  let depth = 0
  let token = ''
  for (const letter of text) {
    if (letter === '(') depth++
    if (letter === ')') depth--
    if (letter === '.' && depth === 0) {
      tokens.push(token)
      token = ''
    } else token += letter
  }
  tokens.push(token)
  return depth === 0 && tokens.every(each => each !== '') ? tokens : undefined
}

function filterOf(token: string): Step | undefined {
  const typed = /^(?:as|ofType)\((\w+)\)$/.exec(token)
  if (typed) {
    const wanted = typed[1]!
    return (from, found) => {
      if (isOfType(from.type, wanted)) found.push(from)
    }
  }
  const resolved = /^where\(resolve\(\) is (\w+)\)$/.exec(token)
  if (resolved) {
    const form = new RegExp(`(^|/)${resolved[1]!}/[^/]+(/_history/[^/]+)?$`)
    return (from, found) => {
      const { reference, type } = from.value as { reference?: unknown; type?: unknown }
      if (typeof reference === 'string' ? form.test(reference) : type === resolved[1]) found.push(from)
    }
  }
  const equal = /^where\((\w+) ?= ?'([^']*)'\)$/.exec(token)
  if (equal) {
    return (from, found) => {
      if ((from.value as Record<string, unknown>)[equal[1]!] === equal[2]) found.push(from)
    }
  }
  return undefined
}

/** HL7 writes `as Quantity` also where an Age or a Duration may stand, which are Quantities. */
const isOfType = (type: string, wanted: string) =>
  type === wanted ||
  (wanted === 'Quantity' && /^(Age|Duration|Count|Distance|SimpleQuantity|MoneyQuantity)$/.test(type)) ||
  (wanted === 'date' && type === 'dateTime') ||
  // As R4 writes it in Observation-code-value-date.
  (wanted === 'DateTime' && type === 'dateTime')

/** One step down by name. Choices (`value[x]`) are looked up by the names their types give them. */
function child(name: string, types: readonly string[]): { step: Step; types: string[]; isSingle: boolean } | undefined {
  const all = getAllDataTypes()
  const byProperty = new Map<string, string>()
  let isSingle = true
  for (const type of types) {
    const elements = all[type]?.elements
    const plain = elements?.[name]
    const choice = elements?.[`${name}[x]`]
    if ((plain ?? choice)?.isArray) isSingle = false
    if (plain) byProperty.set(name, plain.type[0]?.code ?? 'Element')
    for (const { code } of choice?.type ?? []) byProperty.set(name + code[0]!.toUpperCase() + code.slice(1), code)
  }
  if (byProperty.size === 0) {
    // Every resource has these, and an element that holds any resource has no type of its own.
    if (name !== 'id' && name !== 'meta' && !types.includes('Resource')) return undefined
    byProperty.set(name, name === 'meta' ? 'Meta' : 'id')
  }
  const properties = [...byProperty]
  return {
    types: [...new Set(properties.map(([, type]) => type))],
    isSingle,
    step(from, found) {
      if (typeof from.value !== 'object' || from.value === null) return
      for (const [property, type] of properties) {
        const value = (from.value as Record<string, unknown>)[property]
        if (value === undefined || value === null) continue
        if (Array.isArray(value)) for (const each of value) found.push({ type, value: each })
        else found.push({ type, value })
      }
    },
  }
}
