// What live messages are measured on: Medley in one process or two, and plain `ws`, each behind the same few verbs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Signed, signInDemo } from '../test/people.ts'
import { freePort, startChild } from '../test/servers/child.ts'
import { type MedleyProcess, startProcess } from '../test/servers/medley.ts'
import { startPostgres } from '../test/servers/postgres.ts'
import { startRedis } from '../test/servers/redis.ts'

/** One side of a comparison: how a socket gets into a room, and how it tells the others there something. */
export type Side = {
  name: string
  /** One of each process. The second of a pair is connected to the last. */
  urls: readonly string[]
  pids: readonly number[]
  rooms: readonly string[]
  /** Tokens end after five minutes, so each round begins with a fresh one. */
  refresh(): Promise<void>
  enter(socket: WebSocket, room: string): Promise<void>
  tell(socket: WebSocket, room: string, turn: number): void
  /** The turn in a message; undefined when it is none of ours. */
  turnOf(message: { type: string; data: unknown }): number | undefined
  stop(): Promise<void>
}

export type MedleySide = Side & { readonly http: readonly string[]; patient(): Signed }

const filler = 'x'.repeat(120)

const heard = (socket: WebSocket, type: string) =>
  new Promise<void>((resolve, reject) => {
    socket.once('close', code => reject(new Error(`closed with ${code} before ${type}`)))
    socket.on('message', function listen(raw) {
      if ((JSON.parse(String(raw)) as { type: string }).type !== type) return
      socket.off('message', listen)
      resolve()
    })
  })

/** In one process on the embedded database. */
export async function oneProcess(roomCount: number): Promise<MedleySide> {
  return medleySide('medley', 1, {}, roomCount, async () => {})
}

/** In two processes over a PostgreSQL, ringing each other through it or through a Redis. */
export async function twoProcesses(doorbell: 'postgres' | 'redis', roomCount: number): Promise<MedleySide> {
  const postgres = await startPostgres()
  const redis = doorbell === 'redis' ? await startRedis() : undefined
  const env = {
    MEDLEY_DATABASE_URL: await postgres.createDatabase('live'),
    ...(redis ? { MEDLEY_REDIS_URL: redis.url } : {}),
  }
  return medleySide(`medley, 2 processes, ${doorbell}`, 2, env, roomCount, async () => {
    await redis?.stop()
    await postgres.stop()
  })
}

async function medleySide(
  name: string,
  processCount: number,
  more: Record<string, string>,
  roomCount: number,
  stopServers: () => Promise<void>,
): Promise<MedleySide> {
  const directory = mkdtempSync(join(tmpdir(), 'medley-bench-'))
  const own = {
    MEDLEY_DATA: directory,
    MEDLEY_DEMO: 'on',
    MEDLEY_SECRET: 'b'.repeat(48),
    MEDLEY_LIVE_PER_PERSON: '5000',
  }
  const processes: MedleyProcess[] = []
  // Without a worker: what bookings cause, such as mail and the record, would run into the measuring.
  while (processes.length < processCount)
    processes.push(await startProcess({ env: { ...own, ...more }, args: ['--roles', 'api'] }))
  const http = processes.map(each => each.url)
  const rooms = await visits(http[0]!, await signInDemo(http[0]!, 'patient'), roomCount)
  let patient = await signInDemo(http[0]!, 'patient')
  return {
    name,
    http,
    urls: http.map(url => `${url.replace('http', 'ws')}/api/live`),
    pids: processes.map(each => each.pid),
    rooms: rooms.map(id => `consultation.visit/${id}`),
    patient: () => patient,
    refresh: async () => void (patient = await signInDemo(http[0]!, 'patient')),
    async enter(socket, room) {
      const admitted = heard(socket, '$admitted')
      socket.send(JSON.stringify({ token: patient.token }))
      await admitted
      const ready = heard(socket, '$ready')
      socket.send(JSON.stringify({ watch: room }))
      await ready
    },
    // What the contract lets people tell each other has two bits, which are enough to tell four turns apart.
    tell(socket, room, turn) {
      const data = { camera: (turn & 1) === 1, microphone: (turn & 2) === 2 }
      socket.send(JSON.stringify({ note: room, type: 'media', data }))
    },
    turnOf({ type, data }) {
      if (type !== 'media') return undefined
      const { camera, microphone } = data as { camera: boolean; microphone: boolean }
      return Number(camera) + 2 * Number(microphone)
    },
    async stop() {
      await Promise.all(processes.map(each => each.stop()))
      await stopServers()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function plainWs(roomCount: number): Promise<Side> {
  const port = await freePort()
  const child = startChild(process.execPath, [join(import.meta.dirname, 'plain-ws.ts'), String(port)])
  const url = `ws://127.0.0.1:${port}`
  for (let tries = 0; !(await isOpen(url)); tries++) {
    if (tries === 200) throw new Error('the plain server did not start')
    await pause(25)
  }
  return {
    name: 'plain ws',
    urls: [url],
    pids: [child.pid],
    rooms: Array.from({ length: roomCount }, () => crypto.randomUUID()),
    refresh: async () => {},
    async enter(socket, room) {
      const joined = heard(socket, 'joined')
      socket.send(JSON.stringify({ join: room }))
      await joined
    },
    tell: (socket, room, turn) => socket.send(JSON.stringify({ room, text: `${turn & 3}${filler}` })),
    turnOf: ({ type, data }) => (type === 'note' ? Number(String(data)[0]) : undefined),
    stop: () => child.stop(),
  }
}

const isOpen = (url: string) =>
  new Promise<boolean>(resolve => {
    const socket = new WebSocket(url)
    socket.once('open', () => {
      socket.terminate()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

type Wish = { clinicianId: string; serviceId: string; mode: string; startsAt: string }

/** Visits of the demo patient, each a room of its own. */
async function visits(url: string, { headers }: Signed, roomCount: number): Promise<string[]> {
  const call = async <Answer>(path: string, body?: unknown): Promise<Answer | undefined> => {
    const more = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/${path}`, { headers, ...more })
    return answer.ok ? ((await answer.json()) as Answer) : undefined
  }
  type Service = { id: string; minutes: number; modes: string[] }
  const found = await call<{ items: { clinician: { id: string; services: Service[] } }[] }>('appointment/care?limit=50')
  const wishes: Wish[] = []
  for (const { clinician } of found?.items ?? []) {
    const service = clinician.services.toSorted((a, b) => a.minutes - b.minutes)[0]!
    const path = `appointment/clinicians/${clinician.id}/free-times?serviceId=${service.id}&days=60`
    const { times } = (await call<{ times: { startsAt: string; endsAt: string }[] }>(path)) ?? { times: [] }
    let lastEndMs = 0
    for (const { startsAt, endsAt } of times) {
      if (Date.parse(startsAt) < lastEndMs + 15 * 60_000) continue
      lastEndMs = Date.parse(endsAt)
      wishes.push({ clinicianId: clinician.id, serviceId: service.id, mode: service.modes[0]!, startsAt })
    }
    if (wishes.length > roomCount * 1.2) break
  }
  const rooms: string[] = []
  const book = async () => {
    for (let wish = wishes.pop(); wish && rooms.length < roomCount; wish = wishes.pop()) {
      const booked = await call<{ id: string }>('appointment/bookings', wish)
      if (booked && (await call(`consultation/visits/${booked.id}/enter`, {}))) rooms.push(booked.id)
    }
  }
  await Promise.all(Array.from({ length: 16 }, book))
  if (rooms.length < roomCount) throw new Error(`only ${rooms.length} rooms could be booked`)
  return rooms.slice(0, roomCount)
}
