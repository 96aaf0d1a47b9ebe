// pgbench over the very statements of a booking, each with fresh ids and a free time.
import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { round } from './machine.ts'
import { bookableClinicians, days, firstDayMs, minutes, openingHourUtc } from './slots.ts'
import type { Booked, RoundTrip, Statement } from './statements.ts'

export type Script = { text: string; variables: Record<string, string> }

const uuidForm = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/**
 * Values that stay the same are parameters here too; NULL cannot be one. What must differ from booking to booking is an
 * expression over the number of the booking: ids of new rows, the idempotency key, the clinician and the time.
 */
export function scriptOf({ trips, bookingId, clinicianId, startsAt }: Booked): Script {
  const variables: Record<string, string> = {}
  const fresh = freshIds(trips, bookingId)
  const startMs = Date.parse(startsAt)
  const constant = (value: string) => {
    const [known] = Object.entries(variables).find(([, each]) => each === value) ?? []
    const name = known ?? `c${Object.keys(variables).length}`
    variables[name] = value
    return `:${name}`
  }
  const valueOf = (value: string | null): string => {
    if (value === null) return 'null'
    if (value === clinicianId) return '(:clinicians::uuid[])[:who]'
    if (value === `{"${clinicianId}"}` || value === `{${clinicianId}}`) return 'array[(:clinicians::uuid[])[:who]]'
    if (fresh.includes(value)) return `(${constant(prefixOf(fresh, value))}::text || :n)::uuid`
    if (isTimeNear(value, startMs)) return `to_timestamp(:start + ${(Date.parse(asIso(value)) - startMs) / 1_000})`
    if (/^\{"?[\w-]{43}"?\}$/.test(value)) return `array['bench-' || :n]` // The hash of the idempotency key.
    return withFreshIds(value, fresh, constant)
  }
  const linesOf = ({ text, values }: Statement) =>
    text
      .split(';')
      .filter(each => each.trim())
      .map(each => each.replaceAll(/\s+/g, ' '))
      .map(each => `${each.replaceAll(/\$(\d+)/g, (_, at: string) => valueOf(values[Number(at) - 1] ?? null))};`)
  const lines = trips.flatMap(trip => {
    const together = trip.flatMap(linesOf)
    return together.length > 1 ? ['\\startpipeline', ...together, '\\endpipeline'] : together
  })
  return { text: [...numbering, ...lines, ''].join('\n'), variables }
}

/** Numbers of twelve digits, so that they end a UUID; each client counts on from where its last round ended. */
const numbering = [
  '\\set i :i + 1',
  '\\set n 100000000000 + :client_id * 1000000 + :i',
  '\\set slot :i * :clients + :client_id',
  `\\set who 1 + :slot % ${bookableClinicians}`,
  `\\set layer :slot / ${bookableClinicians}`,
  `\\set start :first + (:layer % ${days}) * 86400 + (:layer / ${days}) * ${minutes * 60}`,
]

/** The booking's id, and those of the messages it sends: made anew each time. */
function freshIds(trips: readonly RoundTrip[], bookingId: string): string[] {
  const messages = trips
    .flat()
    .flatMap(({ text, values }) => (/medley\.(conclude|send)/.test(text) ? [values.at(-1)!] : []))
  const ids = messages.flatMap(each => (JSON.parse(each) as { id: string }[]).map(message => message.id))
  return [bookingId, ...new Set(ids)]
}

const prefixOf = (fresh: readonly string[], id: string) =>
  `01990000-0000-7000-8${String(fresh.indexOf(id)).padStart(3, '0')}-`

function withFreshIds(value: string, fresh: readonly string[], constant: (value: string) => string): string {
  const parts: string[] = []
  let from = 0
  for (const { 0: id, index } of value.matchAll(uuidForm)) {
    if (!fresh.includes(id)) continue
    parts.push(value.slice(from, index) + prefixOf(fresh, id))
    from = index + id.length
  }
  if (parts.length === 0) return constant(value)
  return `(${[...parts.map(part => `${constant(part)}::text || :n`), `${constant(value.slice(from))}::text`].join(' || ')})`
}

const asIso = (value: string) => value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')

/** A time that moves with the booking: within three days of its start, as text the server would log. */
function isTimeNear(value: string, startMs: number): boolean {
  if (!/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(value)) return false
  return Math.abs(Date.parse(asIso(value)) - startMs) <= 3 * 86_400_000 && Date.parse(asIso(value)) % 60_000 === 0
}

export type PgbenchRun = {
  port: number
  database: string
  script: Script
  clinicianIds: readonly string[]
  clients: number
  transactions: number
  /** Transactions each client has made in earlier runs. */
  done: number
}

export async function runPgbench(run: PgbenchRun): Promise<number> {
  const { port, database, script, clients, transactions, done } = run
  const file = join(import.meta.dirname, 'results/booking.pgbench.sql')
  writeFileSync(file, script.text)
  const variables = {
    ...script.variables,
    i: String(done),
    clients: String(clients),
    clinicians: `{${run.clinicianIds.join(',')}}`,
    first: String(firstDayMs() / 1_000 + openingHourUtc * 3_600),
  }
  const fixed = `-n -M prepared -h 127.0.0.1 -p ${port} -U medley -c ${clients} -j 1 -t ${transactions} -f`.split(' ')
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const { stdout } = await promisify(execFile)(program(), [...fixed, file, ...defined, database])
  const failed = /number of failed transactions: (\d+)/.exec(stdout)?.[1]
  const perSecond = /tps = ([\d.]+) \(without initial/.exec(stdout)?.[1]
  if (perSecond === undefined || failed !== '0') throw new Error(`pgbench failed:\n${stdout}`)
  return round(Number(perSecond))
}

function program(): string {
  const top = '/usr/lib/postgresql'
  const versions = readdirSync(top).toSorted((a, b) => Number(b) - Number(a))
  return join(top, versions[0]!, 'bin/pgbench')
}
