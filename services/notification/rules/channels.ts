import { dayMs, minuteMs, type PlainTime, type TimeZone } from '#core/time'
import type { Channel, Delivery, Preferences, Topic } from '../contract.ts'
import { type Kind, kinds } from './kinds.ts'

export const defaultChannels: Record<Topic, Channel[]> = {
  booking: ['inApp', 'mail'],
  reminder: ['inApp', 'mail', 'sms'],
  waitList: ['inApp', 'mail', 'sms'],
  prescription: ['inApp', 'mail'],
  account: ['inApp', 'mail'],
}

/** What somebody chose, and what is usual for topics that came since. */
export const withDefaults = (chosen: Partial<Preferences['channels']> | undefined): Record<Topic, Channel[]> => ({
  ...defaultChannels,
  ...chosen,
})

export type Reachable = { hasMail: boolean; hasPhone: boolean; hasDevice: boolean }
export type Plan = { channel: Channel; state: Delivery['state']; detail?: string }

/** Ways to tell one person one thing. A way they chose that leads nowhere is noted as skipped; a default one is left out. */
export function planOf(kind: Kind, chosen: Preferences['channels'] | undefined, reachable: Reachable): Plan[] {
  const { topic, channels } = kinds[kind]
  const wanted = withDefaults(chosen)[topic].filter(each => channels.includes(each))
  return [...new Set(wanted)].flatMap((channel): Plan[] => {
    const missing = missingFor(channel, reachable)
    if (missing === undefined) return [{ channel, state: channel === 'inApp' ? 'sent' : 'waiting' }]
    return chosen ? [{ channel, state: 'skipped', detail: missing }] : []
  })
}

export function missingFor(channel: Channel, { hasMail, hasPhone, hasDevice }: Reachable): string | undefined {
  if (channel === 'mail' && !hasMail) return 'no mail address is known'
  if (channel === 'sms' && !hasPhone) return 'no phone number is known'
  if (channel === 'push' && !hasDevice) return 'no device is registered'
  return undefined
}

/** When something may be sent: now, or when the person's quiet hours end. */
export function dueAtMs(
  nowMs: number,
  isUrgent: boolean,
  quietHours: Preferences['quietHours'],
  timeZone: TimeZone,
): number {
  if (isUrgent || !quietHours) return nowMs
  const from = minutesOf(quietHours.from)
  const to = minutesOf(quietHours.to)
  const at = wallMinutes(nowMs, timeZone)
  const isQuiet = from <= to ? at >= from && at < to : at >= from || at < to
  if (!isQuiet) return nowMs
  const waitMinutes = (to - at + 1_440) % 1_440
  const endMs = nowMs - (nowMs % minuteMs) + waitMinutes * minuteMs
  // A night in which clocks change is an hour longer or shorter than its wall times say.
  const offMinutes = ((wallMinutes(endMs, timeZone) - to + 2_160) % 1_440) - 720
  return endMs - offMinutes * minuteMs
}

const minutesOf = (time: PlainTime) => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) % 1_440

function wallMinutes(epochMs: number, timeZone: TimeZone): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return minutesOf(format.format(new Date(epochMs)))
}

export const triesMax = 5

/** After 1, 4, 16 and 64 minutes: long enough for a provider to come back, short enough to matter. */
export function nextTryMs(tries: number, nowMs: number): number {
  return Math.min(nowMs + 4 ** (tries - 1) * minuteMs, nowMs + dayMs)
}
