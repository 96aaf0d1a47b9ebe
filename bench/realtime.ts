// How fast what happens on a channel reaches those who watch it, and what a connection costs, beside plain `ws` in the same run.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type MedleySide, oneProcess, plainWs, type Side, twoProcesses } from './live-sides.ts'
import { cpuMsOf, machine, median, quantile, residentMb, round } from './machine.ts'
import { report } from './rounds.ts'

const roomCount = 500
const bigRoom = 500
const seconds = 6
const rounds = 5
/** In the pairs: messages a second over all rooms; in the big room: messages a second. */
const pairsPerSecond = 500
const bigPerSecond = 10

type Measured = { p50Ms: number; p95Ms: number; p99Ms: number; received: number; expected: number; cpuShare: number }

/** The first of each room at the first process, all others at the last. */
async function connected(side: Side, rooms: readonly string[]): Promise<WebSocket[]> {
  const sockets: WebSocket[] = []
  const seen = new Set<string>()
  for (let start = 0; start < rooms.length; start += 50) {
    const batch = rooms.slice(start, start + 50).map(async room => {
      const isFirst = !seen.has(room)
      seen.add(room)
      const socket = new WebSocket(isFirst ? side.urls[0]! : side.urls.at(-1)!, { perMessageDeflate: false })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      await side.enter(socket, room)
      return socket
    })
    sockets.push(...(await Promise.all(batch)))
  }
  return sockets
}

const cpuMs = (side: Side) => side.pids.reduce((total, pid) => total + cpuMsOf(pid), 0)

function measuredFrom(samples: readonly number[], expected: number, cpuShare: number): Measured {
  return {
    p50Ms: round(quantile(samples, 0.5), 2),
    p95Ms: round(quantile(samples, 0.95), 2),
    p99Ms: round(quantile(samples, 0.99), 2),
    received: samples.length,
    expected,
    cpuShare: round(cpuShare, 3),
  }
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
  const cpuBefore = cpuMs(side)
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
  const cpuShare = (cpuMs(side) - cpuBefore) / (performance.now() - startMs)
  for (const socket of sockets) socket.terminate()
  await pause(500)
  return measuredFrom(samples, expected, cpuShare)
}

/** Resident memory that open connections add, in kibibytes each. The first thousand find the process cold and are not counted. */
async function connectionKib(side: Side, rooms: readonly string[]): Promise<number> {
  const resident = () => side.pids.reduce((total, pid) => total + residentMb(pid), 0)
  const sockets = await connected(side, rooms)
  const before = resident()
  for (let count = 0; count < 3; count++) sockets.push(...(await connected(side, rooms)))
  await pause(500)
  const kib = ((resident() - before) * 1_024) / (3 * rooms.length)
  for (const socket of sockets) socket.terminate()
  await pause(1_500)
  return round(kib)
}

/** Kept messages: from pressing send over HTTP to the other browser, the commit and its seals included. */
async function measureKept(side: MedleySide): Promise<Measured> {
  const rooms = side.rooms.slice(0, 20)
  // Twice each, so that one of each listens at the last process; only that one counts.
  const sockets = (await connected(side, [...rooms, ...rooms])).slice(rooms.length)
  const samples: number[] = []
  for (const socket of sockets)
    socket.on('message', raw => {
      const { type, data } = JSON.parse(String(raw)) as { type: string; data: { text: string } }
      if (type === 'said') samples.push(performance.now() - Number(data.text))
    })
  const cpuBefore = cpuMs(side)
  const startMs = performance.now()
  const expected = 200
  for (let count = 0; count < expected; count++) {
    const waitMs = startMs + count * 50 - performance.now()
    if (waitMs > 1) await pause(waitMs)
    const visitId = rooms[count % rooms.length]!.split('/')[1]!
    void fetch(`${side.http[0]}/api/consultation/visits/${visitId}/messages`, {
      method: 'POST',
      headers: { ...side.patient().headers, 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ text: String(performance.now()) }),
    }).then(answer => answer.arrayBuffer())
  }
  await pause(2_000)
  const cpuShare = (cpuMs(side) - cpuBefore) / (performance.now() - startMs)
  for (const socket of sockets) socket.terminate()
  return measuredFrom(samples, expected, cpuShare)
}

