// FHIRPath Patch. The library finds the elements; changing them is done here, since it loses choices of type (value[x]), extensions
// of primitives and values given as parts.
import { evalFhirPathTyped } from '@medplum/core'
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes'
import { fhirError } from './refusal.ts'
import type { Element, Knowledge, Type } from './schema.ts'

type Any = Record<string, unknown>
/** Where an element is: `holder[key]`, or an item of the array there. */
type Spot = { holder: Any; key: string; index: number | undefined; type: string }

const operationsMax = 1_000
const expressionMax = 1_000

export function appliedFhirPathPatch(resource: Any, patch: Parameters, knowledge: Knowledge): void {
  const operations = patch.parameter ?? []
  if (operations.length > operationsMax)
    throw fhirError('too-costly', `A patch has at most ${operationsMax} operations.`)
  for (const operation of operations) {
    if (operation.name !== 'operation')
      throw fhirError('structure', 'A FHIRPath Patch consists of parameters named "operation".')
    apply(resource, operation, knowledge)
  }
}

function apply(resource: Any, { part = [] }: ParametersParameter, knowledge: Knowledge): void {
  const named = new Map(part.map(each => [each.name, each]))
  const type = named.get('type')?.valueCode
  const path = named.get('path')?.valueString
  if (!type || !path) throw fhirError('required', 'An operation of a FHIRPath Patch needs "type" and "path".')
  const number = (name: string) => {
    const value = named.get(name)?.valueInteger
    if (value === undefined) throw fhirError('required', `The operation ${type} at ${path} needs "${name}".`)
    return value
  }
  const found = spotsOf(resource, path, knowledge)
  switch (type) {
    case 'add': {
      const name = named.get('name')?.valueString
      if (!name) throw fhirError('required', `The operation add at ${path} needs "name".`)
      return addTo(single(found, path, resource), name, valuePart(named, path), path, knowledge)
    }
    case 'insert': {
      const { items, type: of } = listAt(found, path)
      const index = number('index')
      if (index < 0 || index > items.length) throw fhirError('value', `There is no place ${index} in ${path}.`)
      items.splice(index, 0, givenValue(valuePart(named, path), of, knowledge))
      return undefined
    }
    case 'delete':
      return found.length === 0 ? undefined : removeAt(single(found, path, resource))
    case 'replace':
      return replaceAt(single(found, path, resource), valuePart(named, path), path, knowledge)
    case 'move': {
      const { items } = listAt(found, path)
      const [source, destination] = [number('source'), number('destination')]
      if (![source, destination].every(each => each >= 0 && each < items.length)) {
        throw fhirError('value', `${path} has ${items.length} items; one cannot move from ${source} to ${destination}.`)
      }
      items.splice(destination, 0, ...items.splice(source, 1))
      return undefined
    }
    default:
      throw fhirError('not-supported', `"${type.slice(0, 20)}" is not an operation of FHIRPath Patch.`)
  }
}

function valuePart(named: Map<string | undefined, ParametersParameter>, path: string): ParametersParameter {
  const value = named.get('value')
  if (!value) throw fhirError('required', `The operation at ${path} needs "value".`)
  return value
}

function single(found: (Spot | undefined)[], path: string, resource: Any): Spot {
  if (found.length !== 1) throw fhirError('value', `${path} must lead to one element; it leads to ${found.length}.`)
  const type = String(resource['resourceType'])
  return found[0] ?? { holder: { [type]: resource }, key: type, index: undefined, type }
}

