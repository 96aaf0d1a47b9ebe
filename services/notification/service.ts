import { identity } from '#contract/identity'
import type { Call } from '#core/call'
import { faultsOf, type Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import type { Kit } from '#platform'
import { notification, type Preferences } from './contract.ts'
import { defaultChannels, withDefaults } from './rules/channels.ts'
import type { DeliveryRow, MessageRow, NotificationStore, PreferenceRow } from './store.ts'

const faults = faultsOf(notification)
export type Deps = {
  kit: Pick<Kit, 'database' | 'clock' | 'call' | 'enqueue' | 'kept' | 'mail' | 'sms' | 'push' | 'settings' | 'log'>
  store: NotificationStore
}

export function createNotification({ kit, store }: Deps): Handlers<typeof notification> {
  const { database, clock } = kit
  return {
    async list({ unreadOnly, cursor, limit }, call) {
      const after = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(call, () => store.messages(personOf(call), unreadOnly ?? false, after, limit))
      return toPage(rows, limit, row => [row.id], messageView)
    },

    async countUnread(_, call) {
      return { unread: await database.read(call, () => store.countUnread(personOf(call))) }
    },

    markRead: ({ notificationIds }, call) =>
      database.save(call, async () => ({
        marked: await store.markRead(personOf(call), notificationIds, clock.nowMs()),
      })),

    async preferences(_, call) {
      const row = await database.read(call, () => store.preferences(personOf(call)))
      if (row) return preferencesView(row)
      const { locale } = await kit.call(identity).contactOf({ personId: personOf(call) }, call)
      return { locale, channels: defaultChannels }
    },

    setPreferences: (preferences, call) =>
      database.save(call, async () => {
        await store.setPreferences(personOf(call), preferences, clock.nowMs())
        return preferences
      }),

    addDevice: ({ endpoint, keys }, call) =>
      database.save(call, async () => {
        const nowMs = clock.nowMs()
        return { deviceId: await store.addDevice(newId(nowMs), personOf(call), endpoint, keys, nowMs) }
      }),

    removeDevice: ({ deviceId }, call) =>
      database.save(call, async () => {
        if (!(await store.removeDevice(deviceId, personOf(call)))) throw faults.deviceNotFound()
        return { removed: true as const }
      }),

    async listDeliveries({ cursor, ...filter }, call) {
      const after = fromCursor(cursor, 1)?.[0]
      const rows = await database.read(call, () => store.deliveries({ ...filter, after }))
      return toPage(rows, filter.limit, row => [row.id], deliveryView)
    },

    async listOutbox({ limit, cursor }) {
      const page = await kit.kept.list({ limit, cursor })
      return {
        ...page,
        items: page.items.map(each => ({
          ...each,
          attachments: [...each.attachments],
          sentAt: each.sentAt.toISOString(),
        })),
      }
    },
  }
}

/** The contract lets only people in. */
const personOf = (call: Call) => call.caller.personId!

export const preferencesView = ({ locale, channels, quiet_hours }: PreferenceRow): Preferences => ({
  locale,
  channels: withDefaults(channels),
  ...(quiet_hours ? { quietHours: quiet_hours } : {}),
})

const messageView = ({ id, topic, title, body, link, created_at, read_at }: MessageRow) => ({
  id,
  topic,
  title,
  body,
  createdAt: created_at.toISOString(),
  ...(link === null ? {} : { link }),
  ...(read_at ? { readAt: read_at.toISOString() } : {}),
})

const deliveryView = (row: DeliveryRow) => ({
  id: row.id,
  notificationId: row.message_id,
  personId: row.person_id,
  channel: row.channel,
  topic: row.topic,
  state: row.state,
  tries: row.tries,
  createdAt: row.created_at.toISOString(),
  ...(row.detail === null ? {} : { detail: row.detail }),
  ...(row.sent_at ? { sentAt: row.sent_at.toISOString() } : {}),
})
