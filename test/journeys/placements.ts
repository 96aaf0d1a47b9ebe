// Every placement of Medley with demo data: one process and three, on the embedded database and on PostgreSQL.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seedDemo } from '../../server/seed.ts'
import { isAvailable } from '../servers/available.ts'
import { freePort } from '../servers/child.ts'
import { startPostgres } from '../servers/postgres.ts'
import { splitMedley, testMedley } from '../start.ts'
import type { Journey } from './telling.ts'

const quiet = () => {}

async function inOneProcess(journey: Journey, env: Record<string, string>): Promise<number> {
  const port = await freePort()
  await using medley = await testMedley({
    env: { ...env, MEDLEY_PORT: String(port), MEDLEY_DEMO: 'on' },
    startMs: 'real',
  })
  await seedDemo(medley, quiet)
  return (await journey(`http://localhost:${port}`)).length
}

async function splitInThree(journey: Journey, env: Record<string, string>): Promise<number> {
  await using split = await splitMedley({ env: { ...env, MEDLEY_DEMO: 'on' }, startMs: 'real' })
  for (const part of split.parts) await seedDemo(part, quiet)
  return (await journey(split.edge.url)).length
}

/** Declares the tests of one journey, which must have so many steps at least. */
export function everywhere(what: string, journey: Journey, stepsMin: number): void {
  const passes = async (steps: Promise<number>) => assert.ok((await steps) >= stepsMin)
  test(`${what}, in one process on the embedded database`, () => passes(inOneProcess(journey, {})))
  test(`${what}, split in three on the embedded database`, () => passes(splitInThree(journey, {})))
  if (!isAvailable('postgres')) return
  test(`${what} on PostgreSQL, in one process and split in three`, async () => {
    const server = await startPostgres()
    try {
      await passes(inOneProcess(journey, { MEDLEY_DATABASE_URL: await server.createDatabase('one') }))
      await passes(splitInThree(journey, { MEDLEY_DATABASE_URL: await server.createDatabase('three') }))
    } finally {
      await server.stop()
    }
  })
}
