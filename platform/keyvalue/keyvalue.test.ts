import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { openDatabases } from '../../test/servers/database.ts'
import { movableClock } from '../clock/movable.ts'
import { keyValueConforms } from './conformance.ts'
import { memoryKeyValue } from './memory.ts'
import { postgresKeyValue } from './postgres.ts'

keyValueConforms('memory', async clock => memoryKeyValue(clock))

describe('keyvalue in a database', async () => {
  const databases = await openDatabases()
  after(() => Promise.all(databases.map(each => each.close())))
  for (const { name, database } of databases) {
    keyValueConforms(name, async clock => postgresKeyValue(database, clock))

    it(`of ${name} does not keep for ever what is too old`, async () => {
      const clock = movableClock(Date.UTC(2026, 10, 21))
      const store = postgresKeyValue(database, clock)
      for (let index = 0; index < 50; index++) await store.put(`old/${index}`, 1, { ttlMs: 1_000 })
      clock.advance(1_000)
      for (let index = 0; index < 50; index++) await store.put('new', index)
      const { rows } = await database.execute("select count(*) as old from medley.keyvalue where key like 'old/%'")
      assert.equal(rows[0]?.['old'], 0)
    })
  }
})
