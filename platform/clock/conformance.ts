import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Clock } from './port.ts'

/** What every clock promises. */
export function clockConforms(name: string, make: () => Clock): void {
  describe(`clock: ${name}`, () => {
    it('tells whole epoch milliseconds of this century', () => {
      const nowMs = make().nowMs()
      assert.ok(Number.isSafeInteger(nowMs))
      assert.ok(nowMs >= Date.UTC(2000, 0) && nowMs < Date.UTC(2100, 0))
    })

    it('is not behind itself when it is read again', () => {
      const clock = make()
      const first = clock.nowMs()
      assert.ok(clock.nowMs() >= first)
    })
  })
}
