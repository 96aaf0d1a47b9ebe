// How fast what happens on a channel reaches those who watch it, and what a connection costs, beside plain `ws` in the same run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Signed, signInDemo } from '../test/people.ts'
import { type Child, freePort, startChild } from '../test/servers/child.ts'
import { type MedleyProcess, startProcess } from '../test/servers/medley.ts'
import { cpuMsOf, machine, median, quantile, residentMb, round } from './machine.ts'
import { report } from './rounds.ts'

const roomCount = 500
const bigRoom = 500
const seconds = 6
const rounds = 2
/** In the pairs: messages a second over all rooms; in the big room: messages a second. */
const pairsPerSecond = 500
const bigPerSecond = 10
const filler = 'x'.repeat(120)

/** One side of a comparison: how a socket gets into a room, and how it tells the others there something. */
type Side = {
  name: string
  pid: number
  url: string
  enter(socket: WebSocket, room: string): Promise<void>
  tell(socket: WebSocket, room: string, turn: number): void
  /** The turn in a message; undefined when it is none of ours. */
  turnOf(message: { type: string; data: unknown }): number | undefined
}

type Measured = { p50Ms: number; p95Ms: number; p99Ms: number; received: number; expected: number; cpuShare: number }

const heard = (socket: WebSocket, type: string) =>
  new Promise<void>((resolve, reject) => {
    socket.once('close', code => reject(new Error(`closed with ${code} before ${type}`)))
    socket.on('message', function listen(raw) {
      if ((JSON.parse(String(raw)) as { type: string }).type !== type) return
      socket.off('message', listen)
      resolve()
    })
  })

function medleySide(medley: MedleyProcess, patient: Signed): Side {
  return {
    name: 'medley',
    pid: medley.pid,
    url: `${medley.url.replace('http', 'ws')}/api/live`,
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
  }
}

function plainSide(pid: number, port: number): Side {
  return {
    name: 'plain ws',
    pid,
    url: `ws://127.0.0.1:${port}`,
    async enter(socket, room) {
      const joined = heard(socket, 'joined')
      socket.send(JSON.stringify({ join: room }))
      await joined
    },
    tell: (socket, room, turn) => socket.send(JSON.stringify({ room, text: `${turn & 3}${filler}` })),
    turnOf: ({ type, data }) => (type === 'note' ? Number(String(data)[0]) : undefined),
  }
}

async function connected(side: Side, rooms: readonly string[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = []
  for (let start = 0; start < rooms.length; start += 50) {
    const batch = rooms.slice(start, start + 50).map(async room => {
      const socket = new WebSocket(side.url, { perMessageDeflate: false })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      await side.enter(socket, room)
      return socket
    })
    sockets.push(...(await Promise.all(batch)))
  }
  return sockets
}

/** `senders` tell their rooms something in turn; everybody else notes when it came. */
async function measure(side: Side, rooms: readonly string[], senders: number[], perSecond: number): Promise<Measured> {
  const sockets = await connected(side, rooms)
  const sentAt = new Map<string, number[]>()
  const turns = new Map<string, number>()
  const samples: number[] = []
  for (const [index, socket] of sockets.entries()) {
    socket.on('message', raw => {
      const turn = side.turnOf(JSON.parse(String(raw)) as { type: string; data: unknown })
      if (turn !== undefined) samples.push(performance.now() - sentAt.get(rooms[index]!)![turn]!)
    })
  }
  const members = new Map<string, number>()
  for (const room of rooms) members.set(room, (members.get(room) ?? 0) + 1)
  const cpuBefore = cpuMsOf(side.pid)
  const startMs = performance.now()
  let expected = 0
  for (let count = 0; count < seconds * perSecond; count++) {
    const waitMs = startMs + (count * 1_000) / perSecond - performance.now()
    if (waitMs > 1) await pause(waitMs)
    const index = senders[count % senders.length]!
    const room = rooms[index]!
    const turn = (turns.get(room) ?? 0) & 3
    turns.set(room, turn + 1)
    const times = sentAt.get(room) ?? []
    times[turn] = performance.now()
    sentAt.set(room, times)
    side.tell(sockets[index]!, room, turn)
    expected += members.get(room)! - 1
  }
  await pause(1_000)
  const cpuShare = (cpuMsOf(side.pid) - cpuBefore) / (performance.now() - startMs)
  for (const socket of sockets) socket.terminate()
  await pause(500)
  return {
    p50Ms: round(quantile(samples, 0.5), 2),
    p95Ms: round(quantile(samples, 0.95), 2),
    p99Ms: round(quantile(samples, 0.99), 2),
    received: samples.length,
    expected,
    cpuShare: round(cpuShare, 3),
  }
}

/** Resident memory that a thousand open connections add, in kibibytes each. */
async function connectionKib(side: Side, rooms: readonly string[]): Promise<number> {
  const before = residentMb(side.pid)
  const sockets = await connected(side, rooms)
  await pause(500)
  const kib = ((residentMb(side.pid) - before) * 1_024) / rooms.length
  for (const socket of sockets) socket.terminate()
  await pause(500)
  return round(kib)
}

type Wish = { clinicianId: string; serviceId: string; mode: string; startsAt: string }

/** Visits of the demo patient, each a room of its own. */
async function visits(url: string, { headers }: Signed): Promise<string[]> {
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
      if (booked && (await call(`consultation/visits/${booked.id}/enter`, {})))
        rooms.push(`consultation.visit/${booked.id}`)
    }
  }
  await Promise.all(Array.from({ length: 16 }, book))
  return rooms.slice(0, roomCount)
}

