// Turns the credentials of a request into a caller. Tokens are verified here, without asking anybody.
import type { FastifyRequest } from 'fastify'
import rateLimit from '@fastify/rate-limit'
import { LRUCache } from 'lru-cache'
import { identity, sessionsMax } from '#contract/identity'
import { appTokens } from '#core/app'
import { anonymousCaller, Call, Caller, Grant, Locale } from '#core/call'
import { houseFault } from '#core/fault'
import { newId } from '#core/id'
import { inParts } from '#core/parts'
import type { Route } from '#core/service'
import type { Platform } from '#platform'
import { type Composition, serviceAudience } from '../compose.ts'

export const personAudience = 'medley'
const requestDeadlineMs = 30_000
/** A revoked session or key is refused after this time at the latest. */
const recheckMs = 5_000
/** Those who stay are looked at every few seconds, and what is remembered must not add to that. */
const recheckStayingMs = 1_500

type Question = { sessionId: string } | { apiKey: string } | { grantId: string; tokenId: string }

/** A route that reads the protocol's own credentials gets a call of nobody. */
export type Authenticate = (request: FastifyRequest, route?: Pick<Route, 'readsCredentials'>) => Promise<Call>

/** The allowance of Medley's own calls: none is counted, since the edge has counted the person's. */
export const unlimited = ''

export type Doorkeeper = {
  readonly authenticate: Authenticate
  /**
   * Whose allowance a request uses up: that of a caller whom we can verify here and now, else that of the address. So made-up
   * credentials give nobody a fresh one, and many sessions give one person no more than one does.
   */
  allowanceOf(request: FastifyRequest): Promise<string>
  /**
   * The people behind the tokens of connections that stay open, in one question; ask again every few seconds. Undefined for who is not
   * let in (any more).
   */
  admit(tokens: readonly string[]): Promise<(Admitted | undefined)[]>
}

export type Admitted = { readonly caller: Caller; readonly endsAtMs: number }

