// The queue on pg-boss, in the same database as the data, so that an event is written by the transaction that caused it.
import { type Db, PgBoss } from 'pg-boss'
import type { Database } from '#platform/database'
import type { Queue, QueueCounts, RunState, RunView } from './port.ts'

const stateOf: Record<string, RunState> = {
  created: 'waiting',
  retry: 'retrying',
  active: 'running',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}
const bossStateOf = Object.fromEntries(Object.entries(stateOf).map(([boss, ours]) => [ours, boss]))

export type BossOptions = {
  report: (error: unknown) => void
  /** Milliseconds between safety polls. */ pollMs?: number
}

export function bossQueue(database: Database, { report, pollMs = 2_000 }: BossOptions): Queue {
  const adapter: Db = {
    executeSql: (text, values) => database.execute(text, values),
    async listen(channel, onNotification, onReconnect) {
      const close = await database.listen(channel, onNotification)
      onReconnect()
      return { close }
    },
  }
  let boss: PgBoss
  let isStarted = false
  let known: { atMs: number; map: Map<string, string[]> } | undefined
  const defined: Record<string, number> = {}

  async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await database.execute(text, values)).rows as Row[]
  }

  return {
    async start({ isScheduler }) {
      boss = new PgBoss({
        db: adapter,
        backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
        schedule: isScheduler,
        supervise: isScheduler,
        useListenNotify: true,
        ...(isScheduler ? { cronMonitorIntervalSeconds: 15, cronWorkerIntervalSeconds: 5 } : {}),
      })
      boss.on('error', report)
      await boss.start()
      isStarted = true
    },
    async stop(graceMs) {
      if (isStarted) await boss.stop({ graceful: true, timeout: graceMs, close: false })
      isStarted = false
    },
    async define({ name, retryLimit }) {
      if (defined[name] === retryLimit) return
      const options = {
        notify: true,
        retryLimit,
        retryDelay: 2,
        retryBackoff: true,
        expireInSeconds: 900,
        retentionSeconds: 14 * 86_400,
      }
      await boss.createQueue(name, options)
      defined[name] = retryLimit
    },
    async work(name, concurrency, handle) {
      const options = {
        batchSize: concurrency,
        burstWhenBatchFull: true,
        perJobResults: true,
        includeMetadata: true,
        pollingIntervalSeconds: pollMs / 1_000,
        notifyPollingIntervalSeconds: pollMs / 1_000,
      } as const
      await boss.work<unknown>(
        name,
        options as never,
        (async (jobs: { id: string; data: unknown; retryCount: number }[]) =>
          Promise.all(
            jobs.map(async job => {
              try {
                await handle({ id: job.id, name, data: job.data, tries: job.retryCount + 1 })
                return { id: job.id, status: 'completed' as const }
              } catch (error) {
                return { id: job.id, status: 'failed' as const, output: { message: messageOf(error) } }
              }
            }),
          )) as never,
      )
    },
    async enqueue(name, runs) {
      if (runs.length === 0) return
      await boss.insert(
        name,
        runs.map(({ id, data }) => ({ id, data: (data ?? {}) as object })),
      )
    },
    async enqueueGraph(runs) {
      return boss.flow(
        runs.map(({ ref, name, data, after }) => ({
          ref,
          name,
          data: (data ?? {}) as object,
          ...(after ? { dependsOn: [...after] } : {}),
        })),
      )
    },
    async subscribe(topic, name) {
      await boss.subscribe(topic, name)
      known = undefined
    },
    async subscribers() {
      if (known && Date.now() - known.atMs < 5_000) return known.map
      const map = new Map<string, string[]>()
      for (const { event, name } of await query<{ event: string; name: string }>(
        'select event, name from pgboss.subscription order by name',
      )) {
        map.set(event, [...(map.get(event) ?? []), name])
      }
      known = { atMs: Date.now(), map }
      return map
    },
    async timetable(name, cron) {
      await boss.schedule(name, cron, null, { tz: 'UTC' })
    },
    async progress(runId, done, total, note) {
      await query(
        `insert into medley.job_progress (run_id, done, total, note) values ($1, $2, $3, $4)
         on conflict (run_id) do update set done = excluded.done, total = excluded.total, note = excluded.note, at = now()`,
        [runId, done, total, note ?? null],
      )
    },
    async counts() {
      const rows = await query<{
        name: string
        waiting: number
        running: number
        failed: number
        last_run_at: Date | null
      }>(
        `select q.name, count(*) filter (where j.state in ('created', 'retry'))::int as waiting,
           count(*) filter (where j.state = 'active')::int as running, count(*) filter (where j.state = 'failed')::int as failed,
           max(j.started_on) as last_run_at
         from pgboss.queue q left join pgboss.job j on j.name = q.name where q.name not like '\\_\\_%' group by q.name order by q.name`,
      )
      return rows.map(({ last_run_at, ...rest }): QueueCounts => ({ ...rest, lastRunAt: last_run_at }))
    },
    async oldestWaitingMs() {
      const [row] = await query<{ waited: number | null }>(
        `select extract(epoch from now() - min(start_after))::float8 * 1000 as waited from pgboss.job
         where state in ('created', 'retry') and start_after <= now()`,
      )
      return Math.max(0, Math.round(row?.waited ?? 0))
    },
    async runs({ name, state, before, limit }) {
      const rows = await query<RunRow>(
        `select j.id, j.name, j.state::text, j.retry_count, j.created_on, j.started_on, j.completed_on,
           j.output ->> 'message' as failure, p.done, p.total, p.note
         from pgboss.job j left join medley.job_progress p on p.run_id = j.id
         where ($1::text is null or j.name = $1) and ($2::text is null or j.state::text = $2)
           and ($3::uuid is null or (j.created_on, j.id) < (select created_on, id from pgboss.job where id = $3))
           and j.name not like '\\_\\_%'
         order by j.created_on desc, j.id desc limit $4`,
        [name ?? null, state ? bossStateOf[state] : null, before ?? null, limit],
      )
      return rows.map(viewOf)
    },
    async retry(name, runId) {
      const [row] = await query<{ state: string }>(`select state::text from pgboss.job where name = $1 and id = $2`, [
        name,
        runId,
      ])
      if (row?.state !== 'failed') return false
      await boss.retry(name, runId)
      return true
    },
    async cancel(name, runId) {
      const rows = await query<{ id: string }>(
        `select id from pgboss.job where name = $1 and id = $2 and state in ('created', 'retry')`,
        [name, runId],
      )
      if (rows.length === 0) return false
      await boss.cancel(name, runId)
      return true
    },
    async pending() {
      const [row] = await query<{ pending: number }>(
        `select count(*)::int as pending from pgboss.job
         where name not like '\\_\\_%' and (state = 'active' or (state in ('created', 'retry') and start_after <= now()))`,
      )
      return row!.pending
    },
  }
}

type RunRow = {
  id: string
  name: string
  state: string
  retry_count: number
  created_on: Date
  started_on: Date | null
  completed_on: Date | null
  failure: string | null
  done: number | null
  total: number | null
  note: string | null
}

function viewOf(row: RunRow): RunView {
  return {
    id: row.id,
    name: row.name,
    state: stateOf[row.state] ?? 'waiting',
    tries: row.retry_count + (row.started_on ? 1 : 0),
    createdAt: row.created_on,
    startedAt: row.started_on,
    endedAt: row.completed_on,
    failure: row.failure,
    progress: row.done === null ? null : { done: row.done, total: row.total!, note: row.note },
  }
}

/** What an operator sees: the kind of failure, never the values in it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const code = (error as { code?: unknown }).code
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}`.slice(0, 500)
}
