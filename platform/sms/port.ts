// The SMS port: short messages to a phone.

export type SmsMessage = {
  /** The same id again is the same message, wherever the adapter can make that known. A UUID. */
  readonly id: string
  /** In international form (E.164): `+4915112345678`. */
  readonly to: string
  /** At most 1,000 characters; beyond 160, or 70 with other letters, it travels and is paid for in several parts. */
  readonly text: string
}

/**
 * Hands short messages over. No clinical content and no names: who reads a lock screen may be anybody, and networks keep
 * the text. Not promised: that it is delivered, or in what order.
 */
export interface Sms {
  /** Resolves when the next hop took it. Throws when it did not, naming neither number nor text. */
  send(message: SmsMessage): Promise<{ providerId: string }>
}
