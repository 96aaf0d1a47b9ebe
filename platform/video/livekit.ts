import { SignJWT } from 'jose'
import type { Clock } from '#platform/clock'
import type { Egress } from '#platform/egress'
import { askJson } from './ask.ts'
import { type Video, VideoUnavailable } from './port.ts'

export type LiveKitOptions = {
  /** WebSocket that apps connect to; the API is at the same place over HTTP unless said. */
  readonly url: string
  readonly apiUrl?: string | undefined
  readonly key: string
  readonly secret: string
}

const peersMax = 12
/** Of our own questions. */
const questionMs = 60_000
/** A removed participant's token opens the door again, so nobody holds one for long; connected apps get fresh ones from the server. */
const joinMsMax = 5 * 60_000
/** Empty rooms go by themselves after so long. */
const emptySeconds = 300

type Grant = Record<string, string | boolean>

/** Tokens and the RoomService of LiveKit (Twirp over HTTP, livekit_room.proto). */
export function livekitVideo({ url, apiUrl, key, secret }: LiveKitOptions, egress: Egress, clock: Clock): Video {
  const origin = (apiUrl ?? url.replace(/^ws/, 'http')).replace(/\/$/, '')
  const bytes = new TextEncoder().encode(secret)

  function sign(video: Grant, ttlMs: number, identity?: string): Promise<string> {
    const nowSeconds = Math.floor(clock.nowMs() / 1_000)
    const token = new SignJWT({ video })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(key)
      .setNotBefore(nowSeconds - 5) // Its clock may be a little behind ours.
      .setExpirationTime(nowSeconds + Math.ceil(ttlMs / 1_000))
    return (identity === undefined ? token : token.setSubject(identity)).sign(bytes)
  }

  /** Undefined when there is no such room or participant. */
  async function ask<Answer>(operation: string, body: object, grant: Grant): Promise<Answer | undefined> {
    const authorization = `Bearer ${await sign(grant, questionMs)}`
    const { status, answer } = await askJson<Answer>(egress, `${origin}/twirp/livekit.RoomService/${operation}`, body, {
      authorization,
    })
    if (status === 404) return undefined
    if (status !== 200) throw new VideoUnavailable(`LiveKit answers ${operation} with ${status}.`)
    return answer
  }

  return {
    hasServer: true,
    peersMax,
    pageOrigins: [new URL(url).origin, new URL(url.replace(/^ws/, 'http')).origin],
    async admit(room, { peerId, ttlMs }) {
      const wish = { name: room, empty_timeout: emptySeconds, max_participants: peersMax * 2 }
      // It answers with the room that is there already.
      if (!(await ask('CreateRoom', wish, { roomCreate: true })))
        throw new VideoUnavailable('There is no RoomService at the address of LiveKit.')
      const grant = { roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: false }
      return { kind: 'livekit', url, token: await sign(grant, Math.min(ttlMs, joinMsMax), peerId) }
    },

    async keepOnly(room, peerIds) {
      const grant = { roomAdmin: true, room }
      const found = await ask<{ participants?: { identity: string }[] }>('ListParticipants', { room }, grant)
      for (const { identity } of found?.participants ?? [])
        if (!peerIds.includes(identity)) await ask('RemoveParticipant', { room, identity }, grant)
    },

    async close(room) {
      await ask('DeleteRoom', { room }, { roomCreate: true })
    },

    async health() {
      await ask('ListRooms', { names: ['health'] }, { roomList: true })
      return { isHealthy: true, detail: 'LiveKit answers' }
    },
  }
}
