import { LRUCache } from 'lru-cache'
import { withLoad } from './load.ts'
import type { Cache } from './port.ts'

/** Values in this process. Beyond `entriesMax` the one unused for longest is forgotten. */
export function memoryCache({ entriesMax = 10_000 }: { entriesMax?: number } = {}): Cache {
  // A resolution of zero reads the clock at every access: by default entries may outlive their time a little.
  const entries = new LRUCache<string, string>({ max: entriesMax, ttlResolution: 0 })
  let isClosed = false
  const loading = withLoad({
    async get(key) {
      return entries.get(key)
    },
    async set(key, value, ttlMs) {
      // The library takes a time of zero for ever.
      if (ttlMs >= 1 && !isClosed) entries.set(key, value, { ttl: Math.floor(ttlMs) })
      else entries.delete(key)
    },
    async delete(key) {
      entries.delete(key)
    },
  })
  return {
    ...loading,
    async close() {
      isClosed = true
      entries.clear()
    },
  }
}
