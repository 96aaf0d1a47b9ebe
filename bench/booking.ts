// How much of the database's own speed a booking over HTTP keeps, and what searching, starting and idling cost.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { concurrency, install } from './installation.ts'
import { machine } from './machine.ts'
import { scriptOf } from './pgbench.ts'
import { report, runRounds, summarize } from './rounds.ts'
import { measureEngine, measureSearch } from './search.ts'
import { measureStart } from './start.ts'
import { capturedSlots, captureBooking } from './statements.ts'

const same = [
  'PostgreSQL server, schema, indexes, row security, role and settings per transaction; fsync and synchronous commit on',
  'statements, their number, order and round trips: from the log and the wire of one booking with warm caches',
  'values as parameters of prepared statements; sizes of documents; 16 at a time; how bookings spread over calendars',
]
const differs = [
  'pgbench works on a copy of the database made before the first round, where no worker runs',
  'NULL is written out, and ids, keys and times are expressions over a counter',
  'the settings after begin are a pipeline of prepared statements instead of one text; one round trip both ways',
  'lookups that HTTP amortises (session and clinician, every five seconds) are left out',
  'pgbench keeps 16 connections, a Medley process ten; JSON of the answer keeps one start time',
]

export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { count: { type: 'string', default: '1500' }, rounds: { type: 'string', default: '3' } },
  })
  const plan = { count: Number(values.count), warmUp: 200, rounds: Number(values.rounds) }
  const before = machine()
  report('installing', `${before.cores} cores, load ${before.loadAverage.join(' ')}`)
  const installation = await install()
  try {
    const booked = await captureBooking(installation, 0)
    report('round trips of one booking', String(booked.trips.length))
    const rounds = await runRounds(installation, scriptOf(booked), plan, capturedSlots)
    const bookings = { concurrency, ...plan, ...summarize(rounds), rounds }
    const search = await measureSearch(installation)
    const engine = measureEngine()
    const start = await measureStart(installation)
    const statements = booked.trips.map(trip => trip.map(each => each.text.replaceAll(/\s+/g, ' ').trim()).join(' ⏎ '))
    const result = { machine: before, bookings, statements, comparison: { same, differs }, search, engine, start }
    const directory = join(import.meta.dirname, 'results')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'booking.json'), `${JSON.stringify(result, null, 2)}\n`)
    print(result)
  } finally {
    await installation.postgres.stop()
  }
}

type Result = {
  bookings: ReturnType<typeof summarize>
  statements: readonly string[]
  search: Awaited<ReturnType<typeof measureSearch>>
  engine: ReturnType<typeof measureEngine>
  start: Awaited<ReturnType<typeof measureStart>>
}

function print({ bookings, statements, search, engine, start }: Result): void {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say('\nRound trips of one booking:')
  for (const [index, text] of statements.entries()) say(`${String(index + 1).padStart(4)}  ${text.slice(0, 140)}`)
  say('\nThe same in pgbench and over HTTP:')
  for (const each of same) say(`  - ${each}`)
  say('Different:')
  for (const each of differs) say(`  - ${each}`)
  say(
    `\n${'median'.padEnd(30)} ${['per s', 'ratio', 'cpu ms', 'p50 ms', 'p95 ms', 'drain s'].map(each => each.padStart(8)).join('')}`,
  )
  say(`${'pgbench'.padEnd(30)} ${String(bookings.pgbenchPerSecond).padStart(8)}${'1'.padStart(8)}`)
  for (const [variant, { perSecond, ratio, cpuMsPerBooking, p50Ms, p95Ms, drainSeconds }] of Object.entries(
    bookings.http,
  ))
    say(
      `${variant.padEnd(30)} ${[perSecond, ratio, cpuMsPerBooking, p50Ms, p95Ms, drainSeconds].map(each => String(each).padStart(8)).join('')}`,
    )
  say(
    `\nSearch over ${search.clinicians} clinicians: p50 ${search.p50Ms} ms, p95 ${search.p95Ms} ms, ${search.cpuMs} ms CPU`,
  )
  say(
    `Free times of 90 days: ${engine.medianCpuMs} ms CPU (first run ${engine.firstRunCpuMs}), ${engine.freeTimes} times`,
  )
  for (const [name, each] of Object.entries(start)) say(`${name}: ${JSON.stringify(each)}`)
  const http = bookings.http['http 1 process, api only']!
  const two = bookings.http['http 2 processes, api only']!
  const all = bookings.http['http 2 processes, all roles']!
  say(
    `\n${http.perSecond} bookings/s with one process (${http.ratio} of pgbench), ${two.perSecond}/s with two (${two.ratio}), ${all.perSecond}/s with two and all roles; ` +
      `${http.cpuMsPerBooking} ms CPU each; search p95 ${search.p95Ms} ms; 90 days ${engine.medianCpuMs} ms CPU; ` +
      `first page ${start.embeddedWarm.firstPageSeconds} s; ${start.embeddedWarm.idleMb} MB idle`,
  )
}
