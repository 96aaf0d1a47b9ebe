import type { KeptMessages } from '#platform/mail'
import type { Push } from './port.ts'

/** Keeps pushes instead of sending them. Only the host of the subscription is shown: its path is a secret. */
export function outboxPush(kept: KeptMessages): Push {
  return {
    async send({ endpoint }, { id, title }) {
      await kept.add({ id, channel: 'push', to: new URL(endpoint).host, subject: '', text: title, attachments: [] })
      return 'sent'
    },
  }
}
