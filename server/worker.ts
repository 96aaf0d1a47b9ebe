// The worker role: runs the jobs of the services placed here, delivers events to their reactions, and empties the outbox.
import { audit } from '#contract/audit'
import { type Relay, startRelay } from '../platform/queue/relay.ts'
import { Fault, invariant } from '#core/fault'
import type { RunJob } from '#core/service'
import type { Conduct, Platform } from '#platform'
import { type Composition, jobsOf, type Placed, reactionsOf } from './compose.ts'

const eventQueue = (service: string) => `${service}.events`
const retryLimit = 5
const concurrency = 20

type Delivery = { id: string; topic: string; payload: unknown }

/** Queues exist and subscriptions hold before anything is announced, even in a process without workers. */
export async function defineQueues(platform: Platform, composition: Composition): Promise<void> {
  for (const placed of composition.placed.values()) {
    const { name } = placed.service.contract
    for (const job of jobsOf(placed.service))
      await platform.queue.define({ name: job.fullName, retryLimit: job.retryLimit ?? 3 })
    const topics = new Set(reactionsOf(placed).map(each => each.event))
    if (topics.size > 0) await platform.queue.define({ name: eventQueue(name), retryLimit })
    for (const topic of topics) await platform.queue.subscribe(topic, eventQueue(name))
  }
}

export async function startWorker(platform: Platform, composition: Composition): Promise<Relay> {
  for (const placed of composition.placed.values()) {
    if (reactionsOf(placed).length > 0) {
      await platform.queue.work(eventQueue(placed.service.contract.name), concurrency, run =>
        deliver(platform, composition, placed, run.data as Delivery),
      )
    }
    for (const job of jobsOf(placed.service)) {
      await platform.queue.work(job.fullName, 2, run => {
        const call = composition.serviceCall(placed.service.contract.name, run.id)
        const conduct: Conduct = { call, name: `job ${job.fullName}`, auditOf: () => undefined }
        const progress = (done: number, total: number, note?: string) =>
          platform.queue.progress(run.id, done, total, note)
        return platform.database.conduct(conduct, () => runOf(placed, job.name)(run.data, { call, progress }))
      })
    }
  }
  return startRelay({
    database: platform.database,
    queue: platform.queue,
    onAudit: async records =>
      void (await composition.call(audit).append({ records }, { ...composition.serviceCall('relay'), via: 'relay' })),
    report: error => {
      const isAway = error instanceof Fault && error.kind === 'unavailable'
      if (isAway) platform.log.warn('the audit service does not answer; its entries wait in the outbox')
      else platform.log.error({ err: error }, 'the outbox could not be emptied; trying again')
    },
  })
}

function runOf({ parts, service }: Placed, job: string): RunJob {
  const run = parts.runs?.[job]
  invariant(run, `${service.contract.name} declares the job ${job} but has no code for it`)
  return run
}

/** The event's id is the idempotency key, so that a second delivery finds its work done. */
async function deliver(
  platform: Platform,
  composition: Composition,
  placed: Placed,
  { id, topic, payload }: Delivery,
): Promise<void> {
  const { name } = placed.service.contract
  for (const [index, reaction] of reactionsOf(placed).entries()) {
    if (reaction.event !== topic) continue
    const call = composition.serviceCall(name, `${id}/${index}`)
    const conduct: Conduct = { call, name: `${name} on ${topic}`, auditOf: () => undefined }
    await platform.database.conduct(conduct, () => reaction.run(payload, call))
  }
}

/** The scheduler role: every process may keep time, the queue makes one run of each tick. */
export async function keepTimetable(platform: Platform, composition: Composition): Promise<void> {
  for (const placed of composition.placed.values()) {
    for (const job of jobsOf(placed.service)) if (job.every) await platform.queue.timetable(job.fullName, job.every)
  }
}