export function createDoorkeeper(platform: Platform, composition: Composition, publicUrl: string): Doorkeeper {
  const apps = appTokens(publicUrl)
  /** Session or hashed key → the caller behind it, or `ended`. Small and short-lived: the truth is identity's. */
  const seen = new LRUCache<string, ({ caller: Caller } | { ended: true }) & { atMs: number }>({
    max: 10_000,
    ttl: recheckMs,
  })

  const verified = new LRUCache<string, Admitted>({ max: 10_000 })

  const ownCalls = new WeakMap<FastifyRequest, Promise<Call | undefined>>()

  const cacheKeyOf = (apiKey: string) => platform.keys.hashOf('api-key-cache', apiKey)

  async function look(cacheKey: string, question: Question): Promise<Caller> {
    const atMs = performance.now()
    let known = seen.get(cacheKey)
    if (!known) {
      const answer = await composition.call(identity).callerOfSession(question, composition.serviceCall('edge'))
      known = answer.caller ? { caller: Caller.parse(answer.caller), atMs } : { ended: true, atMs }
      seen.set(cacheKey, known)
    }
    if ('ended' in known) throw houseFault('access.unauthenticated')
    return known.caller
  }

  /** A token that was verified stays verified until it ends: the signature of the same text cannot turn false. */
  async function inToken(token: string, nowMs: number): Promise<Admitted | undefined> {
    const known = verified.get(token)
    if (known && nowMs < known.endsAtMs) return known
    const claims = await platform.keys.verifyToken(token, { audience: personAudience, nowMs })
    const caller = claims && Caller.safeParse(claims['caller'])
    if (!caller?.success || !caller.data.sessionId) return undefined
    const found = { caller: caller.data, endsAtMs: Number(claims?.['exp']) * 1_000 }
    verified.set(token, found)
    return found
  }

  async function callerInToken(token: string, nowMs: number): Promise<Caller> {
    const found = await inToken(token, nowMs)
    if (!found) throw houseFault('access.unauthenticated')
    return found.caller
  }

  /** One call, one token: it is verified once for the limit and for the call itself. */
  function callInToken(request: FastifyRequest, token: string, nowMs: number): Promise<Call | undefined> {
    const known = ownCalls.get(request)
    if (known) return known
    const verifying = platform.keys
      .verifyToken(token, { audience: serviceAudience, nowMs })
      .then(claims => claims && Call.parse(claims['call']))
    ownCalls.set(request, verifying)
    return verifying
  }

  const verifiedApps = new LRUCache<string, { grant: Grant; grantId: string; tokenId: string; endsAtMs: number }>({
    max: 5_000,
  })

  /** What the app may do stands in its token; who it acts for, and whether it still may, is looked at every few seconds. */
  async function callerOfApp(token: string, nowMs: number): Promise<Caller> {
    let known = verifiedApps.get(token)
    if (!known || nowMs >= known.endsAtMs) {
      const claims = await platform.keys.verifyToken(token, { ...apps, nowMs })
      const { client_id: clientId, scope, patient, gid: grantId, jti: tokenId, exp } = claims ?? {}
      const grant = Grant.safeParse({ clientId, scopes: String(scope).split(' '), patientId: patient })
      if (!grant.success || typeof grantId !== 'string' || typeof tokenId !== 'string')
        throw houseFault('access.unauthenticated')
      known = { grant: grant.data, grantId, tokenId, endsAtMs: Number(exp) * 1_000 }
      verifiedApps.set(token, known)
    }
    const { grant, grantId, tokenId } = known
    return { ...(await look(`${grantId} ${tokenId}`, { grantId, tokenId })), grant }
  }

  async function callerOf(request: FastifyRequest): Promise<Caller | Call> {
    const { apiKey, bearer } = credentialsOf(request)
    if (apiKey !== undefined) return look(cacheKeyOf(apiKey), { apiKey })
    if (bearer === undefined) {
      if (request.headers.authorization !== undefined) throw houseFault('access.unauthenticated')
      return anonymousCaller
    }
    const nowMs = platform.clock.nowMs()
    if (claimedAudience(bearer) === serviceAudience) {
      const call = await callInToken(request, bearer, nowMs)
      if (!call) throw houseFault('access.unauthenticated')
      return call
    }
    if (claimedAudience(bearer) === apps.audience) return callerOfApp(bearer, nowMs)
    const caller = await callerInToken(bearer, nowMs)
    await look(caller.sessionId!, { sessionId: caller.sessionId! })
    return caller
  }

  async function allowanceOf(request: FastifyRequest): Promise<string> {
    const { apiKey, bearer } = credentialsOf(request)
    const nowMs = platform.clock.nowMs()
    if (apiKey !== undefined) {
      // Only identity knows keys, so one is believed for as long as its last look-up is remembered.
      const known = seen.get(cacheKeyOf(apiKey))
      if (known && 'caller' in known) return `caller ${known.caller.personId ?? cacheKeyOf(apiKey)}`
    } else if (bearer !== undefined && claimedAudience(bearer) === serviceAudience) {
      if (await callInToken(request, bearer, nowMs).catch(() => undefined)) return unlimited
    } else if (bearer !== undefined) {
      const isApp = claimedAudience(bearer) === apps.audience
      const caller = await (isApp ? callerOfApp(bearer, nowMs) : callerInToken(bearer, nowMs)).catch(() => undefined)
      if (caller) return `caller ${caller.grant?.clientId ?? ''} ${caller.personId ?? caller.sessionId}`
    }
    return `address ${rateLimit.normalizeIP(request.ip)}`
  }

  const authenticate: Authenticate = async (request, route) => {
    const from = request.ip
    const caller = route?.readsCredentials ? anonymousCaller : await callerOf(request)
    if ('caller' in caller) return caller
    const key = request.headers['idempotency-key']
    if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)))
      throw houseFault('idempotency.keyInvalid')
    const traceparent = request.headers['traceparent']
    const language = Locale.safeParse(request.headers['accept-language']?.slice(0, 2))
    return {
      caller,
      requestId: request.id,
      region: platform.region,
      locale: language.success ? language.data : 'en',
      deadlineMs: platform.clock.nowMs() + requestDeadlineMs,
      from,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(typeof traceparent === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)
        ? { traceparent }
        : {}),
    }
  }

  /** With the roles of now, not those of when the token was made. */
  async function admit(tokens: readonly string[]): Promise<(Admitted | undefined)[]> {
    const nowMs = platform.clock.nowMs()
    const found = await Promise.all(tokens.map(token => inToken(token, nowMs)))
    const atMs = performance.now()
    const isOld = (sessionId: string) => atMs - (seen.get(sessionId)?.atMs ?? -Infinity) > recheckStayingMs
    const sessionIds = [...new Set(found.flatMap(each => each?.caller.sessionId ?? []))].filter(isOld)
    for (const some of inParts(sessionIds, sessionsMax)) {
      const call = composition.serviceCall('edge')
      const { callers } = await composition.call(identity).callersOfSessions({ sessionIds: some }, call)
      for (const id of some)
        seen.set(id, callers[id] ? { caller: Caller.parse(callers[id]), atMs } : { ended: true, atMs })
    }
    return found.map(each => {
      const known = each && seen.get(each.caller.sessionId!)
      return known && 'caller' in known ? { caller: known.caller, endsAtMs: each.endsAtMs } : undefined
    })
  }

  return { authenticate, allowanceOf, admit }
}

function credentialsOf({ headers }: FastifyRequest): { apiKey?: string; bearer?: string } {
  const apiKey = headers['x-api-key']
  if (typeof apiKey === 'string') return { apiKey }
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer === undefined ? {} : { bearer }
}

/** What a token says it is for, unverified: only chooses how it is verified. */
function claimedAudience(token: string): unknown {
  try {
    return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown }).aud
  } catch {
    return undefined
  }
}

/** Ids of requests are ours; a caller's own may hold anything. */
export const newRequestId = () => newId()
