// A call without anybody in between: every browser reaches every other one, by perfect negotiation (W3C WebRTC §10.7).
import { Fault } from '#core/fault'
import {
  loudnessOf,
  refresh,
  type RemotePeer,
  rtcConfiguration,
  type Signal,
  type Transport,
  type TransportOptions,
  watchConnection,
  watchLoss,
} from './transport.ts'

interface Peer extends RemotePeer {
  connection: RTCPeerConnection
  isPolite: boolean
  isOffering: boolean
  ignores: boolean
  outgoing: Signal[]
  sending: Promise<void> | undefined
  stopWatching: () => void
  turn: Promise<unknown>
}

/** Candidates come in bursts; together they are one request. */
const gatherMs = 40
/** What could not be sent is tried again at this pace, for as long as the call lasts. */
const againMs = 3_000
export function createMesh(options: TransportOptions): Transport {
  const { joined, local, video: shown, send, onPeers, onWeak } = options
  const peers = new Map<string, Peer>()
  let isClosed = false
  let video = shown

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

  function connect(peerId: string, personId: string): Peer {
    const connection = new RTCPeerConnection(rtcConfiguration(joined))
    const peer: Peer = {
      peerId,
      personId,
      connection,
      stream: new MediaStream(),
      state: 'new',
      isPolite: joined.peerId < peerId,
      isOffering: false,
      ignores: false,
      outgoing: [],
      sending: undefined,
      stopWatching: watchConnection(
        connection,
        () => stateChanged(peer),
        () => void restart(connection),
      ),
      turn: Promise.resolve(),
    }
    peers.set(peerId, peer)
    connection.addEventListener('negotiationneeded', () => void offer(peer))
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) queue(peer, { kind: 'candidate', data: candidate.toJSON() as never })
    })
    connection.addEventListener('track', ({ track }) => {
      peer.stream.addTrack(track)
      track.addEventListener('unmute', tell)
      tell()
    })
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
    tell()
  }

  async function restart(connection: RTCPeerConnection): Promise<void> {
    if (await refresh(connection, options)) connection.restartIce()
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

  const loss = watchLoss(() => [...peers.values()].map(each => each.connection), onWeak)

  function remove(peerId: string): void {
    const peer = peers.get(peerId)
    if (!peer) return
    peer.stopWatching()
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
      if (isClosed || peerId === joined.peerId || peers.has(peerId)) return
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
      if (track) loss.forgive()
      const senders = [...peers.values()].flatMap(({ connection }) =>
        connection.getTransceivers().filter(each => each.receiver.track.kind === 'video'),
      )
      await Promise.all(senders.map(each => each.sender.replaceTrack(track)))
    },
    levels: () => new Map([...peers].map(([peerId, { connection }]) => [peerId, loudnessOf(connection)])),
    close() {
      isClosed = true
      loss.stop()
      for (const peerId of peers.keys()) remove(peerId)
    },
  }
}
