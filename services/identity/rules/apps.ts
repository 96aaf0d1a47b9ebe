// What an app may be registered with, and how long what it is given holds.
import type { AppDraft, AppKind, KeySet } from '#core/app'
import { hasContext, isWithin } from '#core/scope'
import { dayMs, hourMs, minuteMs } from '#core/time'
import { sessionTtlSeconds } from '../rules.ts'

export const appsMax = 20
export const consentTtlMs = 10 * minuteMs
/** RFC 6749 §4.1.2 allows ten minutes; a redirect takes seconds. */
export const codeTtlMs = minuteMs
export const idTokenTtlMs = hourMs
/** SMART backend services §3.2: five minutes, since there is always a next one to be had. */
export const backendTokenTtlMs = 5 * minuteMs
export const exchangedTokenTtlMs = 15 * minuteMs
export const grantsKeptMs = 90 * dayMs
const accessTokenTtlMs = hourMs
const offlineMs = 90 * dayMs

/** How long an app may go on before it must ask again. */
export function accessMs(scopes: readonly string[]): number {
  if (scopes.includes('offline_access')) return offlineMs
  return scopes.includes('online_access') ? sessionTtlSeconds * 1_000 : accessTokenTtlMs
}

export const isRenewable = (scopes: readonly string[]): boolean =>
  scopes.includes('offline_access') || scopes.includes('online_access')

/** True when what was agreed to ends with the person's session. */
export const endsWithSession = (scopes: readonly string[]): boolean => !scopes.includes('offline_access')

/** No token outlives the grant it was made under. */
export const tokenTtlMsOf = (endsAtMs: number, nowMs: number, mostMs = accessTokenTtlMs): number =>
  Math.max(0, Math.min(mostMs, endsAtMs - nowMs))

export const needsPatient = (scopes: readonly string[]): boolean =>
  hasContext(scopes, 'patient') || scopes.includes('launch/patient')

/** What an app that acts for itself gets: all it was registered with, or the part it asks for; undefined when it asks for more. */
export function backendScopes(registered: readonly string[], asked: readonly string[] | undefined) {
  const wanted = asked ?? registered.filter(each => hasContext([each], 'system'))
  const isSystem = wanted.length > 0 && wanted.every(each => hasContext([each], 'system'))
  return isSystem && isWithin(wanted, registered) ? [...wanted] : undefined
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Why a redirect address cannot be registered, or undefined. Codes must reach the app and nobody on the way (RFC 9700 §2.1). */
export function redirectProblem(text: string, kind: AppKind): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return 'is no address'
  if (/[\s*\\]/.test(text) || text.includes('#')) return 'must be whole: no fragment, space or wildcard'
  if (url.username || url.password) return 'must not hold a user or a password'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:')
    return loopback.has(url.hostname) ? undefined : 'must begin with https:// unless it leads to the same device'
  // RFC 8252 §7.1: a scheme of one's own is a domain turned round, so it has a dot. That keeps javascript: and data: out as well.
  return kind === 'public' && url.protocol.includes('.') ? undefined : 'must begin with https://'
}

/** Exactly as registered (RFC 9700 §4.1.3); on the same device the port may differ, since the system chooses it (RFC 8252 §7.3). */
export function matchesRedirect(registered: readonly string[], given: string): boolean {
  if (registered.includes(given)) return true
  if (!/^http:\/\/(127\.0\.0\.1|\[::1\])(:\d{1,5})?\//.test(given)) return false
  const withoutPort = (text: string) => text.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(:\d{1,5})?\//, '$1/')
  return registered.some(each => each.startsWith('http://') && withoutPort(each) === withoutPort(given))
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** 2,048 bits in base64url. */
const modulusLengthMin = 342

/** Why a key set is not fit to prove anything, or undefined. */
export function keysProblem({ keys }: KeySet): string | undefined {
  for (const key of keys) {
    if (privateMembers.some(each => each in key)) return 'holds a private or a shared key; send the public ones only'
    if (typeof key['kid'] !== 'string' || key['kid'] === '') return 'has a key without a kid'
    const isEllipticCurve = key['kty'] === 'EC' && (key['crv'] === 'P-256' || key['crv'] === 'P-384')
    const isRsa = key['kty'] === 'RSA' && typeof key['n'] === 'string' && key['n'].length >= modulusLengthMin
    if (!isEllipticCurve && !isRsa) return 'has a key that is neither P-256, P-384 nor RSA with 2048 bits or more'
  }
  return undefined
}

/** What is wrong with a registration, one entry per part. */
export function draftProblems(draft: AppDraft): { path: string; message: string }[] {
  const { kind, keys, keysUrl, redirectUris, scopes } = draft
  const found: { path: string; message: string }[] = []
  const say = (path: string, message: string | undefined) => void (message && found.push({ path, message }))
  if (kind === 'backend') {
    if (redirectUris.length > 0) say('redirectUris', 'an app that acts for itself is never redirected to')
    if (backendScopes(scopes, scopes) === undefined) say('scopes', 'an app that acts for itself has system scopes only')
  } else {
    if (redirectUris.length === 0) say('redirectUris', 'needs one address at least')
    for (const [index, uri] of redirectUris.entries()) say(`redirectUris.${index}`, redirectProblem(uri, kind))
    if (hasContext(scopes, 'system')) say('scopes', 'system scopes are for apps that act for themselves')
  }
  if (kind === 'public' && (keys || keysUrl)) say('keys', 'a public app keeps no key')
  if (keys && keysUrl) say('keysUrl', 'give the keys or their address, not both')
  if (keys) say('keys', keysProblem(keys))
  return found
}
