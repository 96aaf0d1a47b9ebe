// The only place that chooses adapters. Each is imported when it is chosen, so nobody pays for a cloud they do not use.
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { fileBlobs } from './blobs/file.ts'
import type { S3Options } from './blobs/s3.ts'
import { memoryCache } from './cache/memory.ts'
import { createChannels } from './channels/channels.ts'
import { systemClock } from './clock/system.ts'
import { createDatabase } from './database/database.ts'
import type { Engine } from './database/engine.ts'
import { migrate, type MigrationFolder, platformMigrations } from './database/migrate.ts'
import { templatePath } from './database/template.ts'
import { memoryDoorbell } from './doorbell/memory.ts'
import { createEgress } from './egress/gate.ts'
import { createAnswerSeal } from './keys/answers.ts'
import { createKeys, loadOrMakeSecret } from './keys/local.ts'
import { databaseWrappedKeys } from './keys/database.ts'
import { postgresKeyValue } from './keyvalue/postgres.ts'
import { databaseKeptMessages, outboxMail } from './mail/outbox.ts'
import { outboxPush } from './push/outbox.ts'
import { bossQueue } from './queue/pg-boss.ts'
import { outboxSms } from './sms/outbox.ts'
import type { JanusOptions } from './video/janus.ts'
import type { LiveKitOptions } from './video/livekit.ts'
import { p2pVideo } from './video/p2p.ts'
import type { Blobs } from '#platform/blobs'
import type { Cache } from '#platform/cache'
import type { Channels, EntryDraft } from '#platform/channels'
import type { Clock } from '#platform/clock'
import type { Database, ServiceDatabase } from '#platform/database'
import type { Doorbell } from '#platform/doorbell'
import type { Egress } from '#platform/egress'
import type { Keys } from '#platform/keys'
import type { KeyValue } from '#platform/keyvalue'
import type { KeptMessages, Mail } from '#platform/mail'
import type { Push } from '#platform/push'
import type { Queue } from '#platform/queue'
import type { Sms } from '#platform/sms'
import type { Video } from '#platform/video'
import type { Call } from '#core/call'
import type { Id } from '#core/id'
import type { Client, Contract } from '#core/contract'
import type { About } from '#core/journal'
import type { Region } from '#core/region'
import type { z } from 'zod'

export type { Conduct, Database, OutgoingMessage, ServiceDatabase } from '#platform/database'
export type { RunView } from '#platform/queue'

/** Structured logging; messages and fields hold no personal data. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** Everything outside the product, behind ports. */
export type Platform = {
  readonly region: Region
  readonly clock: Clock
  readonly database: Database
  readonly queue: Queue
  readonly cache: Cache
  readonly channels: Channels
  readonly blobs: Blobs
  readonly keys: Keys
  readonly keyvalue: KeyValue
  readonly mail: Mail
  readonly sms: Sms
  readonly push: Push
  readonly video: Video
  /** What was kept instead of sent; undefined when mail is really sent. */
  readonly kept: KeptMessages
  readonly egress: Egress
  readonly log: Log
  close(): Promise<void>
}

/** How to reach the outside world. Absent addresses choose the laptop's adapters. */
export type PlatformOptions = {
  readonly region: Region
  /** Folder of the embedded database, files and keyring; absent keeps everything in memory. */
  readonly dataDirectory?: string | undefined
  readonly folders: readonly MigrationFolder[]
  readonly databaseUrl?: string | undefined
  readonly connectionsMax: number
  readonly prepare: boolean
  readonly redisUrl?: string | undefined
  readonly s3?: S3Options | undefined
  readonly smtpUrl?: string | undefined
  readonly mailFrom: string
  readonly sms?: { url: string; secret: string } | undefined
  /** Absent: browsers talk to each other. */
  readonly video?: { janus: JanusOptions } | { livekit: LiveKitOptions } | undefined
  readonly secret?: string | undefined
  readonly secretsPrevious: readonly string[]
  readonly egressAllow: readonly string[]
  readonly logLevel: string
  readonly clock?: Clock | undefined
  /** An open, migrated database to share with another Medley of this process; whoever opened it closes it. */
  readonly database?: Database | undefined
  /** Milliseconds between safety polls of the queue. */
  readonly queuePollMs?: number | undefined
}

