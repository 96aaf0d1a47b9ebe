import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Json } from '#core/fault'
import { movableClock } from '../clock/movable.ts'
import type { Clock } from '#platform/clock'
import type { KeyValue } from './port.ts'

const startMs = Date.UTC(2026, 10, 21, 9, 30)

const plainValues: Json[] = [null, true, false, 0, -1.5, 1e21, Number.MAX_SAFE_INTEGER, '', '\\u0000', [], {}]

/** What every keyvalue store promises. `make` opens it with this clock, each time with what is there already. */
export function keyValueConforms(name: string, make: (clock: Clock) => Promise<KeyValue>): void {
  const open = async (clock = movableClock(startMs)) => ({
    clock,
    store: await make(clock),
    key: `test/${randomUUID()}`,
  })

  describe(`keyvalue: ${name}`, () => {
    const values: Json[] = [
      ...plainValues,
      { nested: [{ deep: [1, null, 'x'] }], 'odd key "': true, '': 0 },
      'Größe "漢字" \\ 🩺 \n',
      'x'.repeat(99_990),
    ]
    for (const value of values) {
      it(`gives back ${JSON.stringify(value).slice(0, 40)}`, async () => {
        const { store, key } = await open()
        const version = await store.put(key, value)
        assert.ok(Number.isSafeInteger(version) && version! > 0)
        assert.deepEqual(await store.get(key, { isConsistent: true }), { value, version })
      })
    }

    it('has nothing under a key nobody used, or somebody deleted', async () => {
      const { store, key } = await open()
      assert.equal(await store.get(key), undefined)
      await store.delete(key)
      await store.put(key, 1)
      await store.delete(key)
      assert.equal(await store.get(key), undefined)
    })

    it('keeps what was put, whatever becomes of the object', async () => {
      const { store, key } = await open()
      const value = { list: [1] }
      await store.put(key, value)
      value.list.push(2)
      const got = (await store.get(key))?.value as { list: number[] }
      got.list.push(3)
      assert.deepEqual((await store.get(key))?.value, { list: [1] })
    })

    it('refuses keys and values that some store could not keep', async () => {
      const { store, key } = await open()
      for (const hostile of ['', ' ', 'a b', 'ä', 'a\0', "a';--", '%', '*', 'x'.repeat(301)]) {
        await assert.rejects(store.put(hostile, 1), TypeError)
        await assert.rejects(store.get(hostile), TypeError)
        await assert.rejects(store.delete(hostile), TypeError)
        if (hostile !== '') await assert.rejects(store.list(hostile), TypeError)
      }
      for (const value of ['\0', '\ud800', { '\0': 1 }, ['a\\\0'], undefined as unknown as Json])
        await assert.rejects(store.put(key, value), TypeError)
      await assert.rejects(store.put(key, 'x'.repeat(100_000)), RangeError)
      assert.equal(await store.get(key), undefined)
    })

    versionsConform(open)
    timesConform(open)
    listsConform(open)
  })
}

type Open = (clock?: ReturnType<typeof movableClock>) => Promise<{
  clock: ReturnType<typeof movableClock>
  store: KeyValue
  key: string
}>

function versionsConform(open: Open): void {
  it('puts only over the version that was read', async () => {
    const { store, key } = await open()
    assert.equal(await store.put(key, 'x', { ifVersion: 5 }), undefined)
    const first = await store.put(key, 'first', { ifVersion: 0 })
    assert.ok(first)
    assert.equal(await store.put(key, 'x', { ifVersion: 0 }), undefined)
    const second = await store.put(key, 'second', { ifVersion: first })
    assert.ok(second && second !== first)
    assert.equal(await store.put(key, 'x', { ifVersion: first }), undefined)
    assert.deepEqual(await store.get(key), { value: 'second', version: second })
  })

  it('never takes a version from before a delete for the present one', async () => {
    const { store, key } = await open()
    const before = await store.put(key, 'a')
    await store.delete(key)
    await store.put(key, 'b')
    assert.equal(await store.put(key, 'c', { ifVersion: before! }), undefined)
    assert.equal((await store.get(key))?.value, 'b')
  })

  it('loses no addition of many at once', async () => {
    const { store, key } = await open()
    const add = async () => {
      for (;;) {
        const now = await store.get(key, { isConsistent: true })
        const sum = Number(now?.value ?? 0) + 1
        if (await store.put(key, sum, { ifVersion: now?.version ?? 0 })) return
      }
    }
    await Promise.all(Array.from({ length: 12 }, add))
    assert.equal((await store.get(key))?.value, 12)
  })

  it('would lose some without versions, so the test above can fail', async () => {
    const { store, key } = await open()
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        const now = await store.get(key)
        await store.put(key, Number(now?.value ?? 0) + 1)
      }),
    )
    assert.ok(Number((await store.get(key))?.value) < 12)
  })
}

function timesConform(open: Open): void {
  it('forgets when the time is over, and takes the key for unused', async () => {
    const { store, key, clock } = await open()
    const version = await store.put(key, 'brief', { ttlMs: 1_000 })
    clock.advance(999)
    assert.equal((await store.get(key))?.value, 'brief')
    clock.advance(1)
    assert.equal(await store.get(key), undefined)
    assert.deepEqual(await store.list(key), [])
    assert.equal(await store.put(key, 'x', { ifVersion: version! }), undefined)
    assert.ok(await store.put(key, 'new', { ifVersion: 0 }))
    clock.advance(1e9)
    assert.equal((await store.get(key))?.value, 'new')
  })

  it('counts the time from the last put', async () => {
    const { store, key, clock } = await open()
    const version = await store.put(key, 1, { ttlMs: 1_000 })
    clock.advance(900)
    await store.put(key, 2, { ttlMs: 1_000, ifVersion: version! })
    clock.advance(900)
    assert.equal((await store.get(key))?.value, 2)
    await store.put(key, 3)
    clock.advance(1e9)
    assert.equal((await store.get(key))?.value, 3)
  })
}

function listsConform(open: Open): void {
  it('lists keys by prefix in the order of their characters, page by page', async () => {
    const { store, key } = await open()
    const keys = ['', '-', '.', '/a', '/a/b', '/b', '0', 'A', 'Z', '_', 'a'].map(end => `${key}${end}`).toSorted()
    for (const each of keys.toReversed()) await store.put(each, 1)
    await store.put(`test/${randomUUID()}`, 1)
    assert.deepEqual(await store.list(key), keys)
    assert.deepEqual(await store.list(`${key}/`), [`${key}/a`, `${key}/a/b`, `${key}/b`])
    assert.deepEqual(await store.list(key, { limit: 3 }), keys.slice(0, 3))
    assert.deepEqual(await store.list(key, { after: keys[2]!, limit: 4 }), keys.slice(3, 7))
    assert.deepEqual(await store.list(`${key}nothing`), [])
  })
}
