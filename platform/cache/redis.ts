import { Redis } from 'ioredis'
import { withLoad } from './load.ts'
import type { Cache } from './port.ts'

export type RedisCacheOptions = {
  /** Before every key, so that several installations may share a server. */
  prefix?: string
  /** How long one answer may take before it counts as a miss. */
  timeoutMs?: number
  /** Hears of outages. Messages hold no keys and no values. */
  report?: (error: Error) => void
}

/** After a failure the server is left alone for this long, so that a hanging one delays one request and not all. */
const restMs = 1_000

/** Redis or Valkey, 6 or newer. While the server is away everything misses at once. */
export function redisCache(
  url: string,
  { prefix = 'medley:', timeoutMs = 250, report = () => {} }: RedisCacheOptions = {},
): Cache {
  const client = new Redis(url, {
    keyPrefix: prefix,
    commandTimeout: timeoutMs,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: tries => Math.min(50 * tries, 2_000),
  })
  client.on('error', report)
  // Only the first connection is waited for, so that a process that has just started does not begin with misses.
  const firstConnection = new Promise<void>(resolve => {
    client.once('ready', () => resolve())
    client.once('close', () => resolve())
    setTimeout(resolve, timeoutMs).unref()
  })
  let restsUntilMs = 0

  async function attempt<T>(command: () => Promise<T>): Promise<T | undefined> {
    await firstConnection
    if (client.status !== 'ready' || performance.now() < restsUntilMs) return undefined
    try {
      return await command()
    } catch (error) {
      restsUntilMs = performance.now() + restMs
      report(error as Error)
      return undefined
    }
  }

  const loading = withLoad({
    async get(key) {
      return (await attempt(() => client.get(key))) ?? undefined
    },
    async set(key, value, ttlMs) {
      const remember = () => client.set(key, value, 'PX', Math.floor(ttlMs))
      await attempt<unknown>(ttlMs >= 1 ? remember : () => client.del(key))
    },
    async delete(key) {
      await attempt(() => client.del(key))
    },
  })
  return {
    ...loading,
    async close() {
      client.disconnect()
    },
  }
}
