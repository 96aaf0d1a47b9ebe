import { z } from 'zod'

/** UUIDv7 (RFC 9562): sorts by the time of making, so keyset pages and indexes stay dense. */
export const Id = z.uuid()
export type Id = z.output<typeof Id>

/** Makes a UUIDv7. `nowMs` is epoch milliseconds from the clock port, so that tests move time and ids follow. */
export function newId(nowMs: number = Date.now()): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let rest = nowMs
  for (let index = 5; index >= 0; index--) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