/** Undefined stands for the resource itself. */
function spotsOf(resource: Any, expression: string, knowledge: Knowledge): (Spot | undefined)[] {
  if (expression.length > expressionMax || /\b(matches|replaceMatches|repeat|descendants)\s*\(/.test(expression)) {
    throw fhirError(
      'too-costly',
      'The path of a patch is short and uses no regular expressions, repeat() or descendants().',
    )
  }
  const type = String(resource['resourceType'])
  const input = { type, value: resource, path: type }
  // The library forgets the place of what extension() finds, and remembers that of where().
  const plain = expression.replaceAll(/\bextension\(\s*('[^']*')\s*\)/g, 'extension.where(url = $1)')
  let results: ReturnType<typeof evalFhirPathTyped>
  try {
    results = evalFhirPathTyped(plain, [input], { '%resource': input, '%context': input })
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw fhirError(
      'value',
      `"${expression.slice(0, 100)}" is not a FHIRPath that this server can follow: ${why.slice(0, 100)}`,
    )
  }
  return results.map(each => {
    const path = 'path' in each ? each.path : undefined
    if (path === type) return undefined
    const spot = path?.startsWith(`${type}.`) ? spotAt(resource, path.slice(type.length + 1), knowledge) : undefined
    if (!spot) throw fhirError('value', `"${expression.slice(0, 100)}" does not lead to an element of the resource.`)
    return spot
  })
}

/** Follows a path like `name[1].given[0]`; choices of type have the type in their JSON name only. */
function spotAt(resource: Any, path: string, knowledge: Knowledge): Spot | undefined {
  let spot: Spot | undefined
  let value: unknown = resource
  let type: Type | undefined = knowledge.type(String(resource['resourceType']))
  for (const step of path.split('.')) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? []
    if (spot && (typeof value !== 'object' || value === null)) {
      // Below a primitive lie its extensions, which JSON keeps beside it.
      const beside = spot.holder[`_${spot.key}`]
      value = Array.isArray(beside) ? beside[spot.index ?? 0] : beside
      type = knowledge.type('Element')
    }
    const holder = value as Any | undefined
    const key =
      holder &&
      type &&
      [...type.properties].find(([key, { element }]) => element.name === name && Object.hasOwn(holder, key))?.[0]
    if (!key || !type) return undefined
    const property = type.properties.get(key)!
    spot = { holder, key, index: index === undefined ? undefined : Number(index), type: property.type }
    value = valueOf(spot)
    type =
      property.type === 'Resource'
        ? knowledge.resourceType((value as Any)?.['resourceType'])
        : knowledge.type(property.type)
  }
  return spot
}

const valueOf = ({ holder, key, index }: Spot) =>
  index === undefined ? holder[key] : (holder[key] as unknown[])[index]

function listAt(found: (Spot | undefined)[], path: string): { items: unknown[]; type: string } {
  const [first] = found
  const items = first && first.index !== undefined ? first.holder[first.key] : undefined
  const isList = Array.isArray(items) && items.length === found.length && !/\[\d+\]$/.test(path)
  if (!isList || found.some(each => each?.holder !== first?.holder || each?.key !== first?.key)) {
    throw fhirError('value', `${path} must lead to all items of one list.`)
  }
  // Extensions of primitives lie in a second list that would have to move along.
  if (first!.holder[`_${first!.key}`] !== undefined)
    throw fhirError('not-supported', `${path} has items with extensions; replace the whole.`)
  return { items, type: first!.type }
}

function removeAt({ holder, key, index }: Spot): void {
  for (const each of [key, `_${key}`]) {
    const items = holder[each]
    if (index === undefined || !Array.isArray(items)) delete holder[each]
    else {
      items.splice(index, 1)
      // FHIR has no empty arrays.
      if (items.every(item => item === null)) delete holder[each]
    }
  }
}

/** The key for a value: its own name or, for a choice, the name with the type. */
function keyFor(type: Type, element: Element, part: ParametersParameter, path: string): string {
  if (!element.choice) return element.name
  const given = Object.keys(part)
    .find(each => each.startsWith('value'))
    ?.slice('value'.length)
  const key = `${element.name}${given ?? ''}`
  if (!type.properties.has(key))
    throw fhirError('value', `${path}.${element.name} cannot be a ${given ?? 'structure of parts'}.`)
  return key
}

function addTo(spot: Spot, name: string, part: ParametersParameter, path: string, knowledge: Knowledge): void {
  const target = valueOf(spot)
  if (typeof target !== 'object' || target === null)
    throw fhirError('value', `Nothing can be added to the primitive at ${path}.`)
  const type = knowledge.type(spot.type === 'Resource' ? String((target as Any)['resourceType']) : spot.type)
  const element = type?.elements.find(each => each.name === name.replace('[x]', ''))
  if (!type || !element) throw fhirError('structure', `${name.slice(0, 64)} is not an element at ${path}.`)
  const key = keyFor(type, element, part, path)
  const value = givenValue(part, type.properties.get(key)!.type, knowledge)
  const on = target as Any
  if (element.many) on[key] = [...((on[key] as unknown[] | undefined) ?? []), value]
  else if ([...type.properties].some(([each, { element: other }]) => other === element && on[each] !== undefined)) {
    throw fhirError('conflict', `${path}.${name} has a value already; use replace.`)
  } else on[key] = value
}

function replaceAt(spot: Spot, part: ParametersParameter, path: string, knowledge: Knowledge): void {
  const { holder, key, index } = spot
  if (holder[key] === undefined || !Object.hasOwn(holder, key))
    throw fhirError('processing', `There is nothing at ${path}.`)
  if (index !== undefined) {
    const items = holder[key] as unknown[]
    items[index] = givenValue(part, spot.type, knowledge)
    return
  }
  const given = Object.keys(part)
    .find(each => each.startsWith('value'))
    ?.slice('value'.length)
  const name = choiceName(key, spot.type)
  // A choice may be replaced by one of another type.
  const now = name !== undefined && given !== undefined ? name + given : key
  const value = givenValue(part, spot.type, knowledge)
  if (now !== key) removeAt(spot)
  holder[now] = value
}

const choiceName = (key: string, type: string) => {
  const suffix = type.charAt(0).toUpperCase() + type.slice(1)
  return key.endsWith(suffix) && key !== suffix ? key.slice(0, -suffix.length) : undefined
}

/** The value of a part: value[x], a resource, or an object put together from parts. */
function givenValue(part: ParametersParameter, typeName: string, knowledge: Knowledge): unknown {
  const key = Object.keys(part).find(each => each.startsWith('value'))
  if (key) return structuredClone(part[key as keyof ParametersParameter])
  if (part.resource) return structuredClone(part.resource)
  const type = knowledge.type(typeName)
  const made: Any = {}
  for (const inner of part.part ?? []) {
    const element = type?.elements.find(each => each.name === inner.name?.replace('[x]', ''))
    if (!type || !element) throw fhirError('structure', `${inner.name.slice(0, 64)} is not an element of ${typeName}.`)
    const own = keyFor(type, element, inner, typeName)
    const value = givenValue(inner, type.properties.get(own)!.type, knowledge)
    made[own] = element.many ? [...((made[own] as unknown[] | undefined) ?? []), value] : value
  }
  return made
}
