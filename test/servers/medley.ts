// A Medley in a process of its own, as it is deployed: for crashes, several processes at once, and clean exits.
import { join } from 'node:path'
import { type Child, freePort, startChild, untilReady } from './child.ts'

export type MedleyProcess = Child & { readonly url: string }

const root = join(import.meta.dirname, '../..')

export type ProcessOptions = { env?: Record<string, string>; args?: readonly string[] }

/** Runs `node medley.ts` and waits until it says it is ready. */
export async function startProcess({ env = {}, args = [] }: ProcessOptions = {}): Promise<MedleyProcess> {
  const port = env['MEDLEY_PORT'] ?? String(await freePort())
  const child = startChild(process.execPath, ['medley.ts', ...args], {
    cwd: root,
    env: { ...process.env, MEDLEY_LOG_LEVEL: 'warn', MEDLEY_RATE_PER_MINUTE: '1000000', ...env, MEDLEY_PORT: port },
  })
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, () => isReady(url), 60_000)
  return { ...child, url }
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined)
  return answer?.status === 200
}

/** Runs a command of medley.ts to its end. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ exitCode: number; output: string }> {
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, ['medley.ts', ...args], {
    cwd: root,
    env: { ...process.env, MEDLEY_LOG_LEVEL: 'warn', ...env },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exitCode = await new Promise<number>(resolve => child.once('exit', code => resolve(code ?? -1)))
  return { exitCode, output }
}
