import type { Readable } from 'node:stream'
import { callbackify } from 'node:util'
import { SMTPServer, type Session } from 'smtp-server'
import { flatten, parseMime, type Part } from './mime.ts'

export type ReceivedMail = {
  /** Of the envelope, as the server was told. */
  readonly from: string
  readonly to: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly subject: string
  readonly text: string
  /** The same content in several forms, plainest first. */
  readonly alternatives: readonly Part[]
  readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly text: string }[]
  readonly raw: string
}

export type SmtpServer = {
  readonly url: string
  /** What arrived, oldest first. */
  readonly messages: readonly ReceivedMail[]
  /** How many connections were ever made. */
  connections(): number
  /** From now on mail to this address gets a 550. */
  refuse(address: string): void
  stop(): Promise<void>
}

/** A mail server on loopback that takes everything and delivers nothing. */
export async function startSmtp(): Promise<SmtpServer> {
  const messages: ReceivedMail[] = []
  const refused = new Set<string>()
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 500,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      if (!refused.has(address)) return done()
      done(Object.assign(new Error(`no such user here: ${address}`), { responseCode: 550 }))
    },
    onData(stream, session, done) {
      const take = async () => void messages.push(await receive(stream, session))
      callbackify(take)(done)
    },
  })
  server.on('error', () => {}) // A client that leaves in the middle is the client's business.
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve).on('connection', () => connections++)
  await promise
  const { port } = server.server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    connections: () => connections,
    refuse: address => void refused.add(address),
    stop: () => new Promise(end => server.close(end)),
  }
}

async function receive(stream: Readable, { envelope }: Session): Promise<ReceivedMail> {
  const raw = Buffer.concat(await stream.toArray())
  const top = parseMime(raw)
  const parts = flatten(top)
  const together = parts.find(part => part.contentType.startsWith('multipart/alternative'))
  const body = parts.find(part => part.contentType.startsWith('text/plain') && part.name === '')
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(each => each.address),
    headers: top.headers,
    subject: top.headers['subject'] ?? '',
    text: body?.text ?? '',
    alternatives: together?.children ?? (body ? [body] : []),
    attachments: parts
      .filter(part => part.name !== '')
      .map(({ name, contentType, text }) => ({ name, contentType, text })),
    raw: raw.toString('latin1'),
  }
}
