// The standard's constraints. Those of types that are everywhere, and those that would take quadratic time, are written out here
// as plain functions; the rest is evaluated as the FHIRPath it is. The tests compare the two over all official examples.
import { evalFhirPathTyped, parseFhirPath, type TypedValue } from '@medplum/core'
import { momentsOf } from './primitives.ts'
import type { CompiledRule } from './schema.ts'

type Any = Record<string, unknown>
type Coding = { system?: string; code?: string }
export type Scope = { resource: Any; root: Any }

const ucum = 'http://unitsofmeasure.org'
const has = (value: unknown) => value !== undefined
const lacks = (value: unknown) => value === undefined
/** A primitive also exists when only its extensions do. */
const exists = (on: Any, key: string) => on[key] !== undefined || on[`_${key}`] !== undefined
const choice = (on: Any, name: string) => {
  for (const key in on) {
    const start = key.startsWith('_') ? 1 : 0
    if (key.startsWith(name, start) && /^[A-Z]/.test(key.slice(start + name.length))) return key
  }
  return undefined
}
const codings = (concept: unknown) => {
  const all = (concept as Any | undefined)?.['coding']
  return Array.isArray(all) ? (all.filter(each => each !== null && typeof each === 'object') as Coding[]) : []
}
const list = (value: unknown): Any[] =>
  Array.isArray(value) ? value.filter(each => each !== null && typeof each === 'object') : []
const terminology = 'http://terminology.hl7.org/CodeSystem/'
const isError = (concept: unknown, system: string) =>
  codings(concept).some(each => each.system === terminology + system && each.code === 'entered-in-error')
const ended = ['resolved', 'remission', 'inactive']
const isIn = (type: unknown, ...types: string[]) => types.includes(String(type))

function isPeriodInOrder({ start, end }: Any): boolean {
  if (typeof start !== 'string' || typeof end !== 'string') return true
  const [from, to] = [momentsOf(start), momentsOf(end)]
  return !from || !to || from[0] <= to[1]
}

function isRangeInOrder({ low, high }: Any): boolean {
  const [from, to] = [low as Any | undefined, high as Any | undefined]
  if (typeof from?.['value'] !== 'number' || typeof to?.['value'] !== 'number') return true
  // Quantities in different units cannot be compared without converting them.
  const isSameUnit = (from['code'] ?? from['unit']) === (to['code'] ?? to['unit'])
  return !isSameUnit || from['value'] <= to['value']
}

function areFullUrlsDistinct({ type, entry }: Any): boolean {
  if (type === 'history') return true
  const seen = new Set<string>()
  for (const { fullUrl, resource } of list(entry)) {
    if (typeof fullUrl !== 'string') continue
    const version = ((resource as Any | undefined)?.['meta'] as Any | undefined)?.['versionId'] ?? ''
    const key = `${fullUrl} ${String(version)}`
    if (seen.has(key)) return false
    seen.add(key)
  }
  return true
}

function isComponentCodeOther(observation: Any): boolean {
  if (!choice(observation, 'value')) return true
  const own = codings(observation['code']).map(each => JSON.stringify(each))
  return !list(observation['component']).some(each =>
    codings(each['code']).some(it => own.includes(JSON.stringify(it))),
  )
}

/** In linear time, where FHIRPath compares each with each. */
const areDistinct = (values: unknown[]) => new Set(values).size === values.length
const given = (items: Any[], key: string) => items.flatMap(each => (has(each[key]) ? [each[key]] : []))

function conceptCodes(concepts: unknown): unknown[] {
  return list(concepts).flatMap(each => [...given([each], 'code'), ...conceptCodes(each['concept'])])
}

const elementsOf = (structure: unknown) => list((structure as Any | undefined)?.['element'])
const areIdsDistinct = (structure: unknown) => {
  const elements = elementsOf(structure)
  return elements.every(each => has(each['id'])) && areDistinct(given(elements, 'id'))
}
/** Codes of the types of an ElementDefinition. */
const typeCodes = (definition: Any) => given(list(definition['type']), 'code')
const boundTypes = ['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri']
const isReferring = (type: Any) => isIn(type['code'], 'Reference', 'canonical')
const besideReference = ['type', 'binding', 'maxLength', '_maxLength', 'example']
const besideReferenceChoices = ['defaultValue', 'fixed', 'pattern', 'minValue', 'maxValue']

const firstType = (bundle: Any) => (list(bundle['entry'])[0]?.['resource'] as Any | undefined)?.['resourceType']

