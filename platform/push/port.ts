// The push port: a message to a device, which wakes the app.

/** A browser's own address for push (RFC 8030) with its keys (RFC 8291), as `PushSubscription.toJSON()` gives it. */
export type PushSubscription = {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

export type PushMessage = {
  /** The app asks for the rest by this id, once it is unlocked. A UUID; the same id again replaces what waits unread. */
  readonly id: string
  /** Generic, such as “You have a new message”; at most 200 characters. */
  readonly title: string
}

/**
 * Pushes to devices. No clinical content and no names: the title shows on lock screens. The way is encrypted up to the
 * device. Not promised: that it arrives, or when; a device that is off for a day never gets it.
 */
export interface Push {
  /**
   * `sent` when the push service took it; `gone` when the subscription has ended and should be forgotten. Throws for any
   * other answer, naming neither the subscription nor the title; an endpoint the egress gate refuses throws `EgressRefused`.
   */
  send(subscription: PushSubscription, message: PushMessage): Promise<'sent' | 'gone'>
}
