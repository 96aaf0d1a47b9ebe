// Many rings become few messages: a server is told at most once in a while, of each channel the newest number. Who rings alone is not
// kept waiting.
import type { Ring } from './port.ts'

export type Gathering = { add(rings: readonly Ring[]): void; flush(): void; stop(): void }

/** `send` gets JSON texts of at most `bytesMax` bytes each. */
export function gatherRings(everyMs: number, bytesMax: number, send: (messages: readonly string[]) => void): Gathering {
  const newest = new Map<string, number>()
  let notes: Ring[] = []
  let timer: NodeJS.Timeout | undefined
  let lastMs = -Infinity

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    lastMs = performance.now()
    const rings = [...[...newest].map(([channel, seq]): Ring => ({ channel, seq })), ...notes]
    newest.clear()
    notes = []
    if (rings.length > 0) send(packed(rings, bytesMax))
  }

  return {
    add(rings) {
      for (const ring of rings) {
        if (ring.seq !== undefined) newest.set(ring.channel, Math.max(ring.seq, newest.get(ring.channel) ?? 0))
        if (ring.note !== undefined) notes.push({ channel: ring.channel, note: ring.note })
      }
      timer ??= setTimeout(flush, Math.max(1, lastMs + everyMs - performance.now()))
    },
    flush,
    stop: () => clearTimeout(timer),
  }
}

function packed(rings: readonly Ring[], bytesMax: number): string[] {
  const messages: string[] = []
  let current: string[] = []
  let bytes = 2
  for (const ring of rings) {
    const text = JSON.stringify(ring)
    const size = Buffer.byteLength(text) + 1
    if (bytes + size > bytesMax && current.length > 0) {
      messages.push(`[${current.join()}]`)
      current = []
      bytes = 2
    }
    current.push(text)
    bytes += size
  }
  return [...messages, `[${current.join()}]`]
}

/** What others sent; anything else on the same line is nothing to us. */
export function unpacked(message: string): Ring[] {
  try {
    const rings: unknown = JSON.parse(message)
    return Array.isArray(rings) ? rings.filter(each => typeof (each as Ring)?.channel === 'string') : []
  } catch {
    return []
  }
}
