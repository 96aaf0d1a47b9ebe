import { sql } from 'kysely'
import type { Locale } from '#core/call'
import type { ServiceDatabase } from '#platform'
import type { Channel, Delivery, Preferences, Topic } from './contract.ts'
import type { Kind } from './rules/kinds.ts'

export type MessageRow = {
  id: string
  topic: Topic
  title: string
  body: string
  link: string | null
  created_at: Date
  read_at: Date | null
}
export type NewMessage = {
  id: string
  personId: string
  topic: Topic
  kind: Kind
  title: string
  body: string
  short: string
  locale: Locale
  link: string | null
  bookingId: string | null
  isInApp: boolean
}
export type NewDelivery = {
  id: string
  messageId: string
  personId: string
  channel: Channel
  topic: Topic
  state: Delivery['state']
  detail: string | null
  dueAt: string
  sentAt: string | null
}
export type DeliveryRow = {
  id: string
  message_id: string
  person_id: string
  channel: Channel
  topic: Topic
  state: Delivery['state']
  tries: number
  detail: string | null
  created_at: Date
  sent_at: Date | null
}
/** A delivery with what it says, for the one who sends it. */
export type Parcel = Pick<DeliveryRow, 'id' | 'person_id' | 'channel' | 'state' | 'tries'> & {
  kind: Kind
  title: string
  body: string
  short: string
  locale: Locale
  link: string | null
  booking_id: string | null
}
export type DeviceRow = { id: string; endpoint: string; keys: { p256dh: string; auth: string } }
export type PreferenceRow = {
  locale: Locale
  channels: Preferences['channels']
  quiet_hours: Preferences['quietHours'] | null
}

/** Every statement about what people are told. */
export function notificationStore(database: ServiceDatabase) {
  return { ...readerStatements(database), ...senderStatements(database), ...deviceStatements(database) }
}

export type NotificationStore = ReturnType<typeof notificationStore>

function readerStatements(database: ServiceDatabase) {
  return {
    messages: (personId: string, isUnreadOnly: boolean, after: string | undefined, limit: number) =>
      database.query(sql<MessageRow>`select id, topic, title, body, link, created_at, read_at from notification.message
        where person_id = ${personId} and is_in_app and (not ${isUnreadOnly}::boolean or read_at is null)
          and (${after ?? null}::uuid is null or id < ${after ?? null}::uuid)
        order by id desc limit ${limit + 1}`),
    async countUnread(personId: string): Promise<number> {
      const rows = await database.query(sql<{ unread: number }>`select count(*)::int as unread from notification.message
        where person_id = ${personId} and is_in_app and read_at is null`)
      return rows[0]!.unread
    },
    async markRead(personId: string, ids: readonly string[] | undefined, nowMs: number): Promise<number> {
      const rows = await database.query(sql<{ id: string }>`update notification.message set read_at = ${new Date(nowMs)}
        where person_id = ${personId} and is_in_app and read_at is null
          and (${ids ?? null}::uuid[] is null or id = any(${ids ?? null}::uuid[])) returning id`)
      return rows.length
    },
    async preferences(personId: string): Promise<PreferenceRow | undefined> {
      const rows = await database.query(
        sql<PreferenceRow>`select locale, channels, quiet_hours from notification.preference where person_id = ${personId}`,
      )
      return rows[0]
    },
    setPreferences: (personId: string, { locale, channels, quietHours }: Preferences, nowMs: number) =>
      database.query(sql`insert into notification.preference (person_id, locale, channels, quiet_hours, changed_at)
        values (${personId}, ${locale}, ${JSON.stringify(channels)}::jsonb,
          ${quietHours ? JSON.stringify(quietHours) : null}::jsonb, ${new Date(nowMs)})
        on conflict (person_id) do update set locale = excluded.locale, channels = excluded.channels,
          quiet_hours = excluded.quiet_hours, changed_at = excluded.changed_at`),
    deliveries: (filter: {
      personId?: string | undefined
      state?: string | undefined
      after?: string | undefined
      limit: number
    }) =>
      database.query(sql<DeliveryRow>`select id, message_id, person_id, channel, topic, state, tries, detail, created_at, sent_at
        from notification.delivery
        where (${filter.personId ?? null}::uuid is null or person_id = ${filter.personId ?? null}::uuid)
          and (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
          and (${filter.after ?? null}::uuid is null or id < ${filter.after ?? null}::uuid)
        order by id desc limit ${filter.limit + 1}`),
  }
}

