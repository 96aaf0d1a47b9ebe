import type { Call } from '#core/call'
import { faultsOf, type Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { instantOf } from '#core/time'
import type { Kit } from '#platform'
import { operations } from './contract.ts'
import { jobsWith, runView, sumOf } from './rules.ts'

const faults = faultsOf(operations)
/** How far back a refused retry is looked up, to say whether the run is unknown or merely not failed. */
const runsLookedAt = 1_000

export type OperationsKit = Pick<Kit, 'queue' | 'process' | 'clock' | 'region'>

export function createOperations({ queue, process, clock, region }: OperationsKit): Handlers<typeof operations> {
  return {
    async overview() {
      const [checks, counts, oldestWaitingMs] = await Promise.all([
        process.checks(),
        queue.counts(),
        queue.oldestWaitingMs(),
      ])
      return {
        region,
        version: process.version,
        startedAt: instantOf(process.startedAtMs),
        placement: process.placement(),
        checks,
        queue: { ...sumOf(counts), oldestWaitingMs },
        traffic: process.traffic(),
        memoryMb: process.memoryMb(),
        eventLoopLagMs: process.eventLoopLagMs(),
      }
    },

    listJobs: async () => ({ items: jobsWith(process.jobs(), await queue.counts()) }),

    async listRuns({ cursor, limit, name, state }) {
      const before = fromCursor(cursor, 1)?.[0]
      return toPage(await queue.runs({ name, state, before, limit: limit + 1 }), limit, run => [run.id], runView)
    },

    async runNow({ name }, call) {
      if (!process.jobs().some(each => each.name === name)) throw faults.jobNotFound()
      const runId = await runIdOf(name, call, clock.nowMs())
      await queue.enqueue(name, [{ id: runId, data: {} }])
      return { runId }
    },

    async retryRun({ runId, name }) {
      if (await queue.retry(name, runId)) return { runId }
      const runs = await queue.runs({ name, limit: runsLookedAt })
      throw runs.some(each => each.id === runId) ? faults.runNotFailed() : faults.runNotFound()
    },

    async cancelRun({ runId, name }) {
      if (!(await queue.cancel(name, runId))) throw faults.runNotFound()
      return { runId }
    },
  }
}

/** The same request again names the same run, which the queue adds once: operations keeps no table to remember it by. */
async function runIdOf(name: string, { idempotencyKey, caller }: Call, nowMs: number): Promise<string> {
  if (idempotencyKey === undefined) return newId(nowMs)
  const text = `${caller.personId ?? ''}\n${idempotencyKey}\n${name}`
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  digest[6] = (digest[6]! & 0x0f) | 0x80 // UUIDv8 (RFC 9562): made of a hash
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = Array.from(digest.subarray(0, 16), byte => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
