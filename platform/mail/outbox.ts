// Keeps what would be sent, for installations without real senders.
import { invariant } from '#core/fault'
import { fromCursor, toPage } from '#core/page'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import { assertSendable } from './message.ts'
import type { KeptMessage, KeptMessages, Mail } from './port.ts'

/** Keeps mail instead of sending it. */
export function outboxMail(kept: KeptMessages): Mail {
  return {
    async send(message) {
      assertSendable(message)
      const { id, to, subject, text, attachments = [] } = message
      const shown = attachments.map(each => ({ name: each.name, contentType: each.contentType, text: each.content }))
      await kept.add({ id, channel: 'mail', to, subject, text, attachments: shown })
      return { providerId: id }
    },
    async close() {},
  }
}

type Row = {
  id: string
  channel: KeptMessage['channel']
  recipient: string
  subject: string
  body: string
  attachments: KeptMessage['attachments']
  sent_at: Date
}

/** Kept messages in the table `medley.kept_message`. Throws inside of a service's transaction: the embedded database has one session. */
export function databaseKeptMessages(
  database: Pick<Database, 'execute' | 'isInTransaction'>,
  clock: Clock,
): KeptMessages {
  return {
    async add({ id, channel, to, subject, text, attachments }) {
      invariant(!database.isInTransaction(), 'messages are sent outside of transactions')
      await database.execute(
        `insert into medley.kept_message (id, channel, recipient, subject, body, attachments, sent_at)
         values ($1, $2, $3, $4, $5, $6::jsonb, $7) on conflict (id) do nothing`,
        [id, channel, to, subject, text, JSON.stringify(attachments), new Date(clock.nowMs())],
      )
    },
    async list({ limit, cursor }) {
      const after = cursorKey(cursor)
      const { rows } = await database.execute(
        `select id, channel, recipient, subject, body, attachments, sent_at from medley.kept_message
         where ($1::timestamptz is null or (sent_at, id) < ($1, $2::uuid)) order by sent_at desc, id desc limit $3`,
        [after?.sentAt ?? null, after?.id ?? null, limit + 1],
      )
      return toPage(rows as Row[], limit, row => [row.sent_at.toISOString(), row.id], viewOf)
    },
    async remove(ids) {
      invariant(!database.isInTransaction(), 'kept messages are removed outside of transactions')
      await database.execute('delete from medley.kept_message where id = any($1::uuid[])', [ids])
    },
  }
}

const viewOf = ({ id, channel, recipient, subject, body, attachments, sent_at }: Row): KeptMessage => ({
  id,
  channel,
  to: recipient,
  subject,
  text: body,
  attachments,
  sentAt: sent_at,
})

/** Cursors come from outside, so nothing but an instant and a UUID reaches the statement. */
function cursorKey(cursor: string | undefined): { sentAt: Date; id: string } | undefined {
  const [instant = '', id = ''] = fromCursor(cursor, 2) ?? []
  const sentAt = new Date(instant)
  if (Number.isNaN(sentAt.getTime()) || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return undefined
  return { sentAt, id }
}
