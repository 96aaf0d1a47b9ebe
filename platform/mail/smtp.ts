import { createTransport } from 'nodemailer'
import type { Mail } from './port.ts'

/** Mail through an SMTP server (RFC 5321), pooled. `url` holds host and credentials: `smtps://user:secret@host:465`. */
export function smtpMail(url: string, from: string): Mail & { close(): Promise<void> } {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: 5,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  return {
    async send({ id, to, subject, text, html, attachments = [] }) {
      // A line break in a header would let its author write further headers.
      if (/[\r\n]/.test(to) || /[\r\n]/.test(subject)) throw new Error('an address or a subject has a line break')
      const invitation = attachments.find(each => each.method !== undefined)
      const files = attachments.filter(each => each !== invitation)
      const result = await transport.sendMail({
        messageId: `<${id}@medley>`,
        to,
        subject,
        text,
        ...(html === undefined ? {} : { html }),
        attachments: files.map(each => ({ filename: each.name, contentType: each.contentType, content: each.content })),
        ...(invitation
          ? { icalEvent: { method: invitation.method!, filename: invitation.name, content: invitation.content } }
          : {}),
      })
      return { providerId: result.messageId }
    },
    async close() {
      transport.close()
    },
  }
}
