import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { operations } from './contract.ts'

let medley: TestMedley
before(async () => {
  medley = await testMedley()
})
after(() => medley.stop())

const client = () => medley.call(operations)
const operator = (extra = {}) => medley.as({ roles: ['operator'], personId: newId() }, extra)
const refused = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

/** A queue of the test's own whose runs do what the test says. */
async function aQueue(work: () => Promise<void>): Promise<string> {
  const name = `test.q${newId().slice(-12)}`
  await medley.platform.queue.define({ name, retryLimit: 0 })
  await medley.platform.queue.work(name, 1, work)
  return name
}

test('the overview tells how this installation is', async () => {
  const view = await client().overview({}, operator())
  assert.deepEqual([view.region, view.version], ['us', 'test'])
  assert.ok(view.checks.some(each => each.name === 'database' && each.isHealthy))
  assert.ok(view.placement.some(each => each.service === 'operations'))
  assert.ok(view.memoryMb > 0 && view.queue.failed >= 0)
})

test('every job of the product is listed with its timetable', async () => {
  const { items } = await client().listJobs({}, operator())
  const verify = items.find(each => each.name === 'audit.verify')
  assert.equal(verify?.every, '15 2 * * *')
  for (const { name } of medley.composition.placed.get('operations')!.service.jobs ?? [])
    assert.ok(items.some(each => each.name === `operations.${name}`))
  assert.ok(
    items.some(each => each.name === 'directory.events'),
    'queues of events are not hidden',
  )
})

test('a job is started now, and the same request again starts nothing', async () => {
  const call = operator({ idempotencyKey: 'start-1' })
  const first = await client().runNow({ name: 'audit.verify' }, call)
  const again = await client().runNow({ name: 'audit.verify' }, call)
  assert.deepEqual(again, first)
  const other = await client().runNow({ name: 'audit.verify' }, operator({ idempotencyKey: 'start-1' }))
  assert.notEqual(other.runId, first.runId)
  await medley.settle()
  const { items } = await client().listRuns({ name: 'audit.verify', state: 'done' }, operator())
  assert.deepEqual(new Set(items.map(each => each.id)), new Set([first.runId, other.runId]))
  await assert.rejects(client().runNow({ name: 'no.job' }, operator()), refused('operations.jobNotFound'))
  await assert.rejects(client().runNow({ name: 'directory.events' }, operator()), refused('operations.jobNotFound'))
})

test('runs page newest first', async () => {
  const name = await aQueue(async () => {})
  for (let index = 0; index < 5; index++) {
    await medley.platform.queue.enqueue(name, [{ id: newId(), data: {} }])
  }
  await medley.settle()
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await client().listRuns({ name, limit: 2, ...(cursor ? { cursor } : {}) }, operator())
    seen.push(...page.items.map(each => each.createdAt))
    cursor = page.nextCursor
  } while (cursor)
  assert.equal(seen.length, 5)
  assert.deepEqual(seen, seen.toSorted().toReversed())
})

test('a failed run shows why and is tried again; one that did not fail is not', async () => {
  let isBroken = true
  const name = await aQueue(async () => {
    if (isBroken) throw new Error('the register does not answer')
  })
  const runId = newId()
  await medley.platform.queue.enqueue(name, [{ id: runId, data: {} }])
  await medley.settle()
  const [failed] = (await client().listRuns({ name, state: 'failed' }, operator())).items
  assert.deepEqual([failed?.id, failed?.failure], [runId, 'the register does not answer'])
  isBroken = false
  assert.deepEqual(await client().retryRun({ name, runId }, operator()), { runId })
  await medley.settle()
  assert.equal((await client().listRuns({ name }, operator())).items[0]?.state, 'done')
  await assert.rejects(client().retryRun({ name, runId }, operator()), refused('operations.runNotFailed'))
  await assert.rejects(client().retryRun({ name, runId: newId() }, operator()), refused('operations.runNotFound'))
})

test('a waiting run is stopped', async () => {
  const name = `test.q${newId().slice(-12)}`
  await medley.platform.queue.define({ name, retryLimit: 0 })
  const runId = newId()
  await medley.platform.queue.enqueue(name, [{ id: runId, data: {} }])
  await client().cancelRun({ name, runId }, operator())
  assert.equal((await client().listRuns({ name }, operator())).items[0]?.state, 'cancelled')
  await assert.rejects(client().cancelRun({ name, runId }, operator()), refused('operations.runNotFound'))
})

test('nobody but operators sees or touches the running of the house', async () => {
  const run = { name: 'audit.verify', runId: newId() }
  for (const role of ['patient', 'clinician', 'pharmacist', 'insurer', 'app'] as const) {
    const call = medley.as({ roles: [role], personId: newId() })
    await assert.rejects(client().overview({}, call), refused('access.forbidden'))
    await assert.rejects(client().listJobs({}, call), refused('access.forbidden'))
    await assert.rejects(client().listRuns({}, call), refused('access.forbidden'))
    await assert.rejects(client().runNow({ name: run.name }, call), refused('access.forbidden'))
    await assert.rejects(client().retryRun(run, call), refused('access.forbidden'))
    await assert.rejects(client().cancelRun(run, call), refused('access.forbidden'))
  }
  await assert.rejects(client().overview({}, medley.as({})), refused('access.unauthenticated'))
})

test('the sweep removes old request keys and leaves fresh ones', async () => {
  const { platform } = medley
  const insert = (key: string, hours: number) =>
    platform.database.execute(`insert into medley.answer (key_hash, step, sealed, created_at) values ($1, 0, '', $2)`, [
      key,
      new Date(medley.clock.nowMs() - hours * 3_600_000),
    ])
  await insert('old', 49)
  await insert('fresh', 1)
  await medley.run('operations.sweep')
  const { rows } = await platform.database.execute(
    `select key_hash as key from medley.answer where key_hash in ('old', 'fresh')`,
  )
  assert.deepEqual(rows, [{ key: 'fresh' }])
})
