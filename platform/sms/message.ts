import type { SmsMessage } from './port.ts'

/** Throws for what no gateway could deliver. Messages hold none of the content. */
export function assertSendable({ id, to, text }: SmsMessage): void {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) throw new TypeError('An SMS id is letters, digits and hyphens.')
  if (!/^\+[1-9]\d{6,14}$/.test(to))
    throw new TypeError('A phone number has the international form: +, country, number.')
  if (text.length === 0 || text.length > 1_000) throw new TypeError('An SMS has 1 to 1,000 characters.')
}
