// Bookings over HTTP and pgbench in turns, since a noisy machine makes single numbers worthless.
import { signInDemo } from '../test/people.ts'
import type { MedleyProcess } from '../test/servers/medley.ts'
import { concurrency, inDatabase, type Installation, load, settled } from './installation.ts'
import type { LoadResult } from './load.ts'
import { median, round } from './machine.ts'
import { runPgbench, type Script } from './pgbench.ts'
import { bookableClinicians, slotAt } from './slots.ts'

export const variants = {
  'http 1 process, api only': { processes: 1, roles: 'api' },
  'http 2 processes, api only': { processes: 2, roles: 'api' },
  'http 1 process, all roles': { processes: 1, roles: undefined },
  'http 2 processes, all roles': { processes: 2, roles: undefined },
} as const
export type Variant = keyof typeof variants

export type Plan = { count: number; warmUp: number; rounds: number }
export type HttpRound = LoadResult & { drainSeconds: number }
export type Rounds = { http: Record<Variant, HttpRound[]>; pgbench: number[] }

const copyName = 'booking_copy'

/** Deferred work of one variant is finished before the next is measured; what api processes leave to workers is thrown away. */
export async function runRounds(
  installation: Installation,
  script: Script,
  plan: Plan,
  firstSlot: number,
): Promise<Rounds> {
  const { postgres, databaseUrl } = installation
  await inDatabase(postgres.url(), client => client.query(`create database ${copyName} template booking`))
  const rounds = { http: {}, pgbench: [] } as unknown as Rounds
  let nextSlot = firstSlot
  let done = Math.ceil(firstSlot / concurrency)
  for (let index = 0; index < plan.rounds; index++) {
    for (const variant of Object.keys(variants) as Variant[]) {
      const result = await httpRound(installation, variant, plan, nextSlot)
      nextSlot += plan.warmUp + plan.count
      ;(rounds.http[variant] ??= []).push(result)
      report(`round ${index + 1}: ${variant}`, `${result.perSecond}/s`)
      if (variants[variant].roles !== 'api') continue
      const perSecond = await pgbenchRound(installation, script, plan, done)
      done += perClient(plan.warmUp) + perClient(plan.count)
      rounds.pgbench.push(perSecond)
      report(`round ${index + 1}: pgbench`, `${perSecond}/s`)
      await inDatabase(databaseUrl, client => client.query('truncate medley.outbox'))
    }
  }
  await settled(databaseUrl)
  return rounds
}

async function httpRound(
  { bookable, databaseUrl, start }: Installation,
  variant: Variant,
  { count, warmUp }: Plan,
  firstSlot: number,
): Promise<HttpRound> {
  const { processes, roles } = variants[variant]
  const servers: MedleyProcess[] = []
  for (let index = 0; index < processes; index++) servers.push(await start(roles ? { roles } : {}))
  const patient = await signInDemo(servers[0]!.url, 'patient')
  const result = await load({
    urls: servers.map(each => each.url),
    pids: servers.map(each => each.pid),
    path: '/api/appointment/bookings',
    headers: patient.headers,
    slots: Array.from({ length: warmUp + count }, (_, index) => slotAt(firstSlot + index, bookable)),
    count,
    warmUp,
    concurrency,
  })
  const drainSeconds = roles === 'api' ? 0 : round(await settled(databaseUrl))
  await Promise.all(servers.map(each => each.stop()))
  return { ...result, drainSeconds }
}

const perClient = (transactions: number) => Math.ceil(transactions / concurrency)

async function pgbenchRound({ postgres, bookable }: Installation, script: Script, plan: Plan, done: number) {
  const common = {
    port: postgres.port,
    database: copyName,
    script,
    clinicianIds: bookable.slice(0, bookableClinicians).map(each => each.clinicianId),
    clients: concurrency,
  }
  await runPgbench({ ...common, done, transactions: perClient(plan.warmUp) })
  return runPgbench({ ...common, done: done + perClient(plan.warmUp), transactions: perClient(plan.count) })
}

export const report = (what: string, figure: string) => process.stderr.write(`  ${what.padEnd(48)} ${figure}\n`)

/** Medians. A ratio is made within its round, against the mean of that round's pgbench, so that drift of the machine cancels. */
export function summarize({ http, pgbench }: Rounds) {
  const tps = median(pgbench)
  const runs = Object.values(variants).filter(each => each.roles === 'api').length
  const inRound = (index: number) =>
    pgbench.slice(index * runs, (index + 1) * runs).reduce((sum, each) => sum + each, 0) / runs
  const of = (rounds: readonly HttpRound[], key: Exclude<keyof HttpRound, 'statuses' | 'refusal'>) =>
    round(median(rounds.map(each => each[key])), 2)
  return {
    pgbenchPerSecond: tps,
    http: Object.fromEntries(
      Object.entries(http).map(([variant, rounds]) => [
        variant,
        {
          perSecond: of(rounds, 'perSecond'),
          ratio: round(median(rounds.map((each, index) => each.perSecond / inRound(index))), 3),
          cpuMsPerBooking: of(rounds, 'serverCpuMs'),
          loadCpuMsPerBooking: of(rounds, 'loadCpuMs'),
          p50Ms: of(rounds, 'p50Ms'),
          p95Ms: of(rounds, 'p95Ms'),
          drainSeconds: of(rounds, 'drainSeconds'),
        },
      ]),
    ),
  }
}
