// Start → ready → drain → stop. Everything a process does hangs below the one Medley this returns.
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Client, Contract } from '#core/contract'
import { newId } from '#core/id'
import { connect, type Platform, type PlatformOptions, type ProcessView, type Settings } from '#platform'
import type { Relay } from '../platform/queue/relay.ts'
import { type AnyService, type Composition, compose, jobsOf, placedHere } from './compose.ts'
import type { Config } from './config.ts'
import { createEdge } from './http/edge.ts'
import { createMetrics } from './http/metrics.ts'
import { defineQueues, keepTimetable, startWorker } from './worker.ts'

export type Medley = {
  /** Address of the HTTP edge; empty when this process has no api role. */
  readonly url: string
  readonly platform: Platform
  readonly composition: Composition
  call<C extends Contract>(contract: C): Client<C>
  /** Empties outbox and queues: afterwards nothing happens by itself until a retry or the timetable. For tests and scripts. */
  settle(): Promise<void>
  /** Runs a job now and waits for it and all it causes. */
  run(job: string): Promise<void>
  /** Refuses new work, finishes what is in flight, then closes. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type StartOptions = {
  config: Config
  services: readonly AnyService[]
  version: string
  /** Called with each step of starting, for people who wait. */
  onStep?: (step: string) => void
  /** Runs when everything works but before `/readyz` says so, such as making demo data. */
  beforeReady?: (medley: Medley) => Promise<void>
  /** Replaces parts of the platform, such as the clock, in tests. */
  platform?: Partial<PlatformOptions>
}

export const migrationFolders = (services: readonly AnyService[]) =>
  services.map(({ contract }) => ({
    schema: contract.name,
    directory: join(import.meta.dirname, '../services', contract.name, 'migrations'),
  }))

/** An address an operator configured may be reached, on the port it names. */
const hostOf = (url: string) => new URL(url).host

/** The configuration in the platform's words. */
export function platformOptions(config: Config, services: readonly AnyService[]): PlatformOptions {
  const { MEDLEY_S3_BUCKET: bucket, MEDLEY_S3_KEY: key, MEDLEY_SMS_URL: smsUrl } = config
  const [accessKeyId, secretAccessKey] = key?.split(':') ?? []
  return {
    region: config.MEDLEY_REGION,
    dataDirectory: config.dataDirectory,
    folders: migrationFolders(services),
    databaseUrl: config.MEDLEY_DATABASE_URL,
    connectionsMax: config.MEDLEY_DATABASE_CONNECTIONS,
    prepare: config.MEDLEY_DATABASE_PREPARE,
    redisUrl: config.MEDLEY_REDIS_URL,
    s3: bucket
      ? { bucket, region: config.MEDLEY_S3_REGION, endpoint: config.MEDLEY_S3_ENDPOINT, accessKeyId, secretAccessKey }
      : undefined,
    smtpUrl: config.MEDLEY_SMTP_URL,
    mailFrom: config.MEDLEY_MAIL_FROM,
    sms: smsUrl ? { url: smsUrl, secret: config.MEDLEY_SMS_SECRET ?? '' } : undefined,
    video: videoOf(config),
    secret: config.MEDLEY_SECRET,
    secretsPrevious: config.MEDLEY_SECRET_PREVIOUS,
    egressAllow: [
      ...config.MEDLEY_EGRESS_ALLOW,
      ...[config.MEDLEY_OIDC_ISSUER, smsUrl, mediaApiOf(config)].flatMap(url => (url ? [hostOf(url)] : [])),
    ],
    logLevel: config.MEDLEY_LOG_LEVEL,
  }
}

/** Where we talk to the media server ourselves. */
function mediaApiOf({ MEDLEY_VIDEO: kind, ...config }: Config): string | undefined {
  if (kind === 'janus') return config.MEDLEY_JANUS_ADMIN_URL
  if (kind === 'livekit') return config.MEDLEY_LIVEKIT_API_URL ?? config.MEDLEY_LIVEKIT_URL?.replace(/^ws/, 'http')
  return undefined
}

