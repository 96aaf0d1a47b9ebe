// One open connection, whichever way it goes out: what it watches, and for how long it still may.
import { type Fault, houseFault, type Json } from '#core/fault'
import type { Platform } from '#platform'
import type { Watch } from '#platform/channels'
import type { Admitted } from '../authenticate.ts'
import type { Door, Visitor } from './door.ts'

/** A visit room and its call, the queue, messages: more than a page needs, and few enough to look at every few seconds. */
const channelsMax = 50
/** Why a connection ends (RFC 6455 §7.4, those above 4000 are our own); pages tell by them whether to come back, and with a new token. */
export const closing = {
  goingAway: 1001,
  /** Nothing is lost: whoever comes back says how far they have read. */
  tryAgainLater: 1013,
  invalid: 4400,
  unauthenticated: 4401,
  tooSlow: 4408,
  tooMany: 4429,
} as const

export type Connection = ReturnType<typeof createConnection>

export type ConnectionOptions = {
  platform: Platform
  door: Door
  visitor: Visitor
  /** Returns false when the connection takes no more. */
  send: (text: string) => boolean
  /** Closes it, with a code where the way out has one. */
  end: (code: number) => void
}

export function createConnection({ platform, door, visitor: first, send, end }: ConnectionOptions) {
  let visitor = first
  let isOver = false
  const watches = new Map<string, Watch | undefined>()

  function unwatch(channel: string): void {
    watches.get(channel)?.end()
    watches.delete(channel)
  }

  /**
   * A channel is not, or no longer, watched; `request.notFound` also hides what is private. Where nobody can be asked nothing is known
   * of the right, and the whole connection ends.
   */
  function lose(channel: string, { code, kind }: Fault): void {
    unwatch(channel)
    if (kind === 'unavailable') end(closing.tryAgainLater)
    else send(JSON.stringify({ ch: channel, type: '$ended', data: { code } }))
  }

  return {
    personId: first.personId,
    channels: () => [...watches.keys()],
    /** As they are now, with the same token or a newer one of the same person. */
    renew(admitted: Admitted): boolean {
      if (admitted.caller.personId !== visitor.personId) return false
      visitor = { ...visitor, ...admitted }
      return true
    },
    async watch(channel: string, afterSeq: number | undefined): Promise<void> {
      if (watches.has(channel)) unwatch(channel)
      if (watches.size >= channelsMax) return lose(channel, houseFault('rate.exceeded'))
      watches.set(channel, undefined) // Takes the place, since asking takes time.
      try {
        await door.begin(channel, visitor)
        const watch = await platform.channels.watch(channel, { personId: visitor.personId, send }, afterSeq)
        if (isOver || !watches.has(channel)) watch.end()
        else watches.set(channel, watch)
      } catch (error) {
        lose(channel, door.faultIn(error))
      }
    },
    unwatch,
    /** What may be noted stands in the contract; anything else is dropped. */
    note(channel: string, type: string, data: unknown): void {
      const watch = watches.get(channel)
      if (!watch) return
      const parsed = door.find(channel).definition.notes?.[type]?.safeParse(data ?? {})
      if (parsed?.success) watch.note(type, parsed.data as Json)
    },
    lose,
    end,
    /** It is closed. */
    ended(): void {
      isOver = true
      for (const channel of watches.keys()) unwatch(channel)
    },
  }
}
