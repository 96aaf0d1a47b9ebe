import type { KeptMessages } from '#platform/mail'
import type { Sms } from './port.ts'

/** Keeps short messages instead of sending them. */
export function outboxSms(kept: KeptMessages): Sms {
  return {
    async send({ id, to, text }) {
      await kept.add({ id, channel: 'sms', to, subject: '', text, attachments: [] })
      return { providerId: id }
    },
  }
}
