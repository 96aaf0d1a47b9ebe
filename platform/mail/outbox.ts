import { fromCursor, toPage } from '#core/page'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import type { KeptMessage, KeptMessages, Mail } from './port.ts'

/** Keeps mail instead of sending it. */
export function outboxMail(kept: KeptMessages): Mail {
  return {
    async send({ id, to, subject, text, attachments = [] }) {
      const shown = attachments.map(each => ({ name: each.name, contentType: each.contentType, text: each.content }))
      await kept.add({ id, channel: 'mail', to, subject, text, attachments: shown })
      return { providerId: id }
    },
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

/** Kept messages in the platform's own table. The same id twice is kept once. */
export function databaseKeptMessages(database: Database, clock: Clock): KeptMessages {
  return {
    async add({ id, channel, to, subject, text, attachments }) {
      await database.execute(
        `insert into medley.kept_message (id, channel, recipient, subject, body, attachments, sent_at)
         values ($1, $2, $3, $4, $5, $6::jsonb, $7) on conflict (id) do nothing`,
        [id, channel, to, subject, text, JSON.stringify(attachments), new Date(clock.nowMs())],
      )
    },
    async list({ limit, cursor }) {
      const after = fromCursor(cursor, 2)
      const { rows } = await database.execute(
        `select id, channel, recipient, subject, body, attachments, sent_at from medley.kept_message
         where ($1::timestamptz is null or (sent_at, id) < ($1, $2::uuid)) order by sent_at desc, id desc limit $3`,
        [after?.[0] ?? null, after?.[1] ?? null, limit + 1],
      )
      return toPage(
        rows as Row[],
        limit,
        row => [row.sent_at.toISOString(), row.id],
        row => ({
          id: row.id,
          channel: row.channel,
          to: row.recipient,
          subject: row.subject,
          text: row.body,
          attachments: row.attachments,
          sentAt: row.sent_at,
        }),
      )
    },
  }
}
