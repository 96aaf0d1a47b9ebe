// Databases that hold the platform's own tables and nothing else, for the adapters that keep something in them.
import { createDatabase } from '../../platform/database/database.ts'
import { migrate, platformMigrations } from '../../platform/database/migrate.ts'
import { pgliteEngine } from '../../platform/database/pglite.ts'
import { postgresEngine } from '../../platform/database/postgres.ts'
import { makeTemplate } from '../../platform/database/template.ts'
import type { Database } from '../../platform/database/port.ts'
import { isAvailable } from './available.ts'
import { startPostgres } from './postgres.ts'

export type TestDatabase = { readonly name: string; readonly database: Database; close(): Promise<void> }

/** The embedded database, and PostgreSQL where `AVAILABLE` names it. */
export async function openDatabases(): Promise<TestDatabase[]> {
  const embedded = createDatabase(await pgliteEngine({ template: await makeTemplate([]) }))
  const opened = [{ name: 'PGlite', database: embedded, close: () => embedded.close() }]
  if (isAvailable('postgres')) opened.push(await openServer())
  return opened
}

async function openServer(): Promise<TestDatabase> {
  const server = await startPostgres()
  const database = createDatabase(await postgresEngine({ url: server.url(), connectionsMax: 5, prepare: true }))
  await migrate(database.owner, [platformMigrations])
  return {
    name: 'PostgreSQL',
    database,
    async close() {
      await database.close()
      await server.stop()
    },
  }
}
