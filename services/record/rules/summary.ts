// Parts of a resource: _summary and _elements of a search or a read (https://hl7.org/fhir/R4/search.html#summary). What is needed
// stays in every part, and a part says in meta.tag that it is one, so that nobody stores it as the whole.
import type { Resource } from '@medplum/fhirtypes'
import type { Knowledge, Type } from './schema.ts'

type Any = Record<string, unknown>

export const summaries = ['true', 'text', 'data', 'count', 'false'] as const
export type Summary = (typeof summaries)[number]

const subsetted = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
}
/** A part without these would not be a resource, or would mean the opposite of the whole. */
const alwaysKept = ['resourceType', 'id', 'meta', 'implicitRules']

/** `count` is for the Bundle of a search, which then has no entries; a resource alone is left as it is. */
export function summarized<R extends Resource>(resource: R, summary: Summary, knowledge: Knowledge): R {
  const type = knowledge.resourceType(resource.resourceType)
  if (!type || summary === 'false' || summary === 'count') return resource
  const isKept = (name: string): boolean => {
    if (alwaysKept.includes(name) || isNeeded(type, name)) return true
    if (summary === 'text') return name === 'text'
    return summary === 'data' && name !== 'text'
  }
  const part =
    summary === 'true' ? summaryOf(resource as unknown as Any, type, knowledge) : selected(resource, type, isKept)
  return tagged(part) as unknown as R
}

/** The named elements and those that are needed; a path like `name.given` keeps the whole of `name`. */
export function withElements<R extends Resource>(resource: R, names: string[], knowledge: Knowledge): R {
  const type = knowledge.resourceType(resource.resourceType)
  const wanted = new Set(names.map(name => name.replace(`${resource.resourceType}.`, '').split('.')[0]!))
  if (!type || wanted.size === 0) return resource
  const part = selected(resource, type, name => alwaysKept.includes(name) || wanted.has(name) || isNeeded(type, name))
  return tagged(part) as unknown as R
}

/** Modifiers may turn the meaning of the rest around, so they are needed too. */
const isNeeded = (type: Type, name: string) =>
  name === 'modifierExtension' || type.needed.some(each => each.name === name)

/** A key belongs to its element: `valueQuantity` to `value`, `_birthDate` to `birthDate`. */
const elementOf = (type: Type, key: string) => type.properties.get(key)?.element

function selected(resource: Resource, type: Type, isKept: (name: string) => boolean): Any {
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) =>
      isKept(key === 'resourceType' ? key : (elementOf(type, key)?.name ?? '')),
    ),
  )
}

/** Elements that the definitions mark as summary, at every level; of what is kept, needed parts are kept too. */
function summaryOf(on: Any, type: Type, knowledge: Knowledge): Any {
  const part: Any = {}
  for (const [key, value] of Object.entries(on)) {
    const property = type.properties.get(key)
    if (!property) {
      if (key === 'resourceType') part[key] = value
      continue
    }
    const { element } = property
    const isKept = element.summary || element.needed || element.name === 'id' || element.name === 'modifierExtension'
    if (!isKept) continue
    const inner = property.isPrimitive || property.isExtensionOfPrimitive ? undefined : knowledge.type(property.type)
    part[key] =
      property.type === 'Resource' || !inner || !hasSummary(inner)
        ? value
        : each(value, it => summaryOf(it, inner, knowledge))
  }
  return part
}

/** Data types without any such mark, like Narrative, are kept as a whole. */
const hasSummary = (type: Type) => type.elements.some(({ summary }) => summary)

const each = (value: unknown, change: (item: Any) => Any): unknown =>
  Array.isArray(value) ? value.map(item => change(item as Any)) : change(value as Any)

function tagged(resource: Any): Any {
  const meta = (resource['meta'] ?? {}) as Any
  const tags = (meta['tag'] ?? []) as Any[]
  const isTagged = tags.some(({ system, code }) => system === subsetted.system && code === subsetted.code)
  return isTagged ? resource : { ...resource, meta: { ...meta, tag: [...tags, subsetted] } }
}
