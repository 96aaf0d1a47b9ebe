// From the command to the first page, and the memory a process keeps.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Child, freePort, startChild, untilReady } from '../test/servers/child.ts'
import { concurrency, type Installation, load } from './installation.ts'
import { residentMb, round } from './machine.ts'

const pages = 10_000
type Started = { child: Child; url: string; firstPageSeconds: number; readySeconds: number }

async function timedStart(env: Record<string, string>): Promise<Started> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startMs = performance.now()
  const seconds = () => round((performance.now() - startMs) / 1_000, 2)
  const child = startChild(process.execPath, ['medley.ts'], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      ...process.env,
      MEDLEY_LOG_LEVEL: 'warn',
      MEDLEY_RATE_PER_MINUTE: '1000000',
      ...env,
      MEDLEY_PORT: String(port),
    },
  })
  const answers = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } }).catch(() => undefined)
    await answer?.arrayBuffer()
    return answer?.status === 200
  }
  await untilReady(child, () => answers('/'), 120_000)
  const firstPageSeconds = seconds()
  await untilReady(child, () => answers('/readyz'), 120_000)
  return { child, url, firstPageSeconds, readySeconds: seconds() }
}

async function memoryOf({ child, url }: Started) {
  await pause(10_000)
  const idleMb = residentMb(child.pid)
  const job = { urls: [url], pids: [child.pid], path: '/', headers: { accept: 'text/html' }, warmUp: 0, concurrency }
  const { perSecond } = await load({ ...job, count: pages })
  return { idleMb, afterPagesMb: residentMb(child.pid), pages, pagesPerSecond: perSecond }
}

/** Embedded on a folder that is new and on the same again, and beside it with a database server. */
export async function measureStart({ databaseUrl }: Installation) {
  const data = mkdtempSync(join(tmpdir(), 'medley-bench-'))
  try {
    const first = await timedStart({ MEDLEY_DATA: data })
    await first.child.stop()
    const again = await timedStart({ MEDLEY_DATA: data })
    const memory = await memoryOf(again)
    await again.child.stop()
    const server = await timedStart({
      MEDLEY_DATA: data,
      MEDLEY_DATABASE_URL: databaseUrl,
      MEDLEY_SECRET: 'b'.repeat(48),
    })
    const serverMemory = await memoryOf(server)
    await server.child.stop()
    return {
      embeddedFirstRun: secondsOf(first),
      embeddedWarm: { ...secondsOf(again), ...memory },
      withServer: { ...secondsOf(server), ...serverMemory },
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

const secondsOf = ({ firstPageSeconds, readySeconds }: Started) => ({ firstPageSeconds, readySeconds })
