// One operation from its raw input to its checked output: the same steps for a call from the edge, from another
// service in this process, and from another process. Nothing reaches a handler by any other way.
import { hash } from 'node:crypto'
import type { z } from 'zod'
import { type Call, isAllowed } from '#core/call'
import { type Contract, type Handlers, isWrite, type OperationDefinition } from '#core/contract'
import { Fault, fromProblem, houseFault, toProblem } from '#core/fault'
import { newId } from '#core/id'
import { type About, type AuditRecord, withMore } from '#core/journal'
import type { Conduct, Platform } from '#platform'

export type Invoke = (key: string, input: unknown, call: Call) => Promise<unknown>

export function createInvoke(contract: Contract, handlers: Handlers<Contract>, platform: Platform): Invoke {
  return async (key, input, call) => {
    const operation = contract.operations[key]
    const handler = handlers[key]
    if (!operation || !handler) throw houseFault('request.notFound')
    const name = `${contract.name}.${key}`
    const startsAudited = isAudited(operation)
    let about: About = {}
    const entryOf = (asked: unknown, output?: unknown) =>
      recordOf(platform, name, call, subjectsOf(contract.name, asked, output), about)
    try {
      authorize(operation, call)
      if (platform.clock.nowMs() > call.deadlineMs) throw houseFault('service.unavailable')
      const parsed = parseInput(operation.input, input)
      const conduct: Conduct = {
        call,
        name,
        ...(call.idempotencyKey === undefined ? {} : { fingerprint: fingerprintOf(name, parsed) }),
        auditOf: output => (startsAudited ? entryOf(parsed, output) : undefined),
        concerning: more => void (about = withMore(about, more)),
      }
      const output = await conducted(platform, conduct, isWrite(operation), () => handler(parsed, call))
      return operation.output.parse(output)
    } catch (error) {
      if (startsAudited) await recordFailure(platform, entryOf(input), error)
      throw error
    }
  }
}

/** Services may use what is theirs, and whatever the person they act for may use. */
function authorize(operation: OperationDefinition, call: Call): void {
  if (operation.allow.includes('service') && call.via !== undefined) return
  if (isAllowed(operation.allow, call.caller)) return
  const isAnonymous = call.caller.personId === undefined && call.caller.roles.length === 0
  throw houseFault(isAnonymous ? 'access.unauthenticated' : 'access.forbidden')
}

function parseInput(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input ?? {})
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }))
  throw houseFault('request.invalid', { issues })
}

/**
 * A key makes a write happen once: a repeat hears what the first one heard, refusals included. Nobody looks first, since repeats
 * are rare: a repeat conflicts at the end of its `save`, rolls back, and is answered from what was kept.
 */
async function conducted(
  platform: Platform,
  conduct: Conduct,
  takesKey: boolean,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const { database } = platform
  if (!takesKey || conduct.call.idempotencyKey === undefined) return database.conduct(conduct, work)
  try {
    return await database.conduct(conduct, work)
  } catch (error) {
    const earlier = await database.replayOf(conduct)
    if (earlier) return replay(earlier)
    if (error instanceof Fault && error.kind !== 'unavailable' && error.kind !== 'too_many') {
      await database.keepRefusal(conduct, { problem: toProblem(error) })
    }
    throw error
  }
}

function replay(earlier: { output?: unknown; problem?: unknown }): unknown {
  if (earlier.problem === undefined) return earlier.output
  throw fromProblem(earlier.problem) ?? new Error('a stored refusal is not a problem')
}

const fingerprintOf = (name: string, input: unknown) => hash('sha256', `${name}\n${JSON.stringify(input)}`, 'base64url')

const PrintableId = /^[\x20-\x7e]{0,100}$/

/** Writes are always audited. Reads are unless the contract says that they show nothing personal. */
function isAudited(operation: OperationDefinition): boolean {
  return operation.audit !== 'never' && (isWrite(operation) || !operation.allow.includes('anyone'))
}

/**
 * The ids in what was asked and what came out; nothing else may enter the audit trail. What is not printable is no id, and a NUL in
 * an entry would fail the flush that it shares with the entries of others.
 */
function subjectsOf(service: string, input: unknown, output?: unknown): Record<string, string> {
  const subjects: Record<string, string> = {}
  const take = (value: unknown, own: boolean) => {
    if (typeof value !== 'object' || value === null) return
    for (const [field, each] of Object.entries(value)) {
      const isId = field.endsWith('Id') || (own && field === 'id')
      if (isId && typeof each === 'string' && PrintableId.test(each))
        subjects[field === 'id' ? `${service}Id` : field] = each
    }
  }
  take(input, false)
  take(output, true)
  return subjects
}

export function recordOf(
  platform: Platform,
  action: string,
  call: Call,
  subjects: Record<string, string>,
  { act, patientIds, purpose, subjects: further }: About = {},
): AuditRecord {
  const nowMs = platform.clock.nowMs()
  return {
    id: newId(nowMs),
    at: new Date(nowMs).toISOString(),
    region: call.region,
    roles: call.caller.roles,
    action: act === undefined ? action : `${action.slice(0, action.lastIndexOf('.'))}.${act}`,
    subjects: { ...subjects, ...further },
    outcome: 'done',
    requestId: call.requestId,
    ...(call.caller.personId === undefined ? {} : { personId: call.caller.personId }),
    ...(call.via === undefined ? {} : { via: call.via }),
    ...(call.from === undefined ? {} : { from: call.from }),
    ...(patientIds === undefined ? {} : { patientIds: [...patientIds] }),
    ...(purpose === undefined ? {} : { purpose }),
  }
}

/** A refusal is evidence too. If even that cannot be written, the caller still hears the first error. */
async function recordFailure(platform: Platform, entry: AuditRecord, error: unknown): Promise<void> {
  const outcome = error instanceof Fault ? ('refused' as const) : ('failed' as const)
  const faultCode = error instanceof Fault ? error.code : 'bug'
  const record = { ...entry, outcome, faultCode }
  try {
    await platform.database.record([{ id: record.id, kind: 'audit', topic: record.action, payload: record }])
  } catch (cause) {
    platform.log.error(
      { requestId: record.requestId, action: record.action, cause },
      'an audit entry could not be written',
    )
  }
}
