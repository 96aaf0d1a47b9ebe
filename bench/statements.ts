// The statements of one booking as the server logged them: what pgbench repeats, and what the report lists.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inDatabase, type Installation } from './installation.ts'
import { slotAt } from './slots.ts'
import { tapWire } from './wire.ts'
import { signInDemo } from '../test/people.ts'

export type Statement = { text: string; values: readonly (string | null)[] }
/** What left in one write, and was answered before anything else was asked. */
export type RoundTrip = readonly Statement[]
export type Booked = { trips: RoundTrip[]; bookingId: string; personId: string; clinicianId: string; startsAt: string }

/** Bookings made one at a time beforehand, so that the pool's connections and the caches are warm. */
const warmUps = 30
const samples = 5

/** `firstSlot` on, as many slots as it needs are taken. The sample with the fewest statements had every cache warm. */
export async function captureBooking(installation: Installation, firstSlot: number): Promise<Booked> {
  const { postgres, databaseUrl, bookable, start } = installation
  const wire = await tapWire(databaseUrl)
  const medley = await start({ roles: 'api', env: { MEDLEY_DATABASE_URL: wire.url } })
  const patient = await signInDemo(medley.url, 'patient')
  const found: Booked[] = []
  for (let index = 0; index < warmUps + samples; index++) {
    const isSample = index >= warmUps
    if (index === warmUps) await logStatements(databaseUrl, true)
    const slot = slotAt(firstSlot + index, bookable)
    const sinceMs = Date.now()
    wire.writes.length = 0
    const answer = await fetch(`${medley.url}/api/appointment/bookings`, {
      method: 'POST',
      headers: { ...patient.headers, 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify(slot),
    })
    const { id } = (await answer.json()) as { id: string }
    if (answer.status !== 201) throw new Error(`a booking is answered with ${answer.status}`)
    if (!isSample) continue
    const untilMs = Date.now()
    const writes = [...wire.writes]
    await pause(300)
    const statements = readLog(postgres.socketDirectory, sinceMs, untilMs)
    const trips = writes.map(count => statements.splice(0, count))
    if (statements.length > 0 || trips.some(each => each.length === 0)) continue // Something else was asked meanwhile.
    found.push({ trips, bookingId: id, personId: patient.personId, ...slot })
  }
  await logStatements(databaseUrl, false)
  await medley.stop()
  wire.stop()
  if (found.length === 0) throw new Error('no booking was captured whose statements are those on the wire')
  return found.toSorted((a, b) => a.trips.length - b.trips.length)[0]!
}

export const capturedSlots = warmUps + samples

async function logStatements(databaseUrl: string, isOn: boolean): Promise<void> {
  await inDatabase(databaseUrl, async client => {
    await client.query(`alter system set log_statement = '${isOn ? 'all' : 'none'}'`)
    await client.query('select pg_reload_conf()')
  })
  await pause(300)
}

type LogLine = { timestamp: string; message?: string; detail?: string; application_name?: string }

function readLog(home: string, sinceMs: number, untilMs: number): Statement[] {
  const directory = join(home, 'data/log')
  const file = readdirSync(directory).find(each => each.endsWith('.json'))!
  const lines = readFileSync(join(directory, file), 'utf8').trim().split('\n')
  return lines.flatMap(line => {
    const { timestamp, message = '', detail = '', application_name: name } = JSON.parse(line) as LogLine
    const atMs = Date.parse(timestamp.replace(' UTC', 'Z').replace(' ', 'T'))
    const text = /^(?:statement|execute [^:]+): (.*)$/s.exec(message)?.[1]
    if (text === undefined || name !== 'medley' || atMs < sinceMs || atMs > untilMs) return []
    return [{ text, values: valuesOf(detail) }]
  })
}

/** `parameters: $1 = 'it''s', $2 = NULL` → the values in order. */
const valuesOf = (detail: string): (string | null)[] =>
  [...detail.matchAll(/\$\d+ = (?:NULL|'((?:[^']|'')*)')/g)].map(found => found[1]?.replaceAll("''", "'") ?? null)
