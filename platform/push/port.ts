/** A browser's own address for push (RFC 8030) with its keys (RFC 8291). */
export type PushSubscription = { endpoint: string; keys: { p256dh: string; auth: string } }

/** Push to a device. Carries an opaque id and a generic title; the app fetches the rest once it is unlocked. */
export interface Push {
  /** `gone` when the subscription has ended and should be forgotten. */
  send(subscription: PushSubscription, message: { id: string; title: string }): Promise<'sent' | 'gone'>
}
