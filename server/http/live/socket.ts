// The WebSocket: `{token}` first, then `{watch, after}`, `{unwatch}` and `{note, type, data}`. It changes nothing: writes go by the API.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { WebSocket } from '@fastify/websocket'
import type { Platform } from '#platform'
import { closing, type Connection, createConnection } from './connection.ts'
import type { Door } from './door.ts'
import type { Guests } from './guests.ts'

/** A token must come within this time; a connection without one is nobody's. */
const entranceMs = 10_000
/** Whoever reads slower than this is cut off, and goes on from its number when it comes back. */
const bufferedMax = 1_048_576
const messagesPerSecondMax = 50

/** The most frequent first. */
const Incoming = z.union([
  z.strictObject({ note: z.string().max(120), type: z.string().max(40), data: z.unknown().optional() }),
  z.strictObject({ watch: z.string().max(120), after: z.int().min(0).optional() }),
  z.strictObject({ unwatch: z.string().max(120) }),
  z.strictObject({ token: z.string().max(8_000) }),
])

export type SocketOptions = { platform: Platform; door: Door; guests: Guests }

export function serveSocket(
  socket: WebSocket,
  request: FastifyRequest,
  { platform, door, guests }: SocketOptions,
): void {
  let connection: Connection | undefined
  let token = ''
  let allowance = messagesPerSecondMax
  let allowedAtMs = performance.now()
  const late = setTimeout(() => socket.close(closing.unauthenticated), entranceMs)

  function send(text: string): boolean {
    if (socket.readyState !== socket.OPEN) return false
    if (socket.bufferedAmount > bufferedMax) {
      socket.close(closing.tooSlow)
      socket.terminate() // A close waits behind what is not read.
      return false
    }
    socket.send(text)
    return true
  }

  async function enter(offered: string): Promise<void> {
    const visitor = await door.enter(offered, request)
    if (connection) {
      if (!connection.renew(visitor)) return socket.close(closing.unauthenticated)
    } else {
      const opened = createConnection({ platform, door, visitor, send, end: code => socket.close(code) })
      const place = guests.enter({
        connection: opened,
        token: () => token,
        beat: () => socket.ping(),
      })
      if (!place) return socket.close(closing.tooMany)
      connection = opened
      socket.on('close', place.leave)
    }
    token = offered
    send(JSON.stringify({ type: '$admitted', data: { until: new Date(visitor.endsAtMs).toISOString() } }))
  }

  async function take(text: string): Promise<void> {
    const message = Incoming.safeParse(JSON.parse(text))
    if (!message.success) return socket.close(closing.invalid)
    const { data } = message
    if ('token' in data) {
      clearTimeout(late) // However long it takes us to look at it.
      return enter(data.token)
    }
    if (!connection) return socket.close(closing.unauthenticated)
    if ('watch' in data) return connection.watch(data.watch, data.after)
    if ('unwatch' in data) return connection.unwatch(data.unwatch)
    connection.note(data.note, data.type, data.data)
  }

  function isTooMuch(): boolean {
    const nowMs = performance.now()
    allowance = Math.min(messagesPerSecondMax, allowance + ((nowMs - allowedAtMs) / 1_000) * messagesPerSecondMax)
    allowedAtMs = nowMs
    return --allowance < 0
  }

  // Taken one after the other, so that nothing overtakes the token it follows.
  let turn: Promise<unknown> = Promise.resolve()
  socket.on('message', (raw: Buffer) => {
    if (isTooMuch()) return socket.close(closing.tooMany)
    turn = turn
      .then(() => take(raw.toString()))
      .catch((error: unknown) => {
        if (error instanceof SyntaxError) return socket.close(closing.invalid)
        const isLater = door.faultIn(error).kind === 'unavailable'
        socket.close(isLater ? closing.tryAgainLater : closing.unauthenticated)
      })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    clearTimeout(late)
    connection?.ended()
  })
}
