// What an adapter needs of LiveKit, as its documents describe it: the RoomService and the door for tokens. Not LiveKit: neither Debian nor
// npm has the server, so no media flows here and nothing is proven but that we keep to the words of its API.
import { errors, jwtVerify } from 'jose'
import { type Asked, startWeb, type WebServer } from './web.ts'

export type FakeLiveKit = Pick<WebServer, 'url' | 'at' | 'stop' | 'asked'> & {
  readonly key: string
  readonly secret: string
  /** The variables that make a Medley use it. */
  readonly env: Record<string, string>
  /** Comes in with a token, as the first message of a client does; throws when LiveKit would refuse it. */
  join(token: string): Promise<{ room: string; identity: string }>
  participants(room: string): readonly string[]
  rooms(): readonly string[]
}

type Video = { roomJoin?: boolean; roomCreate?: boolean; roomAdmin?: boolean; roomList?: boolean; room?: string }

const json = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const twirp = (status: number, code: string) => json(status, { code, msg: code })

/** `nowMs` is its clock, for tests that move theirs. */
export async function startLiveKit(nowMs: () => number = Date.now): Promise<FakeLiveKit> {
  const [key, secret] = ['a-key-of-livekit', 'a-secret-of-livekit-that-is-long-enough']
  const rooms = new Map<string, Set<string>>()

  async function grantOf(token: string): Promise<{ video: Video; identity: string }> {
    const options = { issuer: key, algorithms: ['HS256'], currentDate: new Date(nowMs()) }
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), options)
    return { video: payload['video'] as Video, identity: payload.sub ?? '' }
  }

  function answer(operation: string, body: Record<string, unknown>, video: Video) {
    const room = String(body['room'] ?? body['name'] ?? '')
    const mayRule = video.roomAdmin === true && video.room === room
    switch (operation) {
      case 'CreateRoom':
        if (!video.roomCreate) return twirp(403, 'permission_denied')
        if (!rooms.has(room)) rooms.set(room, new Set())
        return json(200, { sid: `RM_${room}`, name: room })
      case 'DeleteRoom':
        if (!video.roomCreate) return twirp(403, 'permission_denied')
        return rooms.delete(room) ? json(200, {}) : twirp(404, 'not_found')
      case 'ListRooms':
        return video.roomList ? json(200, { rooms: [] }) : twirp(403, 'permission_denied')
      case 'ListParticipants':
        if (!mayRule) return twirp(403, 'permission_denied')
        return json(200, { participants: [...(rooms.get(room) ?? [])].map(identity => ({ identity })) })
      case 'RemoveParticipant':
        if (!mayRule) return twirp(403, 'permission_denied')
        return rooms.get(room)?.delete(String(body['identity'])) ? json(200, {}) : twirp(404, 'not_found')
      default:
        return twirp(404, 'bad_route')
    }
  }

  const server = await startWeb(async ({ path, headers, body }: Asked) => {
    const operation = /^\/twirp\/livekit\.RoomService\/(\w+)$/.exec(path)?.[1] ?? ''
    try {
      const { video } = await grantOf(String(headers.authorization).replace('Bearer ', ''))
      return answer(operation, JSON.parse(body.toString()) as Record<string, unknown>, video)
    } catch (error) {
      if (error instanceof errors.JOSEError) return twirp(401, 'unauthenticated')
      throw error
    }
  })
  return {
    ...server,
    key,
    secret,
    async join(token) {
      const { video, identity } = await grantOf(token)
      const room = rooms.get(video.room ?? '')
      // As with `room.auto_create: false`, which the guide asks for.
      if (!video.roomJoin || !room) throw new Error('LiveKit refuses this token')
      room.add(identity)
      return { room: video.room!, identity }
    },
    participants: room => [...(rooms.get(room) ?? [])],
    rooms: () => [...rooms.keys()],
    env: {
      MEDLEY_VIDEO: 'livekit',
      MEDLEY_LIVEKIT_URL: server.url.replace('http', 'ws'),
      MEDLEY_LIVEKIT_KEY: `${key}:${secret}`,
    },
  }
}
