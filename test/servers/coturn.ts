// A TURN server on the loopback, as Debian packages it: relays only what its shared secret signed.
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'node:net'
import { type Child, freePort, startChild, untilReady } from './child.ts'

const program = '/usr/bin/turnserver'

export const hasCoturn = (): boolean => existsSync(program)

export type Coturn = Pick<Child, 'stop' | 'output'> & {
  readonly url: string
  readonly secret: string
  readonly port: number
}

/** `at` starts it where another one was. */
export async function startCoturn({ at }: { at?: number } = {}): Promise<Coturn> {
  const port = at ?? (await freePort())
  const directory = mkdtempSync(join(tmpdir(), 'medley-coturn-'))
  const secret = 'a-secret-of-the-relay'
  const child = startChild(
    program,
    [
      ['-n', '--no-tls', '--no-dtls', '--no-cli', '--fingerprint', '--realm=medley', '--log-file=stdout', '--verbose'],
      [`--listening-port=${port}`, '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', '--allow-loopback-peers'],
      ['--use-auth-secret', `--static-auth-secret=${secret}`, `--pidfile=${join(directory, 'pid')}`],
      [`--userdb=${join(directory, 'users')}`],
    ].flat(),
  )
  await untilReady(child, () => accepts(port))
  return { url: `turn:127.0.0.1:${port}`, port, secret, stop: child.stop, output: child.output }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
