// What carries the media of a call, as the rest of the page sees it: the same whether browsers talk to each other or to a server.
import { consultation } from '#contract/consultation'
import { faultsOf } from '#core/contract'
import type { InputOf, OutputOf } from '../../api.ts'

export type Signal = NonNullable<InputOf<'consultation', 'signal'>['signals']>[number]
export type Joined = OutputOf<'consultation', 'joinCall'>

export interface RemotePeer {
  peerId: string
  personId: string
  stream: MediaStream
  state: RTCPeerConnectionState
}

export interface TransportOptions {
  joined: Joined
  local: MediaStream
  /** What is shown of us at first: the camera, the screen, or nothing. */
  video: MediaStreamTrack | null
  /** Undefined until we hear that they joined. */
  personOf: (peerId: string) => string | undefined
  /** Asked again with the same until it has arrived, or was refused. */
  send: (to: string, signals: Signal[]) => Promise<unknown>
  /** Fresh relays, before another way is looked for: those we joined with end with our time. */
  renew: () => Promise<Joined['iceServers']>
  onPeers: (peers: RemotePeer[]) => void
  /** The network carries too little for pictures; sound goes on. */
  onWeak: () => void
  /** This way is closed: ask anew whether and how we may be in the call. */
  onLost: () => void
}

export interface Transport {
  /** Somebody came in after us. */
  welcome(peerId: string, personId: string): void
  /** What another browser tells ours. */
  hear(from: string, signals: readonly Signal[], personId: string): void
  remove(peerId: string): void
  /** Another camera, or the screen in its place; null for none. */
  replaceVideo(track: MediaStreamTrack | null): Promise<void>
  /** How loud each of the others is now, from 0 to 1. */
  levels(): ReadonlyMap<string, number>
  close(): void
}

/** Only what the ticket needs is loaded. A server that lets us in but not this browser is as good as none. */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  switch (options.joined.ticket.kind) {
    case 'direct':
      return (await import('./mesh.ts')).createMesh(options)
    case 'janus':
      return (await import('./janus-room.ts')).joinJanusRoom(options, options.joined.ticket).catch((cause: unknown) => {
        throw faultsOf(consultation).callUnavailable({}, cause)
      })
    case 'livekit':
      // Apps use these tickets with LiveKit's own libraries; this page has nothing that was tried against a real one.
      throw faultsOf(consultation).callUnavailable()
  }
}

export const rtcConfiguration = ({
  iceServers,
  isRelayOnly,
}: Pick<Joined, 'iceServers' | 'isRelayOnly'>): RTCConfiguration => ({
  iceServers: iceServers.map(({ urls, username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  })),
  iceTransportPolicy: isRelayOnly ? 'relay' : 'all',
})

/** How long a connection may be in a state before another way is looked for; those that never come about are among them. */
const bearableMs: Partial<Record<RTCPeerConnectionState, number>> = {
  new: 10_000,
  connecting: 10_000,
  disconnected: 3_000,
  failed: 0,
}

/** Has another way looked for, and again when that one leads nowhere either. Returns how to stop. */
export function watchConnection(connection: RTCPeerConnection, tell: () => void, restart: () => unknown): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  function bear(forMs: number | undefined): void {
    clearTimeout(timer)
    if (forMs === undefined) return
    timer = setTimeout(() => {
      bear(bearableMs.connecting)
      restart()
    }, forMs)
  }
  bear(bearableMs.new)
  connection.addEventListener('connectionstatechange', () => {
    bear(bearableMs[connection.connectionState])
    tell()
  })
  return () => clearTimeout(timer)
}

/** Gives a connection relays of now. False when it needs no other way any more. */
export async function refresh(
  connection: RTCPeerConnection,
  { joined, renew }: Pick<TransportOptions, 'joined' | 'renew'>,
): Promise<boolean> {
  const iceServers = await renew().catch(() => undefined)
  if (connection.connectionState === 'connected' || connection.signalingState === 'closed') return false
  if (iceServers) connection.setConfiguration(rtcConfiguration({ ...joined, iceServers }))
  return true
}

const weakLossShare = 0.12
const statsMs = 3_000

/** Three bad looks in a row: pictures are given up for sound. `forgive` begins to count anew. */
export function watchLoss(
  connections: () => Iterable<RTCPeerConnection>,
  onWeak: () => void,
): { forgive: () => void; stop: () => void } {
  let weakSamples = 0
  async function look(): Promise<void> {
    let isWeak = false
    for (const connection of connections()) {
      for (const report of (await connection.getStats()).values() as Iterable<{ type: string; fractionLost?: number }>)
        if (report.type === 'remote-inbound-rtp' && (report.fractionLost ?? 0) > weakLossShare) isWeak = true
    }
    weakSamples = isWeak ? weakSamples + 1 : 0
    if (weakSamples === 3) onWeak()
  }
  const timer = setInterval(() => void look().catch(() => {}), statsMs)
  return { forgive: () => void (weakSamples = 0), stop: () => clearInterval(timer) }
}

/** The browser notes the level of what it played last (WebRTC §5.5), so nothing has to be analysed again. */
export function loudnessOf(connection: RTCPeerConnection): number {
  const levels = connection
    .getReceivers()
    .filter(({ track }) => track.kind === 'audio')
    .flatMap(receiver => receiver.getSynchronizationSources().map(({ audioLevel }) => audioLevel ?? 0))
  return Math.max(0, ...levels)
}
