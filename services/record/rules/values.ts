// How FHIR compares: text without case and accents, times as the stretch their precision covers, numbers as the range their digits leave open.

/** What a string search compares: lower case, no accents, no punctuation. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

/** From the first instant to the one after the last; ISO text, with PostgreSQL's words for no end. */
export type Stretch = { low: string; high: string }

const form = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/** The time that a date, dateTime or instant covers, by how precisely it was given; undefined when it is none. Without a zone it is UTC. */
export function stretchOf(text: string): Stretch | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const numbers = [year, month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number)
  const [y, mo, d, h, mi, s] = numbers as [number, number, number, number, number, number]
  if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 24 || mi > 59 || s > 60) return undefined
  const offsetMs = zone === undefined || zone === 'Z' ? 0 : offsetOf(zone)
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  const lowMs = utc(y, mo, d, h, mi, s, ms)
  if (new Date(lowMs).getUTCDate() !== d && h < 24) return undefined
  const highMs =
    month === undefined
      ? utc(y + 1, 1, 1, 0, 0, 0, 0)
      : day === undefined
        ? utc(y, mo + 1, 1, 0, 0, 0, 0)
        : hour === undefined
          ? lowMs + 86_400_000
          : second === undefined
            ? lowMs + 60_000
            : fraction === undefined
              ? lowMs + 1_000
              : lowMs + 1
  return { low: instant(lowMs - offsetMs), high: instant(highMs - offsetMs) }
}

/** Date.UTC takes years below 100 for those of the last century. */
function utc(y: number, mo: number, d: number, h: number, mi: number, s: number, ms: number): number {
  const date = new Date(0)
  date.setUTCFullYear(y, mo - 1, d)
  date.setUTCHours(h, mi, s, ms)
  return date.getTime()
}

const instant = (ms: number) => new Date(ms).toISOString().replace(/^\+0+/, '')

function offsetOf(zone: string): number {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** The numbers that a searched number stands for: 100 is [99.5, 100.5), 100.00 is [99.995, 100.005). Undefined when it is none. */
export function spanOf(text: string): { low: number; high: number; value: number } | undefined {
  const match = /^([+-]?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  const [, , decimals = '', exponent = '0'] = match
  const half = 0.5 * 10 ** (Number(exponent) - decimals.length)
  // More digits than a double holds must still leave room for the number itself.
  const room = Math.max(half, Math.abs(value) * Number.EPSILON)
  return { value, low: value - room, high: value + room }
}
