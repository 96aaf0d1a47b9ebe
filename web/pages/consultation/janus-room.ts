// A call through Janus: one connection sends what is ours, and one for each of the others brings theirs (videoroom plugin).
import { type JanusEvent, type JanusHandle, openJanus } from './janus-client.ts'
import {
  type Joined,
  loudnessOf,
  refresh,
  type RemotePeer,
  rtcConfiguration,
  type Transport,
  type TransportOptions,
  watchConnection,
  watchLoss,
} from './transport.ts'

type JanusTicket = Extract<Joined['ticket'], { kind: 'janus' }>

interface Feed extends RemotePeer {
  connection: RTCPeerConnection
  handle: JanusHandle | undefined
  stopWatching: () => void
}

/** What the room says of those who send. */
interface RoomNews {
  private_id?: number
  publishers?: { id: string }[]
  leaving?: string
  unpublished?: string
  reason?: string
  videoroom?: string
}

/** From so many others on, each is shown so small that half the size and fewer pictures do. */
const manyPeers = 4

export async function joinJanusRoom(options: TransportOptions, ticket: JanusTicket): Promise<Transport> {
  const { joined, local, personOf, onPeers, onWeak, onLost } = options
  const feeds = new Map<string, Feed>()
  /** Whoever sends in the room, also those of whom we have not heard that they joined. */
  const sending = new Set<string>()
  let privateId: number | undefined
  let isClosed = false

  const tell = () =>
    onPeers([...feeds.values()].map(({ peerId, personId, stream, state }) => ({ peerId, personId, stream, state })))

  function lose(): void {
    if (isClosed) return
    close()
    onLost()
  }

  const client = await openJanus({ url: ticket.url, session: ticket.session, onLost: lose })
  const out = new RTCPeerConnection(rtcConfiguration(joined))
  const [audio] = local.getAudioTracks()
  out.addTransceiver(audio ?? 'audio', { direction: 'sendonly', streams: [local] })
  // Open from the start, so that a camera can come later without a new offer.
  const { sender } = out.addTransceiver(options.video ?? 'video', { direction: 'sendonly', streams: [local] })
  const stopWatching = watchConnection(
    out,
    () => {},
    () => void restartOut().catch(lose),
  )
  const loss = watchLoss(() => [out], onWeak)

  function close(): void {
    isClosed = true
    loss.stop()
    stopWatching()
    out.close()
    for (const peerId of feeds.keys()) drop(peerId)
    client.close()
  }

  function hearRoom(event: JanusEvent | 'hungUp'): void {
    // Janus has thrown away its end of what we send, so there is nothing left to restart.
    if (event === 'hungUp') return lose()
    const news = event.data as RoomNews
    // Put out, or the room is gone: whether we may be there is not for us to say.
    if (news.reason === 'kicked' || news.videoroom === 'destroyed') return lose()
    for (const { id } of news.publishers ?? []) {
      sending.add(id)
      void subscribe(id)
    }
    const gone = news.leaving ?? news.unpublished
    if (gone !== undefined && gone !== 'ok') remove(gone)
  }

  const publisher = await client.attach(hearRoom)
  trickleFrom(out, () => publisher)

  async function offer(wish: RTCOfferOptions = {}): Promise<void> {
    await out.setLocalDescription(await out.createOffer(wish))
    const request = wish.iceRestart ? 'configure' : 'publish'
    const { jsep } = await publisher.ask({ request }, out.localDescription!.toJSON() as RTCSessionDescriptionInit)
    if (jsep) await out.setRemoteDescription(jsep)
  }

  async function restartOut(): Promise<void> {
    if (await refresh(out, options)) await offer({ iceRestart: true })
  }

  /** Only of people who we know are in the call; whoever else sends is no business of ours. */
  async function subscribe(peerId: string): Promise<void> {
    const personId = personOf(peerId)
    if (isClosed || personId === undefined || peerId === joined.peerId || feeds.has(peerId)) return
    for (const each of feeds.values()) if (each.personId === personId) drop(each.peerId)
    const connection = new RTCPeerConnection(rtcConfiguration(joined))
    const feed: Feed = {
      peerId,
      personId,
      connection,
      stream: new MediaStream(),
      state: 'new',
      handle: undefined,
      stopWatching: watchConnection(connection, changed, () => void restart().catch(again)),
    }
    feeds.set(peerId, feed)
    connection.addEventListener('track', ({ track }) => {
      feed.stream.addTrack(track)
      track.addEventListener('unmute', tell)
      tell()
    })
    trickleFrom(connection, () => feed.handle)

    function changed(): void {
      feed.state = connection.connectionState
      tell()
    }
    /** Janus makes the offers here; ours are answers. */
    async function answer({ jsep }: JanusEvent): Promise<void> {
      if (jsep?.type !== 'offer') return
      await connection.setRemoteDescription(jsep)
      await connection.setLocalDescription()
      await feed.handle!.ask({ request: 'start' }, connection.localDescription!.toJSON() as RTCSessionDescriptionInit)
    }
    async function restart(): Promise<void> {
      if (!(await refresh(connection, options)) || feeds.get(peerId) !== feed) return
      await answer(await feed.handle!.ask({ request: 'configure', restart: true }))
    }
    function again(): void {
      if (feeds.get(peerId) !== feed) return
      drop(peerId)
      if (sending.has(peerId)) void subscribe(peerId)
    }

    tell()
    try {
      feed.handle = await client.attach(event => {
        if (event === 'hungUp') again()
        else void answer(event).catch(again)
      })
      const { room, token } = ticket
      const wish = {
        request: 'join',
        ptype: 'subscriber',
        room,
        token,
        private_id: privateId,
        streams: [{ feed: peerId }],
      }
      await answer(await feed.handle.ask(wish))
    } catch {
      // They have left in this very moment, or Janus is gone, which is heard elsewhere.
      if (feeds.get(peerId) === feed) drop(peerId)
    }
    fit()
  }

  /** Takes less from the network and from everybody's processor where everybody is shown small. */
  function fit(): void {
    const parameters = sender.getParameters()
    const [encoding] = parameters.encodings
    if (!encoding) return
    const isMany = feeds.size >= manyPeers
    if ((encoding.scaleResolutionDownBy ?? 1) === (isMany ? 2 : 1)) return
    Object.assign(encoding, { scaleResolutionDownBy: isMany ? 2 : 1, maxFramerate: isMany ? 15 : 24 })
    void sender.setParameters(parameters).catch(() => {}) // The next one who comes or goes has it tried again.
  }

  function drop(peerId: string): void {
    const feed = feeds.get(peerId)
    if (!feed) return
    feeds.delete(peerId)
    feed.stopWatching()
    feed.connection.close()
    feed.handle?.detach()
    tell()
  }

  function remove(peerId: string): void {
    sending.delete(peerId)
    drop(peerId)
    fit()
  }

  try {
    const { room, token } = ticket
    const wish = { request: 'join', ptype: 'publisher', room, id: joined.peerId, token }
    const entered = await publisher.ask(wish)
    privateId = (entered.data as RoomNews).private_id
    hearRoom(entered)
    await offer()
  } catch (error) {
    close()
    throw error
  }
  return {
    welcome: peerId => void (sending.has(peerId) && subscribe(peerId)),
    hear() {},
    remove,
    async replaceVideo(track) {
      if (track) loss.forgive()
      await sender.replaceTrack(track)
    },
    levels: () => new Map([...feeds].map(([peerId, { connection }]) => [peerId, loudnessOf(connection)])),
    close,
  }
}

/** Null says that there are no more candidates, which Janus wants to hear. */
function trickleFrom(connection: RTCPeerConnection, handle: () => JanusHandle | undefined): void {
  connection.addEventListener('icecandidate', ({ candidate }) => handle()?.trickle(candidate))
}
