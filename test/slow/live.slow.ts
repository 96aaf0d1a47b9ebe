// One server of two is killed again and again while people talk: what was acknowledged is heard by everybody, once and in order.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import type { Message } from '#contract/consultation'
import { type Live, openLive } from '#core/live'
import { isAvailable } from '../servers/available.ts'
import { type Signed, signInDemo } from '../people.ts'
import { freePort } from '../servers/child.ts'
import { type MedleyProcess, startProcess } from '../servers/medley.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'

const wanted = 400
const kills = 4
const writers = 4

type Heard = { seqs: number[]; texts: string[] }

async function post<Answer>(
  url: string,
  { headers }: Signed,
  path: string,
  body: unknown,
  key: string,
): Promise<Answer> {
  const answer = await fetch(`${url}/api/consultation${path}`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

/** A question in writing needs no booking, so the test needs no free time. */
async function aQuestion(url: string, patient: Signed): Promise<string> {
  const { headers } = patient
  const found = (await (await fetch(`${url}/api/directory/clinicians?limit=50`, { headers })).json()) as {
    items: { id: string; name: string }[]
  }
  for (const { id: clinicianId } of found.items) {
    const ask = { clinicianId, subject: 'A question', text: 'first' }
    const asked = await post<{ id: string }>(url, patient, '/questions', ask, crypto.randomUUID()).catch(
      () => undefined,
    )
    if (asked) return asked.id
  }
  throw new Error('nobody takes questions')
}

function listenOn(url: string, patient: Signed, visitId: string): Heard & { live: Live } {
  const heard: Heard = { seqs: [], texts: [] }
  // The same token at both servers: they share a secret, and it lasts longer than this test.
  const live = openLive({ url, token: async () => patient.token })
  live.watch(`consultation.visit/${visitId}`, {
    after: 0,
    onEntry({ seq, type, data }) {
      if (seq === undefined) return
      heard.seqs.push(seq)
      if (type === 'said') heard.texts.push((data as Message).text)
    },
  })
  return { ...heard, live }
}

async function surviveKills(env: Record<string, string>): Promise<void> {
  const [stayingPort, fallingPort] = [await freePort(), await freePort()]
  const start = (port: number) => startProcess({ env: { ...env, MEDLEY_PORT: String(port), MEDLEY_DEMO: 'on' } })
  const staying = await start(stayingPort)
  let falling: MedleyProcess = await start(fallingPort)
  const patient = await signInDemo(staying.url, 'patient')
  const visitId = await aQuestion(staying.url, patient)
  const listeners = [listenOn(staying.url, patient, visitId), listenOn(falling.url, patient, visitId)]
  const acknowledged = new Set(['first'])

  async function write(writer: number): Promise<void> {
    for (let count = 0; count < wanted / writers; count++) {
      const text = `${writer}/${count}`
      const key = crypto.randomUUID()
      // Every other one goes to the server that falls; with the same key to the same text until somebody answers.
      for (let tries = 0; ; tries++) {
        const url = (count + tries) % 2 === 0 ? falling.url : staying.url
        const said = await post(url, patient, `/visits/${visitId}/messages`, { text }, key).then(
          () => true,
          () => false,
        )
        if (said) break
        await pause(50)
      }
      acknowledged.add(text)
    }
  }

  async function kill(): Promise<void> {
    for (let count = 1; count <= kills; count++) {
      while (acknowledged.size < (count * wanted) / (kills + 1)) await pause(5)
      falling.signal('SIGKILL')
      while (falling.isRunning()) await pause(5)
      falling = await start(fallingPort)
    }
  }

  await Promise.all([...Array.from({ length: writers }, (_, writer) => write(writer)), kill()])
  for (const [index, { seqs, texts }] of listeners.entries()) {
    for (const limitMs = Date.now() + 60_000; texts.length < acknowledged.size && Date.now() < limitMs;) await pause(50)
    assert.deepEqual(texts.toSorted(), [...acknowledged].toSorted(), `listener ${index}`)
    assert.deepEqual(
      seqs,
      seqs.map((_, position) => position + 1),
      `listener ${index} has gaps or duplicates`,
    )
  }
  for (const { live } of listeners) live.close()
  await Promise.all([staying.stop(), falling.stop()])
}

const base = (directory: string, url: string) => ({
  MEDLEY_DATABASE_URL: url,
  MEDLEY_DATA: directory,
  MEDLEY_SECRET: 'l'.repeat(48),
  MEDLEY_DATABASE_CONNECTIONS: '8',
})

test('four kills of one server of two lose no message, over PostgreSQL', async () => {
  const server = await startPostgres()
  await surviveKills(base(server.socketDirectory, await server.createDatabase('live')))
  await server.stop()
})

if (isAvailable('redis')) {
  test('four kills of one server of two lose no message, over Redis', async () => {
    const [server, redis] = [await startPostgres(), await startRedis()]
    const env = base(server.socketDirectory, await server.createDatabase('live'))
    await surviveKills({ ...env, MEDLEY_REDIS_URL: redis.url })
    await Promise.all([server.stop(), redis.stop()])
  })
}
