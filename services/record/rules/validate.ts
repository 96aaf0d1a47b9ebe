// Whether a resource is what FHIR R4 says it is. One walk over the resource with the compiled types finds every problem; why it is
// our own walk and not the library's is written in docs/decisions/0006-fhir-validation.md.
import { isTrue, type Scope } from './invariants.ts'
import { kindOf, primitiveFault } from './primitives.ts'
import type { Issue } from './refusal.ts'
import type { CompiledRule, Knowledge, Property, Type } from './schema.ts'

/** Deeper resources would exhaust the stack of whoever reads them. */
const depthMax = 64
/** A hostile resource must not get an answer a hundred times its size. */
const issuesMax = 200

type Any = Record<string, unknown>
type Place = { up: Place | undefined; name: string; index: number }
type Run = { knowledge: Knowledge; issues: Issue[]; errors: number; warnings: number }
/** A resource that is not contained, with what its contained ones need: who has which id, and who points to whom. */
type Document = { pointers: { to: string; at: Place }[]; canonicals: Set<string> }
type Where = Scope & { document: Document }

export function validate(resource: unknown, knowledge: Knowledge): Issue[] {
  const run: Run = { knowledge, issues: [], errors: 0, warnings: 0 }
  const type =
    isObject(resource) && typeof resource['resourceType'] === 'string' ? resource['resourceType'] : 'Resource'
  const place: Place = { up: undefined, name: type.slice(0, 64), index: -1 }
  if (isDeeper(resource, depthMax))
    report(run, 'fatal', 'too-long', place, `is nested more than ${depthMax} levels deep`)
  else checkDocument(resource, place, run)
  return run.issues
}

/** First of all, since everything else, FHIRPath included, walks down without counting. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const each of Object.values(value)) {
    if (!Array.isArray(each)) {
      if (isDeeper(each, levels - 1)) return true
    } else if (each.some(item => isDeeper(item, levels - 1))) return true
  }
  return false
}

const isObject = (value: unknown): value is Any => typeof value === 'object' && value !== null && !Array.isArray(value)

function pathOf(place: Place): string {
  const own = place.index === -1 ? place.name : `${place.name}[${place.index}]`
  return place.up ? `${pathOf(place.up)}.${own}` : own
}

const inside = (up: Place, name: string, index = -1): Place => ({ up, name, index })

function report(run: Run, severity: Issue['severity'], code: string, place: Place, text: string): void {
  const counted = severity === 'warning' ? 'warnings' : 'errors'
  if (run[counted]++ >= issuesMax) return
  const expression = pathOf(place)
  run.issues.push({ severity, code, text: `${expression} ${text}.`, expression })
}

/** A resource that stands for itself: the outermost one, an entry of a Bundle, a parameter. */
function checkDocument(resource: unknown, place: Place, run: Run): void {
  const type = checkedType(resource, place, run)
  if (!type) return
  const root = resource as Any
  if (type.properties.has('text') && root['text'] === undefined) {
    report(run, 'warning', 'invariant', place, 'has no narrative (dom-6), which the standard recommends')
  }
  checkObject(root, type, place, { resource: root, root, document: { pointers: [], canonicals: new Set() } }, run)
}

function checkedType(resource: unknown, place: Place, run: Run): Type | undefined {
  if (!isObject(resource)) {
    report(run, 'fatal', 'structure', place, `must be a resource, not ${kindOf(resource)}`)
    return undefined
  }
  const type = run.knowledge.resourceType(resource['resourceType'])
  if (type) return type
  const name = resource['resourceType']
  if (name === undefined) report(run, 'fatal', 'required', place, 'has no resourceType')
  else
    report(
      run,
      'fatal',
      'structure',
      place,
      `has the resourceType ${JSON.stringify(name)?.slice(0, 80)}, which FHIR R4 does not know`,
    )
  return undefined
}

function checkObject(value: Any, type: Type, place: Place, where: Where, run: Run, hasValue = false): void {
  const chosen: string[] | undefined = type.hasChoice ? [] : undefined
  let filled = 0
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item === undefined || (key === 'resourceType' && type.kind === 'resource')) continue
    if (key !== 'id') filled++
    const property = type.properties.get(key)
    if (!property) {
      report(run, 'error', 'structure', inside(place, key), `is not an element of ${type.name}`)
      continue
    }
    if (chosen && property.element.choice) checkChoice(key, property, chosen, place, run)
    checkProperty(key, property, item, value, place, where, run)
  }
  // ele-1: an element has a value or children.
  if (filled === 0 && !hasValue && type.kind !== 'resource')
    report(run, 'error', 'structure', place, 'is empty; leave it out instead')
  for (const { name, keys } of type.needed) {
    if (!keys.some(key => value[key] !== undefined)) report(run, 'error', 'required', inside(place, name), 'is missing')
  }
  if (type.name === 'Extension') checkExtension(value, place, run)
  else if (type.name === 'Reference') checkReference(value, place, where)
  else if (type.kind === 'resource') checkWholeResource(value, place, where, run)
  for (const rule of type.rules) checkRule(rule, type.name, value, place, where, run)
}

