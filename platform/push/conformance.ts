import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Push, PushMessage, PushSubscription } from './port.ts'

/** What every way to push promises; `received` tells what a device could read. */
export function pushConforms(
  name: string,
  make: () => Promise<{
    push: Push
    subscription: PushSubscription
    received: () => Promise<readonly PushMessage[]>
  }>,
): void {
  describe(`push: ${name}`, () => {
    it('reaches the device with id and title', async () => {
      const { push, subscription, received } = await make()
      const message = { id: randomUUID(), title: 'Neue Nachricht: Größe 漢字 🩺' }
      assert.equal(await push.send(subscription, message), 'sent')
      assert.deepEqual(await received(), [message])
    })
  })
}
