// What an operation is, and how it reads its parameters.
import type { Call } from '#core/call'
import type { Answer, Interaction } from '../../contract.ts'
import type { RecordDeps } from '../deps.ts'

export type Asked = {
  deps: RecordDeps
  call: Call
  request: Interaction
  type: string | undefined
  id: string | undefined
  perform: (request: Interaction, call: Call) => Promise<Answer>
}

export type Operation = {
  levels: readonly ('system' | 'type' | 'instance')[]
  /** Resource types it is for; `*` for all. */
  types: readonly string[]
  /** Changes nothing, so GET will do. */
  isRead: boolean
  run: (asked: Asked) => Promise<Answer>
}

/** A parameter of a Parameters body by name. */
export function parameterOf(body: unknown, name: string): Record<string, unknown> | undefined {
  const { parameter } = (body ?? {}) as { parameter?: Record<string, unknown>[] }
  return Array.isArray(parameter) ? parameter.find(each => each['name'] === name) : undefined
}

/** A parameter by name, wherever a client put it: in the address, or as a value of Parameters. */
export function textOf({ request }: Asked, name: string): string | undefined {
  const asked = request.query.find(([each]) => each === name)?.[1]
  if (asked !== undefined) return asked
  const found = parameterOf(request.body, name)
  const value = found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1]
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}

/** Parameters as an answer: names with values of FHIR's primitive types. */
export const parametersText = (values: readonly (readonly [name: string, type: string, value: unknown])[]): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: values.flatMap(([name, type, value]) =>
      value === undefined ? [] : [{ name, [`value${type}`]: value }],
    ),
  })
