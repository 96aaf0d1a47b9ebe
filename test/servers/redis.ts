import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startChild, untilReady } from './child.ts'

export type RedisServer = {
  readonly url: string
  readonly port: number
  /** Stops it in its tracks: connections stay open and nobody answers. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

/** A Redis of the system's package, in memory, on loopback. `port` brings one back where it was. */
export async function startRedis({ port }: { port?: number } = {}): Promise<RedisServer> {
  const at = port ?? (await freePort())
  const directory = mkdtempSync(join(tmpdir(), 'medley-redis-'))
  const child = startChild(
    'redis-server',
    [
      ['--port', String(at), '--bind', '127.0.0.1', '--dir', directory],
      ['--save', '', '--appendonly', 'no', '--loglevel', 'warning'],
    ].flat(),
  )
  await untilReady(child, () => answersPing(at))
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    freeze: () => child.signal('SIGSTOP'),
    thaw: () => child.signal('SIGCONT'),
    async stop() {
      child.signal('SIGCONT')
      await child.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => end(false))
    socket.once('data', data => end(data.toString().startsWith('+PONG')))
    socket.once('error', () => end(false))
  })
}
