// kill -9 at any moment loses no booking that was acknowledged, on both databases.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { type Signed, signInDemo } from '../people.ts'
import { freePort } from '../servers/child.ts'
import { type MedleyProcess, startProcess } from '../servers/medley.ts'
import { startPostgres } from '../servers/postgres.ts'

const wanted = 1_000
const kills = 6
const writers = 8

type Wish = { clinicianId: string; serviceId: string; mode: string; startsAt: string }

/** Times that do not touch each other: the shortest service of every clinician who may see the demo patient. */
async function wishes(url: string, { headers }: Signed): Promise<Wish[]> {
  const found = (await (await fetch(`${url}/api/appointment/care?limit=50`, { headers })).json()) as {
    items: { clinician: { id: string; services: { id: string; minutes: number; modes: string[] }[] } }[]
  }
  const all: Wish[] = []
  for (const { clinician } of found.items) {
    const service = clinician.services.toSorted((a, b) => a.minutes - b.minutes)[0]!
    const answer = await fetch(
      `${url}/api/appointment/clinicians/${clinician.id}/free-times?serviceId=${service.id}&days=90`,
      { headers },
    )
    const { times } = (await answer.json()) as { times: { startsAt: string; endsAt: string }[] }
    let lastEndMs = Date.now() + 4 * 3_600_000
    for (const { startsAt, endsAt } of times) {
      if (Date.parse(startsAt) < lastEndMs + 15 * 60_000) continue
      lastEndMs = Date.parse(endsAt)
      all.push({ clinicianId: clinician.id, serviceId: service.id, mode: service.modes[0]!, startsAt })
    }
  }
  return all
}

async function surviveKills(env: Record<string, string>): Promise<void> {
  const port = String(await freePort())
  const start = () =>
    startProcess({ env: { ...env, MEDLEY_PORT: port, MEDLEY_DEMO: 'on', MEDLEY_DATABASE_CONNECTIONS: '8' } })
  let medley: MedleyProcess = await start()
  let patient = await signInDemo(medley.url, 'patient')
  const queue = await wishes(medley.url, patient)
  assert.ok(queue.length >= wanted, `only ${queue.length} times to book`)
  const acknowledged = new Map<string, string>()
  let isDone = false
  let hasFailed = false

  async function write(): Promise<void> {
    for (let wish = queue.shift(); wish && acknowledged.size < wanted; wish = queue.shift()) {
      const key = crypto.randomUUID()
      // The outcome of a broken connection is unknown, so the same key asks again until there is an answer.
      while (!hasFailed) {
        const answer: Response | undefined = await fetch(`${medley.url}/api/appointment/bookings`, {
          method: 'POST',
          headers: { ...patient.headers, 'idempotency-key': key },
          body: JSON.stringify(wish),
        }).catch(() => undefined)
        const body = (await answer?.json().catch(() => undefined)) as { id: string } | undefined
        if (answer?.status === 201 && body) {
          acknowledged.set(body.id, wish.startsAt)
          break
        }
        if (answer && answer.status < 500 && answer.status !== 401)
          assert.fail(`a booking is refused with ${answer.status} ${JSON.stringify(body)}`)
        await pause(50)
      }
    }
  }

  async function kill(): Promise<void> {
    for (let count = 0; count < kills && !isDone; count++) {
      const goal = ((count + 1) * wanted) / (kills + 1)
      while (acknowledged.size < goal && !isDone) await pause(2)
      await pause(Math.random() * 30)
      medley.signal('SIGKILL')
      while (medley.isRunning()) await pause(5)
      medley = await start()
      patient = await signInDemo(medley.url, 'patient')
    }
  }

  const fail = (error: unknown) => {
    hasFailed = isDone = true // Otherwise the others would wait for a server that is not coming back.
    throw error
  }
  await Promise.all(
    [Promise.all(Array.from({ length: writers }, write)).then(() => (isDone = true)), kill()].map(each =>
      each.catch(fail),
    ),
  )
  const lost: string[] = []
  for (const [id, startsAt] of acknowledged) {
    const answer = await fetch(`${medley.url}/api/appointment/bookings/${id}`, { headers: patient.headers })
    const body = (await answer.json()) as { startsAt?: string }
    if (answer.status !== 200 || body.startsAt !== startsAt) lost.push(id)
  }
  await medley.stop()
  assert.ok(acknowledged.size >= wanted)
  assert.deepEqual(lost, [])
}

test('six kills during a thousand bookings lose none on the embedded database', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'medley-crash-'))
  await surviveKills({ MEDLEY_DATA: directory })
  rmSync(directory, { recursive: true, force: true })
})

test('six kills during a thousand bookings lose none on PostgreSQL', async () => {
  const server = await startPostgres()
  await surviveKills({
    MEDLEY_DATABASE_URL: await server.createDatabase('crash'),
    MEDLEY_DATA: server.socketDirectory,
    MEDLEY_SECRET: 'c'.repeat(48),
  })
  await server.stop()
})
