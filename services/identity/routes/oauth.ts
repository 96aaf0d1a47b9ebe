// The words of OAuth that all its endpoints here share: how a request is read and how it is refused.
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { parseScopes } from '#core/scope'
import type { IdentityDeps } from '../service/people.ts'
import type { GrantRow } from '../store/apps.ts'

export type Handler = (deps: IdentityDeps, form: ReadonlyMap<string, string>, asked: Asked) => Promise<object>
export type Asked = { request: Request; call: Call }

/** What a grant type makes: a grant to issue under, and what else goes into the answer. */
export type Made = { grant: GrantRow; scopes: string[]; ttlMs: number; isFirst?: boolean; extra?: object }

type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type'

/** RFC 6749 §5.2. The description is for developers and holds nothing about anybody. */
export function refuse(error: OAuthError, message: string): never {
  throw new Fault(`oauth.${error}`, { kind: error === 'invalid_client' ? 'unauthenticated' : 'invalid', message })
}

export async function formOf(request: Request): Promise<Map<string, string>> {
  if (!(request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded'))
    refuse('invalid_request', 'The body must be a form: application/x-www-form-urlencoded.')
  return once(new URLSearchParams(await request.text()))
}

/** A parameter counts once or the request is none: two readers could choose different ones (RFC 6749 §3.1). */
export function once(parameters: URLSearchParams): Map<string, string> {
  const form = new Map<string, string>()
  for (const [name, value] of parameters) {
    if (form.has(name)) refuse('invalid_request', 'A parameter is given more than once.')
    if (value !== '') form.set(name, value)
  }
  return form
}

export const tokenUrl = (publicUrl: string): string => `${publicUrl}/auth/oauth2/token`

export const grantTypes = {
  code: 'authorization_code',
  refresh: 'refresh_token',
  client: 'client_credentials',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
} as const

/** Scopes the request names, or none named. Odd ones end it. */
export function askedScopes(form: ReadonlyMap<string, string>): string[] | undefined {
  const text = form.get('scope')
  if (text === undefined) return undefined
  return parseScopes(text) ?? refuse('invalid_scope', 'A scope is unknown or oddly written.')
}
