import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isAvailable } from '../../test/servers/available.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { databaseConforms } from './conformance.ts'
import { createDatabase } from './database.ts'
import { DirectoryInUse } from './directory-lock.ts'
import { pgliteEngine } from './pglite.ts'
import { postgresEngine } from './postgres.ts'

databaseConforms('embedded', () => pgliteEngine({}))

if (isAvailable('postgres')) {
  const server = startPostgres()
  after(async () => (await server).stop())
  databaseConforms('server', async () =>
    postgresEngine({ url: await (await server).createDatabase('conformance'), connectionsMax: 10, prepare: true }),
  )
}

test('a data folder has one owner at a time, and what was committed is there for the next', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'medley-embedded-'))
  const first = createDatabase(await pgliteEngine({ directory }))
  await first.execute('create table kept (id int)')
  await first.execute('insert into kept values ($1)', [7])
  await assert.rejects(pgliteEngine({ directory }), DirectoryInUse)
  await first.close()
  const second = createDatabase(await pgliteEngine({ directory }))
  assert.deepEqual((await second.execute('select id from kept')).rows, [{ id: 7 }])
  assert.deepEqual((await second.execute(`select current_setting('fsync') as fsync`)).rows, [{ fsync: 'on' }])
  await second.close()
  rmSync(directory, { recursive: true, force: true })
})
