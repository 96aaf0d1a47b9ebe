import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Id, newId } from './id.ts'

test('an id is a UUID of version 7 that tells when it was made, and no two are alike', () => {
  const nowMs = Date.parse('2026-11-23T12:00:00.123Z')
  const ids = Array.from({ length: 1_000 }, () => newId(nowMs + 0.5))
  assert.equal(new Set(ids).size, 1_000)
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), nowMs)
    assert.ok(Id.safeParse(id).success && id < newId(nowMs + 1))
  }
})
