import { createHmac } from 'node:crypto'
import type { Clock } from '#platform/clock'
import type { Egress } from '#platform/egress'
import { askJson } from './ask.ts'
import { type Video, VideoUnavailable } from './port.ts'

export type JanusOptions = {
  /** WebSocket that browsers connect to. */
  readonly url: string
  /** HTTP address of the Admin API, which only we can reach. */
  readonly adminUrl: string
  /** `token_auth_secret` of Janus: signs what lets a browser connect at all. */
  readonly tokenSecret: string
  /** `admin_secret` of Janus. */
  readonly adminSecret: string
  /** `admin_key` of the videoroom: without it nobody makes rooms. */
  readonly roomKey: string
}

const peersMax = 12
const plugin = 'janus.plugin.videoroom'
/** What the videoroom answers with (janus_videoroom.c): it has no names for them on the wire. */
const codes = { noSuchRoom: 426, roomExists: 427, noSuchPeer: 428 } as const

type Answer = { videoroom: string; error_code?: number; allowed?: string[]; participants?: { id: string }[] }

/**
 * Rooms of the videoroom plugin, which must have `string_ids = true`. Three locks: a signed token to connect, which Janus itself
 * stops taking when its time is over; a token of the peer on the room's list; and subscriptions that belong to somebody who
 * is in the room (`require_pvtid`), so that they end with them. Secrets of rooms and tokens of peers are derived, so any
 * process can put out whom another one let in.
 */
export function janusVideo({ url, adminUrl, ...secrets }: JanusOptions, egress: Egress, clock: Clock): Video {
  const hmac = (text: string) => createHmac('sha256', secrets.tokenSecret).update(text).digest('base64url')
  const secretOf = (room: string) => hmac(`secret of ${room}`)
  const tokenOf = (room: string, peerId: string) => hmac(`token of ${peerId} in ${room}`)

  /** The videoroom answers the Admin API at once and without a session of its own. */
  async function ask(request: Record<string, unknown>, expected: readonly number[] = []): Promise<Answer> {
    const body = {
      janus: 'message_plugin',
      transaction: crypto.randomUUID(),
      admin_secret: secrets.adminSecret,
      plugin,
    }
    const asked = askJson<{ janus?: string; response?: Answer }>(egress, adminUrl, { ...body, request })
    const { janus, response } = (await asked).answer
    if (janus !== 'success' || !response) throw new VideoUnavailable('Janus refuses us: check its admin_secret.')
    const { error_code: code } = response
    if (code !== undefined && !expected.includes(code))
      throw new VideoUnavailable(`Janus answers ${String(request['request'])} with error ${code}.`)
    return response
  }

  const inRoom = (room: string, request: string, more: object, expected: readonly number[]) =>
    ask({ request, room, secret: secretOf(room), ...more }, expected)

  const allow = (room: string, action: 'add' | 'remove', tokens: readonly string[]) =>
    inRoom(room, 'allowed', { action, allowed: tokens }, [codes.noSuchRoom])

  /** What is said about a room only once, when it is made. */
  const create = (room: string, token: string) =>
    inRoom(
      room,
      'create',
      {
        admin_key: secrets.roomKey,
        is_private: true,
        allowed: [token],
        // Somebody who comes back is there twice until the former one is put out.
        publishers: peersMax * 2,
        require_pvtid: true,
        // Recording is ours to ask consent for; without this any browser could have Janus write files.
        lock_record: true,
        videocodec: 'vp8',
        bitrate: 600_000,
        bitrate_cap: true,
      },
      [codes.roomExists],
    )

  /** `<end>,janus,<plugins>:<HMAC-SHA1>`, the form of Janus's own signed tokens (auth.c). */
  function sessionToken(endsAtMs: number): string {
    const text = `${Math.floor(endsAtMs / 1_000)},janus,${plugin}`
    return `${text}:${createHmac('sha1', secrets.tokenSecret).update(text).digest('base64')}`
  }

  return {
    hasServer: true,
    peersMax,
    pageOrigins: [new URL(url).origin],
    async admit(room, { peerId, ttlMs }) {
      const token = tokenOf(room, peerId)
      const isMissing = (answer: Answer) => answer.error_code === codes.noSuchRoom
      if (isMissing(await allow(room, 'add', [token]))) {
        // Somebody else may have made it between the two.
        const made = await create(room, token)
        if (made.error_code !== undefined && isMissing(await allow(room, 'add', [token])))
          throw new VideoUnavailable('The room was closed while somebody came in.')
      }
      return { kind: 'janus', url, room, session: sessionToken(clock.nowMs() + ttlMs), token }
    },

    async keepOnly(room, peerIds) {
      const { allowed = [] } = await inRoom(room, 'allowed', { action: 'enable' }, [codes.noSuchRoom])
      const kept = new Set(peerIds.map(peerId => tokenOf(room, peerId)))
      const former = allowed.filter(token => !kept.has(token))
      // Tokens first: whoever is put out must find the door closed.
      if (former.length > 0) await allow(room, 'remove', former)
      const { participants = [] } = await inRoom(room, 'listparticipants', {}, [codes.noSuchRoom])
      for (const { id } of participants)
        if (!peerIds.includes(id)) await inRoom(room, 'kick', { id }, [codes.noSuchRoom, codes.noSuchPeer])
    },

    async close(room) {
      await inRoom(room, 'destroy', {}, [codes.noSuchRoom])
    },

    async health() {
      // Also fails where ids are numbers, which is Janus's default.
      await ask({ request: 'exists', room: 'health' })
      return { isHealthy: true, detail: 'Janus answers' }
    },
  }
}
