import { createHmac } from 'node:crypto'
import type { Egress } from '#platform/egress'
import type { Sms } from './port.ts'

/** Posts each message as JSON to an HTTP gateway, signed over time and body so that the gateway knows it is us. */
export function gatewaySms(url: string, secret: string, egress: Egress): Sms {
  return {
    async send({ id, to, text }) {
      const body = JSON.stringify({ id, to, text })
      const at = String(Math.floor(Date.now() / 1_000))
      const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
      const answer = await egress.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': id,
          'medley-signature': `t=${at},v1=${signature}`,
        },
        body,
      })
      if (!answer.ok) throw new Error(`the SMS gateway answers ${answer.status}`)
      return { providerId: id }
    },
  }
}
