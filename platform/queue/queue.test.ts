import { after } from 'node:test'
import { isAvailable } from '../../test/servers/available.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { createDatabase } from '../database/database.ts'
import type { Engine } from '../database/engine.ts'
import { migrate, platformMigrations } from '../database/migrate.ts'
import { pgliteEngine } from '../database/pglite.ts'
import { postgresEngine } from '../database/postgres.ts'
import { queueConforms } from './conformance.ts'
import { bossQueue } from './pg-boss.ts'

async function openOn(engine: Engine) {
  const database = createDatabase(engine)
  await migrate(database.owner, [platformMigrations])
  return {
    database,
    make: () => bossQueue(database, { report: error => process.stderr.write(`${String(error)}\n`), pollMs: 500 }),
  }
}

queueConforms('pg-boss on the embedded database', async () => openOn(await pgliteEngine({})))

if (isAvailable('postgres')) {
  const server = startPostgres()
  after(async () => (await server).stop())
  queueConforms('pg-boss on a server', async () =>
    openOn(
      await postgresEngine({ url: await (await server).createDatabase('queue'), connectionsMax: 10, prepare: true }),
    ),
  )
}
