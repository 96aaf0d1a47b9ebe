import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Sms, SmsMessage } from './port.ts'

/** What every way to send an SMS promises; `received` tells all that arrived, each id once. */
export function smsConforms(
  name: string,
  make: () => Promise<{ sms: Sms; received: () => Promise<readonly SmsMessage[]> }>,
): void {
  describe(`sms: ${name}`, () => {
    const message = () => ({ id: randomUUID(), to: '+4915112345678', text: 'You have a new message. Größe 漢字 🩺' })

    it('arrives as it was', async () => {
      const { sms, received } = await make()
      const sent = message()
      assert.ok((await sms.send(sent)).providerId)
      assert.deepEqual(
        (await received()).find(each => each.id === sent.id),
        sent,
      )
    })

    it('is one message however often its id is sent', async () => {
      const { sms, received } = await make()
      const sent = message()
      for (let count = 0; count < 3; count++) await sms.send(sent)
      assert.equal((await received()).filter(each => each.id === sent.id).length, 1)
    })

    it('refuses what nobody could deliver, and sends nothing', async () => {
      const { sms, received } = await make()
      const before = (await received()).length
      const hostile = [
        ...['', '0151', '4915112345678', '+0151', '+49 151 123', '+49151123\r\nX: y', `+${'1'.repeat(16)}`].map(to => ({
          to,
        })),
        ...['', 'x'.repeat(1_001)].map(text => ({ text })),
        ...['', 'a b', 'a\r\nX: y'].map(id => ({ id })),
      ]
      for (const each of hostile) await assert.rejects(sms.send({ ...message(), ...each }), TypeError)
      assert.equal((await received()).length, before)
    })
  })
}
