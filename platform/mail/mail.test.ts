import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { openDatabases } from '../../test/servers/database.ts'
import { startSmtp } from '../../test/servers/smtp.ts'
import { movableClock } from '../clock/movable.ts'
import { keptMessagesConform, mailConforms } from './conformance.ts'
import { databaseKeptMessages, outboxMail } from './outbox.ts'
import { smtpMail } from './smtp.ts'

const from = 'Medley <no-reply@medley.example>'
const message = () => ({ id: randomUUID(), to: `${randomUUID()}@example.org`, subject: 'Hello', text: 'A line' })

describe('mail that is kept', async () => {
  const databases = await openDatabases()
  after(() => Promise.all(databases.map(each => each.close())))
  for (const { name, database } of databases) {
    const open = async () => {
      await database.execute('delete from medley.kept_message')
      const clock = movableClock(Date.UTC(2026, 10, 21))
      return databaseKeptMessages(database, { nowMs: () => (clock.advance(1_000), clock.nowMs()) })
    }
    keptMessagesConform(name, open)
    mailConforms(`outbox in ${name}`, async () => {
      const kept = await open()
      const received = async () => (await kept.list({ limit: 100 })).items.map(each => ({ ...each, mark: each.id }))
      return { mail: outboxMail(kept), received }
    })
  }
})

describe('mail by SMTP', async () => {
  const server = await startSmtp()
  after(() => server.stop())
  mailConforms('smtp', async () => ({
    mail: smtpMail(server.url, from),
    received: async () =>
      server.messages.map(each => ({
        to: each.to[0]!,
        subject: each.subject,
        text: each.text,
        mark: each.headers['message-id']!,
        attachments: each.attachments,
      })),
  }))

  it('is sent in our name to nobody but the recipient', async () => {
    const [mail, sent] = [smtpMail(server.url, from), message()]
    const { providerId } = await mail.send(sent)
    const arrived = server.messages.at(-1)!
    assert.equal(providerId, `<${sent.id}@medley.example>`)
    assert.equal(arrived.from, 'no-reply@medley.example')
    assert.deepEqual(arrived.to, [sent.to])
    assert.equal(arrived.headers['from'], from)
    assert.equal(arrived.headers['auto-submitted'], 'auto-generated')
    await mail.close()
  })

  it('shows an invitation to mail programs that act on one', async () => {
    const mail = smtpMail(server.url, from)
    for (const method of ['REQUEST', 'CANCEL'] as const) {
      const content = `BEGIN:VCALENDAR\r\nMETHOD:${method}\r\nEND:VCALENDAR\r\n`
      const attachments = [{ name: 'visit.ics', contentType: 'text/calendar', content, method }]
      await mail.send({ ...message(), html: '<p>A line</p>', attachments })
      const { alternatives } = server.messages.at(-1)!
      const invitation = alternatives.find(each => each.contentType.startsWith('text/calendar'))
      assert.match(invitation!.contentType, new RegExp(`method="?${method}"?`))
      assert.equal(invitation!.text, content)
      assert.deepEqual(
        alternatives.map(each => each.contentType.split(';')[0]),
        ['text/plain', 'text/html', 'text/calendar'],
      )
    }
    await mail.close()
  })

  it('sends many at once over few connections', async () => {
    const mail = smtpMail(server.url, from)
    const [before, connections] = [server.messages.length, server.connections()]
    await Promise.all(Array.from({ length: 30 }, () => mail.send(message())))
    assert.equal(server.messages.length, before + 30)
    assert.ok(server.connections() - connections <= 3)
    await mail.close()
  })

  it('fails without naming the person when the server refuses, and again works for the next', async () => {
    const [mail, sent] = [smtpMail(server.url, from), message()]
    server.refuse(sent.to)
    const refused: Error = await mail.send(sent).catch(error => error)
    assert.equal(refused.message, `The mail server did not take ${sent.id}: 550.`)
    assert.equal(refused.cause, undefined)
    await mail.send(message())
    await mail.close()
  })

  it('fails when there is no server', async () => {
    const mail = smtpMail('smtp://127.0.0.1:9', from)
    await assert.rejects(mail.send(message()), /ECONNREFUSED|ESOCKET|ECONNECTION/)
    await mail.close()
  })
})
