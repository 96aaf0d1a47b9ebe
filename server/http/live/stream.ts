// The same log as server-sent events (HTML §9.2), one channel a stream: for programs that only listen, and networks that break sockets.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { houseFault } from '#core/fault'
import type { Platform } from '#platform'
import { createConnection } from './connection.ts'
import type { Door } from './door.ts'
import type { Guests } from './guests.ts'

const bufferedMax = 1_048_576

export type StreamOptions = { platform: Platform; door: Door; guests: Guests }

export async function serveStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { platform, door, guests }: StreamOptions,
): Promise<void> {
  const { channel, after } = request.query as { channel?: string; after?: string }
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw houseFault('access.unauthenticated')
  const visitor = await door.enter(token, request)
  // Refused before there is a stream, so with a status.
  const [obstacle] = await door.obstacles([{ channel: String(channel), caller: visitor.caller }])
  if (obstacle) throw obstacle
  const connection = createConnection({ platform, door, visitor, send, end: () => reply.raw.end() })
  const place = guests.enter({
    connection,
    token: () => token,
    beat: () => void reply.raw.write(': still here\n\n'),
  })
  if (!place) throw houseFault('rate.exceeded')

  function send(text: string): boolean {
    if (reply.raw.writableEnded || reply.raw.destroyed) return false
    if (reply.raw.writableLength > bufferedMax) {
      reply.raw.destroy()
      return false
    }
    const { seq } = JSON.parse(text) as { seq?: number }
    reply.raw.write(`${seq === undefined ? '' : `id: ${seq}\n`}data: ${text}\n\n`)
    // There is one channel, so nothing is left when it ends.
    if (text.includes('"type":"$ended"')) reply.raw.end()
    return true
  }

  reply.hijack()
  reply.raw.on('close', () => {
    place.leave()
    connection.ended()
  })
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value as string)
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const from = Number(request.headers['last-event-id'] ?? after)
  await connection.watch(channel!, Number.isSafeInteger(from) && from >= 0 ? from : undefined)
}
