import webpush from 'web-push'
import type { Egress } from '#platform/egress'
import type { Push } from './port.ts'

export type WebPushOptions = {
  /** Whom a push service asks when something is wrong (RFC 8292 §2.1): `mailto:…` or `https:…`. */
  readonly contact: string
  /** P-256, base64url. Browsers subscribe with the public one, so changing the pair ends all subscriptions. */
  readonly publicKey: string
  readonly privateKey: string
}

/**
 * Web Push (RFC 8030) with VAPID (RFC 8292), encrypted for the browser (RFC 8291). A browser names its own push service, so
 * the gate's list decides who is spoken to: `fcm.googleapis.com`, `updates.push.services.mozilla.com`, `*.push.apple.com`
 * and `*.notify.windows.com` serve the browsers of today.
 */
export function webPush({ contact, publicKey, privateKey }: WebPushOptions, egress: Egress): Push {
  return {
    async send({ endpoint, keys }, { id, title }) {
      const request = webpush.generateRequestDetails(
        { endpoint, keys: { ...keys } },
        JSON.stringify({ id, title: title.slice(0, 200) }),
        {
          vapidDetails: { subject: contact, publicKey, privateKey },
          contentEncoding: 'aes128gcm',
          TTL: 86_400,
          urgency: 'normal',
          // 32 characters at most (RFC 8030 §5.4): a UUID fits exactly without its hyphens.
          topic: id.replaceAll('-', '').slice(0, 32),
        },
      )
      const answer = await egress.fetch(endpoint, {
        method: 'POST',
        headers: request.headers,
        body: new Uint8Array(request.body as Buffer),
        redirect: 'manual',
      })
      if (answer.status === 404 || answer.status === 410) return 'gone'
      if (!answer.ok) throw new Error(`The push service did not take ${id}: ${answer.status}.`)
      return 'sent'
    },
  }
}

/** A new pair for `WebPushOptions`. Keep it: it belongs to the installation as its host name does. */
export function newVapidKeys(): Pick<WebPushOptions, 'publicKey' | 'privateKey'> {
  return webpush.generateVAPIDKeys()
}
