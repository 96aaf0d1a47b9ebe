// Channels over the log and the doorbell: the watchers of this process, fed by its own commits and by the rings of others.
import { randomUUID } from 'node:crypto'
import type { Json } from '#core/fault'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import { type Doorbell, noteMax, type Ring } from '#platform/doorbell'
import type { Keys } from '#platform/keys'
import { createFeed, type Feed } from './feed.ts'
import { channelLog } from './log.ts'
import { aboutChannel, type Channels, type Watcher } from './port.ts'
import { createPresence, type Presence } from './presence.ts'

export type ChannelOptions = {
  database: Pick<Database, 'execute' | 'onAppended'>
  doorbell: Doorbell
  keys: Keys
  clock: Clock
  report: (error: unknown) => void
  /** Between slow looks at all watched channels, in case a ring was lost. */
  pollMs?: number
  /** For the tests' control alone: leaves out what makes it gapless. */
  isTrusting?: boolean
}

/** `said` and `told` are whom other processes, and those who watch here, have last heard of. */
type Watched = { feed: Feed; presence: Presence; said: string; told: string; telling: NodeJS.Timeout | undefined }
/** What travels as a note: who watches in a process, or a remark of one of them. */
type Note = { from: string; people?: string[]; type?: string; data?: Json }

const heartbeatMs = 20_000
/** A crowd that comes or goes at once is told of once. */
const crowdMs = 50

export function createChannels({
  database,
  doorbell,
  keys,
  clock,
  report,
  pollMs = 5_000,
  isTrusting = false,
}: ChannelOptions): Channels {
  const log = channelLog(database, keys, clock)
  const own = randomUUID()
  /** What all our own notes begin with; they come back to us, and need no reading. */
  const ownNote = `{"from":"${own}"`
  const channels = new Map<string, Watched>()
  const say = (channel: string, note: Omit<Note, 'from'>) =>
    doorbell.ring([{ channel, note: JSON.stringify({ from: own, ...note } satisfies Note) }])

  function watched(channel: string): Watched {
    let known = channels.get(channel)
    if (!known) {
      const feed = createFeed(channel, log, report, isTrusting)
      known = { feed, presence: createPresence(), said: '', told: '', telling: undefined }
      channels.set(channel, known)
    }
    return known
  }

  const whoIsHere = ({ feed, presence }: Watched) => presence.all(feed.people(), performance.now())

  function tellWhoIsHere(known: Watched): void {
    known.telling ??= setTimeout(() => {
      known.telling = undefined
      const people = whoIsHere(known)
      if (people.join() === known.told) return
      known.told = people.join()
      known.feed.tell(aboutChannel.here, { people })
    }, crowdMs).unref()
  }

  /** To the other processes, who then tell those who watch there. */
  function sayWhoIsHere(channel: string, known: Watched): void {
    const people = known.feed.people()
    if (people.join() === known.said) return
    known.said = people.join()
    say(channel, { people })
  }

  function hear({ channel, seq, note }: Ring): void {
    const known = channels.get(channel)
    if (!known) return
    if (seq !== undefined) known.feed.rung(seq)
    if (note === undefined || note.startsWith(ownNote)) return
    const { from, people, type, data } = JSON.parse(note) as Note
    if (people) {
      if (known.presence.heard(from, people, performance.now())) say(channel, { people: known.feed.people() })
      tellWhoIsHere(known)
    } else if (type !== undefined) known.feed.tell(type, data ?? null)
  }

  const stopListening = doorbell.listen(hear)
  const stopAppended = database.onAppended(appended => {
    doorbell.ring(appended.map(({ draft, seq }) => ({ channel: draft.channel, seq })))
    for (const { draft, seq } of appended) {
      const { type, at, data } = draft
      channels.get(draft.channel)?.feed.appended({ seq, type, at, data })
    }
  })

  async function lookAtAll(): Promise<void> {
    const lasts = await log.lasts([...channels.keys()])
    for (const [channel, seq] of lasts) channels.get(channel)?.feed.rung(seq)
  }
  const polling = setInterval(() => void (channels.size > 0 && lookAtAll().catch(report)), pollMs).unref()
  const beating = setInterval(() => {
    for (const [channel, { feed }] of channels) say(channel, { people: feed.people() })
  }, heartbeatMs).unref()

  function leave(channel: string, watcher: Watcher): void {
    const known = channels.get(channel)
    if (!known) return
    known.feed.leave(watcher)
    sayWhoIsHere(channel, known)
    if (known.feed.isEmpty()) channels.delete(channel)
    else tellWhoIsHere(known)
  }

  return {
    draft: log.draft,
    read: log.read,
    async watch(channel, watcher, afterSeq) {
      const known = watched(channel)
      try {
        await known.feed.join(watcher, afterSeq)
      } catch (error) {
        leave(channel, watcher)
        throw error
      }
      sayWhoIsHere(channel, known)
      const here = { ch: channel, type: aboutChannel.here, data: { people: whoIsHere(known) } }
      if (!watcher.send(JSON.stringify(here))) leave(channel, watcher)
      tellWhoIsHere(known)
      return {
        note(type, data) {
          const remark = { from: watcher.personId, ...(data as object) }
          if (JSON.stringify(remark).length > noteMax - 200) return
          known.feed.tell(type, remark, watcher)
          say(channel, { type, data: remark })
        },
        end: () => leave(channel, watcher),
      }
    },
    count: () => [...channels.values()].reduce((total, { feed }) => total + feed.count(), 0),
    async close() {
      clearInterval(polling)
      clearInterval(beating)
      stopListening()
      stopAppended()
      channels.clear()
    },
  }
}
