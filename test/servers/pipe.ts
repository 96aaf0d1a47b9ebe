// Connections that a test can break: what comes in at one port goes out to another, until somebody cuts it.
import { connect, createServer, type Socket } from 'node:net'

export type Pipe = {
  readonly port: number
  /** Breaks what is open; what is opened afterwards works again. */
  cut(): void
  stop(): Promise<void>
}

export async function startPipe(to: number): Promise<Pipe> {
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy()).on('close', () => (open.delete(one), other.destroy()))
    }
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const cut = () => {
    for (const each of open) each.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    cut,
    async stop() {
      cut()
      await new Promise(end => server.close(end))
    },
  }
}
