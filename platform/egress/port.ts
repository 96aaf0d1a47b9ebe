// The egress port: the one way out of the product, so that nobody outside can make it speak to our own network.

export type EgressRequest = {
  readonly method?: string
  /** `host`, `content-length` and hop-by-hop headers are ours; giving them has no effect. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** `follow`, unless said otherwise: at most three redirects, each of which passes the gate like the first address. */
  readonly redirect?: 'follow' | 'manual'
  readonly signal?: AbortSignal
}

/**
 * HTTP to allowed hosts only, over TLS, and never to an address inside our own network unless it is allowed by host and
 * port. The address that was checked is the one that is spoken to. Whole answers only, bounded in size and time.
 * Not promised: connections that live on, compressed answers, cookies, proxies.
 */
export interface Egress {
  /**
   * Any status is an answer. Throws `EgressRefused` before anything is sent when the target is not allowed, and another
   * error when the other side cannot be reached, is too slow or sends too much. Messages name the host and never the path
   * or the query, which may hold secrets.
   */
  fetch(url: string, request?: EgressRequest): Promise<Response>
  /** Why `fetch` would refuse this address now, or undefined: to tell a person who registers a webhook. Sends nothing. */
  refusalOf(url: string): Promise<string | undefined>
}

/** The target is not allowed. Trying again will not help. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused'
}
