import { createHmac } from 'node:crypto'
import type { Clock } from '#platform/clock'
import type { Egress } from '#platform/egress'
import { systemClock } from '../clock/system.ts'
import { assertSendable } from './message.ts'
import type { Sms } from './port.ts'

/**
 * Posts each message as JSON `{ id, to, text }` to an HTTP gateway. `Medley-Signature: t=<seconds>,v1=<hex>` is the
 * HMAC-SHA-256 of `<seconds>.<body>` under the secret we share, so the gateway knows that it is us and that it is now;
 * `Idempotency-Key` lets it send a repeat once. Any answer of 2xx is taken for sent; its `id`, if any, is the provider's.
 */
export function gatewaySms(url: string, secret: string, egress: Egress, clock: Clock = systemClock()): Sms {
  return {
    async send(message) {
      assertSendable(message)
      const { id, to, text } = message
      const body = JSON.stringify({ id, to, text })
      const seconds = String(Math.floor(clock.nowMs() / 1_000))
      const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
      const answer = await egress.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': id,
          'medley-signature': `t=${seconds},v1=${signature}`,
        },
        body,
        // Whoever redirects a signed request is not the gateway we were told about.
        redirect: 'manual',
      })
      if (!answer.ok) throw new Error(`The SMS gateway did not take ${id}: ${answer.status}.`)
      return { providerId: idIn(await answer.text()) ?? id }
    },
  }
}

function idIn(text: string): string | undefined {
  try {
    const { id } = JSON.parse(text) as { id?: unknown }
    return typeof id === 'string' && id.length <= 200 ? id : undefined
  } catch {
    return undefined
  }
}
