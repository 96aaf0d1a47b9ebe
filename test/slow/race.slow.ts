// R1: a thousand people want one time at once, through four processes. The constraint decides, and without it the test is red.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { type Signed, signUp } from '../people.ts'
import { type MedleyProcess, startProcess } from '../servers/medley.ts'
import { type PostgresServer, startPostgres } from '../servers/postgres.ts'

const requests = 1_000
let server: PostgresServer
let processes: MedleyProcess[]
let people: Signed[]
let databaseUrl: string

before(async () => {
  server = await startPostgres({ settings: { max_connections: '200' } })
  databaseUrl = await server.createDatabase('race')
  const env = {
    MEDLEY_DATABASE_URL: databaseUrl,
    MEDLEY_DEMO: 'on',
    MEDLEY_SECRET: 'r'.repeat(48),
    MEDLEY_DATA: server.socketDirectory,
  }
  processes = [await startProcess({ env })]
  processes.push(...(await Promise.all([1, 2, 3].map(() => startProcess({ env })))))
  people = await Promise.all(
    Array.from({ length: 10 }, (_, index) => signUp(processes[index % 4]!.url, `Person ${index}`)),
  )
})

after(async () => {
  await Promise.all(processes.map(each => each.stop()))
  await server.stop()
})

type Wish = { clinicianId: string; serviceId: string; mode: string; startsAt: string }

async function freeWish(): Promise<Wish> {
  const url = processes[0]!.url
  const care = (await (await fetch(`${url}/api/appointment/care?limit=1`, { headers: people[0]!.headers })).json()) as {
    items: {
      clinician: { id: string; services: { id: string; modes: string[] }[] }
      serviceId: string
      freeTimes: { startsAt: string }[]
    }[]
  }
  const { clinician, serviceId, freeTimes } = care.items[0]!
  return {
    clinicianId: clinician.id,
    serviceId,
    mode: clinician.services.find(each => each.id === serviceId)!.modes[0]!,
    startsAt: freeTimes[0]!.startsAt,
  }
}

async function everybodyBooks(wish: Wish): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const { headers } = people[index % people.length]!
      const answer = await fetch(`${processes[index % 4]!.url}/api/appointment/bookings`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify(wish),
      })
      await answer.arrayBuffer()
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    }),
  )
  return statuses
}

async function rowsOf(wish: Wish): Promise<number> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query(
    `select count(*)::int as n from appointment.booking where clinician_id = $1 and starts_at = $2 and state = 'booked'`,
    [wish.clinicianId, wish.startsAt],
  )
  await client.end()
  return rows[0].n as number
}

test('of a thousand bookings of one time exactly one is confirmed, and 999 hear that it is taken', async () => {
  const wish = await freeWish()
  const statuses = await everybodyBooks(wish)
  assert.deepEqual(Object.fromEntries(statuses), { 201: 1, 409: requests - 1 })
  assert.equal(await rowsOf(wish), 1)
})

test('control: without the constraint the same thousand get more than one confirmation', async () => {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('alter table appointment.occupancy drop constraint occupancy_no_overlap')
  await client.end()
  const wish = await freeWish()
  const statuses = await everybodyBooks(wish)
  assert.ok(
    (statuses.get(201) ?? 0) > 1,
    `only ${statuses.get(201)} was confirmed, so the first test would prove nothing`,
  )
})
