// The cache port: values worth remembering for a while, as text.

/**
 * Remembers values for a while. Losing one is never an error, so nothing here throws because a server is away: reads
 * miss and writes vanish. Not promised: that a value survives until its time, that two processes see the same value, or
 * that a `delete` during an outage reaches the server. So give every value the shortest time you could live with, and
 * never keep here what is not kept elsewhere.
 */
export interface Cache {
  /** The value, or undefined when there is none, it is too old, or nobody could be asked in time. */
  get(key: string): Promise<string | undefined>
  /** Remembers for at most `ttlMs` milliseconds; zero or less forgets at once. */
  set(key: string, value: string, ttlMs: number): Promise<void>
  /** Forgets the value, and keeps a `load` now under way from remembering what it makes. */
  delete(key: string): Promise<void>
  /**
   * The value, made by `make` when there is none. However many ask at once in this process, `make` runs once per key and
   * all get its value; when it fails, all get its error and nothing is remembered. Across processes it may run once in each.
   */
  load(key: string, ttlMs: number, make: () => Promise<string>): Promise<string>
  /** Lets go of connections. Afterwards everything misses. */
  close(): Promise<void>
}
