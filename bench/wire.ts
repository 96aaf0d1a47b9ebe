// Stands between Medley and PostgreSQL while a booking is captured, and sees what the log does not tell: which statements
// travelled together.
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

export type Wire = {
  /** The same database through the wire. */
  url: string
  /** Statements in each write of ours, in order. */
  writes: number[]
  stop(): void
}

export async function tapWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl)
  const writes: number[] = []
  const server = createServer({ noDelay: true }, client => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    let isStarted = false
    client.on('data', chunk => {
      const statements = isStarted ? statementsIn(chunk) : 0
      if (statements > 0) writes.push(statements)
      isStarted = true // The first message has a form of its own, and no statement.
      upstream.write(chunk)
    })
    upstream.on('data', chunk => client.write(chunk))
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href, writes, stop: () => void server.close() }
}

/** Messages are a letter and a length (PostgreSQL manual, 55.7); `Q` is a simple query, `E` executes a prepared one. */
function statementsIn(chunk: Buffer): number {
  let count = 0
  for (let at = 0; at + 5 <= chunk.length; at += 1 + chunk.readInt32BE(at + 1)) {
    const letter = String.fromCharCode(chunk[at]!)
    if (letter === 'Q' || letter === 'E') count++
  }
  return count
}