/** Opens everything and migrates the database, or throws and leaves nothing open. */
export async function connect(options: PlatformOptions): Promise<Platform> {
  const log = pino(
    { level: options.logLevel, base: null, redact: ['err.query', 'err.params', 'err.detail'] },
    pino.destination({ sync: true }),
  )
  const clock = options.clock ?? systemClock()
  const secret =
    options.secret ??
    (options.dataDirectory ? await loadOrMakeSecret(options.dataDirectory) : randomBytes(32).toString('hex'))
  const previous = [...options.secretsPrevious]
  const database = options.database ?? createDatabase(await openEngine(options), createAnswerSeal({ secret, previous }))
  try {
    if (!options.database) await migrate(database.owner, [platformMigrations, ...options.folders])
    const kept = databaseKeptMessages(database, clock)
    const egress = createEgress({
      allowHosts: [...options.egressAllow],
      // Only an entry that names its port may lie inside our own network, so that nobody opens that door by a name alone.
      allowPrivate: options.egressAllow.filter(each => /:\d+$/.test(each)),
      timeoutMs: 10_000,
      maxBytes: 5_000_000,
    })
    const cache = options.redisUrl
      ? (await import('./cache/redis.ts')).redisCache(options.redisUrl, {
          report: error => log.warn({ err: error }, 'the cache does not answer'),
        })
      : memoryCache()
    const mail = options.smtpUrl
      ? (await import('./mail/smtp.ts')).smtpMail(options.smtpUrl, options.mailFrom)
      : outboxMail(kept)
    const keys = createKeys({ secret, previous, store: databaseWrappedKeys(database) })
    const report = (error: unknown) => log.warn({ err: error }, 'channels are slow to be told of news')
    const doorbell = await openDoorbell(options, database, report)
    const channels = createChannels({ database, doorbell, keys, clock, report })
    return {
      region: options.region,
      clock,
      log,
      database,
      cache,
      channels,
      egress,
      kept,
      queue: bossQueue(database, {
        report: error => log.error({ err: error }, 'the queue reports an error'),
        pollMs: options.queuePollMs ?? 2_000,
      }),
      blobs: await openBlobs(options),
      keys,
      keyvalue: postgresKeyValue(database, clock),
      mail,
      sms: options.sms
        ? (await import('./sms/gateway.ts')).gatewaySms(options.sms.url, options.sms.secret, egress)
        : outboxSms(kept),
      push: outboxPush(kept),
      video: await openVideo(options, egress, clock),
      async close() {
        await channels.close()
        await doorbell.close()
        await cache.close()
        await mail.close()
        if (!options.database) await database.close()
      },
    }
  } catch (error) {
    if (!options.database) await database.close()
    throw error
  }
}

async function openEngine(options: PlatformOptions): Promise<Engine> {
  if (options.databaseUrl) {
    const { postgresEngine } = await import('./database/postgres.ts')
    return postgresEngine({
      url: options.databaseUrl,
      connectionsMax: options.connectionsMax,
      prepare: options.prepare,
    })
  }
  const { pgliteEngine } = await import('./database/pglite.ts')
  const template = templatePath([platformMigrations, ...options.folders])
  return pgliteEngine({ template, ...(options.dataDirectory ? { directory: options.dataDirectory } : {}) })
}

/** An embedded database has one process, so nobody else need hear it. */
async function openDoorbell(
  { redisUrl }: PlatformOptions,
  database: Database,
  report: (error: unknown) => void,
): Promise<Doorbell> {
  if (database.kind === 'embedded') return memoryDoorbell()
  if (redisUrl) return (await import('./doorbell/redis.ts')).redisDoorbell(redisUrl, { report })
  return (await import('./doorbell/postgres.ts')).postgresDoorbell(database, report)
}

async function openVideo({ video }: PlatformOptions, egress: Egress, clock: Clock): Promise<Video> {
  if (!video) return p2pVideo()
  if ('janus' in video) return (await import('./video/janus.ts')).janusVideo(video.janus, egress, clock)
  return (await import('./video/livekit.ts')).livekitVideo(video.livekit, egress, clock)
}

async function openBlobs({ s3, dataDirectory }: PlatformOptions): Promise<Blobs> {
  if (s3) return (await import('./blobs/s3.ts')).s3Blobs(s3)
  return fileBlobs(dataDirectory ? join(dataDirectory, 'files') : mkdtempSync(join(tmpdir(), 'medley-files-')))
}

