// The front channel: an app sends a person here; what it asks is checked, kept, and put to the person on the consent screen.
import { fhirBase } from '#core/app'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { hasContext, isWithin, parseScopes } from '#core/scope'
import { z } from 'zod'
import { matchesRedirect } from '../rules/apps.ts'
import { answerTo, keepWaiting } from '../service/grants.ts'
import type { IdentityDeps } from '../service/people.ts'
import type { AppRow } from '../store/apps.ts'
import { once } from './oauth.ts'

/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2. */
type Problem = readonly [error: string, description: string]

export async function authorize({ kit, apps }: IdentityDeps, request: Request, call: Call): Promise<Response> {
  const { publicUrl } = kit.settings
  let asked: Map<string, string>
  try {
    asked = once(new URL(request.url).searchParams)
  } catch (error) {
    if (error instanceof Fault) return stop(publicUrl, 'request')
    throw error
  }
  const [clientId, redirectUri] = [asked.get('client_id'), asked.get('redirect_uri')]
  const app = z.uuid().safeParse(clientId).success
    ? await kit.database.read(call, () => apps.app(clientId!), { reach: 'all' })
    : undefined
  // Whoever is not known to be the app’s own address is told nothing, and nobody is sent there (RFC 9700 §4.11).
  if (!app || app.kind === 'backend') return stop(publicUrl, 'app')
  if (!redirectUri || !matchesRedirect(app.redirect_uris, redirectUri)) return stop(publicUrl, 'redirect')

  const [state, nonce] = [asked.get('state'), asked.get('nonce')]
  const waiting = {
    appId: app.id,
    // Asked for without a launch, this scope means nothing, and many apps ask for it always.
    scopes: (parseScopes(asked.get('scope') ?? '') ?? []).filter(each => each !== 'launch'),
    redirectUri,
    challenge: asked.get('code_challenge') ?? '',
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
  }
  const problem = problemOf(asked, waiting.scopes, app, fhirBase(publicUrl))
  if (problem) {
    const [error, description] = problem
    await kit.recordAct('identity.authorizeApp', call, { clientId: app.id }, 'refused', `oauth.${error}`)
    return leave(answerTo(waiting, publicUrl, { error, error_description: description }))
  }
  return leave(`${publicUrl}/consent?request=${await keepWaiting(kit, waiting)}`)
}

function problemOf(asked: Map<string, string>, scopes: string[], app: AppRow, base: string): Problem | undefined {
  if (asked.get('response_type') !== 'code') return ['unsupported_response_type', 'response_type must be code.']
  if ((asked.get('response_mode') ?? 'query') !== 'query') return ['invalid_request', 'response_mode must be query.']
  if (asked.has('request')) return ['request_not_supported', 'Send plain parameters.']
  if (asked.has('request_uri')) return ['request_uri_not_supported', 'Send plain parameters.']
  if (asked.get('code_challenge_method') !== 'S256') return ['invalid_request', 'PKCE with S256 is needed (RFC 7636).']
  if (!/^[\w-]{43}$/.test(asked.get('code_challenge') ?? ''))
    return ['invalid_request', 'code_challenge must be the base64url of a SHA-256.']
  if ((asked.get('state')?.length ?? 0) > 2_000 || (asked.get('nonce')?.length ?? 0) > 500)
    return ['invalid_request', 'state or nonce is too long.']
  if (asked.has('launch')) return ['invalid_request', 'Medley starts no launches, so this one is not known.']
  if (scopes.length === 0) return ['invalid_scope', 'A scope is missing, unknown or oddly written.']
  if (hasContext(scopes, 'system')) return ['invalid_scope', 'system scopes are given by client_credentials only.']
  if (!isWithin(scopes, app.scopes)) return ['invalid_scope', 'The app is not registered for all of these scopes.']
  const audience = asked.get('aud') ?? asked.get('resource')
  const isBase = [asked.get('aud'), asked.get('resource')].every(each => (each ?? base).replace(/\/$/, '') === base)
  if (!isBase) return ['invalid_target', 'aud must be the address of the FHIR service.']
  // SMART App Launch §2.0.10: without it, an app could be led to send our tokens to somebody else.
  if (audience === undefined && (hasContext(scopes, 'patient') || hasContext(scopes, 'user')))
    return ['invalid_request', 'aud is missing.']
  return asked.get('prompt') === 'none' ? ['interaction_required', 'The person is always asked.'] : undefined
}

/** To a page of our own that says why, since nobody else can be believed. */
const stop = (publicUrl: string, problem: 'request' | 'app' | 'redirect') =>
  leave(`${publicUrl}/consent/stopped?problem=${problem}`)

const leave = (location: string) =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
