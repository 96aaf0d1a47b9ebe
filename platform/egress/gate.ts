import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isMetadata, isPublic } from './address.ts'
import { type Egress, EgressRefused, type EgressRequest } from './port.ts'
import { exchange, type Target } from './exchange.ts'

export type EgressOptions = {
  /**
   * Public hosts that may be reached: `host` on port 443, `host:port` on that port, `*.domain` for all names below it,
   * `*` for every public host.
   */
  readonly allowHosts: readonly string[]
  /** `host:port` that may be reached inside our own network too, and without TLS. */
  readonly allowPrivate: readonly string[]
  /** For all of a request: names, redirects and the answer's last byte. */
  readonly timeoutMs: number
  /** Of an answer's body. */
  readonly maxBytes: number
  /** All addresses of a name. Replaced in tests. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

const redirectsMax = 3

export function createEgress(options: EgressOptions): Egress {
  const { resolve = resolveByDns, timeoutMs, maxBytes } = options
  const allowed = { hosts: options.allowHosts.map(lower), private: new Set(options.allowPrivate.map(lower)) }

  /** Everything that can be said without asking anybody. */
  function targetOf(text: string): Omit<Target, 'addresses'> & { isPrivate: boolean } {
    const url = parsed(text)
    const host = hostOf(url)
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
    const isPrivate = allowed.private.has(`${bracketed(host)}:${port}`)
    if (url.username || url.password) throw new EgressRefused('An address must not hold a user or a password.')
    if (!isPrivate && !allowed.hosts.some(entry => admits(entry, host, port)))
      throw new EgressRefused(`${host} port ${port} is not on the list of allowed hosts.`)
    if (!isPrivate && url.protocol !== 'https:') throw new EgressRefused(`${host} must be addressed with https.`)
    return { url, host, port, isPrivate }
  }

  async function check(text: string): Promise<Target & { isPrivate: boolean }> {
    const target = targetOf(text)
    const addresses = isIP(target.host) ? [target.host] : await resolve(target.host)
    if (addresses.length === 0) throw new EgressRefused(`${target.host} has no address.`)
    // One private address among public ones is how rebinding begins, so all must be fit.
    const isFit = (address: string) =>
      target.isPrivate ? address === target.host || !isMetadata(address) : isPublic(address)
    if (!addresses.every(isFit)) throw new EgressRefused(`${target.host} leads into a private network.`)
    return { ...target, addresses }
  }

  async function follow(text: string, request: EgressRequest, signal: AbortSignal): Promise<Response> {
    let [at, asked, redirects] = [text, request, 0]
    for (;;) {
      const target = await check(at)
      const answer = await exchange(target, asked, { signal, maxBytes })
      const location = answer.headers.get('location')
      if (!redirectStatuses.includes(answer.status) || location === null || request.redirect === 'manual') return answer
      if (++redirects > redirectsMax) throw new EgressRefused(`${target.host} redirects too often.`)
      at = nextAddress(location, target.url)
      asked = redirected(asked, answer.status, new URL(at).origin === target.url.origin)
      // A stranger must not be able to point us at what only our own configuration may name.
      if (!target.isPrivate && targetOf(at).isPrivate)
        throw new EgressRefused(`${target.host} redirects into a private network.`)
    }
  }

  return {
    async fetch(url, request = {}) {
      const signal = AbortSignal.any([
        AbortSignal.timeout(timeoutMs),
        ...(request.signal === undefined ? [] : [request.signal]),
      ])
      return orAborted(follow(url, request, signal), signal)
    },
    async refusalOf(url) {
      try {
        await orAborted(check(url), AbortSignal.timeout(timeoutMs))
        return undefined
      } catch (error) {
        return error instanceof EgressRefused ? error.message : 'The host could not be found.'
      }
    },
  }
}

const redirectStatuses = [301, 302, 303, 307, 308]

function nextAddress(location: string, from: URL): string {
  if (!URL.canParse(location, from)) throw new EgressRefused(`${from.hostname} redirects to what is no address.`)
  return new URL(location, from).href
}

/** What is asked after a redirect (RFC 9110 §15.4); what was meant for one origin stays there. */
function redirected(request: EgressRequest, status: number, isSameOrigin: boolean): EgressRequest {
  const isGet = status === 303 || (status < 303 && request.method === 'POST')
  const { body, headers = {}, ...rest } = request
  const kept = Object.entries(headers).filter(
    ([name]) => (isSameOrigin || plainHeaders.has(lower(name))) && !(isGet && lower(name).startsWith('content-')),
  )
  // 307 and 308 repeat the body; another origin never gets it, since nobody checked that it may see it.
  if (!isGet && !isSameOrigin && body !== undefined)
    throw new EgressRefused('A redirect would send the body of the request to another host.')
  return {
    ...rest,
    headers: Object.fromEntries(kept),
    ...(isGet ? { method: request.method === 'HEAD' ? 'HEAD' : 'GET' } : body === undefined ? {} : { body }),
  }
}

/** Headers that say nothing about who asks. */
const plainHeaders = new Set(['accept', 'accept-language', 'user-agent', 'content-type'])

function parsed(text: string): URL {
  // The URL parser also turns 2130706433, 0x7f.1 and 017700000001 into 127.0.0.1 (WHATWG URL §3.5), so one form remains.
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new EgressRefused('This is no address of the web: it must begin with https://.')
  return url
}

/** Without the brackets of IPv6 and without the dot that ends an absolute name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

const bracketed = (host: string) => (isIP(host) === 6 ? `[${host}]` : host)
const lower = (text: string) => text.toLowerCase()

function admits(entry: string, host: string, port: number): boolean {
  if (entry === '*') return port === 443
  const name = bracketed(host)
  if (entry === `${name}:${port}`) return true
  if (port !== 443) return false
  return entry === name || (entry.startsWith('*.') && name.endsWith(entry.slice(1)) && name.length >= entry.length)
}

async function resolveByDns(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(each => each.address)
}

/** Rejects when the signal aborts, even while something that knows no signals is waited for. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
    work.catch(() => {})
  }
}
