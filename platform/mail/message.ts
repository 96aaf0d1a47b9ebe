// What no mail may hold, whichever adapter sends it. Every header is written from these fields.
import type { MailMessage } from './port.ts'

// oxlint-disable-next-line no-control-regex -- Control characters are what this refuses; a line break begins a header.
const control = /[\u0000-\u001f\u007f\u2028\u2029]/
const address = /^[^\s<>()[\],;:\\"@]{1,64}@[^\s<>()[\],;:\\"@]{1,190}$/

/** Throws for what could write a header of its own or reach a second recipient. Messages hold none of the content. */
export function assertSendable({ id, to, subject, attachments = [] }: MailMessage): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/.test(id))
    throw new TypeError('A mail id is letters, digits, dots and hyphens.')
  if (!address.test(to) || control.test(to)) throw new TypeError('Mail goes to one address, without a name or a list.')
  if (control.test(subject) || subject.length > 500)
    throw new TypeError('A subject is one line of at most 500 characters.')
  for (const { name, contentType } of attachments)
    if (control.test(name) || control.test(contentType) || name.length > 200 || contentType.length > 200)
      throw new TypeError('The name and the type of an attachment are each one line of at most 200 characters.')
  if (attachments.filter(each => each.method !== undefined).length > 1)
    throw new TypeError('A mail carries at most one invitation.')
}
