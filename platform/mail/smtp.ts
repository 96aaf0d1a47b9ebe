import { createTransport } from 'nodemailer'
import { assertSendable } from './message.ts'
import type { Mail } from './port.ts'

/**
 * Mail through an SMTP server (RFC 5321), over pooled connections. `url` holds host and credentials, such as
 * `smtps://user:secret@host:465`; `smtp:` uses STARTTLS where the server offers it. `from` may have a name.
 */
export function smtpMail(url: string, from: string): Mail {
  const domain = /@([^\s>]+)>?\s*$/.exec(from)?.[1] ?? 'medley.invalid'
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 3,
      maxMessages: 100,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      // Nothing in a message may make us read a file or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  return {
    async send(message) {
      assertSendable(message)
      const { id, to, subject, text, html, attachments = [] } = message
      const invitation = attachments.find(each => each.method !== undefined)
      const files = attachments.filter(each => each !== invitation)
      try {
        const { messageId } = await transport.sendMail({
          messageId: `<${id}@${domain}>`,
          // As an object, so that the address is not parsed as a list.
          to: { name: '', address: to },
          subject,
          text,
          // Automatic mail, so that no absence note answers it (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
          ...(html === undefined ? {} : { html }),
          attachments: files.map(({ name, contentType, content }) => ({
            filename: name,
            contentType,
            content: Buffer.from(content),
          })),
          ...(invitation
            ? { icalEvent: { method: invitation.method!, filename: invitation.name, content: invitation.content } }
            : {}),
        })
        return { providerId: messageId }
      } catch (error) {
        throw withoutAddresses(id, error)
      }
    },
    async close() {
      transport.close()
    },
  }
}

/** Servers repeat the recipient in their answers, so only the code is passed on and the cause is left out. */
function withoutAddresses(id: string, error: unknown): Error {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  return new Error(`The mail server did not take ${id}: ${responseCode ?? code ?? 'no answer'}.`)
}
