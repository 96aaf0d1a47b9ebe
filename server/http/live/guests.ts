// Everybody with an open connection to this process: how many each has, and that all are looked at again in time.
import { closing, type Connection } from './connection.ts'
import type { Door } from './door.ts'

/** With what is remembered of sessions, a right that was taken ends within five seconds even when all is slow. */
const checkMs = 3_000
/** A part of them at a time. Few, since one large question costs little more than a small one. */
const turns = 3
const beatMs = 25_000

export type Guest = {
  readonly connection: Connection
  /** The newest one they showed. */
  token(): string
  /** Keeps proxies from closing what is silent, and finds out who is gone. */
  beat(): void
}

export type Guests = ReturnType<typeof createGuests>

export type GuestOptions = {
  door: Pick<Door, 'admit' | 'obstacles' | 'faultIn'>
  perPersonMax: number
}

export function createGuests({ door, perPersonMax }: GuestOptions) {
  /** Guest → the turn in which they are looked at. */
  const guests = new Map<Guest, number>()
  const counts = new Map<string, number>()

  let turn = 0
  let entered = 0

  /** Who they are now, and what each may still watch: a few questions, however many guests. */
  async function lookAgain(some: readonly Guest[]): Promise<void> {
    const admitted = await door.admit(some.map(guest => guest.token()))
    const wishes = some.flatMap((guest, at) => {
      const now = admitted[at]
      if (now && guest.connection.renew(now))
        return guest.connection.channels().map(channel => ({ guest, channel, caller: now.caller }))
      guest.connection.end(closing.unauthenticated)
      return []
    })
    const obstacles = await door.obstacles(wishes)
    for (const [at, { guest, channel }] of wishes.entries())
      if (obstacles[at]) guest.connection.lose(channel, obstacles[at])
  }

  const checking = setInterval(() => {
    turn = (turn + 1) % turns
    const some = [...guests].filter(([, own]) => own === turn).map(([guest]) => guest)
    lookAgain(some).catch((error: unknown) => {
      door.faultIn(error)
      // Nobody can say who they are now, so they do not stay.
      for (const guest of some) guest.connection.end(closing.tryAgainLater)
    })
  }, checkMs / turns).unref()
  const beating = setInterval(() => {
    for (const guest of guests.keys()) guest.beat()
  }, beatMs).unref()

  return {
    /** Undefined when the person has as many as one may. */
    enter(guest: Guest): { leave: () => void } | undefined {
      const { personId } = guest.connection
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
      for (const guest of guests.keys()) guest.connection.end(closing.goingAway)
    },
  }
}
