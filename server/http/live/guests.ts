// Everybody with an open connection to this process: how many each has, and that all are looked at again in time.

/** With what is remembered of sessions, a right that was taken ends within five seconds even when all is slow. */
const checkMs = 3_000
/** Spread over that time, so that nobody waits behind a thousand questions asked at once. */
const turns = 20
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
  /** Guest → the turn in which they are looked at. */
  const guests = new Map<Guest, number>()
  const counts = new Map<string, number>()

  let turn = 0
  let entered = 0

  const checking = setInterval(() => {
    turn = (turn + 1) % turns
    for (const [guest, own] of guests) if (own === turn) guest.check().catch(() => guest.end(codes.unauthenticated))
  }, checkMs / turns).unref()
  const beating = setInterval(() => {
    for (const guest of guests.keys()) guest.beat()
  }, beatMs).unref()

  return {
    /** Undefined when the person has as many as one may. */
    enter(personId: string, guest: Guest): { leave: () => void } | undefined {
      const count = counts.get(personId) ?? 0
      if (count >= perPersonMax) return undefined
      counts.set(personId, count + 1)
      guests.set(guest, entered++ % turns)
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
      for (const guest of guests.keys()) guest.end(codes.goingAway)
    },
  }
}
