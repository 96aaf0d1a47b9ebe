import { Redis } from 'ioredis'
import { gatherRings, unpacked } from './gather.ts'
import type { Doorbell, Ring } from './port.ts'

const everyMs = 5
const bytesMax = 60_000

export type RedisDoorbellOptions = {
  /** Before the name of the line, so that several installations may share a server. */
  prefix?: string
  /** Hears of outages. Messages hold no content. */
  report?: (error: Error) => void
}

/** Redis or Valkey, 6 or newer. Comes back by itself after an outage; what was rung meanwhile is lost. */
export async function redisDoorbell(
  url: string,
  { prefix = 'medley:', report = () => {} }: RedisDoorbellOptions = {},
): Promise<Doorbell> {
  const line = `${prefix}doorbell`
  const retryStrategy = (tries: number) => Math.min(50 * tries, 2_000)
  const publisher = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy })
  // One that listens can do nothing else.
  const subscriber = new Redis(url, { maxRetriesPerRequest: null, retryStrategy })
  publisher.on('error', report)
  subscriber.on('error', report)
  const listeners = new Set<(ring: Ring) => void>()
  subscriber.on('message', (_line, message) => {
    for (const ring of unpacked(message)) for (const listener of listeners) listener(ring)
  })
  const first = Promise.all([
    subscriber.subscribe(line),
    new Promise<void>(resolve => publisher.once('ready', () => resolve())),
  ]).catch(() => {})
  const grace = Promise.withResolvers<void>()
  const timer = setTimeout(grace.resolve, 2_000)
  await Promise.race([first, grace.promise])
  clearTimeout(timer)
  const gathering = gatherRings(everyMs, bytesMax, messages => {
    for (const message of messages) publisher.publish(line, message).catch(report)
  })
  return {
    ring: gathering.add,
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      gathering.stop()
      listeners.clear()
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}
