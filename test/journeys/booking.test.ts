// The booking journey in every placement on every database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seedDemo } from '../../server/seed.ts'
import { isAvailable } from '../servers/available.ts'
import { startPostgres } from '../servers/postgres.ts'
import { freePort } from '../servers/child.ts'
import { splitMedley, testMedley } from '../start.ts'
import { booking } from './booking.ts'

const quiet = () => {}

async function inOneProcess(env: Record<string, string>): Promise<void> {
  const port = await freePort()
  await using medley = await testMedley({
    env: { ...env, MEDLEY_PORT: String(port), MEDLEY_DEMO: 'on' },
    startMs: 'real',
  })
  await seedDemo(medley, quiet)
  const steps = await booking(`http://localhost:${port}`)
  assert.ok(steps.length >= 18)
}

async function splitInThree(env: Record<string, string>): Promise<void> {
  await using split = await splitMedley({ env: { ...env, MEDLEY_DEMO: 'on' }, startMs: 'real' })
  for (const part of split.parts) await seedDemo(part, quiet)
  const steps = await booking(split.edge.url)
  assert.ok(steps.length >= 18)
}

test('a visit is booked, in one process on the embedded database', () => inOneProcess({}))
test('a visit is booked, split in three on the embedded database', () => splitInThree({}))

if (isAvailable('postgres')) {
  test('a visit is booked on PostgreSQL, in one process and split in three', async () => {
    const server = await startPostgres()
    try {
      await inOneProcess({ MEDLEY_DATABASE_URL: await server.createDatabase('one') })
      await splitInThree({ MEDLEY_DATABASE_URL: await server.createDatabase('three') })
    } finally {
      await server.stop()
    }
  })
}
