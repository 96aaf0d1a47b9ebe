import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cache } from './port.ts'

/** What every cache promises while its server is there. */
export function cacheConforms(name: string, make: () => Promise<Cache>): void {
  describe(`cache: ${name}`, () => {
    const opened: Cache[] = []
    const open = async () => {
      const cache = await make()
      opened.push(cache)
      return cache
    }
    after(() => Promise.all(opened.map(cache => cache.close())))

    it('misses what nobody remembered', async () => {
      assert.equal(await (await open()).get(randomUUID()), undefined)
    })

    for (const value of ['', 'plain', 'grüße 漢字 🩺', 'a\nb\0c', 'x'.repeat(1_000_000)]) {
      it(`gives back ${JSON.stringify(value.slice(0, 12))} as it was`, async () => {
        const [cache, key] = [await open(), randomUUID()]
        await cache.set(key, value, 60_000)
        assert.equal(await cache.get(key), value)
      })
    }

    it('takes any text as a key, and tells keys apart', async () => {
      const [cache, mark] = [await open(), randomUUID()]
      const keys = ['', ' ', '*', 'ü', 'a b', '\r\nFLUSHALL\r\n', '__proto__'].map(key => `${mark}${key}`)
      await Promise.all(keys.map(key => cache.set(key, `value of ${key}`, 60_000)))
      for (const key of keys) assert.equal(await cache.get(key), `value of ${key}`)
    })

    it('replaces and forgets', async () => {
      const [cache, key] = [await open(), randomUUID()]
      await cache.set(key, 'first', 60_000)
      await cache.set(key, 'second', 60_000)
      assert.equal(await cache.get(key), 'second')
      await cache.delete(key)
      assert.equal(await cache.get(key), undefined)
      await cache.delete(key)
    })

    it('forgets when the time is over, and not the neighbour', async () => {
      const [cache, brief, lasting] = [await open(), randomUUID(), randomUUID()]
      await cache.set(lasting, 'here', 60_000)
      await cache.set(brief, 'here', 40)
      const limitMs = performance.now() + 5_000
      while ((await cache.get(brief)) !== undefined && performance.now() < limitMs) await pause(5)
      assert.equal(await cache.get(brief), undefined)
      assert.equal(await cache.get(lasting), 'here')
    })

    it('forgets at once what is set for no time at all', async () => {
      const [cache, key] = [await open(), randomUUID()]
      await cache.set(key, 'old', 60_000)
      await cache.set(key, 'new', 0)
      assert.equal(await cache.get(key), undefined)
    })

    loadConforms(open)

    it('misses after it was closed', async () => {
      const [cache, key] = [await make(), randomUUID()]
      await cache.set(key, 'here', 60_000)
      await cache.close()
      await cache.set(key, 'again', 60_000)
      assert.equal(await cache.get(key), undefined)
    })
  })
}

function loadConforms(open: () => Promise<Cache>): void {
  it('makes a value once for a hundred who ask at the same time', async () => {
    const [cache, key] = [await open(), randomUUID()]
    const gate = Promise.withResolvers<string>()
    let made = 0
    const asked = Array.from({ length: 100 }, () => cache.load(key, 60_000, () => (made++, gate.promise)))
    gate.resolve('costly')
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(['costly']))
    assert.equal(await cache.load(key, 60_000, async () => 'other'), 'costly')
    assert.equal(made, 1)
  })

  it('hands a failure to all who ask and remembers nothing', async () => {
    const [cache, key] = [await open(), randomUUID()]
    const asked = Array.from({ length: 10 }, () =>
      cache.load(key, 60_000, async () => Promise.reject(new Error('no luck'))),
    )
    for (const outcome of await Promise.allSettled(asked)) assert.equal(outcome.status, 'rejected')
    assert.equal(await cache.get(key), undefined)
    assert.equal(await cache.load(key, 60_000, async () => 'luck'), 'luck')
  })

  for (const change of ['delete', 'set'] as const) {
    it(`does not remember a value that was made before a ${change}`, async () => {
      const [cache, key] = [await open(), randomUUID()]
      const [gate, begun] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
      const asked = cache.load(key, 60_000, () => (begun.resolve(), gate.promise))
      await begun.promise
      if (change === 'delete') await cache.delete(key)
      else await cache.set(key, 'fresh', 60_000)
      gate.resolve('stale')
      assert.equal(await asked, 'stale')
      assert.equal(await cache.get(key), change === 'delete' ? undefined : 'fresh')
    })
  }
}
