// Who watches a channel, over all processes. Each process says who watches there; nothing of it is stored.

/** A process that was not heard of for so long is gone, and so are its people. */
const lostMs = 50_000

export type Presence = ReturnType<typeof createPresence>

export function createPresence() {
  const elsewhere = new Map<string, { people: readonly string[]; atMs: number }>()
  return {
    /** True when this process was not known: it then does not know of us either. */
    heard(process: string, people: readonly string[], nowMs: number): boolean {
      const isNew = !elsewhere.has(process)
      if (people.length > 0) elsewhere.set(process, { people, atMs: nowMs })
      else elsewhere.delete(process)
      return isNew && people.length > 0
    },
    all(here: readonly string[], nowMs: number): string[] {
      for (const [process, { atMs }] of elsewhere) if (nowMs - atMs > lostMs) elsewhere.delete(process)
      return [...new Set([...here, ...[...elsewhere.values()].flatMap(each => each.people)])].toSorted()
    },
  }
}
