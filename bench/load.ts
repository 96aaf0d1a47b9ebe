// The load generator, in a process of its own so that its work is not counted as the server's. One JSON job on stdin,
// one JSON answer on stdout.
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { cpuMsOf, quantile, round } from './machine.ts'
import type { Slot } from './slots.ts'

export type LoadJob = {
  urls: readonly string[]
  /** Servers whose CPU time is read before and after the measured part. */
  pids: readonly number[]
  path: string
  headers: Record<string, string>
  /** One POST each, with a key of its own; without slots it is `count` GETs. */
  slots?: readonly Slot[]
  count: number
  warmUp: number
  concurrency: number
}
export type LoadResult = {
  perSecond: number
  statuses: Record<string, number>
  p50Ms: number
  p95Ms: number
  serverCpuMs: number
  loadCpuMs: number
  refusal?: string
}

type Prepared = { url: URL; agent: Agent; body: Buffer | undefined }

function prepare(job: LoadJob): Prepared[] {
  const share = Math.ceil(job.concurrency / job.urls.length)
  const targets = job.urls.map(url => ({
    url: new URL(job.path, url),
    agent: new Agent({ keepAlive: true, maxSockets: share }),
  }))
  return Array.from({ length: job.warmUp + job.count }, (_, index) => ({
    ...targets[index % targets.length]!,
    body: job.slots && Buffer.from(JSON.stringify(job.slots[index])),
  }))
}

function send(
  { url, agent, body }: Prepared,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
  const own = body && { 'content-length': body.length, 'idempotency-key': crypto.randomUUID() }
  const sent = request(url, { agent, method: body ? 'POST' : 'GET', headers: { ...headers, ...own } }, answer => {
    const status = answer.statusCode ?? 0
    const isRefusal = status >= 300
    let refusal = ''
    answer.on('data', (chunk: Buffer) => isRefusal && (refusal += chunk.toString()))
    answer.on('end', () => resolve({ status, body: refusal }))
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

async function run(job: LoadJob): Promise<LoadResult> {
  const requests = prepare(job)
  const statuses: Record<string, number> = {}
  const tookMs: number[] = []
  let refusal: string | undefined
  async function through(from: number, to: number): Promise<void> {
    let next = from
    const lane = async () => {
      while (next < to) {
        const startMs = performance.now()
        const answer = await send(requests[next++]!, job.headers)
        tookMs.push(performance.now() - startMs)
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        if (answer.body) refusal ??= answer.body
      }
    }
    await Promise.all(Array.from({ length: job.concurrency }, lane))
  }
  const cpuMs = () => job.pids.reduce((total, pid) => total + cpuMsOf(pid), 0)
  await through(0, job.warmUp)
  tookMs.length = 0
  const [startCpuMs, startOwnMs, startMs] = [cpuMs(), cpuMsOf(process.pid), performance.now()]
  await through(job.warmUp, job.warmUp + job.count)
  const seconds = (performance.now() - startMs) / 1_000
  return {
    perSecond: round(job.count / seconds),
    statuses,
    p50Ms: round(quantile(tookMs, 0.5)),
    p95Ms: round(quantile(tookMs, 0.95)),
    serverCpuMs: round((cpuMs() - startCpuMs) / job.count, 2),
    loadCpuMs: round((cpuMsOf(process.pid) - startOwnMs) / job.count, 2),
    ...(refusal === undefined ? {} : { refusal }),
  }
}

if (import.meta.main) {
  const result = await run(JSON.parse(await text(process.stdin)) as LoadJob)
  process.stdout.write(JSON.stringify(result))
  process.exit(0)
}
