// What every queue adapter promises, as tests.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { newId } from '#core/id'
import type { Database } from '#platform/database'
import type { Queue } from './port.ts'
import { startRelay } from './relay.ts'

export function queueConforms(name: string, open: () => Promise<{ database: Database; make: () => Queue }>): void {
  let database: Database
  let queue: Queue
  let make: () => Queue
  const name_ = (queueName: string) => `${queueName}-${newId().slice(-6)}`

  before(async () => {
    ;({ database, make } = await open())
    queue = make()
    await queue.start({ isScheduler: true })
  })
  after(async () => {
    await queue.stop(1_000)
    await database.close()
  })

  async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
    for (const startMs = Date.now(); !(await isSo()); await pause(20))
      assert.ok(Date.now() - startMs < limitMs, `${what} did not happen`)
  }

  test(`${name}: every run is handled once when all goes well`, async () => {
    const jobs = name_('many')
    const seen: string[] = []
    await queue.define({ name: jobs, retryLimit: 0 })
    await queue.work(jobs, 20, async ({ data }) => void seen.push((data as { n: string }).n))
    const runs = Array.from({ length: 300 }, (_, n) => ({ id: newId(), data: { n: String(n) } }))
    await queue.enqueue(jobs, runs)
    await queue.enqueue(jobs, runs.slice(0, 5)).catch(() => {})
    await until('all runs', () => seen.length >= 300)
    assert.equal(new Set(seen).size, 300)
    await until('the end', async () => (await queue.pending()) === 0)
  })

  test(`${name}: a failing run is tried again, then stays failed with its reason, and can be retried by hand`, async () => {
    const jobs = name_('fails')
    let tries = 0
    let isMended = false
    await queue.define({ name: jobs, retryLimit: 1 })
    await queue.work(jobs, 1, async () => {
      tries++
      if (!isMended) throw Object.assign(new Error('no good'), { code: 'E1' })
    })
    const id = newId()
    await queue.enqueue(jobs, [{ id, data: {} }])
    const state = async () => (await queue.runs({ name: jobs, limit: 1 }))[0]!
    await until('the failure', async () => (await state()).state === 'failed', 30_000)
    assert.deepEqual([tries, (await state()).failure], [2, 'E1: no good'])
    isMended = true
    assert.deepEqual([await queue.retry(jobs, id), await queue.retry(jobs, newId())], [true, false])
    await until('the mended run', async () => (await state()).state === 'done')
    assert.equal(await queue.retry(jobs, id), false)
  })

  test(`${name}: what a rolled-back transaction enqueued never runs`, async () => {
    const jobs = name_('outbox')
    await queue.define({ name: jobs, retryLimit: 0 })
    const [kept, lost] = [newId(), newId()]
    await database.ownerTransaction(() => queue.enqueue(jobs, [{ id: kept, data: {} }]))
    await assert.rejects(
      database.ownerTransaction(async () => {
        await queue.enqueue(jobs, [{ id: lost, data: {} }])
        throw new Error('back')
      }),
    )
    assert.deepEqual(
      (await queue.runs({ name: jobs, limit: 10 })).map(run => run.id),
      [kept],
    )
    assert.deepEqual([await queue.cancel(jobs, kept), await queue.cancel(jobs, lost)], [true, false])
    assert.equal((await queue.runs({ name: jobs, limit: 1 }))[0]!.state, 'cancelled')
  })

  test(`${name}: a run of a graph starts when all it comes after are done, and not before`, async () => {
    const jobs = name_('graph')
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    await queue.define({ name: jobs, retryLimit: 0 })
    await queue.work(jobs, 5, async ({ data }) => {
      const { ref } = data as { ref: string }
      if (ref === 'image') await gate.promise
      order.push(ref)
    })
    const run = (ref: string, after?: string[]) => ({ ref, name: jobs, data: { ref }, ...(after ? { after } : {}) })
    const ids = await queue.enqueueGraph([run('text'), run('image'), run('told', ['text', 'image'])])
    assert.equal(Object.keys(ids).length, 3)
    await until('the first run', () => order.includes('text'))
    await pause(700)
    assert.deepEqual(order, ['text'])
    gate.resolve()
    await until('the dependent run', () => order.length === 3, 40_000)
    assert.deepEqual(order, ['text', 'image', 'told'])
  })

  test(`${name}: progress is seen while a run works`, async () => {
    const jobs = name_('progress')
    const gate = Promise.withResolvers<void>()
    await queue.define({ name: jobs, retryLimit: 0 })
    await queue.work(jobs, 1, async ({ id }) => {
      await queue.progress(id, 3, 10, 'a third')
      await gate.promise
    })
    await queue.enqueue(jobs, [{ id: newId(), data: {} }])
    await until('the progress', async () => (await queue.runs({ name: jobs, limit: 1 }))[0]?.progress?.done === 3)
    gate.resolve()
    await until('the end', async () => (await queue.runs({ name: jobs, limit: 1 }))[0]?.state === 'done')
  })

  test(`${name}: two processes that keep time make one run of a tick`, async () => {
    const jobs = name_('tick')
    const second = make()
    await second.start({ isScheduler: true })
    await queue.define({ name: jobs, retryLimit: 0 })
    await queue.timetable(jobs, '* * * * *')
    await second.timetable(jobs, '* * * * *')
    const minutes = new Set<number>()
    const runs: number[] = []
    for (const each of [queue, second])
      await each.work(jobs, 1, async () => void runs.push(Math.floor(Date.now() / 60_000)))
    await until('a tick', () => runs.length > 0, 75_000)
    await pause(1_500)
    for (const minute of runs) minutes.add(minute)
    assert.equal(runs.length, minutes.size)
    await second.stop(1_000)
  })

  test(`${name}: an event reaches each subscriber once, and nobody when it was rolled back; audit entries come in order`, async () => {
    const [topic, a, b] = [name_('topic'), name_('a'), name_('b')]
    const got: string[] = []
    const audited: string[] = []
    for (const each of [a, b]) {
      await queue.define({ name: each, retryLimit: 0 })
      await queue.subscribe(topic, each)
      await queue.work(
        each,
        5,
        async ({ data }) => void got.push(`${each}:${(data as { payload: { n: number } }).payload.n}`),
      )
    }
    const relay = startRelay({
      database,
      queue,
      onAudit: async records => void audited.push(...records.map(each => each.id)),
      report: error => assert.fail(error as Error),
    })
    const ids = [newId(), newId(), newId()]
    await database.record(
      ids.map((id, n) => ({ id, kind: n < 2 ? ('event' as const) : ('audit' as const), topic, payload: { id, n } })),
    )
    await relay.drain()
    await until('both', () => got.length >= 4)
    assert.deepEqual(got.toSorted(), [`${a}:0`, `${a}:1`, `${b}:0`, `${b}:1`].toSorted())
    assert.deepEqual(audited, [ids[2]])
    await relay.stop()
  })
}
