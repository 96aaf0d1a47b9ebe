import { z } from 'zod'

/** UUIDv7 (RFC 9562): sorts by the time of making, so keyset pages and indexes stay dense. */
export const Id = z.uuid()
export type Id = z.output<typeof Id>

/** Makes a UUIDv7. `nowMs` is epoch milliseconds from the clock port, so that tests move time and ids follow. */
export function newId(nowMs: number = Date.now()): Id {
  // Version 4 has its random bits where version 7 has them, and engines make it in bulk.
  const random = crypto.randomUUID()
  const time = Math.trunc(nowMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}
