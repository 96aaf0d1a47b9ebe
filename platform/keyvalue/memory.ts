import type { Clock } from '#platform/clock'
import type { Json } from '#core/fault'
import type { KeyValue } from './port.ts'
import { assertKey, assertPrefix, limitOf, newVersion, toText } from './value.ts'

type Entry = { readonly text: string; readonly version: number; readonly endsAtMs: number }

/** Values in this process: for tests and for what may be forgotten with it. */
export function memoryKeyValue(clock: Clock): KeyValue {
  const entries = new Map<string, Entry>()
  const find = (key: string) => {
    const entry = entries.get(key)
    if (entry && entry.endsAtMs <= clock.nowMs()) entries.delete(key)
    return entries.get(key)
  }
  return {
    async get(key) {
      assertKey(key)
      const entry = find(key)
      // As text, so that nobody changes a kept value by changing what they gave or got.
      return entry && { value: JSON.parse(entry.text) as Json, version: entry.version }
    },
    async put(key, value, { ttlMs = Number.POSITIVE_INFINITY, ifVersion } = {}) {
      assertKey(key)
      const text = toText(value)
      if (ifVersion !== undefined && ifVersion !== (find(key)?.version ?? 0)) return undefined
      const version = newVersion()
      entries.set(key, { text, version, endsAtMs: clock.nowMs() + ttlMs })
      return version
    },
    async delete(key) {
      assertKey(key)
      entries.delete(key)
    },
    async list(prefix, { after = '', limit } = {}) {
      assertPrefix(prefix)
      assertPrefix(after)
      const keys = [...entries.keys()].filter(key => key.startsWith(prefix) && key > after && find(key))
      return keys.toSorted().slice(0, limitOf(limit))
    },
  }
}