/** Of value[x] there is one. */
function checkChoice(key: string, property: Property, chosen: string[], place: Place, run: Run): void {
  const name = key.startsWith('_') ? key.slice(1) : key
  const earlier = chosen[property.at]
  chosen[property.at] = name
  if (earlier === undefined || earlier === name) return
  report(
    run,
    'error',
    'structure',
    inside(place, property.element.name),
    `is given twice, as ${earlier} and as ${name}`,
  )
}

function checkProperty(
  key: string,
  property: Property,
  item: unknown,
  on: Any,
  place: Place,
  where: Where,
  run: Run,
): void {
  const { element } = property
  if (!element.many) {
    const at = inside(place, element.name)
    if (Array.isArray(item)) report(run, 'error', 'structure', at, 'must be a single value, not an array')
    else checkItem(key, property, item, on, at, where, run)
    return
  }
  const at = inside(place, element.name)
  if (!Array.isArray(item)) {
    report(run, 'error', 'structure', at, `must be an array, not ${kindOf(item)}`)
    return
  }
  if (item.length === 0) report(run, 'error', 'structure', at, 'is an empty array; leave it out instead')
  const partner = property.isExtensionOfPrimitive ? on[key.slice(1)] : on[`_${key}`]
  const other = Array.isArray(partner) ? partner : []
  for (const [index, each] of item.entries()) {
    // A null keeps the place of a primitive that has extensions only, or of extensions of one that has none.
    const isPlaceholder =
      each === null && (property.isPrimitive || property.isExtensionOfPrimitive) && (other[index] ?? null) !== null
    if (!isPlaceholder) checkItem(key, property, each, on, inside(place, element.name, index), where, run)
  }
}

function checkItem(key: string, property: Property, item: unknown, on: Any, at: Place, where: Where, run: Run): void {
  const { element } = property
  if (item === null) {
    report(run, 'error', 'structure', at, 'is null; leave it out instead')
  } else if (property.isPrimitive) {
    checkPrimitive(property, item, at, where, run)
  } else if (property.type === 'Resource') {
    checkInnerResource(element.name, item, at, where, run)
  } else if (!isObject(item)) {
    report(run, 'error', 'structure', at, `must be an object (${property.type}), not ${kindOf(item)}`)
  } else {
    const type = run.knowledge.type(property.type)!
    checkObject(item, type, at, where, run, property.isExtensionOfPrimitive && on[key.slice(1)] !== undefined)
    if (element.targets && property.type === 'Reference') checkTarget(item, element.targets, at, run)
    if (element.binding) checkConcept(item, property, at, run)
    if (element.rules && !property.isExtensionOfPrimitive) {
      for (const rule of element.rules) checkRule(rule, property.type, item, at, where, run)
    }
  }
}

function checkPrimitive(property: Property, item: unknown, at: Place, where: Where, run: Run): void {
  const { element, type } = property
  const fault = primitiveFault(type, item)
  if (fault) {
    report(run, 'error', 'value', at, fault)
    return
  }
  if (typeof item === 'string') {
    if (element.binding && type === 'code') {
      const codes = run.knowledge.codes(element.binding)
      if (codes && !codes.any.has(item))
        report(run, 'error', 'code-invalid', at, notAllowed(JSON.stringify(item), element.binding))
    }
    if ((type === 'canonical' || type === 'uri' || type === 'url') && item.startsWith('#'))
      where.document.canonicals.add(item)
  }
  if (element.rules) for (const rule of element.rules) checkRule(rule, type, item, at, where, run)
}

const notAllowed = (what: string, valueSet: string) =>
  `is ${what.slice(0, 100)}, which is not in the value set ${valueSet}`

/** A concept of a required binding must have one of the codes; one that only has extensions says why it has none. */
function checkConcept(item: Any, { type, element }: Property, at: Place, run: Run): void {
  const codes = run.knowledge.codes(element.binding!)
  if (!codes) return
  const isCode = (each: unknown) => {
    if (!isObject(each) || typeof each['code'] !== 'string') return false
    return codes.bySystem.get(String(each['system']))?.has(each['code']) ?? false
  }
  if (type === 'Coding' || type === 'Quantity') {
    if (item['code'] !== undefined && !isCode(item))
      report(run, 'error', 'code-invalid', at, notAllowed('a code', element.binding!))
  } else if (type === 'CodeableConcept') {
    const coding = Array.isArray(item['coding']) ? item['coding'] : []
    if (coding.some(isCode) || (coding.length === 0 && item['extension'] !== undefined)) return
    const what =
      coding.length === 0 ? 'without a code' : JSON.stringify(isObject(coding[0]) ? coding[0]['code'] : coding[0])
    report(run, 'error', 'code-invalid', at, notAllowed(what ?? 'without a code', element.binding!))
  }
}

