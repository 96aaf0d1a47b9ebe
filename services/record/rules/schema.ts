// FHIR's types as validation, XML and summaries need them. They are stored as text per type and compiled when first met: a
// process that only sees five kinds of resources pays for five.
import type { FhirPathAtom } from '@medplum/core'

/** A constraint of the standard: a FHIRPath that must be true. */
export type Rule = { key: string; severity: 'error' | 'warning'; text: string; expression: string }

/** One element of a type, as stored: what is usual is left out. */
export type Element = {
  /** Without `[x]`. */
  name: string
  choice?: true
  /** Names of types; inner ones are called like `ObservationComponent`, and `Resource` is any resource. */
  types: string[]
  /** `SimpleQuantity` or `MoneyQuantity`, when the Quantity must be one. */
  profile?: string
  /** At least one is needed. The standard never asks for more. */
  needed?: true
  many?: true
  /** Resource types a Reference may lead to; absent when any. */
  targets?: string[]
  summary?: true
  /** Value set of a required binding. */
  binding?: string
  rules?: Rule[]
  /** Written as an attribute in XML. */
  attribute?: true
}

export type StoredType = { kind: 'resource' | 'complex' | 'primitive'; elements: Element[]; rules?: Rule[] }

/** Code system → its codes, for a value set that is known completely. */
export type CodesBySystem = Record<string, string[]>

export type StoredSchema = {
  /** Name of the type → StoredType as JSON. */
  types: Record<string, string>
  bindings: Record<string, CodesBySystem>
}

/** What a key of an object means. A primitive `x` has a second key `_x` for its id and extensions. */
export type Property = {
  element: Element
  /** Place of the element in its type. */
  at: number
  type: string
  isPrimitive: boolean
  isExtensionOfPrimitive: boolean
}

export type CompiledRule = Rule & { parsed?: FhirPathAtom }

export type Type = {
  name: string
  kind: StoredType['kind']
  elements: Element[]
  properties: Map<string, Property>
  needed: { name: string; keys: string[] }[]
  hasChoice: boolean
  rules: CompiledRule[]
}

export type Codes = { any: Set<string>; bySystem: Map<string, Set<string>> }

export type Knowledge = {
  type: (name: string) => Type | undefined
  resourceType: (name: unknown) => Type | undefined
  /** Undefined when the value set cannot be listed, as with all MIME types or all units. */
  codes: (valueSet: string) => Codes | undefined
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export function knowledgeOf({ types, bindings }: StoredSchema): Knowledge {
  const compiled = new Map<string, Type>()
  const codes = new Map<string, Codes>()
  const kinds = new Map<string, StoredType>()
  const stored = (name: string) => {
    if (!kinds.has(name) && Object.hasOwn(types, name)) kinds.set(name, JSON.parse(types[name]!) as StoredType)
    return kinds.get(name)
  }
  const isPrimitive = (name: string) => stored(name)?.kind === 'primitive'
  const type = (name: string): Type | undefined => {
    const known = compiled.get(name)
    if (known) return known
    const definition = stored(name)
    if (!definition) return undefined
    const made = compile(name, definition, isPrimitive)
    compiled.set(name, made)
    return made
  }
  return {
    type,
    resourceType: name => {
      const found = typeof name === 'string' ? type(name) : undefined
      return found?.kind === 'resource' ? found : undefined
    },
    codes: valueSet => {
      let found = codes.get(valueSet)
      if (!found && Object.hasOwn(bindings, valueSet)) {
        const systems = Object.entries(bindings[valueSet]!)
        found = {
          any: new Set(systems.flatMap(([, all]) => all)),
          bySystem: new Map(systems.map(([system, all]) => [system, new Set(all)])),
        }
        codes.set(valueSet, found)
      }
      return found
    },
  }
}

function compile(name: string, stored: StoredType, isPrimitive: (name: string) => boolean): Type {
  const properties = new Map<string, Property>()
  const needed: Type['needed'] = []
  for (const [at, element] of stored.elements.entries()) {
    const keys: string[] = []
    for (const type of element.types) {
      const key = element.choice ? element.name + capitalized(type) : element.name
      const property = { element, at, type, isPrimitive: isPrimitive(type), isExtensionOfPrimitive: false }
      if (type === 'Quantity' && element.profile) property.type = element.profile
      properties.set(key, property)
      keys.push(key)
      if (!property.isPrimitive) continue
      properties.set(`_${key}`, { ...property, isPrimitive: false, isExtensionOfPrimitive: true, type: 'Element' })
      keys.push(`_${key}`)
    }
    if (element.needed) needed.push({ name: element.name, keys })
  }
  return {
    name,
    kind: stored.kind,
    elements: stored.elements,
    properties,
    needed,
    hasChoice: stored.elements.some(each => each.choice),
    rules: stored.rules ?? [],
  }
}
