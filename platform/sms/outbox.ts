import type { KeptMessages } from '#platform/mail'
import { assertSendable } from './message.ts'
import type { Sms } from './port.ts'

/** Keeps short messages instead of sending them. */
export function outboxSms(kept: KeptMessages): Sms {
  return {
    async send(message) {
      assertSendable(message)
      const { id, to, text } = message
      await kept.add({ id, channel: 'sms', to, subject: '', text, attachments: [] })
      return { providerId: id }
    },
  }
}
