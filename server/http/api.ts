// Contracts at /api: oRPC matches and decodes, our own steps decide. Services placed elsewhere are reached through this edge too.
import { implement } from '@orpc/server'
import { OpenAPIHandler } from '@orpc/openapi/fastify'
import { ORPCError } from '@orpc/client'
import { oc } from '@orpc/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Call } from '#core/call'
import { houseFault } from '#core/fault'
import type { Contract } from '#core/contract'
import type { Platform } from '#platform'
import type { Composition } from '../compose.ts'
import type { Config } from '../config.ts'
import type { Authenticate } from './authenticate.ts'
import type { Metrics } from './metrics.ts'
import { problemOf, sendProblem } from './problem.ts'

type Context = { call: Call; request: FastifyRequest }

export type ApiOptions = {
  config: Config
  platform: Platform
  composition: Composition
  contracts: readonly Contract[]
  authenticate: Authenticate
  metrics: Pick<Metrics, 'isOperation'>
}

export function serveApi(
  app: FastifyInstance,
  { config, platform, composition, contracts, authenticate, metrics }: ApiOptions,
): void {
  const handler = new OpenAPIHandler(routerOf(composition, platform, metrics), {
    customErrorResponseBodyEncoder: error => error.data,
  })
  const elsewhere = contracts.filter(each => !composition.placed.has(each.name) && config.addresses[each.name])

  app.all('/api/*', async (request, reply) => {
    const service = request.url.split(/[/?]/)[2]
    const remote = elsewhere.find(each => each.name === service)
    if (remote) metrics.isOperation(request, `${remote.name}, elsewhere`)
    if (remote) return forward(`${config.addresses[remote.name]}${request.url}`, request, reply)
    const call = await authenticate(request)
    const { matched } = await handler.handle(request, reply, {
      prefix: '/api',
      context: { call, request },
    })
    if (!matched) await sendProblem(problemOf(houseFault('request.notFound'), request.id, platform.log), request, reply)
  })
}

/** No schemas here: `invoke` parses both ways for every kind of call, so the library must not do it again. */
function routerOf(composition: Composition, platform: Platform, metrics: ApiOptions['metrics']) {
  const services = [...composition.placed].map(([name, { service, invoke }]) => {
    const procedures = Object.entries(service.contract.operations).map(([key, operation]) => {
      const path = `/${name}${operation.path === '/' ? '' : operation.path}` as const
      const contract = oc.route({ method: operation.method, path, successStatus: operation.status ?? 200 })
      const procedure = implement(contract)
        .$context<Context>()
        .handler(async ({ input, context }) => {
          metrics.isOperation(context.request, `${name}.${key}`)
          try {
            return await invoke(key, input, context.call)
          } catch (error) {
            const problem = problemOf(error, context.request.id, platform.log)
            throw new ORPCError(problem.code, { status: problem.status, data: problem })
          }
        })
      return [key, procedure]
    })
    return [name, Object.fromEntries(procedures)]
  })
  return Object.fromEntries(services)
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
])

/** What is longer goes through as it comes, instead of through memory. */
const longBytesMin = 1_048_576

/** Passes a request on to the process that runs the service, credentials and all; that one decides. */
export async function forward(url: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopByHop.has(name) && value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  headers.set('x-forwarded-for', request.ip)
  const hasBody = request.body !== undefined && request.body !== null
  const body = !hasBody
    ? null
    : Buffer.isBuffer(request.body)
      ? new Uint8Array(request.body)
      : JSON.stringify(request.body)
  // The answer must begin soon; a long one may take its time.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), 30_000)
  const answer = await fetch(url, {
    method: request.method,
    headers,
    body,
    redirect: 'manual',
    signal: late.signal,
  })
    .catch((cause: unknown) => {
      throw houseFault('service.unavailable', {}, cause)
    })
    .finally(() => clearTimeout(timer))
  reply.status(answer.status)
  for (const [name, value] of answer.headers) {
    if (!hopByHop.has(name) && name !== 'content-encoding')
      reply.header(name, name === 'set-cookie' ? answer.headers.getSetCookie() : value)
  }
  const length = answer.headers.get('content-length')
  if (answer.body && Number(length) > longBytesMin) return reply.header('content-length', length).send(answer.body)
  return reply.send(Buffer.from(await answer.arrayBuffer()))
}
