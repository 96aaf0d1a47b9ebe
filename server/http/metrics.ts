// Numbers for Prometheus at /metrics, and the last hour per minute for the operator's overview.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { minuteMs } from '#core/time'
import type { Platform } from '#platform'

type Minute = { atMs: number; requests: number; faults: number; bugs: number; tookMs: number[] }
const minutesKept = 60
const samplesMax = 2_000

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'medley_http_request_seconds',
    help: 'Time to answer a request, by method, operation or route, and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  const operations = new WeakMap<FastifyRequest, string>()
  const minutes: Minute[] = []
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()

  function count(method: string, route: string, status: number, tookMs: number): void {
    durations.observe({ method, route, status }, tookMs / 1_000)
    const atMs = Math.floor(Date.now() / minuteMs) * minuteMs
    let minute = minutes.at(-1)
    if (minute?.atMs !== atMs) {
      minute = { atMs, requests: 0, faults: 0, bugs: 0, tookMs: [] }
      minutes.push(minute)
      if (minutes.length > minutesKept) minutes.shift()
    }
    minute.requests++
    if (status >= 500) minute.bugs++
    else if (status >= 400) minute.faults++
    if (minute.tookMs.length < samplesMax) minute.tookMs.push(tookMs)
  }

  return {
    registry,
    count,
    /** Says which operation a request of the API turned out to be. */
    isOperation: (request: FastifyRequest, name: string) => void operations.set(request, name),
    /** An operation, such as `appointment.book`, or the pattern of a route: as many as the product has, whatever is asked. */
    routeOf: (request: FastifyRequest) => operations.get(request) ?? request.routeOptions.url ?? 'unknown',
    traffic: () =>
      minutes.map(({ atMs, requests, faults, bugs, tookMs }) => ({
        at: new Date(atMs).toISOString(),
        requests,
        faults,
        bugs,
        p95Ms: p95(tookMs),
      })),
    /** Mean delay of the event loop beyond its 20 ms timer, since the last reading. */
    eventLoopLagMs() {
      const ms = Math.max(0, lag.mean / 1e6 - 20)
      lag.reset()
      return Number.isFinite(ms) ? Math.round(ms * 10) / 10 : 0
    },
    stop: () => lag.disable(),
  }
}

function p95(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * 0.95)] ?? 0) * 10) / 10
}

export function serveMetrics(app: FastifyInstance, metrics: Metrics, platform: Platform): void {
  const waiting = new Gauge({
    name: 'medley_queue_waiting',
    help: 'Runs waiting, by job.',
    labelNames: ['job'],
    registers: [metrics.registry],
  })
  const failed = new Gauge({
    name: 'medley_queue_failed',
    help: 'Runs that failed for good, by job.',
    labelNames: ['job'],
    registers: [metrics.registry],
  })
  const oldest = new Gauge({
    name: 'medley_queue_oldest_seconds',
    help: 'How long the longest-waiting run has waited.',
    registers: [metrics.registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    metrics.count(request.method, metrics.routeOf(request), reply.statusCode, reply.elapsedTime)
  })
  app.get('/metrics', async (_request, reply) => {
    for (const each of await platform.queue.counts()) {
      waiting.set({ job: each.name }, each.waiting)
      failed.set({ job: each.name }, each.failed)
    }
    oldest.set((await platform.queue.oldestWaitingMs()) / 1_000)
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}
