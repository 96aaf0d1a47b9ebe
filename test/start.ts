// A whole Medley for a test: embedded database in memory, free port, a clock the test moves, mail it can read.
import { randomBytes } from 'node:crypto'
import { freePort } from './servers/child.ts'
import { Call, type Caller } from '#core/call'
import { newId } from '#core/id'
import { movableClock } from '../platform/clock/movable.ts'
import { makeTemplate } from '../platform/database/template.ts'
import { readConfig } from '../server/config.ts'
import { type Medley, migrationFolders, type StartOptions, startMedley } from '../server/lifecycle.ts'
import { services } from '../server/services.ts'

export type TestMedley = Medley & {
  readonly clock: ReturnType<typeof movableClock>
  /** A call as somebody, with everything else filled in. */
  as(caller: Partial<Caller>, extra?: Partial<Call>): Call
}

export type TestOptions = {
  env?: Record<string, string>
  services?: string
  roles?: string
  /** Epoch milliseconds the clock starts at; a Monday noon in UTC unless said. `real` runs with the system's clock. */
  startMs?: number | 'real'
  platform?: StartOptions['platform']
}

export const mondayNoonMs = Date.parse('2026-11-23T12:00:00Z')

export async function testMedley({
  env = {},
  services: names,
  roles,
  startMs = mondayNoonMs,
  platform = {},
}: TestOptions = {}): Promise<TestMedley> {
  const clock = movableClock(startMs === 'real' ? Date.now() : startMs)
  const isEmbedded = env['MEDLEY_DATABASE_URL'] === undefined
  if (isEmbedded) await makeTemplate(migrationFolders(services))
  const config = readConfig(
    {
      MEDLEY_PORT: '0',
      MEDLEY_DEMO: 'off',
      MEDLEY_LOG_LEVEL: 'error',
      MEDLEY_RATE_PER_MINUTE: '1000000',
      MEDLEY_SECRET: env['MEDLEY_SECRET'] ?? randomBytes(32).toString('hex'),
      MEDLEY_DRAIN_SECONDS: '5',
      ...env,
    },
    { ...(names === undefined ? {} : { services: names }), ...(roles === undefined ? {} : { roles }) },
  )
  // In memory unless the test names a folder: most tests need neither files nor a lock.
  const where = env['MEDLEY_DATA'] === undefined ? { dataDirectory: undefined } : {}
  const medley = await startMedley({
    config,
    services,
    version: 'test',
    platform: { ...(startMs === 'real' ? {} : { clock }), queuePollMs: 500, ...where, ...platform },
  })
  const as = (caller: Partial<Caller>, extra: Partial<Call> = {}): Call => ({
    caller: { roles: [], organizationIds: [], ...caller },
    requestId: newId(clock.nowMs()),
    region: 'us',
    locale: 'en',
    deadlineMs: Number.MAX_SAFE_INTEGER, // Tests move the clock while they keep a call.
    ...extra,
  })
  return { ...medley, clock, as }
}

/** Three Medleys that reach each other over HTTP only: identity and directory; what visits lead to; and the rest. The last is the edge. */
export async function splitMedley(
  options: TestOptions = {},
): Promise<{ edge: TestMedley; parts: TestMedley[]; [Symbol.asyncDispose](): Promise<void> }> {
  const names = [
    'identity,directory',
    'appointment,consultation,prescription,task',
    'record,diagnosis,notification,audit,operations',
  ]
  const ports = await Promise.all(names.map(freePort))
  const addresses = Object.fromEntries(
    names.flatMap((group, index) =>
      group.split(',').map(name => [`MEDLEY_AT_${name.toUpperCase()}`, `http://127.0.0.1:${ports[index]}`]),
    ),
  )
  const secret = randomBytes(32).toString('hex')
  const parts: TestMedley[] = []
  for (const [index, group] of names.entries()) {
    const elsewhere = Object.entries(addresses).filter(
      ([name]) => !group.split(',').includes(name.slice('MEDLEY_AT_'.length).toLowerCase()),
    )
    const env = {
      ...options.env,
      ...Object.fromEntries(elsewhere),
      MEDLEY_PORT: String(ports[index]),
      MEDLEY_SECRET: secret,
      MEDLEY_PUBLIC_URL: `http://127.0.0.1:${ports[2]}`,
    }
    // An embedded database has one owner, so the other two borrow it; a server is opened by each.
    const shared =
      parts[0] && options.env?.['MEDLEY_DATABASE_URL'] === undefined ? { database: parts[0].platform.database } : {}
    parts.push(await testMedley({ ...options, env, services: group, platform: { ...options.platform, ...shared } }))
  }
  return {
    edge: parts[2]!,
    parts,
    async [Symbol.asyncDispose]() {
      for (const part of parts.toReversed()) await part.stop()
    },
  }
}
