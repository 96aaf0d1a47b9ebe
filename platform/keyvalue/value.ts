// What may be a key and a value, in every adapter alike.
import { randomInt } from 'node:crypto'
import type { Json } from '#core/fault'

/** Throws unless the key may be used. */
export function assertKey(key: string): void {
  if (key === '') throw new TypeError('A key is not empty.')
  assertPrefix(key)
}

/** Throws unless a key could begin with this. */
export function assertPrefix(prefix: string): void {
  if (!/^[A-Za-z0-9._:/=-]{0,300}$/.test(prefix))
    throw new TypeError('A key has at most 300 letters, digits and ". _ : / = -". Build it from ids.')
}

/** The value as JSON text. Throws for what some store could not keep. */
export function toText(value: Json): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError('A value is JSON, and undefined is not.')
  // JSON writes both as escapes; PostgreSQL's jsonb refuses them (documentation, §8.14).
  if (/(?<!\\)(\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/i.test(text))
    throw new TypeError('Texts in a value hold neither NUL nor half of a surrogate pair.')
  if (Buffer.byteLength(text) > 100_000) throw new RangeError('A value has at most 100,000 bytes as JSON.')
  return text
}

/** Random, so that a version never comes back: not after a delete, and not after the time is over. */
export function newVersion(): number {
  return randomInt(1, 2 ** 47)
}

export const limitOf = (limit = 1_000) => Math.min(Math.max(Math.floor(limit), 1), 1_000)