/** What a service may know about the installation it runs in. */
export type Settings = {
  /** Address people use, without a trailing slash. */
  readonly publicUrl: string
  readonly isDemo: boolean
  readonly mailFrom: string
  /** Requests one address may make in a minute; the doors of identity allow a thirtieth of it. */
  readonly ratePerMinute: number
  /** How many days recordings of calls are kept; 0 where none are made. */
  readonly recordingDays: number
  /** For which signatures somebody proves again who they are, by how many factors, and how long a proof lasts. */
  readonly proof: { readonly for: 'controlled' | 'every'; readonly factors: 1 | 2; readonly withinMinutes: number }
  /** Servers that browsers in a call reach each other through. */
  readonly turn?: { readonly urls: readonly string[]; readonly secret: string; readonly isRelayOnly: boolean }
  /** When a call of few goes from browser to browser, although there is a media server. */
  readonly directCalls: 'small' | 'outage' | 'never'
  readonly oidc?: {
    readonly issuer: string
    readonly name: string
    readonly clientId: string
    readonly clientSecret: string
  }
}

/** The running process as the operations service shows it. */
export type ProcessView = {
  readonly version: string
  readonly startedAtMs: number
  placement(): { service: string; at: string }[]
  /** Every job of the product, wherever it is placed. */
  jobs(): { name: string; summary: string; every?: string | undefined; retryLimit: number }[]
  traffic(): { at: string; requests: number; faults: number; bugs: number; p95Ms: number }[]
  memoryMb(): number
  eventLoopLagMs(): number
  /** An optional part that is ill makes some things impossible, and the process goes on serving the others. */
  checks(): Promise<{ name: string; isHealthy: boolean; isOptional: boolean; detail: string; tookMs: number }[]>
}

type EntriesOf<C extends Contract, Key extends keyof NonNullable<C['channels']>> = NonNullable<
  C['channels']
>[Key]['entries']

/** What the process hands to each service; the only things a service can reach. */
export type Kit = Pick<
  Platform,
  | 'region'
  | 'clock'
  | 'queue'
  | 'cache'
  | 'blobs'
  | 'keys'
  | 'keyvalue'
  | 'mail'
  | 'sms'
  | 'push'
  | 'video'
  | 'kept'
  | 'egress'
  | 'log'
> & {
  readonly database: ServiceDatabase
  readonly settings: Settings
  readonly process: ProcessView
  /** Another service behind its contract, here or elsewhere. Never inside a transaction. */
  call<C extends Contract>(contract: C): Client<C>
  /** Tells whoever listens, when the open transaction commits. */
  announce<C extends Contract, Key extends keyof C['events'] & string>(
    contract: C,
    event: Key,
    payload: z.input<C['events'][Key]>,
  ): void
  /** What happens next on a channel of this service, sealed under the person's key. Before `save`, since keys lie in the database. */
  compose<C extends Contract, Key extends keyof NonNullable<C['channels']> & string>(
    contract: C,
    channel: Key,
    id: Id,
    entry: {
      readonly [Type in keyof EntriesOf<C, Key>]: { type: Type; data: z.input<EntriesOf<C, Key>[Type]> }
    }[keyof EntriesOf<C, Key>],
    personId: Id,
  ): Promise<EntryDraft>
  /** Appends it, when the open transaction commits; last in a `save`, and one only. Returns its number. */
  append(draft: EntryDraft): Promise<number>
  /** Removes all entries of a channel, when the open transaction commits. */
  forgetChannel<C extends Contract>(contract: C, channel: keyof NonNullable<C['channels']> & string, id: Id): void
  /** Adds a job of this service, when the open transaction commits. */
  enqueue(job: string, data: unknown): void
  /** Removes what the platform kept long enough; for the nightly job. */
  sweep(): Promise<number>
  /**
   * Adds to the audit entry of the operation under way, refusals included: whom it concerns, why it was done, and what exactly it
   * was (`act` takes the place of the operation's name). Say it before `save` and before what may be refused; what comes
   * later makes one more entry. Ids only, and at most 200 patients: beyond that it throws, so page what you show.
   */
  concerning(about: About): void
  /** An audit entry for what did not come through an operation, such as a sign-in. */
  recordAct(
    action: string,
    call: Call,
    subjects: Record<string, string>,
    outcome: 'done' | 'refused',
    faultCode?: string,
  ): Promise<void>
}
