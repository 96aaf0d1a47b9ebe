import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Video, type VideoTicket, VideoUnavailable } from './port.ts'

/** Somebody who came in with a ticket; `isIn` is what the other side says. */
export type Guest = { isIn(): Promise<boolean> }

export type VideoSubject = {
  video: Video
  /** Uses a ticket as a browser does; throws when it is refused. Absent where nobody stands at the door. */
  enter?: (ticket: VideoTicket, peerId: string) => Promise<Guest>
  /** What must never be in a ticket. */
  secrets: readonly string[]
  /** The same, but with nobody at its address. Absent where there is no address. */
  unreachable?: Video
}

const ttlMs = 60_000
const aRoom = () => randomBytes(16).toString('hex')

/** What every way to carry a call promises. */
export function videoConforms(name: string, make: () => Promise<VideoSubject>): void {
  describe(`video: ${name}`, () => {
    it('carries two people at least, and names where pages connect to without a path', async () => {
      const { video } = await make()
      assert.ok(video.peersMax >= 2)
      for (const origin of video.pageOrigins) assert.equal(new URL(origin).origin, origin)
    })

    it('gives tickets of their own to all who come in at once, without a secret of ours', async () => {
      const { video, enter, secrets } = await make()
      const room = aRoom()
      const peers = Array.from({ length: video.peersMax }, () => randomUUID())
      const tickets = await Promise.all(peers.map(peerId => video.admit(room, { peerId, ttlMs })))
      assert.equal(new Set(tickets.map(each => each.kind)).size, 1)
      for (const secret of secrets) assert.ok(!JSON.stringify(tickets).includes(secret))
      if (!enter) return
      assert.equal(new Set(tickets.map(each => JSON.stringify(each))).size, peers.length)
      const guests = await Promise.all(tickets.map((ticket, index) => enter(ticket, peers[index]!)))
      for (const guest of guests) assert.equal(await guest.isIn(), true)
      await video.close(room)
    })

    it('says again what it said before', async () => {
      const { video } = await make()
      const [room, peerId] = [aRoom(), randomUUID()]
      await video.keepOnly(room, [peerId])
      await video.close(room)
      await video.admit(room, { peerId, ttlMs })
      await video.admit(room, { peerId, ttlMs })
      for (let count = 0; count < 2; count++) await video.keepOnly(room, [])
      for (let count = 0; count < 2; count++) await video.close(room)
    })

    it('puts out whom it shall not keep, and lets nobody back in with a former ticket', async () => {
      const { video, enter } = await make()
      if (!enter) return
      const room = aRoom()
      const [stays, goes] = [randomUUID(), randomUUID()]
      const tickets = [
        await video.admit(room, { peerId: stays, ttlMs }),
        await video.admit(room, { peerId: goes, ttlMs }),
      ]
      const [one, other] = [await enter(tickets[0]!, stays), await enter(tickets[1]!, goes)]
      await video.keepOnly(room, [stays])
      assert.deepEqual([await one.isIn(), await other.isIn()], [true, false])
      await video.close(room)
      assert.equal(await one.isIn(), false)
      await assert.rejects(enter(tickets[0]!, stays), 'a room that was closed opens to nobody')
      // Whoever has the right gets in with a new ticket, into a room of the same name.
      const again = await enter(await video.admit(room, { peerId: stays, ttlMs }), stays)
      assert.equal(await again.isIn(), true)
      await video.close(room)
    })

    it('opens nothing with a ticket that was altered, or to another room', async () => {
      const { video, enter } = await make()
      if (!enter) return
      const [room, elsewhere, peerId] = [aRoom(), aRoom(), randomUUID()]
      const ticket = await video.admit(room, { peerId, ttlMs })
      await video.admit(elsewhere, { peerId: randomUUID(), ttlMs })
      assert.ok(ticket.kind !== 'direct')
      await assert.rejects(enter({ ...ticket, token: `${ticket.token.slice(0, -2)}xx` }, peerId))
      if (ticket.kind === 'janus') await assert.rejects(enter({ ...ticket, room: elsewhere }, peerId))
      await Promise.all([video.close(room), video.close(elsewhere)])
    })

    it('opens nothing when the time of a ticket is over', async () => {
      const { video, enter } = await make()
      if (!enter) return
      const [room, peerId] = [aRoom(), randomUUID()]
      await assert.rejects(enter(await video.admit(room, { peerId, ttlMs: -10_000 }), peerId))
      await video.close(room)
    })

    it('says that it is well, or says clearly and soon that nobody answers', async () => {
      const { video, unreachable, secrets } = await make()
      assert.notEqual((await video.health())?.isHealthy, false)
      if (!unreachable) return
      const startMs = performance.now()
      const [room, peerId] = [aRoom(), randomUUID()]
      for (const ask of [
        () => unreachable.admit(room, { peerId, ttlMs }),
        () => unreachable.keepOnly(room, []),
        () => unreachable.close(room),
        () => unreachable.health(),
      ]) {
        const error = await ask().then(
          () => undefined,
          (error: unknown) => error,
        )
        assert.ok(error instanceof VideoUnavailable, String(ask))
        for (const secret of secrets) assert.ok(!String(error.stack).includes(secret))
      }
      assert.ok(performance.now() - startMs < 20_000)
    })
  })
}
