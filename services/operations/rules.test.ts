import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/id'
import { jobsWith, runView, sumOf } from './rules.ts'

const counts = (name: string, failed = 0, lastRunAt: Date | null = null) => ({
  name,
  waiting: 1,
  running: 2,
  failed,
  lastRunAt,
})

test('every job is listed whether it ever ran or not, and every queue whether it is declared or not', () => {
  const job = { name: 'a.run', summary: 'Runs', every: '* * * * *', retryLimit: 3 }
  const idle = { name: 'a.idle', summary: 'Idles', retryLimit: 0 }
  const items = jobsWith([job, idle], [counts('a.run', 4, new Date(0)), counts('a.events'), counts('old.job', 1)])
  assert.deepEqual(items, [
    { ...job, waiting: 1, running: 2, failed: 4, lastRunAt: '1970-01-01T00:00:00.000Z' },
    { ...idle, waiting: 0, running: 0, failed: 0 },
    { name: 'a.events', summary: 'Hand what others announced to a', retryLimit: 5, waiting: 1, running: 2, failed: 0 },
    {
      name: 'old.job',
      summary: 'A queue that no service here declares',
      retryLimit: 5,
      waiting: 1,
      running: 2,
      failed: 1,
    },
  ])
})

test('the overview adds the queues up', () => {
  assert.deepEqual(sumOf([counts('a', 1), counts('b', 2)]), { waiting: 2, running: 4, failed: 3 })
  assert.deepEqual(sumOf([]), { waiting: 0, running: 0, failed: 0 })
})

test('a run shows what is known of it and leaves out the rest', () => {
  const run = { id: newId(), name: 'a.run', state: 'waiting' as const, tries: 0, createdAt: new Date(0) }
  const none = { startedAt: null, endedAt: null, failure: null, progress: null }
  assert.deepEqual(runView({ ...run, ...none }), { ...run, createdAt: '1970-01-01T00:00:00.000Z' })
  const some = {
    startedAt: new Date(1),
    endedAt: new Date(2),
    failure: 'x',
    progress: { done: 1, total: 2, note: null },
  }
  assert.deepEqual(runView({ ...run, ...some }), {
    ...run,
    createdAt: '1970-01-01T00:00:00.000Z',
    startedAt: '1970-01-01T00:00:00.001Z',
    endedAt: '1970-01-01T00:00:00.002Z',
    failure: 'x',
    progress: { done: 1, total: 2 },
  })
})
