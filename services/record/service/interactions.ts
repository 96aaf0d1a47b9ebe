// From one request of the FHIR API to the interaction it is.
import type { Call } from '#core/call'
import type { Answer, Interaction } from '../contract.ts'
import type { Filter } from '../rules/filter.ts'
import { type Parameters } from '../rules/query.ts'
import { fhirError, shown } from '../rules/refusal.ts'
import { takeBundle } from './bundles.ts'
import type { RecordDeps } from './deps.ts'
import { operations } from './operations/index.ts'
import type { Operation } from './operations/operation.ts'
import { readHistory, readOne } from './reading.ts'
import { searchType } from './searching.ts'
import { create, patch, remove, removeWhere, update, updateWhere } from './writing.ts'

type Method = Exclude<Interaction['method'], 'HEAD'>

export function createPerform(deps: RecordDeps): (request: Interaction, call: Call) => Promise<Answer> {
  const perform = async (request: Interaction, call: Call): Promise<Answer> => {
    const segments = request.path === '' ? [] : request.path.split('/')
    const operation = segments.at(-1)
    if (operation?.startsWith('$')) return operate(operation.slice(1), segments.slice(0, -1), request, call)
    const [type, id, third, fourth] = segments
    if (segments.length > 4) throw fhirError('not-found', 'There is nothing at this address.')
    if (type !== undefined && !type.startsWith('_') && !deps.registry().types.has(type))
      throw fhirError('not-found', `There is no resource type '${shown(type)}'.`)
    const method: Method = request.method === 'HEAD' ? 'GET' : request.method
    if (type === undefined) return onSystem(method, request, call)
    if (type === '_history' && method === 'GET' && id === undefined) return readHistory(deps, call, request)
    if (type === '_search' && method === 'POST' && id === undefined)
      return searchType(deps, call, request, undefined, request.query)
    if (type.startsWith('_')) throw fhirError('not-found', 'There is nothing at this address.')
    if (id === undefined) return onType(method, type, request, call)
    if (id === '_search' && method === 'POST' && third === undefined)
      return searchType(deps, call, request, type, request.query)
    if (id === '_history' && method === 'GET' && third === undefined) return readHistory(deps, call, request, type)
    if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) throw fhirError('value', 'This is no id that a resource can have.')
    if (third === undefined) return onInstance(method, type, id, request, call)
    if (third === '_history' && method === 'GET')
      return fourth === undefined
        ? readHistory(deps, call, request, type, id)
        : readOne(deps, call, request, type, id, fourth)
    if (fourth === undefined && method === 'GET') return searchCompartment(type, id, third, request, call)
    if (fourth === '_search' && method === 'POST') return searchCompartment(type, id, third, request, call)
    throw fhirError('not-found', 'There is nothing at this address.')
  }
  return perform

  function onSystem(method: Method, request: Interaction, call: Call): Promise<Answer> {
    if (method === 'POST') return takeBundle(deps, call, request, perform)
    if (method === 'GET') return searchType(deps, call, request, undefined, request.query)
    throw notAllowed(method)
  }

  function onType(method: Method, type: string, request: Interaction, call: Call): Promise<Answer> {
    switch (method) {
      case 'GET':
        return searchType(deps, call, request, type, request.query)
      case 'POST':
        return create(deps, call, request, type)
      case 'PUT':
        return updateWhere(deps, call, request, type)
      case 'PATCH':
        return patch(deps, call, request, type, undefined)
      case 'DELETE':
        return removeWhere(deps, call, request, type)
    }
  }

  function onInstance(method: Method, type: string, id: string, request: Interaction, call: Call): Promise<Answer> {
    switch (method) {
      case 'GET':
        return readOne(deps, call, request, type, id)
      case 'PUT':
        return update(deps, call, request, type, id)
      case 'PATCH':
        return patch(deps, call, request, type, id)
      case 'DELETE':
        return remove(deps, call, request, type, id)
      case 'POST':
        throw notAllowed(method)
    }
  }

  /** `Patient/1/Observation`: what the standard’s compartment says, not only what refers to the patient somewhere. */
  function searchCompartment(
    owner: string,
    id: string,
    type: string,
    request: Interaction,
    call: Call,
  ): Promise<Answer> {
    const compartment = deps.registry().compartments[owner]
    const codes = type === '*' ? undefined : compartment?.[type]
    if (!compartment || !codes)
      throw fhirError('not-found', `${shown(owner)} has no compartment with '${shown(type)}'.`)
    const parameters: Parameters = request.query
    const known = deps.registry().of(type)!
    const filters = codes.flatMap((code): Filter[] => {
      const parameter = known.get(code)
      if (!parameter) return []
      return [
        { kind: 'values', numbers: [parameter.number], tests: [{ table: 'reference', type: owner, id }], isNot: false },
      ]
    })
    return searchType(deps, call, request, type, parameters, [{ kind: 'any', filters }], `${owner}/${id}/${type}`)
  }

  async function operate(name: string, place: readonly string[], request: Interaction, call: Call): Promise<Answer> {
    const level = place.length === 0 ? 'system' : place.length === 1 ? 'type' : 'instance'
    const operation: Operation | undefined = operations[name]
    const [type, id] = place
    if (
      !operation ||
      place.length > 2 ||
      !operation.levels.includes(level) ||
      (type !== undefined && !operation.types.includes('*') && !operation.types.includes(type))
    )
      throw fhirError('not-supported', `There is no operation '$${shown(name)}' here.`)
    if (request.method !== 'POST' && !(request.method === 'GET' && operation.isRead)) throw notAllowed(request.method)
    return operation.run({ deps, call, request, type, id, perform })
  }
}

const notAllowed = (method: string) =>
  fhirError('not-supported', `The method ${shown(method)} means nothing at this address.`)
