import { lookup as lookupName } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { type Egress, EgressRefused, type EgressRequest } from './port.ts'

export type EgressOptions = {
  /** `host` or `host:port` that may be reached at public addresses; `*` allows every public host. */
  allowHosts: readonly string[]
  /** `host:port` that may be reached at private and loopback addresses too, and without TLS. */
  allowPrivate: readonly string[]
  timeoutMs: number
  maxBytes: number
  /** All addresses of a name; replaced in tests. */
  resolve?: (name: string) => Promise<string[]>
}

const redirectsMax = 3

export function createEgress(options: EgressOptions): Egress {
  const resolve = options.resolve ?? (async name => (await lookupName(name, { all: true })).map(each => each.address))

  async function targetOf(url: URL): Promise<{ address: string }> {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const isPrivateAllowed = options.allowPrivate.includes(`${host}:${port}`) || options.allowPrivate.includes(url.host)
    const isAllowed =
      isPrivateAllowed || options.allowHosts.some(each => each === '*' || each === host || each === `${host}:${port}`)
    if (!isAllowed) throw new EgressRefused(`the host ${host} is not on the list of allowed ones`)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isPrivateAllowed))
      throw new EgressRefused('only https leaves this system')
    if (url.username || url.password) throw new EgressRefused('an address must not carry credentials')
    const addresses = isIP(host) ? [host] : await resolve(host)
    const [address] = addresses
    if (!address) throw new EgressRefused(`the host ${host} has no address`)
    // One private answer among public ones is how rebinding begins, so all must be fit.
    if (!isPrivateAllowed && addresses.some(isInside))
      throw new EgressRefused(`the host ${host} leads into a private network`)
    return { address }
  }

  async function hop(url: URL, request: EgressRequest, redirects: number): Promise<Response> {
    const { address } = await targetOf(url)
    const answer = await send(url, address, request, options)
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || !location) return answer
    if (redirects >= redirectsMax) throw new EgressRefused('too many redirects')
    const next = new URL(location, url)
    // Credentials and bodies belong to the host they were meant for.
    return hop(next, next.host === url.host ? request : { method: 'GET' }, redirects + 1)
  }

  return { fetch: (url, request = {}) => hop(new URL(url), request, 0) }
}

/** Speaks to the address that was checked, whatever the name resolves to by now. */
function send(
  url: URL,
  address: string,
  request: EgressRequest,
  { timeoutMs, maxBytes }: EgressOptions,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const family = isIP(address)
  const sending = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
    url,
    {
      method: request.method ?? 'GET',
      headers: {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      lookup: (_host, lookupOptions, done) =>
        lookupOptions.all
          ? done(null, [{ address, family }])
          : (done as (error: null, address: string, family: number) => void)(null, address, family),
    },
    incoming => {
      const parts: Buffer[] = []
      let size = 0
      incoming.on('data', (part: Buffer) => {
        size += part.length
        if (size > maxBytes) sending.destroy(new EgressRefused(`the answer is larger than ${maxBytes} bytes`))
        else parts.push(part)
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 502
        const headers = new Headers()
        for (const [name, value] of Object.entries(incoming.headers))
          if (value !== undefined) headers.set(name, String(value))
        const hasBody = status !== 204 && status !== 304 && status >= 200
        resolve(
          new Response(hasBody ? new Uint8Array(Buffer.concat(parts)) : null, {
            status: status < 200 ? 502 : status,
            headers,
          }),
        )
      })
    },
  )
  sending.on('error', reject)
  sending.end(request.body)
  return promise
}

const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inside.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(network, bits, 'ipv6')
}

/** Whether an address lies in a network that is not the public internet (RFC 6890), IPv4 inside IPv6 included. */
export function isInside(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  return inside.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
