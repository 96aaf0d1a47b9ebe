// A PostgreSQL and a directory of two hundred clinicians to measure on, all made through the API.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { dayMs } from '#core/time'
import { type Signed, signInDemo } from '../test/people.ts'
import { type MedleyProcess, startProcess } from '../test/servers/medley.ts'
import { type PostgresServer, startPostgres } from '../test/servers/postgres.ts'
import type { LoadJob, LoadResult } from './load.ts'
import { type Bookable, bookableClinicians, firstDayMs } from './slots.ts'

export const clinicianCount = 200
export const concurrency = 16

export type Installation = {
  postgres: PostgresServer
  databaseUrl: string
  bookable: readonly Bookable[]
  start(options?: { roles?: string; env?: Record<string, string> }): Promise<MedleyProcess>
}

/** Logs in JSON, so that statements and their values can be read back; what is logged is switched on when needed. */
const settings = {
  max_connections: '100',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: 'statements',
  log_file_mode: '0644',
}

export async function install(): Promise<Installation> {
  const postgres = await startPostgres({ fsync: 'on', settings })
  const databaseUrl = await postgres.createDatabase('booking')
  const environment = {
    MEDLEY_DATABASE_URL: databaseUrl,
    MEDLEY_DEMO: 'on',
    MEDLEY_SECRET: 'b'.repeat(48),
    MEDLEY_DATA: postgres.socketDirectory,
  }
  const start: Installation['start'] = ({ roles, env = {} } = {}) =>
    startProcess({ env: { ...environment, ...env }, args: roles ? ['--roles', roles] : [] })
  const first = await start()
  const bookable = await addClinicians(first.url)
  await settled(databaseUrl)
  await first.stop()
  await fillCalendars(databaseUrl, bookable)
  return { postgres, databaseUrl, bookable, start }
}

/** Ten who work from six to ten and take the bookings, and others with office hours whom a search must look at. */
async function addClinicians(url: string): Promise<Bookable[]> {
  const operator = await signInDemo(url, 'operator')
  const { items } = await ask<{ items: { id: string; city: string }[] }>(
    operator,
    'GET',
    `${url}/api/directory/organizations?kind=clinic&limit=50`,
  )
  const organizationId = items.find(each => each.city === 'Boston')!.id
  const bookable: Bookable[] = []
  const indexes = Array.from({ length: clinicianCount }, (_, index) => index)
  const lane = async () => {
    for (let index = indexes.shift(); index !== undefined; index = indexes.shift())
      bookable[index] = await addClinician(url, operator, organizationId, index)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return bookable
}

async function addClinician(url: string, operator: Signed, organizationId: string, index: number): Promise<Bookable> {
  const isBookable = index < bookableClinicians
  const service = { name: 'Visit', minutes: isBookable ? 10 : 20, modes: ['video'] }
  const draft = {
    organizationId,
    name: `Bench ${String(index).padStart(3, '0')}`,
    specialties: ['general-practice'],
    languages: ['en'],
    services: [{ ...service, price: { amountMinor: 5_000, currency: 'USD' } }],
  }
  const { id, services } = await ask<{ id: string; services: { id: string }[] }>(
    operator,
    'POST',
    `${url}/api/directory/clinicians`,
    draft,
  )
  const period = { validFrom: dateIn(-900), validTo: dateIn(900) }
  const licence = { jurisdiction: 'US-MA', number: `BENCH-${index}`, ...period }
  const licences = `${url}/api/directory/clinicians/${id}/licences`
  const { id: licenceId } = await ask<{ id: string }>(operator, 'POST', licences, licence)
  const verification = { outcome: 'verified', evidence: 'Benchmark' }
  await ask(operator, 'POST', `${url}/api/directory/licences/${licenceId}/verification`, verification)
  const availability = {
    timeZone: 'America/New_York',
    windows: [1, 2, 3, 4, 5, 6, 7].map(weekday =>
      isBookable ? { weekday, from: '06:00', to: '22:00' } : { weekday, from: '09:00', to: '17:00' },
    ),
    exceptions: [],
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: isBookable ? 0 : 5,
    noticeMinutes: 0,
    horizonDays: 365,
    stepMinutes: 10,
  }
  await ask(operator, 'PUT', `${url}/api/appointment/clinicians/${id}/availability`, { availability })
  return { clinicianId: id, serviceId: services[0]!.id }
}

const dateIn = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

async function ask<T>(who: Signed, method: string, url: string, body?: unknown): Promise<T> {
  const headers = { ...who.headers, 'idempotency-key': crypto.randomUUID() }
  const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  if (!answer.ok) throw new Error(`${method} ${url} answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Three full days and then gaps, so that a search has to look for the first free time. Written to the table at once. */
async function fillCalendars(databaseUrl: string, bookable: readonly Bookable[]): Promise<void> {
  await inDatabase(databaseUrl, async client => {
    await client.query(
      `insert into appointment.occupancy (id, clinician_id, during)
       select gen_random_uuid(), clinician, tstzrange(starts, starts + interval '20 minutes')
       from unnest($1::uuid[]) clinician, generate_series(-2, 60) day, generate_series(0, 26) slot,
         lateral (select $2::timestamptz + make_interval(days => day, hours => 13, mins => slot * 20) as starts) at
       where day < 2 or slot % 4 <> 0`,
      [bookable.slice(bookableClinicians).map(each => each.clinicianId), new Date(firstDayMs())],
    )
    await client.query('vacuum analyze')
  })
}

export async function inDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'bench' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Waits until outbox and queue are empty; the seconds that took. */
export async function settled(databaseUrl: string): Promise<number> {
  const startMs = performance.now()
  await inDatabase(databaseUrl, async client => {
    const waiting = `select (select count(*) from medley.outbox)
      + (select count(*) from pgboss.job where name not like '\\_\\_%'
        and state in ('created', 'active', 'retry') and start_after <= now()) as n`
    for (let quiet = 0; quiet < 2;) {
      const { rows } = await client.query<{ n: string }>(waiting)
      quiet = rows[0]!.n === '0' ? quiet + 1 : 0
      if (performance.now() - startMs > 300_000) throw new Error(`${rows[0]!.n} messages still wait after 300 s`)
      await pause(quiet === 0 ? 250 : 50)
    }
  })
  return (performance.now() - startMs) / 1_000
}

export async function load(job: LoadJob): Promise<LoadResult> {
  const child = spawn(process.execPath, ['load.ts'], { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(job))
  const result = JSON.parse(await text(child.stdout)) as LoadResult
  if (result.refusal) throw new Error(`${JSON.stringify(result.statuses)}: ${result.refusal}`)
  return result
}
