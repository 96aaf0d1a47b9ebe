// A web server on loopback that remembers what it was asked: the other end of gateways and push services.
import { createServer, type IncomingHttpHeaders } from 'node:http'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type WebServer = {
  readonly url: string
  /** `host:port`, as an allow-list wants it. */
  readonly at: string
  /** Every request, oldest first. */
  readonly asked: readonly Asked[]
  stop(): Promise<void>
}

export type Answer = { status: number; headers?: Record<string, string>; body?: string }

export async function startWeb(answerTo: (asked: Asked) => Answer | Promise<Answer>): Promise<WebServer> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
    asked.push(one)
    const answer = await answerTo(one)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const at = `127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    url: `http://${at}`,
    at,
    asked,
    async stop() {
      server.closeAllConnections()
      await new Promise(end => server.close(end))
    },
  }
}
