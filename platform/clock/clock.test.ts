import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clockConforms } from './conformance.ts'
import { movableClock } from './movable.ts'
import { systemClock } from './system.ts'

const startMs = Date.UTC(2026, 10, 21, 9, 30)

clockConforms('system', systemClock)
clockConforms('movable', () => movableClock(startMs))

describe('the system clock', () => {
  it('agrees with the machine', () => {
    const before = Date.now()
    const nowMs = systemClock().nowMs()
    assert.ok(nowMs >= before && nowMs <= Date.now())
  })
})

describe('a movable clock', () => {
  it('stands still until it is moved', () => {
    const clock = movableClock(startMs)
    assert.equal(clock.nowMs(), startMs)
    clock.advance(90_000)
    assert.equal(clock.nowMs(), startMs + 90_000)
    clock.set(startMs - 1)
    assert.equal(clock.nowMs(), startMs - 1)
  })

  it('is moved alone', () => {
    const [moved, other] = [movableClock(startMs), movableClock(startMs)]
    moved.advance(1)
    assert.equal(other.nowMs(), startMs)
  })

  it('refuses to advance backwards or by parts of a millisecond', () => {
    const clock = movableClock(startMs)
    assert.throws(() => clock.advance(-1), RangeError)
    assert.throws(() => clock.advance(0.5), RangeError)
    assert.throws(() => clock.advance(Number.NaN), RangeError)
    assert.throws(() => movableClock(Number.POSITIVE_INFINITY), RangeError)
    assert.equal(clock.nowMs(), startMs)
  })
})