const summary = (all: readonly Measured[]) => ({
  p50Ms: round(median(all.map(each => each.p50Ms)), 2),
  p95Ms: round(median(all.map(each => each.p95Ms)), 2),
  p99Ms: round(median(all.map(each => each.p99Ms)), 2),
  cpuShare: round(median(all.map(each => each.cpuShare)), 3),
  received: all.reduce((total, each) => total + each.received, 0),
  expected: all.reduce((total, each) => total + each.expected, 0),
  rounds: all,
})

type Result = { kibPerConnection: number; pairs: Measured[]; bigRoom: Measured[]; keptMessages?: Measured }

async function measureAll(sides: readonly Side[]): Promise<Map<Side, Result>> {
  const results = new Map<Side, Result>()
  for (const side of sides) {
    await side.refresh()
    const kib = await connectionKib(side, [...side.rooms, ...side.rooms])
    results.set(side, { kibPerConnection: kib, pairs: [], bigRoom: [] })
  }
  for (let count = 0; count < rounds; count++) {
    for (const [side, { pairs, bigRoom: big }] of results) {
      await side.refresh()
      const everyRoom = side.rooms.map((_, index) => index)
      pairs.push(await measure(side, [...side.rooms, ...side.rooms], everyRoom, pairsPerSecond))
      const oneRoom = Array.from({ length: bigRoom }, () => side.rooms[0]!)
      big.push(await measure(side, oneRoom, [0], bigPerSecond))
      report(`round ${count + 1}, ${side.name}`, JSON.stringify([pairs.at(-1), big.at(-1)]))
    }
  }
  for (const [side, result] of results) {
    if (!('http' in side)) continue
    await side.refresh()
    result.keptMessages = await measureKept(side as MedleySide)
  }
  return results
}

/** How much longer it takes than plain `ws` in the same round; the middle of all rounds. */
function times(own: readonly Measured[], plain: readonly Measured[], what: 'p50Ms' | 'p99Ms'): number {
  return round(median(own.map((each, at) => each[what] / plain[at]![what])), 2)
}

export async function run(): Promise<void> {
  const before = machine()
  report('machine', `${before.cores} cores, load ${before.loadAverage.join(' ')}`)
  const sides: Side[] = []
  try {
    sides.push(await plainWs(roomCount), await oneProcess(roomCount))
    const together = await measureAll(sides)
    const apart = new Map<Side, Result>()
    for (const doorbell of ['postgres', 'redis'] as const) {
      const side = await twoProcesses(doorbell, roomCount)
      sides.push(side)
      for (const [each, result] of await measureAll([side])) apart.set(each, result)
      await sides.pop()!.stop()
    }
    const least = [...together.values()][0]!
    const rows = [...together, ...apart].map(([{ name }, result]) => ({
      name,
      ...result,
      pairs: summary(result.pairs),
      bigRoom: summary(result.bigRoom),
      timesPlain: {
        pairs: [times(result.pairs, least.pairs, 'p50Ms'), times(result.pairs, least.pairs, 'p99Ms')],
        bigRoom: [times(result.bigRoom, least.bigRoom, 'p50Ms'), times(result.bigRoom, least.bigRoom, 'p99Ms')],
        kibPerConnection: round(result.kibPerConnection / least.kibPerConnection, 2),
      },
    }))
    for (const { name, pairs, bigRoom: big, timesPlain, kibPerConnection: kib, keptMessages: kept } of rows) {
      const [pairTimes, bigTimes] = [timesPlain.pairs.join(' and '), timesPlain.bigRoom.join(' and ')]
      report(`${name}: pairs`, `p50 ${pairs.p50Ms}, p99 ${pairs.p99Ms} ms (${pairTimes} ×), CPU ${pairs.cpuShare}`)
      report(`${name}: one room`, `p50 ${big.p50Ms}, p99 ${big.p99Ms} ms (${bigTimes} ×), CPU ${big.cpuShare}`)
      report(`${name}: a connection`, `${kib} KiB (${timesPlain.kibPerConnection} ×)`)
      if (kept)
        report(
          `${name}: kept messages`,
          `p50 ${kept.p50Ms}, p99 ${kept.p99Ms} ms, ${kept.received} of ${kept.expected}`,
        )
    }
    mkdirSync(join(import.meta.dirname, 'results'), { recursive: true })
    const path = join(import.meta.dirname, 'results', 'realtime.json')
    writeFileSync(path, `${JSON.stringify({ machine: before, rooms: roomCount, sides: rows }, null, 2)}\n`)
  } finally {
    await Promise.all(sides.map(side => side.stop()))
  }
}
