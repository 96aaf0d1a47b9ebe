import { Redis } from 'ioredis'
import { loading } from './loading.ts'
import type { Cache } from './port.ts'

/** The cache of all processes. An outage is answered as a miss within a quarter of a second. */
export function redisCache(url: string, prefix = 'medley:'): Cache {
  const redis = new Redis(url, {
    keyPrefix: prefix,
    enableOfflineQueue: false,
    commandTimeout: 250,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: tries => Math.min(tries * 200, 5_000),
  })
  redis.on('error', () => {}) // Reconnecting is its own business; a miss is ours.
  const orMiss = async <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)
  return loading({
    get: async key => (await orMiss(redis.get(key))) ?? undefined,
    async set(key, value, ttlMs) {
      if (ttlMs >= 1) await orMiss(redis.set(key, value, 'PX', Math.round(ttlMs)))
    },
    async delete(key) {
      await orMiss(redis.del(key))
    },
    async close() {
      redis.disconnect()
    },
  })
}
