// The keyvalue port: small facts by key, shared by all processes, for what needs no tables.
import type { Json } from '#core/fault'

export type Versioned = {
  readonly value: Json
  /** A whole number that is another one after every put, also after a delete in between. Its order means nothing. */
  readonly version: number
}

export type PutValueOptions = {
  /** Milliseconds after which the key is as if it were deleted; for ever when absent. */
  readonly ttlMs?: number
  /** Puts only if this is the version now; 0 puts only if there is nothing. */
  readonly ifVersion?: number
}

/**
 * Keeps values under keys of letters, digits and `. _ : / = -`, 300 characters at most; other keys throw. Values are JSON of
 * at most 100,000 bytes whose texts hold no NUL and no half of a surrogate pair; others throw. Neither holds personal data:
 * nothing here is sealed or erased with a person. Not promised: anything about two keys together. Never inside a
 * transaction: a value is there at once and stays when the transaction does not.
 */
export interface KeyValue {
  /** `isConsistent` sees every put that ended before; without it an answer may be seconds old on a store that replicates. */
  get(key: string, options?: { isConsistent?: boolean }): Promise<Versioned | undefined>
  /** The new version, or undefined when `ifVersion` was not the version any more. Of several with one version one wins. */
  put(key: string, value: Json, options?: PutValueOptions): Promise<number | undefined>
  /** Repeatable. */
  delete(key: string): Promise<void>
  /** Keys with a prefix in the order of their characters, after `after`, at most `limit` (1,000 unless said, and at most). */
  list(prefix: string, page?: { after?: string; limit?: number }): Promise<string[]>
}
