// Moves what transactions sent from the outbox to where it goes: events and jobs into the queue, audit entries to the chain.
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditRecord } from '#core/journal'
import type { Database } from '#platform/database'
import type { Queue } from './port.ts'

export type RelayOptions = {
  database: Database
  queue: Queue
  /** Chains audit entries; must skip those it has seen. */
  onAudit: (records: AuditRecord[]) => Promise<void>
  report: (error: unknown) => void
  pollMs?: number
}

export interface Relay {
  /** Empties the outbox once; the number of messages moved. */
  drain(): Promise<number>
  stop(): Promise<void>
}

const batchMax = 500
const lingerMs = 25

export function startRelay({ database, queue, onAudit, report, pollMs = 500 }: RelayOptions): Relay {
  let isStopped = false
  let wake: () => void = () => {}
  let turn: Promise<unknown> = Promise.resolve()

  async function moveToQueue(): Promise<number> {
    return database.ownerTransaction(async () => {
      const { rows } = await database.execute(
        `delete from medley.outbox where id in (
           select id from medley.outbox where kind <> 'audit' order by id limit ${batchMax} for update skip locked)
         returning id, kind, topic, payload`,
      )
      const subscribers = rows.length > 0 ? await queue.subscribers() : new Map<string, string[]>()
      const runs = new Map<string, { id: string; data: unknown }[]>()
      const add = (name: string, id: string, data: unknown) => runs.set(name, [...(runs.get(name) ?? []), { id, data }])
      for (const { id, kind, topic, payload } of rows as {
        id: string
        kind: string
        topic: string
        payload: unknown
      }[]) {
        if (kind === 'job') add(topic, id, payload)
        // Two services hear the same event under ids of their own; the event's id travels inside for their inboxes.
        else for (const name of subscribers.get(topic) ?? []) add(name, crypto.randomUUID(), { id, topic, payload })
      }
      for (const [name, batch] of runs) await queue.enqueue(name, batch)
      return rows.length
    })
  }

  /** Not in a transaction: the chain may be in another process. Read, chain, then remove; seen entries are skipped there. */
  async function moveToChain(): Promise<number> {
    const { rows } = await database.execute(
      `select id, payload from medley.outbox where kind = 'audit' order by id limit ${batchMax}`,
    )
    if (rows.length === 0) return 0
    await onAudit(rows.map(row => row['payload'] as AuditRecord))
    await database.execute(`delete from medley.outbox where id = any($1::uuid[])`, [rows.map(row => row['id'])])
    return rows.length
  }

  async function drainOnce(): Promise<number> {
    let total = 0
    for (let moved = 1; moved > 0; total += moved) moved = (await moveToQueue()) + (await moveToChain())
    return total
  }

  /** One drain at a time in this process; a caller that comes meanwhile gets a drain of its own afterwards. */
  function drain(): Promise<number> {
    const next = turn.then(drainOnce, drainOnce)
    turn = next.catch(() => {})
    return next
  }

  async function loop(): Promise<void> {
    while (!isStopped) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const timer = setTimeout(resolve, pollMs)
      timer.unref()
      await promise
      clearTimeout(timer)
      if (isStopped) return
      await pause(lingerMs) // Under load many transactions then share one trip.
      await drain().catch(async error => {
        report(error)
        await pause(pollMs) // Whatever is away will not be back at once.
      })
    }
  }
  database.onSent(() => wake())
  const done = loop()

  return {
    drain,
    async stop() {
      isStopped = true
      wake()
      await done
      await turn
    },
  }
}