function senderStatements(database: ServiceDatabase) {
  return {
    async add(messages: readonly NewMessage[], deliveries: readonly NewDelivery[], nowMs: number): Promise<void> {
      const now = new Date(nowMs)
      await database.query(sql`
        insert into notification.message (id, person_id, topic, kind, title, body, short, locale, link, booking_id, is_in_app, created_at)
        select id, "personId", topic, kind, title, body, short, locale, link, "bookingId", "isInApp", ${now}::timestamptz
        from jsonb_to_recordset(${JSON.stringify(messages)}::jsonb) as m(id uuid, "personId" uuid, topic text, kind text,
          title text, body text, short text, locale text, link text, "bookingId" uuid, "isInApp" boolean)`)
      await database.query(sql`
        insert into notification.delivery (id, message_id, person_id, channel, topic, state, detail, due_at, sent_at, created_at)
        select id, "messageId", "personId", channel, topic, state, detail, "dueAt", "sentAt", ${now}::timestamptz
        from jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) as d(id uuid, "messageId" uuid, "personId" uuid,
          channel text, topic text, state text, detail text, "dueAt" timestamptz, "sentAt" timestamptz)`)
    },
    /**
     * Takes what is due, or of the named ones those that are, and counts the try before it is made: a delivery that
     * kills its worker each time must end too.
     */
    async claim(ids: readonly string[] | undefined, triesMax: number, limit: number, nowMs: number): Promise<string[]> {
      const now = new Date(nowMs)
      await database.query(sql`update notification.delivery set state = 'failed', detail = 'interrupted each time', claimed_until = null
        where state = 'waiting' and tries >= ${triesMax} and claimed_until < ${now}`)
      const rows = await database.query(sql<{ id: string }>`
        update notification.delivery set tries = tries + 1, claimed_until = ${new Date(nowMs + 300_000)}
        where id in (select id from notification.delivery
          where state = 'waiting' and due_at <= ${now} and (claimed_until is null or claimed_until < ${now})
            and (${ids ?? null}::uuid[] is null or id = any(${ids ?? null}::uuid[]))
          order by due_at limit ${limit} for update skip locked)
        returning id`)
      return rows.map(row => row.id)
    },
    async parcel(deliveryId: string): Promise<Parcel | undefined> {
      const rows =
        await database.query(sql<Parcel>`select d.id, d.person_id, d.channel, d.state, d.tries, m.kind, m.title, m.body,
          m.short, m.locale, m.link, m.booking_id
        from notification.delivery d join notification.message m on m.id = d.message_id where d.id = ${deliveryId}`)
      return rows[0]
    },
    /** Only a waiting one changes, so the outcome of a try that came too late is dropped. */
    settle: (
      id: string,
      outcome: { state: Delivery['state']; detail?: string | undefined; dueMs?: number },
      nowMs: number,
    ) =>
      database.query(sql`update notification.delivery set state = ${outcome.state}, detail = ${outcome.detail ?? null},
          claimed_until = null, due_at = coalesce(${outcome.dueMs === undefined ? null : new Date(outcome.dueMs)}::timestamptz, due_at),
          sent_at = case when ${outcome.state} = 'sent' then ${new Date(nowMs)}::timestamptz end
        where id = ${id} and state = 'waiting'`),
    /** Deliveries whose message somebody may have kept. */
    async deliveriesOf(personId: string): Promise<string[]> {
      const rows = await database.query(
        sql<{ id: string }>`select id from notification.delivery where person_id = ${personId}`,
      )
      return rows.map(row => row.id)
    },
    async forget(personId: string): Promise<void> {
      await database.query(sql`delete from notification.delivery where person_id = ${personId}`)
      await database.query(sql`with devices as (delete from notification.device where person_id = ${personId}),
          preferences as (delete from notification.preference where person_id = ${personId})
        delete from notification.message where person_id = ${personId}`)
    },
    async giveHistory(fromPersonId: string, toPersonId: string): Promise<void> {
      await database.query(
        sql`update notification.message set person_id = ${toPersonId} where person_id = ${fromPersonId}`,
      )
      await database.query(
        sql`update notification.delivery set person_id = ${toPersonId} where person_id = ${fromPersonId}`,
      )
    },
  }
}

function deviceStatements(database: ServiceDatabase) {
  return {
    devices: (personId: string) =>
      database.query(
        sql<DeviceRow>`select id, endpoint, keys from notification.device where person_id = ${personId} order by id`,
      ),
    async addDevice(
      id: string,
      personId: string,
      endpoint: string,
      keys: DeviceRow['keys'],
      nowMs: number,
    ): Promise<string> {
      const rows = await database.query(sql<{ id: string }>`
        insert into notification.device (id, person_id, endpoint, keys, created_at)
        values (${id}, ${personId}, ${endpoint}, ${JSON.stringify(keys)}::jsonb, ${new Date(nowMs)})
        on conflict (person_id, endpoint) do update set keys = excluded.keys returning id`)
      return rows[0]!.id
    },
    async removeDevice(id: string, personId: string): Promise<boolean> {
      const rows = await database.query(
        sql<{ id: string }>`delete from notification.device where id = ${id} and person_id = ${personId} returning id`,
      )
      return rows.length > 0
    },
  }
}
