import type { Cache } from './port.ts'

/** Adds `load` to a store: a hundred callers who miss at once cause one load. */
export function loading(store: Omit<Cache, 'load'>): Cache {
  const underWay = new Map<string, Promise<string>>()
  return {
    ...store,
    async load(key, ttlMs, make) {
      const known = await store.get(key)
      if (known !== undefined) return known
      const joined = underWay.get(key)
      if (joined) return joined
      const loaded = (async () => {
        const value = await make()
        await store.set(key, value, ttlMs)
        return value
      })().finally(() => underWay.delete(key))
      underWay.set(key, loaded)
      return loaded
    },
  }
}
