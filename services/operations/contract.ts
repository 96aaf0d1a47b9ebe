import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Region } from '#core/region'
import { Instant } from '#core/time'

export const JobDefinition = z.strictObject({
  /** `<service>.<job>`, such as `appointment.remind`. */
  name: z.string(),
  summary: z.string(),
  /** Cron in UTC; absent for jobs that only run when something asks for them. */
  every: z.string().optional(),
  retryLimit: z.int(),
  waiting: z.int(),
  running: z.int(),
  failed: z.int(),
  lastRunAt: Instant.optional(),
})
export type JobDefinition = z.output<typeof JobDefinition>

export const RunState = z.enum(['waiting', 'running', 'retrying', 'done', 'failed', 'cancelled'])
export const JobRun = z.strictObject({
  id: Id,
  name: z.string(),
  state: RunState,
  tries: z.int(),
  createdAt: Instant,
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  progress: z.strictObject({ done: z.number(), total: z.number(), note: z.string().optional() }).optional(),
  /** Why the last try failed, without personal data. */
  failure: z.string().optional(),
})
export type JobRun = z.output<typeof JobRun>

export const Check = z.strictObject({
  name: z.string(),
  isHealthy: z.boolean(),
  /** Ill or not, the process serves everything that does not need it. */
  isOptional: z.boolean(),
  detail: z.string(),
  tookMs: z.number(),
})

export const operations = defineContract({
  name: 'operations',
  operations: {
    overview: {
      method: 'GET',
      path: '/overview',
      summary: 'The state of this installation on one page',
      input: z.strictObject({}),
      output: z.strictObject({
        region: Region,
        version: z.string(),
        startedAt: Instant,
        placement: z.array(z.strictObject({ service: z.string(), at: z.string() })),
        checks: z.array(Check),
        queue: z.strictObject({ waiting: z.int(), running: z.int(), failed: z.int(), oldestWaitingMs: z.number() }),
        /** Requests, faults, and bugs of this process per minute over the last hour, oldest first. */
        traffic: z.array(
          z.strictObject({ at: Instant, requests: z.int(), faults: z.int(), bugs: z.int(), p95Ms: z.number() }),
        ),
        memoryMb: z.number(),
        eventLoopLagMs: z.number(),
      }),
      allow: ['operator'],
      audit: 'never',
    },
    listJobs: {
      method: 'GET',
      path: '/jobs',
      summary: 'What jobs exist, when they run, and how they are doing',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(JobDefinition) }),
      allow: ['operator'],
      audit: 'never',
    },
    listRuns: {
      method: 'GET',
      path: '/runs',
      summary: 'Runs of jobs, newest first',
      input: z.strictObject({ ...PageInput, name: z.string().max(100).optional(), state: RunState.optional() }),
      output: pageOf(JobRun),
      allow: ['operator'],
      audit: 'never',
    },
    runNow: {
      method: 'POST',
      path: '/jobs/{name}/runs',
      summary: 'Start a job now, outside its timetable',
      status: 202,
      input: z.strictObject({ name: z.string().max(100) }),
      output: z.strictObject({ runId: Id }),
      allow: ['operator'],
      faults: ['jobNotFound'],
    },
    retryRun: {
      method: 'POST',
      path: '/runs/{runId}/retry',
      summary: 'Try a failed run again',
      input: z.strictObject({ runId: Id, name: z.string().max(100) }),
      output: z.strictObject({ runId: Id }),
      allow: ['operator'],
      faults: ['runNotFound', 'runNotFailed'],
    },
    cancelRun: {
      method: 'POST',
      path: '/runs/{runId}/cancel',
      summary: 'Stop a waiting run',
      input: z.strictObject({ runId: Id, name: z.string().max(100) }),
      output: z.strictObject({ runId: Id }),
      allow: ['operator'],
      faults: ['runNotFound'],
    },
  },
  events: {},
  faults: {
    jobNotFound: { kind: 'not_found', message: 'There is no job of that name. The list of jobs shows all names.' },
    runNotFound: { kind: 'not_found', message: 'There is no such run. Finished runs are forgotten after some days.' },
    runNotFailed: { kind: 'conflict', message: 'Only a failed run can be tried again; this one has not failed.' },
  },
})
