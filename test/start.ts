// A whole Medley for a test: embedded database in memory, free port, a clock the test moves, mail it can read.
import { randomBytes } from 'node:crypto'
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
  /** Epoch milliseconds the clock starts at; a Monday noon in UTC unless said. */
  startMs?: number
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
  const clock = movableClock(startMs)
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
    platform: { clock, queuePollMs: 500, ...where, ...platform },
  })
  const as = (caller: Partial<Caller>, extra: Partial<Call> = {}): Call => ({
    caller: { roles: [], organizationIds: [], ...caller },
    requestId: newId(clock.nowMs()),
    region: 'us',
    locale: 'en',
    deadlineMs: clock.nowMs() + 60_000,
    ...extra,
  })
  return { ...medley, clock, as }
}
