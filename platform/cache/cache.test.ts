import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isAvailable } from '../../test/servers/available.ts'
import { type RedisServer, startRedis } from '../../test/servers/redis.ts'
import { cacheConforms } from './conformance.ts'
import { memoryCache } from './memory.ts'
import type { Cache } from './port.ts'
import { redisCache } from './redis.ts'

cacheConforms('memory', async () => memoryCache())

describe('the cache in memory', () => {
  it('forgets what was unused for longest when it is full', async () => {
    const cache = memoryCache({ entriesMax: 2 })
    await cache.set('a', '1', 60_000)
    await cache.set('b', '2', 60_000)
    await cache.get('a')
    await cache.set('c', '3', 60_000)
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(key => cache.get(key))), ['1', undefined, '3'])
  })
})

describe('the cache in Redis when there is no server', () => {
  it('misses quickly and never throws', async () => {
    // Port 9 is "discard": nothing listens there.
    const errors: Error[] = []
    const cache = redisCache('redis://127.0.0.1:9', { report: error => errors.push(error) })
    const startMs = performance.now()
    await cache.set('a', '1', 60_000)
    assert.equal(await cache.get('a'), undefined)
    await cache.delete('a')
    assert.equal(await cache.load('a', 60_000, async () => 'made'), 'made')
    assert.ok(performance.now() - startMs < 1_000)
    assert.ok(errors.length > 0)
    await cache.close()
  })
})

if (isAvailable('redis')) {
  const starting = startRedis()
  after(async () => (await starting).stop())
  cacheConforms('redis', async () => redisCache((await starting).url, { prefix: `${randomUUID()}:` }))
  outages()
}

function outages(): void {
  describe('the cache in Redis when the server fails', () => {
    let server: RedisServer
    let cache: Cache
    const isBack = async () => {
      await cache.set('probe', 'here', 60_000)
      return (await cache.get('probe')) === 'here'
    }

    it('keeps prefixes apart', async () => {
      server = await startRedis()
      cache = redisCache(server.url, { prefix: 'one:' })
      const other = redisCache(server.url, { prefix: 'two:' })
      await cache.set('a', '1', 60_000)
      assert.equal(await other.get('a'), undefined)
      await other.close()
    })

    it('misses while the server hangs, and only the first request waits', async () => {
      server.freeze()
      assert.equal(await cache.get('a'), undefined)
      const startMs = performance.now()
      for (let count = 0; count < 100; count++) assert.equal(await cache.get('a'), undefined)
      assert.ok(performance.now() - startMs < 250)
      server.thaw()
      await until(isBack)
      assert.equal(await cache.get('a'), '1')
    })

    it('misses while the server is gone, and is back when it is', async () => {
      const { port } = server
      await server.stop()
      const startMs = performance.now()
      for (let count = 0; count < 100; count++) assert.equal(await cache.get('a'), undefined)
      assert.ok(performance.now() - startMs < 1_000)
      server = await startRedis({ port })
      await until(isBack)
      await cache.close()
      await server.stop()
    })
  })
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const limitMs = performance.now() + 15_000
  while (!(await isSo())) {
    assert.ok(performance.now() < limitMs, 'it did not come back')
    await pause(20)
  }
}
