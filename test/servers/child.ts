// Starts a server as a child process, and sees to it that none outlives the tests.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type Child = {
  readonly pid: number
  /** What it wrote so far, for messages of failures. */
  output(): string
  isRunning(): boolean
  signal(signal: NodeJS.Signals): void
  /** Asks politely, waits, and kills after `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

/** A port nobody uses at the moment. Somebody else may take it before you do, so start again when that happens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child: ChildProcess = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer) => void (output = (output + chunk.toString()).slice(-20_000))
  child.stdout!.on('data', keep)
  child.stderr!.on('data', keep)
  child.on('error', error => keep(Buffer.from(error.message)))
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  const killNow = () => void (isRunning() && child.kill('SIGKILL'))
  process.once('exit', killNow)
  const ended = new Promise<void>(resolve => {
    const end = () => {
      process.off('exit', killNow)
      resolve()
    }
    child.once('exit', end).once('error', end)
  })
  // A test that forgets to stop its server shall end all the same; the handler above then ends the server.
  child.unref()
  for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref()
  return {
    pid: child.pid ?? -1,
    output: () => output,
    isRunning,
    signal: signal => void child.kill(signal),
    async stop(graceMs = 10_000) {
      if (!isRunning()) return
      child.ref()
      child.kill('SIGTERM')
      const kill = setTimeout(killNow, graceMs)
      await ended
      clearTimeout(kill)
    },
  }
}

/** Asks `isReady` until it says yes. Throws with the server's own words when it ends or takes longer than `limitMs`. */
export async function untilReady(
  child: Child,
  isReady: () => Promise<boolean> | boolean,
  limitMs = 30_000,
): Promise<void> {
  const giveUpMs = performance.now() + limitMs
  while (!(await isReady())) {
    if (!child.isRunning()) throw new Error(`The server ended before it was ready:\n${child.output()}`)
    if (performance.now() > giveUpMs) {
      await child.stop(0)
      throw new Error(`The server was not ready after ${limitMs} ms:\n${child.output()}`)
    }
    await pause(20)
  }
}
