// Changes to a resource: JSON Patch (RFC 6902) and FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html). What the server alone
// decides (id, type, version) cannot be changed by either.
import type { Parameters } from '@medplum/fhirtypes'
import { appliedFhirPathPatch } from './patch-fhirpath.ts'
import { fhirError, fhirErrors } from './refusal.ts'
import type { Knowledge } from './schema.ts'
import { validate } from './validate.ts'

type Any = Record<string, unknown>
export type JsonPatchOperation = { op: string; path: string; from?: string; value?: unknown }

const operationsMax = 1_000
/** Copies may double a resource with every operation, so what is copied is counted. */
const copiedValuesMax = 100_000

/** A changed copy, not yet validated. Throws a refusal. */
export function patched<R extends { resourceType: string }>(resource: R, patch: unknown, knowledge: Knowledge): R {
  const copy = structuredClone(resource) as unknown as Any
  if (Array.isArray(patch)) applyJsonPatch(copy, patch)
  else if (isObject(patch) && patch['resourceType'] === 'Parameters') {
    // Once it is known to be Parameters as the standard has them, it can be read without looking twice.
    const wrong = validate(patch, knowledge).find(each => each.severity === 'error' || each.severity === 'fatal')
    if (wrong) throw fhirErrors('invalid', [wrong])
    appliedFhirPathPatch(copy, patch as unknown as Parameters, knowledge)
  } else throw fhirError('structure', 'A patch is an array of JSON Patch operations or a Parameters resource.')
  refuseOwnedByServer(resource as unknown as Any, copy)
  return copy as unknown as R
}

const isObject = (value: unknown): value is Any => typeof value === 'object' && value !== null && !Array.isArray(value)

function refuseOwnedByServer(before: Any, after: Any): void {
  const meta = (of: Any) => (isObject(of['meta']) ? of['meta'] : {})
  const pairs: [string, unknown, unknown][] = [
    ['resourceType', before['resourceType'], after['resourceType']],
    ['id', before['id'], after['id']],
    ['meta.versionId', meta(before)['versionId'], meta(after)['versionId']],
    ['meta.lastUpdated', meta(before)['lastUpdated'], meta(after)['lastUpdated']],
  ]
  for (const [name, old, now] of pairs) {
    if (old !== now) throw fhirError('business-rule', `A patch must not change ${name}; the server decides it.`, name)
  }
}

function applyJsonPatch(resource: Any, operations: unknown[]): void {
  if (operations.length > operationsMax)
    throw fhirError('too-costly', `A patch has at most ${operationsMax} operations.`)
  const budget = { left: copiedValuesMax }
  for (const operation of operations) {
    if (!isObject(operation) || typeof operation['op'] !== 'string' || typeof operation['path'] !== 'string') {
      throw fhirError('structure', 'Every operation of a JSON Patch is an object with "op" and "path".')
    }
    applyOperation(resource, operation as JsonPatchOperation, budget)
  }
}

function applyOperation(resource: Any, operation: JsonPatchOperation, budget: { left: number }): void {
  const { op, path, from, value } = operation
  if ((op === 'add' || op === 'replace' || op === 'test') && !('value' in operation)) {
    throw fhirError('required', `The operation ${op} of ${path} needs a "value".`)
  }
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') {
    throw fhirError('required', `The operation ${op} to ${path} needs a "from".`)
  }
  switch (op) {
    case 'add':
      return add(resource, path, structuredClone(value))
    case 'remove':
      return remove(resource, path)
    case 'replace':
      return replace(resource, path, structuredClone(value))
    case 'move': {
      if (path.startsWith(`${from}/`)) throw fhirError('value', `${from} cannot move into itself.`)
      const moved = valueAt(resource, from!)
      remove(resource, from!)
      return add(resource, path, moved)
    }
    case 'copy': {
      const copied = valueAt(resource, from!)
      budget.left -= countValues(copied)
      if (budget.left < 0) throw fhirError('too-costly', 'The patch copies more than this server accepts.')
      return add(resource, path, structuredClone(copied))
    }
    case 'test':
      if (!isSame(valueAt(resource, path), value))
        throw fhirError('conflict', `The test of ${path} failed: it has another value.`)
      return undefined
    default:
      throw fhirError('not-supported', `"${op.slice(0, 20)}" is not an operation of JSON Patch.`)
  }
}

/** JSON Pointer (RFC 6901). */
function tokensOf(pointer: string): string[] {
  if (pointer !== '' && !pointer.startsWith('/'))
    throw fhirError('value', `"${pointer.slice(0, 100)}" is not a JSON Pointer.`)
  return pointer
    .split('/')
    .slice(1)
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The object or array that holds the last token. Only own members count, so nothing leads into a prototype. */
function holderOf(resource: Any, pointer: string): { holder: Any | unknown[]; last: string } {
  const tokens = tokensOf(pointer)
  const last = tokens.pop()
  if (last === undefined) throw fhirError('value', 'A patch cannot replace or remove the whole resource.')
  let holder: unknown = resource
  for (const token of tokens) holder = memberOf(holder, token, pointer)
  if (typeof holder !== 'object' || holder === null) throw missing(pointer)
  if (last === '__proto__') throw fhirError('value', `${pointer} is not an element.`)
  return { holder: holder as Any | unknown[], last }
}

const missing = (pointer: string) => fhirError('processing', `There is nothing at ${pointer.slice(0, 200)}.`)

function memberOf(holder: unknown, token: string, pointer: string): unknown {
  if (Array.isArray(holder)) return holder[indexOf(token, holder.length - 1, pointer)]
  if (!isObject(holder) || !Object.hasOwn(holder, token)) throw missing(pointer)
  return holder[token]
}

function indexOf(token: string, max: number, pointer: string): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(token))
    throw fhirError('value', `"${token.slice(0, 20)}" in ${pointer} is not an index of an array.`)
  if (Number(token) > max) throw missing(pointer)
  return Number(token)
}

function valueAt(resource: Any, pointer: string): unknown {
  let value: unknown = resource
  for (const token of tokensOf(pointer)) value = memberOf(value, token, pointer)
  return value
}

function add(resource: Any, pointer: string, value: unknown): void {
  const { holder, last } = holderOf(resource, pointer)
  if (!Array.isArray(holder)) holder[last] = value
  else holder.splice(last === '-' ? holder.length : indexOf(last, holder.length, pointer), 0, value)
}

function replace(resource: Any, pointer: string, value: unknown): void {
  const { holder, last } = holderOf(resource, pointer)
  memberOf(holder, last, pointer)
  if (Array.isArray(holder)) holder[Number(last)] = value
  else holder[last] = value
}

function remove(resource: Any, pointer: string): void {
  const { holder, last } = holderOf(resource, pointer)
  memberOf(holder, last, pointer)
  if (!Array.isArray(holder)) {
    delete holder[last]
    return
  }
  holder.splice(Number(last), 1)
  // FHIR has no empty arrays, so the last item takes its array along.
  if (holder.length === 0) remove(resource, pointer.slice(0, pointer.lastIndexOf('/')))
}

const countValues = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, each) => sum + countValues(each), 1)
    : 1

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => isSame(each, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && isSame(a[key], b[key]))
}
