// The call itself: every browser reaches every other one (a mesh), by perfect negotiation (W3C WebRTC §10.7).
import { Fault } from '#core/fault'
import type { InputOf, OutputOf } from '../../api.ts'

export type Signal = NonNullable<InputOf<'consultation', 'signal'>['signals']>[number]
export type Ticket = OutputOf<'consultation', 'joinCall'>

export interface RemotePeer {
  peerId: string
  personId: string
  stream: MediaStream
  state: RTCPeerConnectionState
}

export interface MeshOptions {
  ticket: Pick<Ticket, 'peerId' | 'iceServers' | 'isRelayOnly'>
  local: MediaStream
  /** Asked again with the same until it has arrived, or was refused. */
  send: (to: string, signals: Signal[]) => Promise<unknown>
  /** Fresh ones, before another way is looked for: those of the ticket end with it. */
  renew: () => Promise<Ticket['iceServers']>
  onPeers: (peers: RemotePeer[]) => void
  /** The network carries too little for pictures; sound goes on. */
  onWeak: () => void
}

interface Peer extends RemotePeer {
  connection: RTCPeerConnection
  isPolite: boolean
  isOffering: boolean
  ignores: boolean
  outgoing: Signal[]
  sending: Promise<void> | undefined
  restart: ReturnType<typeof setTimeout> | undefined
  turn: Promise<unknown>
}

export interface Mesh {
  /** Somebody came in after us; we call them. */
  welcome(peerId: string, personId: string): void
  hear(from: string, signals: readonly Signal[], personId: string): void
  remove(peerId: string): void
  /** Another camera, or the screen in its place; null for none. */
  replaceVideo(track: MediaStreamTrack | null): Promise<void>
  close(): void
}

/** Candidates come in bursts; together they are one request. */
const gatherMs = 40
/** How long a connection may be in a state before another way is looked for; those that never come about are among them. */
const bearableMs: Partial<Record<RTCPeerConnectionState, number>> = {
  new: 10_000,
  connecting: 10_000,
  disconnected: 3_000,
  failed: 0,
}
/** What could not be sent is tried again at this pace, for as long as the call lasts. */
const againMs = 3_000
const weakLossShare = 0.12
const statsMs = 3_000

