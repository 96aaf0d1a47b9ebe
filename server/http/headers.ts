// Headers that every answer carries. They are the same for all, so they are made once.
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

/** The page loads only from here, and talks to nobody else but the media server; styles may be inline, scripts may not. */
const protecting = (mediaOrigins: readonly string[]) =>
  helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", ...mediaOrigins],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
  })

export function sendSafeHeaders(app: FastifyInstance, mediaOrigins: readonly string[]): void {
  const headers: Record<string, string> = {}
  // The library writes to a response; this one only remembers.
  const response = {
    setHeader: (name: string, value: string) => void (headers[name] = value),
    removeHeader: () => {},
  }
  protecting(mediaOrigins)({} as never, response as never, error => {
    if (error) throw error
  })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers)
    done()
  })
}