/** The configuration was checked: what a kind needs is there. */
function videoOf(config: Config): PlatformOptions['video'] {
  if (config.MEDLEY_VIDEO === 'janus') {
    return {
      janus: {
        url: config.MEDLEY_JANUS_URL!,
        adminUrl: config.MEDLEY_JANUS_ADMIN_URL!,
        tokenSecret: config.MEDLEY_JANUS_TOKEN_SECRET!,
        adminSecret: config.MEDLEY_JANUS_ADMIN_SECRET!,
        roomKey: config.MEDLEY_JANUS_ROOM_KEY!,
      },
    }
  }
  if (config.MEDLEY_VIDEO === 'p2p') return undefined
  const [key = '', ...rest] = config.MEDLEY_LIVEKIT_KEY!.split(':')
  const { MEDLEY_LIVEKIT_URL: url, MEDLEY_LIVEKIT_API_URL: apiUrl } = config
  return { livekit: { url: url!, apiUrl, key, secret: rest.join(':') } }
}

export async function startMedley({
  platform: replaced,
  onStep = () => {},
  beforeReady = async () => {},
  ...rest
}: StartOptions): Promise<Medley> {
  const { config, services } = rest
  placedHere(config, services)
  onStep('Opening the database')
  const platform = await connect({ ...platformOptions(config, services), ...replaced })
  const cleanups: (() => Promise<unknown>)[] = [() => platform.close()]
  try {
    return await assemble({ ...rest, onStep, beforeReady, platform, cleanups })
  } catch (error) {
    for (const cleanup of cleanups.toReversed()) await cleanup().catch(() => {})
    throw error
  }
}

type Assembly = Required<Omit<StartOptions, 'platform'>> & { platform: Platform; cleanups: (() => Promise<unknown>)[] }

