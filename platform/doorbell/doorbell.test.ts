import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isAvailable } from '../../test/servers/available.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { type RedisServer, startRedis } from '../../test/servers/redis.ts'
import { createDatabase } from '../database/database.ts'
import { pgliteEngine } from '../database/pglite.ts'
import { postgresEngine } from '../database/postgres.ts'
import { doorbellConforms } from './conformance.ts'
import { gatherRings } from './gather.ts'
import { memoryDoorbell } from './memory.ts'
import { postgresDoorbell } from './postgres.ts'
import { redisDoorbell } from './redis.ts'

const report = (error: unknown) => assert.fail(String(error))

const one = memoryDoorbell()
doorbellConforms('memory', async () => one)

const embedded = pgliteEngine({}).then(engine => createDatabase(engine))
after(async () => (await embedded).close())
doorbellConforms('notifications of the embedded database', async () => postgresDoorbell(await embedded, report))

describe('rings on their way', () => {
  it('make at most one message in a while', async () => {
    const sent: number[] = []
    const gathering = gatherRings(15, 7_800, messages => void sent.push(messages.length))
    for (let seq = 1; seq <= 1_000; seq++) gathering.add([{ channel: 'a/1', seq }])
    await pause(40)
    assert.deepEqual(sent, [1])
  })
})

if (isAvailable('postgres')) {
  const starting = startPostgres()
  const url = starting.then(server => server.createDatabase('doorbell'))
  after(async () => (await starting).stop())
  doorbellConforms('PostgreSQL', async () => {
    const engine = await postgresEngine({ url: await url, connectionsMax: 2, prepare: true })
    const database = createDatabase(engine)
    const doorbell = await postgresDoorbell(database, report)
    return {
      ...doorbell,
      async close() {
        await doorbell.close()
        await database.close()
      },
    }
  })
}

if (isAvailable('redis')) {
  const starting = startRedis()
  const prefix = `${randomUUID()}:`
  after(async () => (await starting).stop())
  doorbellConforms('Redis', async () => redisDoorbell((await starting).url, { prefix }))

  describe('the doorbell in Redis when the server fails', () => {
    it('keeps silent meanwhile and rings again afterwards', async () => {
      let server: RedisServer = await startRedis()
      const doorbell = await redisDoorbell(server.url, { prefix })
      const heard: number[] = []
      doorbell.listen(({ seq }) => void heard.push(seq ?? 0))
      const { port } = server
      await server.stop()
      doorbell.ring([{ channel: 'a/1', seq: 1 }])
      server = await startRedis({ port })
      const limitMs = performance.now() + 15_000
      for (let seq = 2; heard.length === 0; seq++) {
        assert.ok(performance.now() < limitMs, 'it did not come back')
        doorbell.ring([{ channel: 'a/1', seq }])
        await pause(25)
      }
      await doorbell.close()
      await server.stop()
    })
  })
}
