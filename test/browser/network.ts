// A network that a test owns, between two browsers in a call: every way that one tells the other leads through it, so it can lose
// packets, carry nothing, or be another network from now on, as when a phone leaves the house.
import { createSocket, type Socket } from 'node:dgram'
import type { Page } from 'playwright-core'

export type Network = {
  /** Everything this page tells others about how to reach it leads through here; before it joins. */
  between(page: Page): Promise<void>
  /** Of every packet the share that is lost, from 0 to 1. */
  lose(share: number): void
  /** All ways that were told so far lead nowhere, for good; new ones are not touched. */
  change(): void
  close(): void
}

type Way = { isDead: boolean; sockets: Socket[] }
type Candidate = { kind: string; data: { candidate?: string; sdp?: string } }

export function openNetwork(): Network {
  const ways: Way[] = []
  let lostShare = 0
  let isClosed = false

  /** Takes what comes to a port of its own to the browser, each sender from a port of theirs, and brings the answers back. */
  async function wayTo(address: string, port: number): Promise<number> {
    const way: Way = { isDead: false, sockets: [] }
    ways.push(way)
    const carries = () => !way.isDead && !isClosed && Math.random() >= lostShare
    const open = async (bound: string) => {
      const socket = createSocket('udp4')
        .on('error', () => {})
        .unref()
      way.sockets.push(socket)
      await new Promise<void>(resolve => socket.bind(0, bound, resolve))
      return socket
    }
    const door = await open(address)
    const senders = new Map<string, Promise<Socket>>()
    door.on('message', (packet, from) => {
      const name = `${from.address}:${from.port}`
      const sender =
        senders.get(name) ??
        open(address).then(socket =>
          socket.on('message', answer => void (carries() && door.send(answer, from.port, from.address))),
        )
      senders.set(name, sender)
      if (carries()) void sender.then(socket => isClosed || socket.send(packet, port, address))
    })
    return door.address().port
  }

  /** RFC 8839 §5.1: foundation, component, transport, priority, address, port. Nothing but UDP on IPv4 goes through. */
  async function led(line: string): Promise<string | undefined> {
    const parts = line.split(' ')
    const [, , transport, , address = '', port] = parts
    if (transport?.toLowerCase() !== 'udp' || !/^\d+(\.\d+){3}$/.test(address)) return undefined
    parts[5] = String(await wayTo(address, Number(port)))
    return parts.join(' ')
  }

  async function ledSignal(signal: Candidate): Promise<Candidate[]> {
    const { candidate, sdp } = signal.data
    if (candidate !== undefined && candidate !== '') {
      const through = await led(candidate)
      return through === undefined ? [] : [{ ...signal, data: { ...signal.data, candidate: through } }]
    }
    if (sdp === undefined) return [signal]
    const lines = await Promise.all(
      sdp.split('\r\n').map(async line => (line.startsWith('a=candidate:') ? led(line) : line)),
    )
    return [{ ...signal, data: { ...signal.data, sdp: lines.filter(each => each !== undefined).join('\r\n') } }]
  }

  return {
    async between(page) {
      await page.route('**/api/consultation/visits/*/signals', async route => {
        const asked = route.request().postDataJSON() as { signals?: Candidate[] }
        const signals = (await Promise.all((asked.signals ?? []).map(ledSignal))).flat()
        await route.continue({ postData: JSON.stringify({ ...asked, signals }) }).catch(() => {}) // The page is gone.
      })
    },
    lose(share) {
      lostShare = share
    },
    change() {
      for (const way of ways) way.isDead = true
    },
    close() {
      isClosed = true
      for (const socket of ways.flatMap(each => each.sockets)) socket.close()
    },
  }
}
