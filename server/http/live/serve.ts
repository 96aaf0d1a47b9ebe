// Live: what happens on channels, to whoever may watch, over WebSocket (`/api/live`) and server-sent events (`/api/live/stream`).
import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { Gauge } from 'prom-client'
import { houseFault } from '#core/fault'
import type { Settings } from '#platform'
import type { Metrics } from '../metrics.ts'
import { createDoor, type DoorOptions, isOwnOrigin } from './door.ts'
import { createGuests } from './guests.ts'
import { serveSocket } from './socket.ts'
import { serveStream } from './stream.ts'

/** What people send is small: tokens, names of channels, notes. */
const payloadMax = 16_384

export type LiveOptions = DoorOptions & { settings: Settings; metrics: Metrics }

export async function serveLive(app: FastifyInstance, options: LiveOptions): Promise<void> {
  const { config, platform, settings, metrics } = options
  const door = createDoor(options)
  const guests = createGuests({ door, perPersonMax: config.MEDLEY_LIVE_PER_PERSON })
  const deps = { platform, door, guests }
  const gauge: Gauge = new Gauge({
    name: 'medley_live_connections',
    help: 'Open live connections.',
    registers: [metrics.registry],
    collect: () => gauge.set(guests.count()),
  })
  await app.register(websocket, { options: { maxPayload: payloadMax, perMessageDeflate: false } })
  app.addHook('preClose', async () => guests.close())
  await app.register(async scope => {
    scope.get(
      '/api/live',
      {
        websocket: true,
        async preValidation(request) {
          if (!isOwnOrigin(request, settings.publicUrl, config.MEDLEY_CORS_ORIGINS))
            throw houseFault('access.forbidden')
        },
      },
      (socket, request) => serveSocket(socket, request, deps),
    )
    scope.get('/api/live/stream', (request, reply) => serveStream(request, reply, deps))
  })
}
