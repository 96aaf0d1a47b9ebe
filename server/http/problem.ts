// The last word on every failure: a Fault becomes the problem it promised, a bug becomes a 500 that tells nothing but its id.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault, houseFault, type Problem, toProblem } from '#core/fault'
import type { Log } from '#platform'

const lostDatabase = /^(08|57P|25006|53)/
/** A value that does not fit its column's type, such as a made-up cursor. */
const misfit = /^22/
const conflicting = new Set(['40001', '40P01'])
const lostSocket = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'])

/** What the outside may know of an error. Database outages are worth a retry; conflicts of transactions too. */
export function asFault(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown }
  if (typeof code === 'string') {
    if (lostDatabase.test(code) || lostSocket.has(code)) return houseFault('service.unavailable', {}, error)
    if (misfit.test(code)) return houseFault('request.invalid', {}, error)
    if (conflicting.has(code)) return houseFault('data.conflict', {}, error)
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return houseFault('request.tooLarge', {}, error)
    if (code.startsWith('FST_ERR_CTP')) return houseFault('request.malformed', {}, error)
  }
  if (statusCode === 429) return houseFault('rate.exceeded', {}, error)
  if (statusCode === 400) return houseFault('request.malformed', {}, error)
  if (
    typeof message === 'string' &&
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(message)
  ) {
    return houseFault('service.unavailable', {}, error)
  }
  return undefined
}

export function problemOf(error: unknown, requestId: string, log: Log): Problem {
  const fault = asFault(error)
  if (fault) {
    if (fault.kind === 'unavailable') log.warn({ requestId, err: error }, 'something needed did not answer')
    return toProblem(fault, requestId)
  }
  log.error({ requestId, err: error }, 'a bug answered a request')
  const detail = `Something went wrong on our side. Nothing was saved; try again, and quote ${requestId} if it happens again.`
  return { type: 'urn:medley:bug', title: 'bug', status: 500, code: 'bug', detail, requestId }
}

export async function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (problem.status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', '60')
  if (problem.status === 503) reply.header('retry-after', '2')
  await reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem))
}
