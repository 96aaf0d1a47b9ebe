import type { WrappedKeyStore } from './port.ts'

/** People's keys in this process: for tests. */
export function memoryWrappedKeys(): WrappedKeyStore {
  const kept = new Map<string, Uint8Array>()
  return {
    assertReachable: () => {},
    find: async personId => kept.get(personId),
    async insertIfAbsent(personId, wrapped) {
      const there = kept.get(personId)
      if (!there) kept.set(personId, wrapped)
      return there ?? wrapped
    },
    async delete(personId) {
      kept.delete(personId)
    },
  }
}
