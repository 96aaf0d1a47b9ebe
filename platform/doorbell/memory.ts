import type { Doorbell, Ring } from './port.ts'

/** For one process on the embedded database. */
export function memoryDoorbell(): Doorbell {
  const listeners = new Set<(ring: Ring) => void>()
  return {
    // A turn later, as with every other adapter: nobody is called from inside of what they rang for.
    ring: rings =>
      queueMicrotask(() => {
        for (const ring of rings) for (const listener of listeners) listener(ring)
      }),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
    },
  }
}
