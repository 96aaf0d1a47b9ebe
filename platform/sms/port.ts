/** Short messages to a phone. The text is generic: who reads a lock screen may be anybody. */
export interface Sms {
  /** `to` is in international form (E.164). The same id again is the same message. */
  send(message: { id: string; to: string; text: string }): Promise<{ providerId: string }>
}