/** By key and, where two types share a key, by type. */
export const natives: Record<string, (value: Any, scope: Scope) => boolean> = {
  'ait-1': each =>
    isError(each['verificationStatus'], 'allergyintolerance-verification') || has(each['clinicalStatus']),
  'ait-2': each =>
    !isError(each['verificationStatus'], 'allergyintolerance-verification') || lacks(each['clinicalStatus']),
  'app-1': each => has(each['type']) || has(each['actor']),
  'app-2': each => exists(each, 'start') === exists(each, 'end'),
  'app-3': each =>
    (exists(each, 'start') && exists(each, 'end')) || isIn(each['status'], 'proposed', 'cancelled', 'waitlist'),
  'app-4': each => lacks(each['cancelationReason']) || isIn(each['status'], 'noshow', 'cancelled'),
  'att-1': each => !exists(each, 'data') || exists(each, 'contentType'),
  'bdl-1': each => !exists(each, 'total') || isIn(each['type'], 'searchset', 'history'),
  'bdl-2': each => each['type'] === 'searchset' || list(each['entry']).every(entry => lacks(entry['search'])),
  'bdl-3': each => {
    const isAsked = isIn(each['type'], 'batch', 'transaction', 'history')
    return list(each['entry']).every(entry => has(entry['request']) === isAsked)
  },
  'bdl-4': each => {
    const isAnswered = isIn(each['type'], 'batch-response', 'transaction-response', 'history')
    return list(each['entry']).every(entry => has(entry['response']) === isAnswered)
  },
  'bdl-5': each => has(each['resource']) || has(each['request']) || has(each['response']),
  'bdl-7': areFullUrlsDistinct,
  'bdl-8': each => typeof each['fullUrl'] !== 'string' || !each['fullUrl'].includes('/_history/'),
  'bdl-9': each => {
    const identifier = (each['identifier'] ?? {}) as Any
    return each['type'] !== 'document' || (exists(identifier, 'system') && exists(identifier, 'value'))
  },
  'bdl-10': each => each['type'] !== 'document' || has(each['timestamp']),
  'bdl-11': each => each['type'] !== 'document' || firstType(each) === 'Composition',
  'bdl-12': each => each['type'] !== 'message' || firstType(each) === 'MessageHeader',
  'con-3': each =>
    has(each['clinicalStatus']) ||
    isError(each['verificationStatus'], 'condition-ver-status') ||
    !list(each['category']).some(category => codings(category).some(it => it.code === 'problem-list-item')),
  'con-4': each =>
    !choice(each, 'abatement') ||
    codings(each['clinicalStatus']).some(
      it => it.system === `${terminology}condition-clinical` && ended.includes(String(it.code)),
    ),
  'con-5': each => !isError(each['verificationStatus'], 'condition-ver-status') || lacks(each['clinicalStatus']),
  'cpt-2': each => !exists(each, 'value') || exists(each, 'system'),
  'csd-1': each => areDistinct(conceptCodes(each['concept'])),
  'eld-4': each => lacks(each['aggregation']) || isReferring(each),
  'eld-5': each =>
    !exists(each, 'contentReference') ||
    (besideReference.every(key => lacks(each[key])) && !besideReferenceChoices.some(name => choice(each, name))),
  'eld-6': each => !choice(each, 'fixed') || list(each['type']).length <= 1,
  'eld-7': each => !choice(each, 'pattern') || list(each['type']).length <= 1,
  'eld-8': each => !choice(each, 'pattern') || !choice(each, 'fixed'),
  'eld-11': each =>
    lacks(each['binding']) ||
    typeCodes(each).length === 0 ||
    typeCodes(each).some(code => boundTypes.includes(String(code))),
  'eld-15': each => !choice(each, 'defaultValue') || !exists(each, 'meaningWhenMissing'),
  'eld-17': each => lacks(each['targetProfile']) || isReferring(each),
  'obs-3': each => has(each['low']) || has(each['high']) || exists(each, 'text'),
  'obs-6': each => lacks(each['dataAbsentReason']) || !choice(each, 'value'),
  'obs-7': isComponentCodeOther,
  'org-1': each => has(each['identifier']) || exists(each, 'name'),
  'org-2': each => each['use'] !== 'home',
  'org-3': each => each['use'] !== 'home',
  'pat-1': each => has(each['name']) || has(each['telecom']) || has(each['address']) || has(each['organization']),
  'per-1': isPeriodInOrder,
  'prr-1': each => lacks(each['orderDetail']) || has(each['code']),
  'qty-3': each => !exists(each, 'code') || exists(each, 'system'),
  'rat-1': each => {
    const isWhole = has(each['numerator']) && has(each['denominator'])
    return isWhole || (lacks(each['numerator']) && lacks(each['denominator']) && has(each['extension']))
  },
  'rng-2': isRangeInOrder,
  'sdf-1': each => each['derivation'] === 'constraint' || areDistinct(given(elementsOf(each['snapshot']), 'path')),
  'sdf-16': each => areIdsDistinct(each['snapshot']),
  'sdf-17': each => areIdsDistinct(each['differential']),
  'sqty-1': each => !exists(each, 'comparator'),
  'tim-1': each => !exists(each, 'duration') || exists(each, 'durationUnit'),
  'tim-2': each => !exists(each, 'period') || exists(each, 'periodUnit'),
  'tim-4': each => typeof each['duration'] !== 'number' || each['duration'] >= 0,
  'tim-5': each => typeof each['period'] !== 'number' || each['period'] >= 0,
  'tim-6': each => !exists(each, 'periodMax') || exists(each, 'period'),
  'tim-7': each => !exists(each, 'durationMax') || exists(each, 'duration'),
  'tim-8': each => !exists(each, 'countMax') || exists(each, 'count'),
  'tim-10': each => !exists(each, 'timeOfDay') || !exists(each, 'when'),
}

const typeOfUcum: TypedValue = { type: 'string', value: ucum }

/** Whether the FHIRPath of a constraint is true. An expression that cannot be evaluated refuses nobody. */
export function isTrueAsFhirPath(rule: CompiledRule, type: string, value: unknown, { resource, root }: Scope): boolean {
  const context: TypedValue = { type, value }
  const variables = {
    '%context': context,
    '%resource': { type: String(resource['resourceType']), value: resource },
    '%rootResource': { type: String(root['resourceType']), value: root },
    '%ucum': typeOfUcum,
  }
  try {
    rule.parsed ??= parseFhirPath(rule.expression)
    const result = evalFhirPathTyped(rule.parsed, [context], variables)
    // Nothing is what FHIRPath says when it cannot compare, as with dates of different precision.
    return result.length === 0 || result[0]!.value !== false
  } catch {
    return true
  }
}

export function isTrue(rule: CompiledRule, type: string, value: unknown, scope: Scope): boolean {
  const native = natives[rule.key]
  return native ? native(value as Any, scope) : isTrueAsFhirPath(rule, type, value, scope)
}
