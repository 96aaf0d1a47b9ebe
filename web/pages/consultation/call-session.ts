// One person's part in one call, from coming in to leaving: it hears the visit's channel, keeps a transport open, and comes back by itself
// when that closes, when the others go another way, or before the time of its place is over.
import { Fault } from '#core/fault'
import type { LiveEntry } from '#core/live'
import { api } from '../../api.ts'
import { type Joined, openTransport, type RemotePeer, type Signal, type Transport } from './transport.ts'

export interface SessionOptions {
  visitId: string
  personId: string
  local: MediaStream
  onPeers: (peers: readonly RemotePeer[]) => void
  onWeak: () => void
  /** Out for good; with the reason when it was not wanted. */
  onOut: (why: 'out' | 'elsewhere', error?: unknown) => void
}

export interface CallSession {
  /** Rejects when there is no way in. */
  enter(): Promise<void>
  /** Everything that happens on the visit's channel. */
  hear(entry: LiveEntry): void
  replaceVideo(track: MediaStreamTrack | null): Promise<void>
  levels(): ReadonlyMap<string, number>
  leave(): void
}

/** Pauses before coming back; a media server that starts again needs some seconds. */
const pausesMs = [0, 500, 1_000, 2_000, 4_000, 8_000]
/** Before the end of its time a place is taken anew. */
const renewLeadMs = 120_000
/** Whatever the clock of this device says, not more often than that. */
const renewMsMin = 300_000

const isUnavailable = (error: unknown) => error instanceof Fault && error.kind === 'unavailable'
const key = () => ({ idempotencyKey: crypto.randomUUID() })

export function createCallSession(options: SessionOptions): CallSession {
  const { visitId, personId, local, onPeers, onWeak, onOut } = options
  let joined: Joined | undefined
  let transport: Transport | undefined
  let video: MediaStreamTrack | null = local.getVideoTracks()[0] ?? null
  /** Counts comings in, so that one that was overtaken knows it. */
  let turn = 0
  let isOver = false
  let renewal: ReturnType<typeof setTimeout> | undefined
  /** Peer → person, from those who said that they joined. */
  const people = new Map<string, string>()
  /** What came while the answer to our own joining was still under way. */
  let early: LiveEntry[] = []

  function end(): void {
    isOver = true
    turn++
    clearTimeout(renewal)
    transport?.close()
    transport = undefined
  }

  function out(why: 'out' | 'elsewhere', error?: unknown): void {
    if (isOver) return
    end()
    onOut(why, error)
  }

  /** One that was overtaken ends in silence. */
  async function enter(): Promise<void> {
    const mine = ++turn
    try {
      await enterAs(mine)
    } catch (error) {
      if (mine === turn) throw error
    }
  }

  async function enterAs(mine: number): Promise<void> {
    clearTimeout(renewal)
    transport?.close()
    transport = undefined
    onPeers([])
    early = []
    const issued = await api.consultation.joinCall({ visitId }, key())
    if (mine !== turn) return
    joined = issued
    for (const each of issued.others) people.set(each.peerId, each.personId)
    const opened = await openTransport({
      joined: issued,
      local,
      video,
      personOf: peerId => people.get(peerId),
      send: (to, signals: Signal[]) =>
        signals.length > 0
          ? api.consultation.signal({ visitId, token: issued.token, to, signals }, key())
          : Promise.resolve(),
      renew: async () => (await api.consultation.iceServers({}, {})).iceServers,
      onPeers: peers => void (mine === turn && onPeers(peers)),
      onWeak,
      onLost: () => void (mine === turn && comeBack()),
    })
    if (mine !== turn) return opened.close()
    transport = opened
    const leftMs = Date.parse(issued.expiresAt) - Date.now()
    renewal = setTimeout(comeBack, Math.max(leftMs - renewLeadMs, renewMsMin))
    // Only what came after we were in: whoever was there before calls us.
    const own = early.findIndex(
      ({ type, data }) => type === 'joined' && (data as { peerId: string }).peerId === issued.peerId,
    )
    for (const entry of early.splice(0).slice(own + 1)) take(entry)
  }

  /** A refusal is believed; silence is asked again. */
  async function returning(): Promise<void> {
    let last: unknown
    for (const pauseMs of pausesMs) {
      const mine = turn
      await new Promise(resolve => setTimeout(resolve, pauseMs))
      if (isOver || mine !== turn) return
      try {
        return await enter()
      } catch (error) {
        last = error
        if (!isUnavailable(error)) break
      }
    }
    out('out', last)
  }
  const comeBack = () => void returning()

  function take({ type, data }: LiveEntry): void {
    if (!joined || !transport) return
    if (type === 'joined') {
      const other = data as { peerId: string; personId: string; way: 'direct' | 'server' }
      // The same person in another window: only one of them is in the call.
      if (other.personId === personId) return other.peerId > joined.peerId ? out('elsewhere') : undefined
      // Whoever came last decides which way all go: they know best what is possible now, and how many we are.
      if ((other.way === 'direct') !== (joined.ticket.kind === 'direct')) comeBack()
      else transport.welcome(other.peerId, other.personId)
    } else if (type === 'left') transport.remove((data as { peerId: string }).peerId)
    else if (type === 'signalled') {
      const { from, to, signals } = data as unknown as { from: string; to: string; signals: Signal[] }
      if (to === joined.peerId) transport.hear(from, signals, people.get(from) ?? from)
    }
  }

  return {
    /** A room may close in the very moment in which somebody comes in, so once is tried again. */
    enter: () => enter().catch(error => (isUnavailable(error) ? enter() : Promise.reject(error as Error))),
    hear(entry) {
      if (isOver) return
      if (entry.type === 'joined') {
        const { peerId, personId } = entry.data as { peerId: string; personId: string }
        people.set(peerId, personId)
      }
      if (transport) take(entry)
      else early.push(entry)
    },
    async replaceVideo(track) {
      video = track
      await transport?.replaceVideo(track)
    },
    levels: () => transport?.levels() ?? new Map(),
    leave() {
      if (isOver) return
      end()
      if (joined) void api.consultation.signal({ visitId, token: joined.token }, key()).catch(() => {})
    },
  }
}
