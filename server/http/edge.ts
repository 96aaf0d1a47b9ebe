// The HTTP edge: limits, security headers, request ids, health, the API, protocol routes and the web app, in that order.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import serveFiles from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Contract } from '#core/contract'
import { houseFault } from '#core/fault'
import type { Platform, ProcessView, Settings } from '#platform'
import type { Composition } from '../compose.ts'
import type { Config } from '../config.ts'
import { forward, serveApi } from './api.ts'
import { type Authenticate, createDoorkeeper, type Doorkeeper, newRequestId, unlimited } from './authenticate.ts'
import { serveLive } from './live/serve.ts'
import { type Metrics, serveMetrics } from './metrics.ts'
import { serveOpenApi } from './open-api.ts'
import { problemOf, sendProblem } from './problem.ts'
import { sendSafeHeaders } from './headers.ts'
import { largeBodies, serveRoutes } from './routes.ts'

export type EdgeOptions = {
  config: Config
  platform: Platform
  composition: Composition
  contracts: readonly Contract[]
  settings: Settings
  process: ProcessView
  metrics: Metrics
  /** False while draining: load balancers then send nobody here any more. */
  isReady: () => boolean
}

const webDirectory = join(import.meta.dirname, '../../web/dist')

export async function createEdge(options: EdgeOptions): Promise<FastifyInstance> {
  const { config, platform, composition, contracts, settings, metrics } = options
  const app = Fastify({
    bodyLimit: config.MEDLEY_BODY_BYTES,
    trustProxy: config.MEDLEY_TRUST_PROXY,
    genReqId: newRequestId,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300 },
  })
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  // The API's library writes errors as plain JSON; on the wire all of them are RFC 9457 problems.
  // OAuth has a form of its own for them (RFC 6749 §5.2).
  app.addHook('onSend', async (request, reply) => {
    const isPlain = String(reply.getHeader('content-type') ?? '').startsWith('application/json')
    if (reply.statusCode >= 400 && isPlain && !request.url.startsWith('/auth/oauth2/'))
      reply.header('content-type', 'application/problem+json')
  })
  app.addHook('onResponse', async (request, reply) => {
    platform.log.debug(
      {
        requestId: request.id,
        method: request.method,
        route: metrics.routeOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    )
  })
  app.setErrorHandler((error, request, reply) =>
    sendProblem(problemOf(error, request.id, platform.log), request, reply),
  )
  acceptJson(app)
  const { authenticate, allowanceOf, admit } = createDoorkeeper(platform, composition, settings.publicUrl)
  await protect(app, config, platform.video.pageOrigins, allowanceOf)
  serveMetrics(app, metrics, platform)
  serveHealth(app, options)
  serveOpenApi(app, contracts, options.process.version, settings.publicUrl)
  serveRoutes(
    app,
    [...composition.placed.values()].flatMap(({ parts }) => parts.routes ?? []),
    settings.publicUrl,
    authenticate,
    config.MEDLEY_BODY_BYTES,
  )
  forwardProtocols(app, config, composition, authenticate)
  await serveLive(app, { ...options, admit })
  serveApi(app, { config, platform, composition, contracts, authenticate, metrics })
  await serveWeb(app, platform)
  return app
}

/** JSON as Fastify reads it, poisoned prototypes refused; an empty body is no body, as many clients send with DELETE. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body as string, done)
  })
}

/** What SMART apps ask from pages of their own, wherever those are: with a token in their hand, and never with our cookie. */
const forApps = /^\/(\.well-known\/|fhir\/R4(\/|\?|$)|auth\/jwks$|auth\/oauth2\/(token|revoke|introspect|userinfo)$)/

/** Headers and limits for every answer. */
async function protect(
  app: FastifyInstance,
  config: Config,
  mediaOrigins: readonly string[],
  allowanceOf: Doorkeeper['allowanceOf'],
): Promise<void> {
  sendSafeHeaders(app, mediaOrigins)
  const named = { origin: [...config.MEDLEY_CORS_ORIGINS], credentials: true, maxAge: 600 }
  const anyone = { origin: '*', maxAge: 600, exposedHeaders: ['location', 'etag'] }
  await app.register(cors, () => async (request: FastifyRequest) => (forApps.test(request.url) ? anyone : named))
  await app.register(rateLimit, {
    max: config.MEDLEY_RATE_PER_MINUTE,
    timeWindow: 60_000,
    cache: 20_000,
    keyGenerator: allowanceOf,
    allowList: (request, allowance) =>
      allowance === unlimited || request.url === '/healthz' || request.url === '/readyz',
    errorResponseBuilder: (_request, context) => houseFault('rate.exceeded', { retryAfterMs: context.ttl }),
  })
}

function serveHealth(app: FastifyInstance, { process, isReady }: EdgeOptions): void {
  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const checks = await process.checks()
    const isHealthy = isReady() && checks.every(check => check.isHealthy || check.isOptional)
    return reply.status(isHealthy ? 200 : 503).send({ status: isHealthy ? 'ready' : 'not ready', checks })
  })
}

/** Protocol routes of services that live in another process are reached through this edge as well. */
function forwardProtocols(
  app: FastifyInstance,
  config: Config,
  composition: Composition,
  authenticate: Authenticate,
): void {
  const prefixes = {
    identity: ['/auth/*', '/.well-known/*', '/fhir/R4/.well-known/smart-configuration'],
    appointment: ['/calendar/*'],
    consultation: ['/visit-files/*', '/visit-recordings/*'],
    record: ['/fhir/R4', '/fhir/R4/*'],
  }
  void app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const [service, paths] of Object.entries(prefixes)) {
      const address = config.addresses[service]
      if (composition.placed.has(service) || !address) continue
      const options =
        service === 'record' || service === 'consultation' ? largeBodies(authenticate, config.MEDLEY_BODY_BYTES) : {}
      for (const path of paths)
        scope.all(path, options, (request, reply) => forward(`${address}${request.url}`, request, reply))
    }
  })
}

/** The built web app: hashed files for a year, the shell never cached, and the shell for every address the app knows. */
async function serveWeb(app: FastifyInstance, platform: Platform): Promise<void> {
  const isBuilt = existsSync(join(webDirectory, 'index.html'))
  if (isBuilt) {
    await app.register(serveFiles, {
      root: webDirectory,
      wildcard: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/')
        void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler(async (request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    const isApp = !/^\/(api|auth|calendar|visit-files|visit-recordings|fhir|\.well-known)\//.test(request.url)
    if (isBuilt && wantsPage && isApp) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    await sendProblem(problemOf(houseFault('request.notFound'), request.id, platform.log), request, reply)
    return reply
  })
}
