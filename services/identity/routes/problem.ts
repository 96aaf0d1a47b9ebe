import type { Call } from '#core/call'

/** A refusal at a door that is no operation, in the same shape as every other (RFC 9457). */
export function problem(status: number, code: string, detail: string, call: Call): Response {
  const body = { type: `urn:medley:fault:${code}`, title: code, status, code, detail, requestId: call.requestId }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}
