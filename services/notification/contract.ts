import { z } from 'zod'
import { Locale } from '#core/call'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant, PlainTime } from '#core/time'

export const Channel = z.enum(['inApp', 'mail', 'sms', 'push'])
export type Channel = z.output<typeof Channel>

/** What a notification is about; preferences are set per topic. */
export const Topic = z.enum(['booking', 'reminder', 'waitList', 'prescription', 'account'])
export type Topic = z.output<typeof Topic>

export const Notification = z.strictObject({
  id: Id,
  topic: Topic,
  /** Already in the person's language and zone. */
  title: z.string(),
  body: z.string(),
  /** Where in the web app this leads, such as `/visits/<id>`. */
  link: z.string().optional(),
  createdAt: Instant,
  readAt: Instant.optional(),
})
export type Notification = z.output<typeof Notification>

export const Preferences = z.strictObject({
  locale: Locale,
  channels: z.record(Topic, z.array(Channel)),
  /** No mail, SMS or push in these hours of the person's own zone; they wait until the end. Reminders are not held back. */
  quietHours: z.strictObject({ from: PlainTime, to: PlainTime }).optional(),
})
export type Preferences = z.output<typeof Preferences>

export const Delivery = z.strictObject({
  id: Id,
  notificationId: Id,
  personId: Id,
  channel: Channel,
  topic: Topic,
  state: z.enum(['waiting', 'sent', 'failed', 'skipped']),
  tries: z.int(),
  detail: z.string().optional(),
  createdAt: Instant,
  sentAt: Instant.optional(),
})
export type Delivery = z.output<typeof Delivery>

/** A message as the development outbox shows it. Empty on installations that really send. */
export const OutboxMessage = z.strictObject({
  id: Id,
  channel: z.enum(['mail', 'sms', 'push']),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  attachments: z.array(z.strictObject({ name: z.string(), contentType: z.string(), text: z.string() })),
  sentAt: Instant,
})

export const notification = defineContract({
  name: 'notification',
  operations: {
    list: {
      method: 'GET',
      path: '/notifications',
      summary: 'What I was told, newest first',
      input: z.strictObject({ ...PageInput, unreadOnly: z.stringbool().optional() }),
      output: pageOf(Notification),
      allow: ['person'],
      audit: 'never',
    },
    countUnread: {
      method: 'GET',
      path: '/unread-count',
      summary: 'How many notifications I have not read',
      input: z.strictObject({}),
      output: z.strictObject({ unread: z.int() }),
      allow: ['person'],
      audit: 'never',
    },
    markRead: {
      method: 'POST',
      path: '/read',
      summary: 'Mark notifications as read; all of them when none is named',
      input: z.strictObject({ notificationIds: z.array(Id).max(200).optional() }),
      output: z.strictObject({ marked: z.int() }),
      allow: ['person'],
    },
    preferences: {
      method: 'GET',
      path: '/preferences',
      summary: 'How I want to be told',
      input: z.strictObject({}),
      output: Preferences,
      allow: ['person'],
      audit: 'never',
    },
    setPreferences: {
      method: 'PUT',
      path: '/preferences',
      summary: 'Change how I want to be told',
      input: Preferences,
      output: Preferences,
      allow: ['person'],
    },
    addDevice: {
      method: 'POST',
      path: '/devices',
      summary: 'Let this browser or device receive push messages; the same one again changes nothing',
      status: 201,
      input: z.strictObject({
        /** Where its push service takes messages (RFC 8030), and its keys (RFC 8291). */
        endpoint: z.url({ protocol: /^https$/ }).max(1_000),
        keys: z.strictObject({ p256dh: z.string().min(1).max(200), auth: z.string().min(1).max(100) }),
      }),
      output: z.strictObject({ deviceId: Id }),
      allow: ['person'],
    },
    removeDevice: {
      method: 'DELETE',
      path: '/devices/{deviceId}',
      summary: 'Send no more push messages to a device of mine',
      input: z.strictObject({ deviceId: Id }),
      output: z.strictObject({ removed: z.literal(true) }),
      allow: ['person'],
      faults: ['deviceNotFound'],
    },
    listDeliveries: {
      method: 'GET',
      path: '/deliveries',
      summary: 'What was sent, skipped or failed, newest first; without content',
      input: z.strictObject({ ...PageInput, personId: Id.optional(), state: Delivery.shape.state.optional() }),
      output: pageOf(Delivery),
      allow: ['operator'],
    },
    listOutbox: {
      method: 'GET',
      path: '/outbox',
      summary: 'Messages an installation without real senders kept instead of sending',
      input: z.strictObject(PageInput),
      output: pageOf(OutboxMessage),
      allow: ['operator'],
    },
  },
  events: {},
  faults: {
    deviceNotFound: { kind: 'not_found', message: 'You have no such device. It may have been removed already.' },
  },
})
