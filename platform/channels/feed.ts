// One channel in one process: everybody here who watches it, and how far each has come.
import type { Json } from '#core/fault'
import type { ChannelLog } from './log.ts'
import { aboutChannel, type Entry, type Watcher } from './port.ts'

const pageSize = 200

/** `waiting` holds what came while the past was still being sent; undefined once live. */
type Place = { seq: number; waiting: { entry: Entry; text: string }[] | undefined; isGone: boolean }

export type Feed = ReturnType<typeof createFeed>

/** `isTrusting` is for the tests' control alone: it goes live without looking back, and believes every ring. */
export function createFeed(channel: string, log: ChannelLog, report: (error: unknown) => void, isTrusting = false) {
  const places = new Map<Watcher, Place>()
  /** A person's id → how many of their connections watch. */
  const people = new Map<string, number>()
  let seq = 0
  let isOpen = false
  let isPulling = false
  let mustPull = false
  const opening = log.lasts([channel]).then(lasts => {
    seq = lasts.get(channel) ?? 0
    isOpen = true
    if (mustPull) void pull()
  })
  opening.catch(() => {})

  const textOf = (envelope: { seq?: number; type: string; at?: string; data?: Json }) =>
    JSON.stringify({ ch: channel, ...envelope })

  function give(watcher: Watcher, place: Place, entry: Entry, text: string): void {
    if (place.isGone || entry.seq <= place.seq) return
    place.seq = entry.seq
    if (!watcher.send(text)) leave(watcher)
  }

  function broadcast(entry: Entry): void {
    seq = entry.seq
    const text = textOf(entry)
    for (const [watcher, place] of places) {
      if (place.waiting) place.waiting.push({ entry, text })
      else give(watcher, place, entry, text)
    }
  }

  /** One at a time; whoever rings meanwhile makes it look once more. */
  async function pull(): Promise<void> {
    if (isPulling || !isOpen) {
      mustPull = true
      return
    }
    isPulling = true
    try {
      do {
        mustPull = false
        for (let isMore = true; isMore;) {
          const entries = await log.read(channel, seq, pageSize)
          for (const entry of entries) broadcast(entry)
          isMore = entries.length === pageSize
        }
      } while (mustPull)
    } catch (error) {
      report(error) // The next ring, or the slow look at all channels, tries again.
    } finally {
      isPulling = false
    }
  }

  /** Numbers that are gone were kept long enough, or forgotten with their person. */
  function reset(watcher: Watcher, place: Place, to: number): void {
    place.seq = to
    if (!watcher.send(textOf({ type: aboutChannel.reset, seq: to }))) leave(watcher)
  }

  async function sendPast(watcher: Watcher, place: Place): Promise<void> {
    for (let isMore = true; isMore && !place.isGone;) {
      const entries = await log.read(channel, place.seq, pageSize)
      if (entries[0] && entries[0].seq > place.seq + 1) reset(watcher, place, entries[0].seq - 1)
      for (const entry of entries) give(watcher, place, entry, textOf(entry))
      isMore = entries.length === pageSize
    }
  }

  /** Where numbers and entries do not meet: all later ones are forgotten, or an older copy of the database was restored. */
  async function settle(watcher: Watcher, place: Place): Promise<void> {
    const last = (await log.lasts([channel])).get(channel) ?? 0
    if (place.seq === last || place.isGone) return
    const isForgotten = place.seq > last || (await log.read(channel, place.seq, 1)).length === 0
    if (isForgotten) reset(watcher, place, last)
    else await sendPast(watcher, place)
  }

  /** Live first and kept aside, then the past, then what was kept aside: so nothing falls between past and present. */
  async function join(watcher: Watcher, afterSeq: number | undefined): Promise<void> {
    const place: Place = { seq: afterSeq ?? 0, waiting: isTrusting ? undefined : [], isGone: false }
    places.set(watcher, place)
    people.set(watcher.personId, (people.get(watcher.personId) ?? 0) + 1)
    await opening
    if (afterSeq === undefined) place.seq = seq
    else if (!isTrusting) {
      await sendPast(watcher, place)
      await settle(watcher, place)
    }
    const waiting = place.waiting ?? []
    place.waiting = undefined
    for (const { entry, text } of waiting) give(watcher, place, entry, text)
    if (!place.isGone && !watcher.send(textOf({ type: aboutChannel.ready, seq: place.seq }))) leave(watcher)
  }

  function leave(watcher: Watcher): void {
    const place = places.get(watcher)
    if (!place) return
    place.isGone = true
    places.delete(watcher)
    const left = people.get(watcher.personId)! - 1
    if (left > 0) people.set(watcher.personId, left)
    else people.delete(watcher.personId)
  }

  return {
    join,
    leave,
    pull,
    seq: () => seq,
    isEmpty: () => places.size === 0,
    count: () => places.size,
    people: () => [...people.keys()],
    /** A ring is believed only so far that there is something to look for. */
    rung(to: number): void {
      if (!isOpen || to > seq) void pull()
    },
    /** What was appended in this process needs no look, when it is the next one. */
    appended(entry: Entry): void {
      if (isTrusting || (isOpen && !isPulling && entry.seq === seq + 1)) broadcast(entry)
      else this.rung(entry.seq)
    },
    /** To everybody who is live, as it is. */
    tell(type: string, data: Json, except?: Watcher): void {
      const text = textOf({ type, data })
      for (const [watcher, place] of places)
        if (watcher !== except && !place.waiting && !watcher.send(text)) leave(watcher)
    },
  }
}