/** Kept messages: from pressing send over HTTP to the other browser, the commit and its seals included. */
async function measureKept(side: Side, url: string, { headers }: Signed, rooms: readonly string[]): Promise<Measured> {
  const sockets = await connected(side, rooms)
  const samples: number[] = []
  for (const socket of sockets)
    socket.on('message', raw => {
      const { type, data } = JSON.parse(String(raw)) as { type: string; data: { text: string } }
      if (type === 'said') samples.push(performance.now() - Number(data.text))
    })
  const cpuBefore = cpuMsOf(side.pid)
  const startMs = performance.now()
  const expected = 200
  for (let count = 0; count < expected; count++) {
    const waitMs = startMs + count * 50 - performance.now()
    if (waitMs > 1) await pause(waitMs)
    const visitId = rooms[count % rooms.length]!.split('/')[1]!
    void fetch(`${url}/api/consultation/visits/${visitId}/messages`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ text: String(performance.now()) }),
    }).then(answer => answer.arrayBuffer())
  }
  await pause(2_000)
  const cpuShare = (cpuMsOf(side.pid) - cpuBefore) / (performance.now() - startMs)
  for (const socket of sockets) socket.terminate()
  return {
    p50Ms: round(quantile(samples, 0.5), 2),
    p95Ms: round(quantile(samples, 0.95), 2),
    p99Ms: round(quantile(samples, 0.99), 2),
    received: samples.length,
    expected,
    cpuShare: round(cpuShare, 3),
  }
}

async function plain(): Promise<{ side: Side; child: Child }> {
  const port = await freePort()
  const child = startChild(process.execPath, [join(import.meta.dirname, 'plain-ws.ts'), String(port)])
  for (let tries = 0; tries < 200; tries++) {
    const isOpen = await new Promise<boolean>(resolve => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      socket.once('open', () => {
        socket.terminate()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return { side: plainSide(child.pid, port), child }
    await pause(25)
  }
  throw new Error('the plain server did not start')
}

const summary = (all: readonly Measured[]) => ({
  p50Ms: median(all.map(each => each.p50Ms)),
  p95Ms: median(all.map(each => each.p95Ms)),
  p99Ms: median(all.map(each => each.p99Ms)),
  cpuShare: median(all.map(each => each.cpuShare)),
  received: all.reduce((total, each) => total + each.received, 0),
  expected: all.reduce((total, each) => total + each.expected, 0),
  rounds: all,
})

export async function run(): Promise<void> {
  const before = machine()
  report('machine', `${before.cores} cores, load ${before.loadAverage.join(' ')}`)
  const directory = mkdtempSync(join(tmpdir(), 'medley-bench-'))
  const env = { MEDLEY_DATA: directory, MEDLEY_DEMO: 'on', MEDLEY_LIVE_PER_PERSON: '2000' }
  // Without a worker: what bookings cause, such as mail and the record, would run into the measuring.
  const medley = await startProcess({ env, args: ['--roles', 'api'] })
  const { side: plainWs, child } = await plain()
  try {
    const patient = await signInDemo(medley.url, 'patient')
    const rooms = await visits(medley.url, patient)
    report('rooms', String(rooms.length))
    // Tokens end after five minutes; making the rooms took some of them.
    const live = medleySide(medley, await signInDemo(medley.url, 'patient'))
    const sides = [plainWs, live]
    const pairRooms = [...rooms, ...rooms]
    const bigRooms = Array.from({ length: bigRoom }, () => rooms[0]!)
    const kib: Record<string, number> = {}
    const pairs: Record<string, Measured[]> = {}
    const big: Record<string, Measured[]> = {}
    for (const side of sides) kib[side.name] = await connectionKib(side, pairRooms)
    for (let count = 0; count < rounds; count++) {
      for (const side of sides) {
        const everyRoom = rooms.map((_, index) => index)
        ;(pairs[side.name] ??= []).push(await measure(side, pairRooms, everyRoom, pairsPerSecond))
        ;(big[side.name] ??= []).push(await measure(side, bigRooms, [0], bigPerSecond))
        report(`round ${count + 1}, ${side.name}`, JSON.stringify([pairs[side.name]!.at(-1), big[side.name]!.at(-1)]))
      }
    }
    const kept = await measureKept(live, medley.url, await signInDemo(medley.url, 'patient'), rooms.slice(0, 20))
    const of = (all: Record<string, Measured[]>) =>
      Object.fromEntries(Object.entries(all).map(([name, each]) => [name, summary(each)]))
    const result = {
      machine: before,
      rooms: rooms.length,
      kibPerConnection: kib,
      pairs: of(pairs),
      bigRoom: of(big),
      keptMessages: kept,
    }
    mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
    const path = join(import.meta.dirname, 'results', 'realtime.json')
    writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
    for (const [title, all] of [
      ['pairs', result.pairs],
      ['one room', result.bigRoom],
    ] as const) {
      const [own, least] = [all['medley']!, all['plain ws']!]
      report(
        title,
        `p50 ${own.p50Ms} / ${least.p50Ms} ms (${round(own.p50Ms / least.p50Ms, 2)} ×), p99 ${own.p99Ms} / ${least.p99Ms} ms (${round(own.p99Ms / least.p99Ms, 2)} ×)`,
      )
    }
    report('KiB per connection', JSON.stringify(kib))
    report('kept messages', JSON.stringify(kept))
  } finally {
    await Promise.all([medley.stop(), child.stop()])
    rmSync(directory, { recursive: true, force: true })
  }
}
