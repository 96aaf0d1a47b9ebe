// Who is signed in. The cookie of `/auth` proves it to the server; the page trades it for a bearer token that lives in memory only, so that
// a script that reads storage finds nothing to steal (OWASP, "JWT for browsers").
import type { Person, Token } from '#contract/identity'
import { fromProblem, houseFault } from '#core/fault'
import { useSyncExternalStore } from 'react'

export type SessionState = { status: 'unknown' } | { status: 'signedOut' } | { status: 'signedIn'; person: Person }

/** Renewed this long before it runs out, so that a slow request does not arrive with a token that has just ended. */
const renewalLeadMs = 30_000

let state: SessionState = { status: 'unknown' }
let token: { value: string; expiresAtMs: number } | undefined
let renewal: Promise<string | undefined> | undefined
const listeners = new Set<() => void>()

function become(next: SessionState): void {
  state = next
  for (const listener of listeners) listener()
}

async function requestToken(): Promise<string | undefined> {
  const response = await fetch('/api/identity/token', {
    method: 'POST',
    headers: { accept: 'application/json' },
  }).catch((cause: unknown) => {
    throw houseFault('service.unavailable', {}, cause)
  })
  if (response.status === 401 || response.status === 403) {
    token = undefined
    become({ status: 'signedOut' })
    return undefined
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw fromProblem(body) ?? houseFault('service.unavailable')
  const issued = body as Token
  token = { value: issued.token, expiresAtMs: Date.parse(issued.expiresAt) }
  become({ status: 'signedIn', person: issued.person })
  return issued.token
}

/** Many requests may find the token gone at once; they share one renewal. */
export function renewToken(): Promise<string | undefined> {
  renewal ??= requestToken().finally(() => {
    renewal = undefined
  })
  return renewal
}

/** The bearer token, or undefined for a visitor. */
export async function accessToken(): Promise<string | undefined> {
  if (state.status === 'signedOut') return undefined
  if (token && token.expiresAtMs - renewalLeadMs > Date.now()) return token.value
  return renewToken()
}

/** Resolves once it is known whether somebody is signed in. Rejects while the server is away: that makes nobody a stranger. */
export async function settledSession(): Promise<SessionState> {
  if (state.status === 'unknown') await renewToken()
  return state
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
}

/** For pages behind the sign-in guard, where there always is one. */
export function usePerson(): Person {
  const session = useSession()
  const person = session.status === 'signedIn' ? session.person : lastPerson
  if (!person) throw new Error('usePerson on a page that needs no sign-in')
  lastPerson = person
  return person
}
/** Keeps pages whole for the moment between signing out and leaving them. */
let lastPerson: Person | undefined

export function personChanged(person: Person): void {
  become({ status: 'signedIn', person })
}

/** What better-auth answered when it refused; `code` is one of its own, such as `INVALID_EMAIL_OR_PASSWORD`. */
export class SignInProblem extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Calls one of better-auth's endpoints below `/auth`. */
export async function auth<Answer>(path: string, body?: object, method: 'GET' | 'POST' = 'POST'): Promise<Answer> {
  const response = await fetch(`/auth${path}`, {
    method,
    headers: { accept: 'application/json', ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
  }).catch((cause: unknown) => {
    throw houseFault('service.unavailable', {}, cause)
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as Answer
  const refused = (answer ?? {}) as { code?: string; message?: string }
  throw (
    fromProblem(answer) ??
    new SignInProblem(refused.code ?? `HTTP_${response.status}`, refused.message ?? response.statusText)
  )
}

/** Proves again who is there, for what needs it anew; refused proofs count like wrong passwords. */
export async function proveAgain(proof: { password: string } | { code: string }): Promise<void> {
  const response = await fetch('/api/identity/proof', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(proof),
  }).catch((cause: unknown) => {
    throw houseFault('service.unavailable', {}, cause)
  })
  if (response.ok) return
  if (response.status === 422) throw new SignInProblem('code' in proof ? 'INVALID_CODE' : 'INVALID_PASSWORD', '')
  throw fromProblem(await response.json().catch(() => null)) ?? houseFault('service.unavailable')
}

export async function signOut(): Promise<void> {
  await auth('/sign-out')
  token = undefined
  become({ status: 'signedOut' })
}
