import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { decodeJwt } from 'jose'
import { isAvailable } from '../../test/servers/available.ts'
import { freePort } from '../../test/servers/child.ts'
import { startJanus } from '../../test/servers/janus.ts'
import { startLiveKit } from '../../test/servers/livekit.ts'
import { openJanus } from '../../web/pages/consultation/janus-client.ts'
import { systemClock } from '../clock/system.ts'
import { createEgress } from '../egress/gate.ts'
import { type Guest, videoConforms } from './conformance.ts'
import { janusVideo } from './janus.ts'
import { livekitVideo } from './livekit.ts'
import { p2pVideo } from './p2p.ts'
import type { Video, VideoTicket } from './port.ts'

const clock = systemClock()
const egressTo = (...hosts: string[]) =>
  createEgress({ allowHosts: [], allowPrivate: hosts, timeoutMs: 5_000, maxBytes: 1_000_000 })
const nowhere = `127.0.0.1:${await freePort()}`

videoConforms('p2p', async () => ({ video: p2pVideo(), secrets: [] }))

describe('video of LiveKit, against a server that only knows its API', async () => {
  const server = await startLiveKit()
  after(() => server.stop())
  const url = server.url.replace('http', 'ws')
  const { key, secret } = server
  const at = (host: string, apiUrl?: string): Video => livekitVideo({ url, apiUrl, key, secret }, egressTo(host), clock)

  videoConforms('livekit', async () => ({
    video: at(server.at),
    secrets: [secret],
    unreachable: at(nowhere, `http://${nowhere}`),
    async enter(ticket) {
      assert.ok(ticket.kind === 'livekit')
      const { room, identity } = await server.join(ticket.token)
      return { isIn: async () => server.participants(room).includes(identity) }
    },
  }))

  it('lets a peer into one room, to see and be seen, for five minutes at most', async () => {
    const [room, peerId] = ['r'.repeat(32), randomUUID()]
    const ticket = await at(server.at).admit(room, { peerId, ttlMs: 7_200_000 })
    assert.ok(ticket.kind === 'livekit')
    const { iss, sub, exp = 0, nbf = 0, video } = decodeJwt<{ video: object }>(ticket.token)
    assert.deepEqual([iss, sub], [key, peerId])
    assert.deepEqual(video, { roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: false })
    assert.ok(exp - nbf <= 306)
  })

  it('that refuses our key is unavailable, and says so', async () => {
    const wrong = livekitVideo(
      { url, key, secret: 'another-secret-that-is-long-enough-too' },
      egressTo(server.at),
      clock,
    )
    await assert.rejects(wrong.admit('room', { peerId: randomUUID(), ttlMs: 1_000 }), {
      name: 'VideoUnavailable',
      message: 'LiveKit answers CreateRoom with 401.',
    })
  })
})

/** Joins as the page does, without media. */
async function enterJanus(ticket: VideoTicket, peerId: string): Promise<Guest & { isLost: () => boolean }> {
  assert.ok(ticket.kind === 'janus')
  let isOut = false
  const client = await openJanus({ url: ticket.url, session: ticket.session, onLost: () => (isOut = true) })
  after(() => client.close())
  try {
    const handle = await client.attach(event => {
      if (event !== 'hungUp' && (event.data['reason'] === 'kicked' || event.data['videoroom'] === 'destroyed'))
        isOut = true
    })
    const { room, token } = ticket
    await handle.ask({ request: 'join', ptype: 'publisher', room, id: peerId, token })
    const present = async () => {
      const { data } = await handle.ask({ request: 'listparticipants', room }).catch(() => ({ data: {} }))
      const { participants = [] } = data as { participants?: { id: string }[] }
      return participants.some(each => each.id === peerId)
    }
    return { isIn: async () => (await present()) && !isOut, isLost: () => isOut }
  } catch (error) {
    client.close()
    throw error
  }
}

if (isAvailable('janus')) {
  describe('video of Janus', async () => {
    const janus = await startJanus({ sessionSeconds: 2 })
    after(() => janus.stop())
    const admin = new URL(janus.adminUrl).host
    const make = (change: Partial<typeof janus> = {}) =>
      janusVideo({ ...janus, ...change }, egressTo(admin, nowhere), clock)
    const { tokenSecret, adminSecret, roomKey } = janus

    videoConforms('janus', async () => ({
      video: make(),
      secrets: [tokenSecret, adminSecret, roomKey],
      unreachable: make({ adminUrl: `http://${nowhere}/admin` }),
      enter: enterJanus,
    }))

    it('puts out whoever took another name in the room than the one they were given', async () => {
      const [video, room, peerId] = [make(), randomUUID(), randomUUID()]
      const ticket = await video.admit(room, { peerId, ttlMs: 60_000 })
      const guest = await enterJanus(ticket, peerId)
      const double = await enterJanus(ticket, 'somebody-else')
      await video.keepOnly(room, [peerId])
      assert.deepEqual([await guest.isIn(), await double.isIn()], [true, false])
      await video.close(room)
    })

    it('ends the session of somebody whose time is over, though we say nothing', { timeout: 30_000 }, async () => {
      const [video, room, peerId] = [make(), randomUUID(), randomUUID()]
      const guest = await enterJanus(await video.admit(room, { peerId, ttlMs: 2_000 }), peerId)
      assert.equal(await guest.isIn(), true)
      const other = randomUUID()
      const witness = await enterJanus(await video.admit(room, { peerId: other, ttlMs: 60_000 }), other)
      while (await guest.isIn()) await new Promise(resolve => setTimeout(resolve, 200))
      assert.equal(await witness.isIn(), true)
      await video.close(room)
    })

    it('lets no browser make, destroy, list or record rooms', async () => {
      const [video, room, peerId] = [make(), randomUUID(), randomUUID()]
      const ticket = await video.admit(room, { peerId, ttlMs: 60_000 })
      assert.ok(ticket.kind === 'janus')
      const client = await openJanus({ url: janus.url, session: ticket.session, onLost: () => {} })
      const handle = await client.attach(() => {})
      for (const [body, expected] of [
        [{ request: 'create', room: 'mine' }, /429/],
        [{ request: 'destroy', room }, /429/],
        [{ request: 'kick', room, id: peerId }, /429/],
        [{ request: 'allowed', room, action: 'disable' }, /429/],
        [{ request: 'edit', room, new_lock_record: false }, /429/],
        [{ request: 'enable_recording', room, record: true }, /429/],
      ] as const)
        await assert.rejects(handle.ask(body), expected, JSON.stringify(body))
      const { data } = await handle.ask({ request: 'list' })
      assert.deepEqual(data['list'], [])
      await assert.rejects(openJanus({ url: janus.url, session: 'made-up', onLost: () => {} }), /403/)
      client.close()
      await video.close(room)
    })

    it('that stands still is unavailable, and soon', async () => {
      const startMs = performance.now()
      janus.signal('SIGSTOP')
      try {
        const admission = { peerId: randomUUID(), ttlMs: 1_000 }
        await assert.rejects(make().admit(randomUUID(), admission), { name: 'VideoUnavailable' })
        assert.ok(performance.now() - startMs < 8_000)
      } finally {
        janus.signal('SIGCONT')
      }
    })

    it('with another admin secret or room key is unavailable, and says what to check', async () => {
      const admission = { peerId: randomUUID(), ttlMs: 1_000 }
      await assert.rejects(make({ adminSecret: 'wrong' }).admit('room', admission), /check its admin_secret/)
      await assert.rejects(make({ roomKey: 'wrong' }).admit(randomUUID(), admission), /create with error 433/)
    })
  })
}
