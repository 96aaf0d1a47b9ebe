// Routes whose shape a protocol dictates: web requests in, web responses out, the same rules of access as operations.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isAllowed } from '#core/call'
import { houseFault } from '#core/fault'
import type { Route } from '#core/service'
import type { Authenticate } from './authenticate.ts'

/** For routes that take large bodies; everywhere else MEDLEY_BODY_BYTES holds. */
const largeBodyBytesMax = 52_428_800

/** A body beyond the general limit is only read from somebody who is known, since reading it is what costs. */
export function largeBodies(authenticate: Authenticate, generalBytesMax: number) {
  return {
    bodyLimit: Math.max(largeBodyBytesMax, generalBytesMax),
    async onRequest(request: FastifyRequest): Promise<void> {
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
      if (encoding === undefined && Number(length ?? 0) <= generalBytesMax) return
      const { caller } = await authenticate(request)
      if (caller.personId === undefined && caller.roles.length === 0) throw houseFault('access.unauthenticated')
    },
  }
}

export function serveRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  publicUrl: string,
  authenticate: Authenticate,
  bodyBytesMax: number,
): void {
  void app.register(async scope => {
    // A protocol reads its own body, so it gets the bytes.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const route of routes) {
      scope.route({
        method: route.method === 'ALL' ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : route.method,
        url: route.path,
        ...(route.takesLargeBodies ? largeBodies(authenticate, bodyBytesMax) : {}),
        async handler(request, reply) {
          const call = await authenticate(request, route)
          if (!isAllowed(route.allow, call.caller)) {
            throw houseFault(call.caller.personId === undefined ? 'access.unauthenticated' : 'access.forbidden')
          }
          const headers = new Headers()
          for (const [name, value] of Object.entries(request.headers)) {
            if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
          }
          headers.set('x-forwarded-for', request.ip)
          const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? new Uint8Array(request.body) : null
          const answer = await route.handle(
            new Request(new URL(request.url, publicUrl), { method: request.method, headers, body }),
            call,
            request.params as Record<string, string>,
          )
          reply.status(answer.status)
          for (const [name, value] of answer.headers)
            reply.header(name, name === 'set-cookie' ? answer.headers.getSetCookie() : value)
          // What says how long it is may be long: it goes out as it comes.
          if (answer.body && answer.headers.has('content-length')) return reply.send(answer.body)
          return answer.body ? reply.send(Buffer.from(await answer.arrayBuffer())) : reply.send()
        },
      })
    }
  })
}
