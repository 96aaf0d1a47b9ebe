// Everybody with an open connection to this process: how many each has, and that all are looked at again in time.

/** With what is remembered of sessions, a right that was taken ends within five seconds even when all is slow. */
const checkMs = 2_000
const beatMs = 25_000

export type Guest = {
  /** Throws when the connection must end. */
  check(): Promise<void>
  end(code: number): void
  /** Keeps proxies from closing what is silent, and finds out who is gone. */
  beat(): void
}

export type Guests = ReturnType<typeof createGuests>

export function createGuests(perPersonMax: number, codes: { unauthenticated: number; goingAway: number }) {
  const guests = new Set<Guest>()
  const counts = new Map<string, number>()

  const checking = setInterval(() => {
    for (const guest of guests) guest.check().catch(() => guest.end(codes.unauthenticated))
  }, checkMs).unref()
  const beating = setInterval(() => {
    for (const guest of guests) guest.beat()
  }, beatMs).unref()

  return {
    /** Undefined when the person has as many as one may. */
    enter(personId: string, guest: Guest): { leave: () => void } | undefined {
      const count = counts.get(personId) ?? 0
      if (count >= perPersonMax) return undefined
      counts.set(personId, count + 1)
      guests.add(guest)
      return {
        leave() {
          if (!guests.delete(guest)) return
          const left = counts.get(personId)! - 1
          if (left > 0) counts.set(personId, left)
          else counts.delete(personId)
        },
      }
    },
    count: () => guests.size,
    close(): void {
      clearInterval(checking)
      clearInterval(beating)
      for (const guest of guests) guest.end(codes.goingAway)
    },
  }
}