export function createMesh({ ticket, local, send, renew, onPeers, onWeak }: MeshOptions): Mesh {
  const peers = new Map<string, Peer>()
  let isClosed = false
  let video: MediaStreamTrack | null = local.getVideoTracks()[0] ?? null
  let weakSamples = 0

  const tell = () =>
    onPeers([...peers.values()].map(({ peerId, personId, stream, state }) => ({ peerId, personId, stream, state })))

  function queue(peer: Peer, signal: Signal): void {
    peer.outgoing.push(signal)
    peer.sending ??= flush(peer).finally(() => (peer.sending = undefined))
  }

  /** An offer that is lost with the network is a call that never comes back, so nothing is given up before it was refused. */
  async function flush(peer: Peer): Promise<void> {
    for (let waitMs = gatherMs; ; waitMs = againMs) {
      await new Promise(resolve => setTimeout(resolve, waitMs))
      try {
        for (let some; (some = peer.outgoing.slice(0, 40)).length > 0; peer.outgoing.splice(0, some.length)) {
          if (peers.get(peer.peerId) !== peer) return
          await send(peer.peerId, some)
        }
        return
      } catch (error) {
        // Whoever is gone is taken out when they leave or fail.
        if (error instanceof Fault && error.kind !== 'unavailable') return void peer.outgoing.splice(0)
      }
    }
  }

  const describe = (peer: Peer) =>
    queue(peer, { kind: 'description', data: peer.connection.localDescription!.toJSON() as never })

  const configured = (iceServers: Ticket['iceServers']): RTCConfiguration => ({
    iceServers: iceServers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    })),
    iceTransportPolicy: ticket.isRelayOnly ? 'relay' : 'all',
  })

  function connect(peerId: string, personId: string): Peer {
    const connection = new RTCPeerConnection(configured(ticket.iceServers))
    const peer: Peer = {
      peerId,
      personId,
      connection,
      stream: new MediaStream(),
      state: 'new',
      isPolite: ticket.peerId < peerId,
      isOffering: false,
      ignores: false,
      outgoing: [],
      sending: undefined,
      restart: undefined,
      turn: Promise.resolve(),
    }
    peers.set(peerId, peer)
    watchOver(peer, bearableMs.new)
    connection.addEventListener('negotiationneeded', () => void offer(peer))
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) queue(peer, { kind: 'candidate', data: candidate.toJSON() as never })
    })
    connection.addEventListener('track', ({ track }) => {
      peer.stream.addTrack(track)
      track.addEventListener('unmute', tell)
      tell()
    })
    connection.addEventListener('connectionstatechange', () => stateChanged(peer))
    return peer
  }

  /** Both directions are kept open from the start, so that a camera can come later without a new round of offers. */
  function addTracks(peer: Peer): void {
    const [audio] = local.getAudioTracks()
    peer.connection.addTransceiver(audio ?? 'audio', { direction: 'sendrecv', streams: [local] })
    peer.connection.addTransceiver(video ?? 'video', { direction: 'sendrecv', streams: [local] })
  }

  function stateChanged(peer: Peer): void {
    peer.state = peer.connection.connectionState
    watchOver(peer, bearableMs[peer.state])
    tell()
  }

  function watchOver(peer: Peer, forMs: number | undefined): void {
    clearTimeout(peer.restart)
    if (forMs !== undefined) peer.restart = setTimeout(() => void restart(peer), forMs)
  }

  /** Looks for another way, and again when that one leads nowhere either. */
  async function restart(peer: Peer): Promise<void> {
    const { connection } = peer
    watchOver(peer, bearableMs.connecting)
    const iceServers = await renew().catch(() => undefined)
    if (connection.connectionState === 'connected' || connection.signalingState === 'closed') return
    if (iceServers) connection.setConfiguration(configured(iceServers))
    connection.restartIce()
  }

  async function offer(peer: Peer): Promise<void> {
    try {
      peer.isOffering = true
      await peer.connection.setLocalDescription()
      describe(peer)
    } catch {
      // It was closed meanwhile; there is nobody to offer to.
    } finally {
      peer.isOffering = false
    }
  }

  async function take(peer: Peer, { kind, data }: Signal): Promise<void> {
    const { connection } = peer
    if (kind === 'candidate') {
      await connection.addIceCandidate(data as RTCIceCandidateInit).catch(() => {
        // Those of an offer we ignored fit nothing.
      })
      return
    }
    const description = data as unknown as RTCSessionDescriptionInit
    const collides = description.type === 'offer' && (peer.isOffering || connection.signalingState !== 'stable')
    peer.ignores = !peer.isPolite && collides
    if (peer.ignores) return
    await connection.setRemoteDescription(description)
    if (description.type !== 'offer') return
    useOffered(peer)
    await connection.setLocalDescription()
    describe(peer)
  }

  /** Whoever is called answers on the lines that were offered. */
  function useOffered({ connection }: Peer): void {
    for (const transceiver of connection.getTransceivers()) {
      if (transceiver.sender.track || transceiver.direction === 'stopped') continue
      const kind = transceiver.receiver.track.kind
      const track = kind === 'audio' ? (local.getAudioTracks()[0] ?? null) : video
      transceiver.direction = 'sendrecv'
      if (track) void transceiver.sender.replaceTrack(track)
    }
  }

  /** Three bad looks in a row: pictures are given up for sound. */
  async function look(): Promise<void> {
    let isWeak = false
    for (const { connection } of peers.values()) {
      for (const report of (await connection.getStats()).values() as Iterable<{ type: string; fractionLost?: number }>)
        if (report.type === 'remote-inbound-rtp' && (report.fractionLost ?? 0) > weakLossShare) isWeak = true
    }
    weakSamples = isWeak ? weakSamples + 1 : 0
    if (weakSamples === 3) onWeak()
  }
  const looking = setInterval(() => void look().catch(() => {}), statsMs)

  function remove(peerId: string): void {
    const peer = peers.get(peerId)
    if (!peer) return
    clearTimeout(peer.restart)
    peer.connection.close()
    peers.delete(peerId)
    tell()
  }

  /** One person is in the call once: their newest page counts. */
  function removeOthersOf(personId: string, peerId: string): void {
    for (const each of peers.values()) if (each.personId === personId && each.peerId !== peerId) remove(each.peerId)
  }

  return {
    welcome(peerId, personId) {
      if (isClosed || peerId === ticket.peerId || peers.has(peerId)) return
      removeOthersOf(personId, peerId)
      addTracks(connect(peerId, personId))
      tell()
    },
    hear(from, signals, personId) {
      if (isClosed) return
      const peer = peers.get(from) ?? connect(from, personId)
      removeOthersOf(personId, from)
      for (const signal of signals) peer.turn = peer.turn.then(() => take(peer, signal)).catch(() => {})
    },
    remove,
    async replaceVideo(track) {
      video = track
      if (track) weakSamples = 0
      const senders = [...peers.values()].flatMap(({ connection }) =>
        connection.getTransceivers().filter(each => each.receiver.track.kind === 'video'),
      )
      await Promise.all(senders.map(each => each.sender.replaceTrack(track)))
    },
    close() {
      isClosed = true
      clearInterval(looking)
      for (const peerId of peers.keys()) remove(peerId)
    },
  }
}