async function assemble({
  config,
  services,
  version,
  onStep,
  beforeReady,
  platform,
  cleanups,
}: Assembly): Promise<Medley> {
  const metrics = createMetrics()
  cleanups.push(async () => metrics.stop())
  const settings = settingsOf(config)
  const process = processView({ config, services, version, platform, metrics })
  if (config.MEDLEY_VIDEO === 'livekit')
    platform.log.warn(
      'LiveKit is known by its API only: apps get tickets to its rooms, and our own pages cannot use them yet',
    )
  const composition = compose({ config, platform, services, settings, process })
  let isReady = false
  let relay: Relay | undefined
  let url = ''

  await prepareServices(platform, composition)
  onStep('Starting the queue')
  await platform.queue.start({ isScheduler: config.roles.includes('scheduler') })
  cleanups.push(() => platform.queue.stop(config.MEDLEY_DRAIN_SECONDS * 1_000))
  await defineQueues(platform, composition)
  if (config.roles.includes('worker')) {
    relay = await startWorker(platform, composition)
    cleanups.push(() => relay!.stop())
  }
  if (config.roles.includes('scheduler')) await keepTimetable(platform, composition)
  if (config.roles.includes('api')) {
    const contracts = services.map(each => each.contract)
    const app = await createEdge({
      config,
      platform,
      composition,
      contracts,
      settings,
      process,
      metrics,
      isReady: () => isReady,
    })
    url = await app.listen({ port: config.MEDLEY_PORT, host: config.MEDLEY_HOST })
    cleanups.push(() => drain(app, config.MEDLEY_DRAIN_SECONDS))
  }

  const settle = async () => {
    for (let quiet = 0; quiet < 2;) {
      const moved = (await relay?.drain()) ?? 0
      const pending = await platform.queue.pending()
      quiet = moved === 0 && pending === 0 ? quiet + 1 : 0
      if (pending > 0) await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  let stopping: Promise<void> | undefined
  const stop = () =>
    (stopping ??= (async () => {
      isReady = false
      for (const cleanup of cleanups.toReversed()) await cleanup()
    })())
  const medley: Medley = {
    url,
    platform,
    composition,
    call: composition.call,
    settle,
    async run(job) {
      await platform.queue.enqueue(job, [{ id: newId(), data: {} }])
      await settle()
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
  await beforeReady(medley)
  isReady = true
  return medley
}

/** Before there is a queue or a door, so that nobody can come first. */
async function prepareServices(platform: Platform, composition: Composition): Promise<void> {
  for (const { service, parts } of composition.placed.values()) {
    if (!parts.prepare) continue
    const { name } = service.contract
    const call = composition.serviceCall(name)
    const conduct = { call, name: `${name} prepares`, auditOf: () => undefined }
    await platform.database.conduct(conduct, () => parts.prepare!(call))
  }
}

/** Requests in flight are answered; their connections close as soon as they idle, and at the latest after the grace. */
async function drain(app: FastifyInstance, graceSeconds: number): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), 25)
  const late = setTimeout(() => app.server.closeAllConnections(), graceSeconds * 1_000)
  await app.close()
  clearInterval(idle)
  clearTimeout(late)
}

function settingsOf(config: Config): Settings {
  const {
    MEDLEY_OIDC_ISSUER: issuer,
    MEDLEY_OIDC_CLIENT_ID: clientId,
    MEDLEY_OIDC_CLIENT_SECRET: clientSecret,
  } = config
  return {
    publicUrl: (config.MEDLEY_PUBLIC_URL ?? `http://localhost:${config.MEDLEY_PORT}`).replace(/\/$/, ''),
    isDemo: isDemo(config),
    proof: {
      for: config.MEDLEY_PROOF_FOR,
      factors: config.MEDLEY_PROOF_FACTORS === '2' ? 2 : 1,
      withinMinutes: config.MEDLEY_PROOF_MINUTES,
    },
    mailFrom: config.MEDLEY_MAIL_FROM,
    ratePerMinute: config.MEDLEY_RATE_PER_MINUTE,
    recordingDays: config.MEDLEY_RECORDING_DAYS,
    directCalls: config.MEDLEY_VIDEO_DIRECT,
    ...(config.MEDLEY_TURN_URLS.length > 0
      ? {
          turn: {
            urls: config.MEDLEY_TURN_URLS,
            secret: config.MEDLEY_TURN_SECRET ?? '',
            isRelayOnly: config.MEDLEY_TURN_ONLY,
          },
        }
      : {}),
    ...(issuer && clientId && clientSecret
      ? { oidc: { issuer, clientId, clientSecret, name: config.MEDLEY_OIDC_NAME } }
      : {}),
  }
}

/** A laptop shows something; an installation with a database of its own starts empty. */
export const isDemo = (config: Config) =>
  config.MEDLEY_DEMO === 'on' || (config.MEDLEY_DEMO === 'auto' && config.MEDLEY_DATABASE_URL === undefined)

type ViewOptions = Pick<Assembly, 'config' | 'services' | 'version' | 'platform'> & {
  metrics: ReturnType<typeof createMetrics>
}

function processView({ config, services, version, platform, metrics }: ViewOptions): ProcessView {
  const startedAtMs = Date.now()
  return {
    version,
    startedAtMs,
    placement: () =>
      services.map(({ contract }) => ({
        service: contract.name,
        at: config.addresses[contract.name] ?? 'this process',
      })),
    jobs: () =>
      services.flatMap(jobsOf).map(({ fullName, summary, every, retryLimit }) => ({
        name: fullName,
        summary,
        every,
        retryLimit: retryLimit ?? 3,
      })),
    traffic: metrics.traffic,
    eventLoopLagMs: metrics.eventLoopLagMs,
    memoryMb: () => Math.round(globalThis.process.memoryUsage().rss / 1_048_576),
    async checks() {
      const all = await Promise.all([
        timed('database', () => platform.database.health()),
        timed('queue', async () => {
          const waitedMs = await platform.queue.oldestWaitingMs()
          return { isHealthy: waitedMs < 300_000, detail: `longest wait ${Math.round(waitedMs / 1_000)} s` }
        }),
        timed('files', () => platform.blobs.head('health').then(() => ({ isHealthy: true, detail: 'readable' }))),
        // Calls of few go on without a media server, and so does everything else.
        timed('video', () => soon(platform.video.health()), true),
      ])
      return all.filter(each => each !== undefined)
    },
  }
}

/** Whoever asks whether we are ready waits no longer than a second or two for it. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), 1_000)
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
}

/** Undefined where there is nothing that could be ill. */
async function timed(
  name: string,
  check: () => Promise<{ isHealthy: boolean; detail: string } | undefined>,
  isOptional = false,
) {
  const startMs = performance.now()
  const outcome = await check().catch(() => ({ isHealthy: false, detail: 'does not answer' }))
  return outcome && { name, ...outcome, isOptional, tookMs: Math.round(performance.now() - startMs) }
}
