export type EgressRequest = { method?: string; headers?: Record<string, string>; body?: string }

/**
 * The one way out. Every outbound HTTP request of the product passes here: only allowed hosts, never an address inside our
 * own network unless it is allowed by host and port, and always the address that was checked.
 */
export interface Egress {
  /** Throws `EgressRefused` before anything is sent when the target is not allowed. Answers are bounded in size and time. */
  fetch(url: string, request?: EgressRequest): Promise<Response>
}

export class EgressRefused extends Error {
  override readonly name = 'EgressRefused'
}
