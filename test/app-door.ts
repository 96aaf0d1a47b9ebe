// What apps and their developers do at the doors of identity, as a test does it: registering, asking, redeeming, renewing.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { newId } from '#core/id'
import { type Signed, signUp } from './people.ts'
import type { TestMedley } from './start.ts'

export type Json = Record<string, unknown>
export type Registered = { id: string; secret: string }
export const redirectUri = 'https://app.example/callback'
export const standalone = [
  'launch/patient',
  'openid',
  'fhirUser',
  'offline_access',
  'patient/*.rs',
  'user/Observation.rs',
]

/** Of every request of a test's app (PKCE, RFC 7636). */
export const verifier = randomBytes(32).toString('base64url')
const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url')

export const refusedWith = (answer: { status: number; body: Json }, error: string, status = 400) =>
  assert.deepEqual([answer.status, answer.body['error']], [status, error], JSON.stringify(answer.body))

/** Both are asked for each time: a test file has them only once it runs. `ada` is whoever lets apps in. */
export function appDoor(medley: () => TestMedley, ada: () => Signed) {
  const base = () => `http://localhost:${new URL(medley().url).port}`
  const fhir = () => `${base()}/fhir/R4`
  const operator = () => medley().as({ personId: newId(), roles: ['operator'] })

  async function api(path: string, { headers }: Pick<Signed, 'headers'>, method = 'GET', body?: unknown) {
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const answer = await fetch(`${medley().url}/api/identity${path}`, init)
    return { status: answer.status, body: (await answer.json()) as Json & { items: Json[] } }
  }

  /** One person registers so many apps and no more, so the tests have several developers. */
  const developers: { who: Signed; apps: number }[] = []
  async function developer(): Promise<Signed> {
    let free = developers.find(each => each.apps < 20)
    if (!free) developers.push((free = { who: await signUp(medley().url, 'Dev Eloper'), apps: 0 }))
    free.apps++
    return free.who
  }

  async function register(draft: Json, by?: Signed): Promise<Registered> {
    const who = by ?? (await developer())
    const whole = { name: 'Heart Diary', maker: 'Example Labs', redirectUris: [redirectUri], ...draft }
    const { status, body } = await api('/apps', who, 'POST', whole)
    assert.equal(status, 201, JSON.stringify(body))
    return body as unknown as Registered
  }
  const publicApp = (draft: Json = {}) => register({ kind: 'public', scopes: standalone, ...draft })

  function authorizeUrl(clientId: string, change: Record<string, string | undefined> = {}): string {
    const asked = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'launch/patient openid fhirUser offline_access patient/*.read',
      state: 'state-1',
      nonce: 'nonce-1',
      aud: fhir(),
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...change,
    }
    const url = new URL(`${medley().url}/auth/oauth2/authorize`)
    for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value)
    return url.href
  }

  async function sentTo(url: string): Promise<URL> {
    const answer = await fetch(url, { redirect: 'manual' })
    assert.equal(answer.status, 303)
    return new URL(answer.headers.get('location')!)
  }

  async function consent(clientId: string, decision: Json = {}, change = {}, who = ada()): Promise<URL> {
    const at = await sentTo(authorizeUrl(clientId, change))
    assert.equal(at.pathname, '/consent', at.href)
    const requestId = at.searchParams.get('request')!
    const { status, body } = await api(`/consents/${requestId}`, who, 'POST', { decision: 'approve', ...decision })
    assert.equal(status, 200, JSON.stringify(body))
    return new URL(body['redirectTo'] as string)
  }

  async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
    const answer = await fetch(`${medley().url}/auth/oauth2/${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    })
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json }
  }
  const redeem = (clientId: string, at: URL, change: Record<string, string> = {}) =>
    post('token', {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: at.searchParams.get('code')!,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...change,
    })
  const renewal = (clientId: string, token: unknown, change = {}) =>
    post('token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: String(token), ...change })
  const userInfo = (token: unknown) =>
    fetch(`${medley().url}/auth/oauth2/userinfo`, { headers: { authorization: `Bearer ${String(token)}` } })

  async function endsWithin(ms: number, token: unknown): Promise<void> {
    for (const giveUpMs = Date.now() + ms; (await userInfo(token)).status !== 401;) {
      assert.ok(Date.now() < giveUpMs, `the token still works after ${ms} ms`)
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
  return {
    base,
    fhir,
    operator,
    api,
    register,
    publicApp,
    sentTo,
    authorizeUrl,
    consent,
    post,
    redeem,
    renewal,
    userInfo,
    endsWithin,
  }
}
