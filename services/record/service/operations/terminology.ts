// `$expand`, `$lookup`, `$validate-code` and `$subsumes` over the code systems that ship with FHIR, and over stored value sets.
import type { ValueSet } from '@medplum/fhirtypes'
import type { Answer } from '../../contract.ts'
import { fhirError, shown } from '../../rules/refusal.ts'
import { expand, lookup, type NotKnown, subsumes, validateCode } from '../../rules/terminology.ts'
import { openText, wallOf } from '../deps.ts'
import { assertScope, notFound } from '../reading.ts'
import { type Asked, parameterOf, parametersText, textOf } from './operation.ts'

const countMax = 5_000

/** The value set that is meant: one of the store, one in the body, one that ships, or one of the store by its address. */
async function valueSetOf(asked: Asked): Promise<ValueSet | string> {
  const { deps, call, request, id } = asked
  const given = parameterOf(request.body, 'valueSet')?.['resource']
  if (given) return given as ValueSet
  const url = textOf(asked, 'url')
  if (url !== undefined && deps.terminology().valueSet(url)) return url
  if (id === undefined && url === undefined) throw fhirError('required', 'Name a value set with url, or send one.')
  assertScope(call, 'ValueSet', 'r')
  const sight = await deps.sightOf(call, request.purpose)
  const stored = await deps.kit.database.read(
    call,
    async () => {
      if (id !== undefined) return deps.resources.read('ValueSet', id, sight)
      const number = deps.registry().of('ValueSet')!.get('url')!.number
      const filters = [
        { kind: 'values' as const, numbers: [number], tests: [{ table: 'token' as const, code: url! }], isNot: false },
      ]
      return (await deps.search.page({ types: ['ValueSet'], filters, sight }, [], 1, undefined))[0]
    },
    wallOf(sight),
  )
  const text = stored && (await openText(deps, stored))
  if (text === undefined)
    throw id === undefined
      ? fhirError('not-found', `The value set ${shown(url ?? '')} is not known here.`)
      : notFound('ValueSet', id)
  return JSON.parse(text) as ValueSet
}

const known = <Found extends object>(found: Found | NotKnown): Found => {
  if ('notKnown' in found) throw fhirError('processing', found.notKnown)
  return found
}

export async function runExpand(asked: Asked): Promise<Answer> {
  const { deps } = asked
  deps.kit.concerning({ act: 'expand' })
  const valueSet = await valueSetOf(asked)
  const [offset, count] = [
    Number(textOf(asked, 'offset') ?? 0),
    Math.min(Number(textOf(asked, 'count') ?? 1_000), countMax),
  ]
  if (!Number.isInteger(offset) || offset < 0 || !Number.isInteger(count) || count < 0)
    throw fhirError('value', 'offset and count are whole numbers.')
  const filter = textOf(asked, 'filter')
  const { total, contains } = known(
    expand(deps.terminology(), valueSet, { offset, count, ...(filter ? { filter } : {}) }),
  )
  const definition = typeof valueSet === 'string' ? deps.terminology().valueSet(valueSet) : valueSet
  const { compose: _compose, ...about } = (definition ?? {}) as ValueSet
  const body = {
    ...about,
    resourceType: 'ValueSet',
    status: about.status ?? 'active',
    expansion: {
      timestamp: new Date(deps.kit.clock.nowMs()).toISOString(),
      total,
      offset,
      contains: contains.map(({ isAbstract, ...each }) => ({ ...each, ...(isAbstract ? { abstract: true } : {}) })),
    },
  }
  return { status: 200, body: JSON.stringify(body) }
}

/** A code with its system, as `system` and `code`, or as a coding. */
function codingOf(asked: Asked): { system: string | undefined; code: string; display: string | undefined } {
  const coding = (parameterOf(asked.request.body, 'coding')?.['valueCoding'] ?? {}) as {
    system?: string
    code?: string
    display?: string
  }
  const code = coding.code ?? textOf(asked, 'code')
  if (!code) throw fhirError('required', 'Name the code with code, or a coding.')
  return { system: coding.system ?? textOf(asked, 'system'), code, display: coding.display ?? textOf(asked, 'display') }
}

export async function runLookup(asked: Asked): Promise<Answer> {
  const { system, code } = codingOf(asked)
  if (!system) throw fhirError('required', '$lookup needs the system of the code.')
  asked.deps.kit.concerning({ act: 'lookup' })
  const found = lookup(asked.deps.terminology(), system, code)
  if (!found) throw fhirError('not-found', `${shown(code)} is not a code of ${shown(system)}.`)
  const { name, version, display, definition } = known(found)
  return {
    status: 200,
    body: parametersText([
      ['name', 'String', name],
      ['version', 'String', version],
      ['display', 'String', display],
      ['definition', 'String', definition],
    ]),
  }
}

export async function runValidateCode(asked: Asked): Promise<Answer> {
  const { deps, type } = asked
  deps.kit.concerning({ act: 'validate-code' })
  const { system, code, display } = codingOf(asked)
  const about = { code, ...(display ? { display } : {}) }
  const verdict =
    type === 'CodeSystem'
      ? validateCode(deps.terminology(), { ...about, ...optional('system', textOf(asked, 'url') ?? system) })
      : validateCode(deps.terminology(), { ...about, ...optional('system', system), valueSet: await valueSetOf(asked) })
  const { result, text, display: own } = known(verdict)
  return {
    status: 200,
    body: parametersText([
      ['result', 'Boolean', result],
      ['message', 'String', text],
      ['display', 'String', own],
    ]),
  }
}

const optional = (name: 'system', value: string | undefined) => (value === undefined ? {} : { [name]: value })

export async function runSubsumes(asked: Asked): Promise<Answer> {
  const [system, a, b] = [textOf(asked, 'system'), textOf(asked, 'codeA'), textOf(asked, 'codeB')]
  if (!system || !a || !b) throw fhirError('required', '$subsumes takes system, codeA and codeB.')
  asked.deps.kit.concerning({ act: 'subsumes' })
  const found = subsumes(asked.deps.terminology(), system, a, b)
  if (!found) throw fhirError('not-found', `One of the codes is not in ${shown(system)}.`)
  if (typeof found === 'object') throw fhirError('processing', found.notKnown)
  return { status: 200, body: parametersText([['outcome', 'Code', found]]) }
}
