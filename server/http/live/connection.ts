// One open connection, whichever way it goes out: what it watches, and for how long it still may.
import type { Json } from '#core/fault'
import type { Platform } from '#platform'
import type { Watch } from '#platform/channels'
import type { Door, Visitor } from './door.ts'

/** A visit room and its call, the queue, messages: more than a page needs, and few enough to look at every few seconds. */
const channelsMax = 50

export type Connection = ReturnType<typeof createConnection>

export type ConnectionOptions = {
  platform: Platform
  door: Door
  visitor: Visitor
  /** Returns false when the connection takes no more. */
  send: (text: string) => boolean
}

export function createConnection({ platform, door, visitor: first, send }: ConnectionOptions) {
  let visitor = first
  let isOver = false
  const watches = new Map<string, Watch | undefined>()

  const say = (channel: string, type: string, data: Json) => send(JSON.stringify({ ch: channel, type, data }))
  /** Tells why a channel is not, or no longer, watched; `request.notFound` also hides what is private. */
  const refuse = (channel: string, error: unknown) => say(channel, '$ended', { code: door.problem(error, visitor) })

  function end(channel: string): void {
    watches.get(channel)?.end()
    watches.delete(channel)
  }

  return {
    visitor: () => visitor,
    /** With a newer token of the same person. */
    renew(next: Visitor): boolean {
      if (next.personId !== visitor.personId) return false
      visitor = next
      return true
    },
    async watch(channel: string, afterSeq: number | undefined): Promise<void> {
      if (watches.has(channel)) end(channel)
      if (watches.size >= channelsMax) return void say(channel, '$ended', { code: 'rate.exceeded' })
      watches.set(channel, undefined) // Takes the place, since asking takes time.
      try {
        await door.begin(channel, visitor)
        const watch = await platform.channels.watch(channel, { personId: visitor.personId, send }, afterSeq)
        if (isOver || !watches.has(channel)) watch.end()
        else watches.set(channel, watch)
      } catch (error) {
        watches.delete(channel)
        refuse(channel, error)
      }
    },
    unwatch: end,
    /** What may be noted stands in the contract; anything else is dropped. */
    note(channel: string, type: string, data: unknown): void {
      const watch = watches.get(channel)
      if (!watch) return
      const parsed = door.find(channel).definition.notes?.[type]?.safeParse(data ?? {})
      if (parsed?.success) watch.note(type, parsed.data as Json)
    },
    /** Throws when the token or the session has ended; ends each channel that the person may not watch any more. */
    async check(again: () => Promise<Visitor>): Promise<void> {
      visitor = await again()
      for (const channel of watches.keys()) {
        try {
          await door.assertMayWatch(door.find(channel), visitor)
        } catch (error) {
          end(channel)
          refuse(channel, error)
        }
      }
    },
    close(): void {
      isOver = true
      for (const channel of watches.keys()) end(channel)
    },
  }
}
