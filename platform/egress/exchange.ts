// One request and its answer, spoken to addresses that were checked before.
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { EgressRequest } from './port.ts'

export type Target = {
  readonly url: URL
  readonly host: string
  readonly port: number
  readonly addresses: readonly string[]
}

type Limits = { readonly signal: AbortSignal; readonly maxBytes: number }

/** Headers that belong to the connection, which is ours (RFC 9110 §7.6.1). */
const ours = new Set(
  [
    ['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer'],
    ['proxy-authorization', 'proxy-connection', 'accept-encoding', 'expect'],
  ].flat(),
)

export function exchange(target: Target, request: EgressRequest, { signal, maxBytes }: Limits): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const isSecure = target.url.protocol === 'https:'
  const { body } = request
  const given = Object.entries(request.headers ?? {}).filter(([name]) => !ours.has(name.toLowerCase()))
  const sending = (isSecure ? httpsRequest : httpRequest)(
    {
      host: target.host,
      port: target.port,
      path: `${target.url.pathname}${target.url.search}`,
      method: request.method ?? 'GET',
      headers: {
        ...Object.fromEntries(given),
        host: target.url.host,
        // Nothing is unpacked, so nothing small can become large.
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      lookup: pinnedTo(target.addresses),
      signal,
      maxHeaderSize: 32_768,
      // An agent of its own: nobody else's connection is reused, and no proxy of the environment is asked.
      agent: isSecure ? new HttpsAgent() : new HttpAgent(),
      ...(isSecure && isIP(target.host) === 0 ? { servername: target.host } : {}),
    },
    answer =>
      void bodyOf(answer, maxBytes)
        .then(bytes => resolve(responseOf(answer, bytes)))
        .catch(fail),
  )
  function fail(error: unknown): void {
    sending.destroy()
    reject(signal.aborted ? signal.reason : unreached(target, error))
  }
  sending.on('error', fail)
  sending.end(body)
  return promise
}

/** Answers every question about the name with what was checked, so that it cannot lead elsewhere by now. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const known = addresses.map(address => ({ address, family: isIP(address) }))
  return (_host, options, done) => {
    const fit = known.filter(each => !options.family || each.family === options.family)
    if (options.all) done(null, fit)
    else done(null, fit[0]!.address, fit[0]!.family)
  }
}

async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

const tooLarge = (maxBytes: number) => new RangeError(`the answer is larger than ${maxBytes} bytes`)

function responseOf(answer: IncomingMessage, bytes: Uint8Array<ArrayBuffer>): Response {
  const headers = new Headers()
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    headers.append(answer.rawHeaders[index]!, answer.rawHeaders[index + 1]!)
  const status = answer.statusCode!
  if (status < 200 || status > 599) throw new RangeError(`the answer has the status ${status}`)
  return new Response([204, 205, 304].includes(status) ? null : bytes, { status, headers })
}

/** The system's own message may name addresses of our network, so it stays in the cause. */
function unreached({ host }: Target, cause: unknown): Error {
  const detail = cause instanceof RangeError ? `: ${cause.message}` : ''
  return new Error(`${host} did not answer as it should${detail}`, { cause })
}
