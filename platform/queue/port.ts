// The queue port: durable jobs with retries, a timetable, and events fanned out to the services that listen.

export type RunState = 'waiting' | 'running' | 'retrying' | 'done' | 'failed' | 'cancelled'

export type QueuedRun = { id: string; name: string; data: unknown; tries: number }

export type RunView = {
  id: string
  name: string
  state: RunState
  tries: number
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
  failure: string | null
  progress: { done: number; total: number; note: string | null } | null
}

export type QueueCounts = { name: string; waiting: number; running: number; failed: number; lastRunAt: Date | null }

/** A run of a graph; `after` names the `ref`s that must be done first. */
export type GraphRun = { ref: string; name: string; data: unknown; after?: readonly string[] }

export type QueueDefinition = {
  name: string
  /** Further tries after the first failure, with growing pauses; then the run is failed and stays for an operator. */
  retryLimit: number
}

/**
 * Runs are handed out at least once: a worker that dies leaves its run to another one after a minute.
 * Order is not promised. Times are the database's, so a moved test clock does not move retries.
 */
export interface Queue {
  /** Makes the queue if it is not there. Repeatable, and safe from many processes. */
  define(definition: QueueDefinition): Promise<void>
  /** Hands runs of `name` to `handle`, up to `concurrency` at once in this process. A throw is a failed try. */
  work(name: string, concurrency: number, handle: (run: QueuedRun) => Promise<void>): Promise<void>
  /** Adds runs; inside `Database.ownerTransaction` they commit or vanish with it. The same id twice is added once. */
  enqueue(name: string, runs: readonly { id: string; data: unknown }[]): Promise<void>
  /** Adds runs that wait for each other: none starts before all it comes after are done. Returns the run id of each ref. */
  enqueueGraph(runs: readonly GraphRun[]): Promise<Record<string, string>>
  /** From now on events of this topic reach the queue. Kept in the database, so every relay knows. */
  subscribe(topic: string, name: string): Promise<void>
  /** The queues that listen to each topic; at most five seconds old. */
  subscribers(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Cron with minute granularity in UTC; one run per tick however many processes keep time. */
  timetable(name: string, cron: string): Promise<void>
  progress(runId: string, done: number, total: number, note?: string): Promise<void>
  counts(): Promise<QueueCounts[]>
  /** Milliseconds the longest-waiting run has waited past its due time; 0 when none waits. */
  oldestWaitingMs(): Promise<number>
  /** Newest first, after the `before` id. */
  runs(filter: {
    name?: string | undefined
    state?: RunState | undefined
    before?: string | undefined
    limit: number
  }): Promise<RunView[]>
  retry(name: string, runId: string): Promise<boolean>
  cancel(name: string, runId: string): Promise<boolean>
  /** Runs due now or running. Zero means: nothing will happen until a retry or the timetable. */
  pending(): Promise<number>
  start(roles: { isScheduler: boolean }): Promise<void>
  /** Waits for running handlers, at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}