function checkRule(rule: CompiledRule, type: string, value: unknown, at: Place, where: Where, run: Run): void {
  if (isTrue(rule, type, value, where)) return
  report(run, rule.severity, 'invariant', at, `breaks the rule ${rule.key}: ${rule.text.replace(/\.$/, '')}`)
}

/** ext-1: extensions or a value, not both and not neither. */
function checkExtension(value: Any, place: Place, run: Run): void {
  const hasValue = Object.keys(value).some(key => key.startsWith('value') || key.startsWith('_value'))
  if (hasValue === (value['extension'] !== undefined)) {
    report(run, 'error', 'invariant', place, 'breaks the rule ext-1: it must have either extensions or a value')
  }
}

function checkReference(value: Any, place: Place, { document }: Where): void {
  const { reference } = value
  if (typeof reference === 'string' && reference.startsWith('#'))
    document.pointers.push({ to: reference.slice(1), at: place })
}

function checkTarget(value: Any, targets: string[], at: Place, run: Run): void {
  const { reference } = value
  if (typeof reference !== 'string') return
  // Only what is relative to this server: of an address elsewhere nobody knows what it answers.
  const type = /^([A-Za-z]+)(\/[A-Za-z0-9\-.]{1,64}(\/_history\/[A-Za-z0-9\-.]{1,64})?$|\?)/.exec(reference)?.[1]
  if (!type || targets.includes(type)) return
  const allowed = targets.join(' or ')
  report(run, 'error', 'structure', inside(at, 'reference'), `leads to ${type}; only ${allowed} is allowed here`)
}

function checkInnerResource(name: string, item: unknown, at: Place, where: Where, run: Run): void {
  if (name !== 'contained') {
    checkDocument(item, at, run)
    return
  }
  const type = checkedType(item, at, run)
  if (!type) return
  const contained = item as Any
  if (contained['id'] === undefined)
    report(run, 'error', 'required', inside(at, 'id'), 'is missing; a contained resource needs one')
  if (contained['contained'] !== undefined) {
    report(run, 'error', 'invariant', at, 'breaks the rule dom-2: a contained resource must not contain others')
    return
  }
  const meta = isObject(contained['meta']) ? contained['meta'] : {}
  for (const [rule, key] of [
    ['dom-4', 'versionId'],
    ['dom-4', 'lastUpdated'],
    ['dom-5', 'security'],
  ] as const) {
    if (meta[key] !== undefined) {
      report(
        run,
        'error',
        'invariant',
        inside(at, 'meta'),
        `breaks the rule ${rule}: a contained resource must not have meta.${key}`,
      )
    }
  }
  checkObject(contained, type, at, { ...where, resource: contained }, run)
}

/** What can only be said when everything in a resource has been seen: contained resources and who points to them. */
function checkWholeResource(value: Any, place: Place, { root, document }: Where, run: Run): void {
  if (value !== root) return
  const contained = Array.isArray(value['contained']) ? value['contained'].filter(isObject) : []
  if (contained.length === 0 && document.pointers.length === 0) return
  const ids = new Set<unknown>()
  for (const [index, { id }] of contained.entries()) {
    if (ids.has(id))
      report(run, 'error', 'duplicate', inside(place, 'contained', index), `has the id ${String(id)} of another`)
    ids.add(id)
  }
  for (const { to, at } of document.pointers) {
    // "#" is the resource that contains.
    if (to === '' || ids.has(to)) continue
    report(
      run,
      'error',
      'invariant',
      at,
      `breaks the rule ref-1: #${to.slice(0, 64)} is not among the contained resources`,
    )
  }
  const pointed = new Set(document.pointers.map(each => each.to))
  for (const [index, each] of contained.entries()) {
    const id = String(each['id'])
    if (pointed.has(id) || document.canonicals.has(`#${id}`) || pointsToContainer(each)) continue
    report(run, 'error', 'invariant', inside(place, 'contained', index), 'breaks the rule dom-3: nothing refers to it')
  }
}

/** A contained resource may also refer to the one that contains it, as a Provenance does. */
function pointsToContainer(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(pointsToContainer)
  return isObject(value) && (value['reference'] === '#' || Object.values(value).some(pointsToContainer))
}
