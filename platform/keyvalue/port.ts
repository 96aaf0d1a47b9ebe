import type { Json } from '#core/fault'

export type Versioned = { value: Json; version: number }

/** Small facts by key, shared by all processes, with a lifetime if wanted. Values are JSON up to 100 kB. */
export interface KeyValue {
  /** `isConsistent` sees every finished put; without it an answer may be some seconds old on stores that replicate. */
  get(key: string, options?: { isConsistent?: boolean }): Promise<Versioned | undefined>
  /** The new version, or undefined when `ifVersion` is given and is not the current one (0: the key must be absent). */
  put(key: string, value: Json, options?: { ttlMs?: number; ifVersion?: number }): Promise<number | undefined>
  delete(key: string): Promise<void>
  /** Keys with a prefix in the order of their bytes, at most 1,000. */
  list(prefix: string): Promise<string[]>
}
