import type { Cache } from './port.ts'

type Kept = Pick<Cache, 'get' | 'set' | 'delete'>

/** Adds `load` to a store of values, and makes `set` and `delete` win over loads that are under way. */
export function withLoad(kept: Kept): Kept & Pick<Cache, 'load'> {
  const underWay = new Map<string, Promise<string>>()

  async function loadNow(key: string, ttlMs: number, make: () => Promise<string>, isCurrent: () => boolean) {
    const found = await kept.get(key)
    if (found !== undefined) return found
    const made = await make()
    // Whoever changed the key meanwhile knows better than a value made before the change.
    if (isCurrent()) await kept.set(key, made, ttlMs)
    return made
  }

  return {
    get: key => kept.get(key),
    set(key, value, ttlMs) {
      underWay.delete(key)
      return kept.set(key, value, ttlMs)
    },
    delete(key) {
      underWay.delete(key)
      return kept.delete(key)
    },
    load(key, ttlMs, make) {
      const joined = underWay.get(key)
      if (joined) return joined
      const isCurrent = () => underWay.get(key) === loading
      const loading: Promise<string> = loadNow(key, ttlMs, make, isCurrent).finally(() => {
        if (isCurrent()) underWay.delete(key)
      })
      underWay.set(key, loading)
      return loading
    },
  }
}
