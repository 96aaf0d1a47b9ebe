// SMART apps against the running server over HTTP, as their libraries speak to it: what they may do, and every way in that is shut.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, exportJWK, jwtVerify, SignJWT } from 'jose'
import { MedplumClient } from '@medplum/core'
import { audit } from '#contract/audit'
import { newId } from '#core/id'
import { type Signed, signUp } from '../../test/people.ts'
import { freePort } from '../../test/servers/child.ts'
import { splitMedley, type TestMedley, testMedley } from '../../test/start.ts'
import { identity } from './contract.ts'

let medley: TestMedley
let ada: Signed
let keyServer: ReturnType<typeof createServer>
let keysPort: number
const published: { keys: unknown[] } = { keys: [] }

before(async () => {
  keyServer = createServer((_request, reply) =>
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(published)),
  )
  await new Promise<void>(resolve => keyServer.listen(0, '127.0.0.1', resolve))
  keysPort = (keyServer.address() as AddressInfo).port
  const env = { MEDLEY_PORT: String(await freePort()), MEDLEY_EGRESS_ALLOW: `127.0.0.1:${keysPort}` }
  medley = await testMedley({ env, startMs: 'real' })
  ada = await signUp(medley.url, 'Ada Newman')
})
after(async () => {
  await medley.stop()
  keyServer.close()
})

type Json = Record<string, unknown>
const base = () => `http://localhost:${new URL(medley.url).port}`
const fhir = () => `${base()}/fhir/R4`
const redirectUri = 'https://app.example/callback'
const operator = () => medley.as({ personId: newId(), roles: ['operator'] })

async function api(path: string, { headers }: Pick<Signed, 'headers'>, method = 'GET', body?: unknown) {
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await fetch(`${medley.url}/api/identity${path}`, init)
  return { status: answer.status, body: (await answer.json()) as Json & { items: Json[] } }
}

type Registered = { id: string; secret: string }
/** One person registers so many apps and no more, so the tests have several developers. */
const developers: { who: Signed; apps: number }[] = []
async function developer(): Promise<Signed> {
  let free = developers.find(each => each.apps < 20)
  if (!free) developers.push((free = { who: await signUp(medley.url, 'Dev Eloper'), apps: 0 }))
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
const standalone = ['launch/patient', 'openid', 'fhirUser', 'offline_access', 'patient/*.rs', 'user/Observation.rs']
const publicApp = (draft: Json = {}) => register({ kind: 'public', scopes: standalone, ...draft })

const verifier = randomBytes(32).toString('base64url')
const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url')

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
  const url = new URL(`${medley.url}/auth/oauth2/authorize`)
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

async function sentTo(url: string): Promise<URL> {
  const answer = await fetch(url, { redirect: 'manual' })
  assert.equal(answer.status, 303)
  return new URL(answer.headers.get('location')!)
}

async function consent(clientId: string, decision: Json = {}, change = {}, who = ada): Promise<URL> {
  const at = await sentTo(authorizeUrl(clientId, change))
  assert.equal(at.pathname, '/consent', at.href)
  const requestId = at.searchParams.get('request')!
  const { status, body } = await api(`/consents/${requestId}`, who, 'POST', { decision: 'approve', ...decision })
  assert.equal(status, 200, JSON.stringify(body))
  return new URL(body['redirectTo'] as string)
}

async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await fetch(`${medley.url}/auth/oauth2/${path}`, {
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
  fetch(`${medley.url}/auth/oauth2/userinfo`, { headers: { authorization: `Bearer ${String(token)}` } })

async function endsWithin(ms: number, token: unknown): Promise<void> {
  for (const giveUpMs = Date.now() + ms; (await userInfo(token)).status !== 401;) {
    assert.ok(Date.now() < giveUpMs, `the token still works after ${ms} ms`)
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}
const refusedWith = (answer: { status: number; body: Json }, error: string, status = 400) =>
  assert.deepEqual([answer.status, answer.body['error']], [status, error], JSON.stringify(answer.body))

test('discovery says the same in all three places, and where its keys are', async () => {
  const documents = await Promise.all(
    [
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/fhir/R4/.well-known/smart-configuration',
    ].map(async path => {
      const answer = await fetch(`${medley.url}${path}`, { headers: { origin: 'https://app.example' } })
      assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'apps in browsers may read it')
      return (await answer.json()) as Json
    }),
  )
  const preflight = (path: string) =>
    fetch(`${medley.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
  assert.equal((await preflight('/auth/oauth2/token')).headers.get('access-control-allow-origin'), '*')
  for (const path of ['/api/identity/me', '/auth/sign-in/email', '/auth/oauth2/authorize'])
    assert.equal((await preflight(path)).headers.get('access-control-allow-origin'), null, path)
  const [first] = documents
  for (const each of documents) assert.deepEqual(each, first)
  assert.equal(first!['issuer'], base())
  assert.deepEqual(first!['code_challenge_methods_supported'], ['S256'])
  assert.ok((first!['capabilities'] as string[]).includes('launch-standalone'))
})

test('a public app is launched with PKCE: code, tokens, id token, patient, renewal and who it acts for', async () => {
  const { id } = await publicApp()
  const at = await consent(id)
  assert.deepEqual(
    [at.origin + at.pathname, at.searchParams.get('state'), at.searchParams.get('iss')],
    [redirectUri, 'state-1', base()],
  )
  const { status, body, headers } = await redeem(id, at)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.deepEqual(
    [body['token_type'], body['patient'], body['need_patient_banner'], body['scope']],
    ['Bearer', ada.personId, true, 'launch/patient openid fhirUser offline_access patient/*.rs'],
  )
  const keys = createRemoteJWKSet(new URL(`${medley.url}/auth/jwks`))
  const idToken = await jwtVerify(String(body['id_token']), keys, { issuer: base(), audience: id })
  assert.deepEqual(
    [idToken.payload.sub, idToken.payload['nonce'], idToken.payload['fhirUser']],
    [ada.personId, 'nonce-1', `${fhir()}/Patient/${ada.personId}`],
  )
  const access = await jwtVerify(String(body['access_token']), keys, { issuer: base(), audience: fhir() })
  assert.deepEqual([access.payload['client_id'], access.payload['patient']], [id, ada.personId])
  assert.equal(((await (await userInfo(body['access_token'])).json()) as Json)['sub'], ada.personId)
  const renewed = await renewal(id, body['refresh_token'])
  assert.equal(renewed.status, 200)
  assert.notEqual(renewed.body['refresh_token'], body['refresh_token'])
  const narrower = await renewal(id, renewed.body['refresh_token'], { scope: 'openid patient/Observation.rs' })
  assert.equal(narrower.body['scope'], 'openid patient/Observation.rs')
  refusedWith(await renewal(id, narrower.body['refresh_token'], { scope: 'patient/*.cruds' }), 'invalid_scope')
})

test('the token of an app does not open the API as the person, and an id token opens nothing', async () => {
  const { id } = await publicApp()
  const { body } = await redeem(id, await consent(id))
  const byApp = { headers: { authorization: `Bearer ${String(body['access_token'])}` } }
  for (const path of ['/me', '/sessions', '/api-keys', '/grants', '/apps', '/sign-in-options']) {
    const answer = await api(path, byApp)
    assert.deepEqual([answer.status, answer.body['code']], [403, 'access.forbidden'], path)
  }
  assert.equal((await api('/me', { headers: { authorization: `Bearer ${String(body['id_token'])}` } })).status, 401)
  assert.equal((await userInfo(body['id_token'])).status, 401)
  assert.equal((await userInfo(ada.token)).status, 403, 'a person’s own token is no app’s')
})

test('nobody is sent to an address that is not the app’s', async () => {
  const { id } = await publicApp()
  for (const bad of [
    'https://evil.example/callback',
    'https://app.example/callback/../evil',
    'https://app.example/callback?x=1',
    'https://app.example.evil.example/callback',
    'https://APP.example/callback',
  ]) {
    const at = await sentTo(authorizeUrl(id, { redirect_uri: bad }))
    assert.equal(`${at.pathname}${at.search}`, '/consent/stopped?problem=redirect', bad)
  }
  assert.equal((await sentTo(authorizeUrl(newId()))).search, '?problem=app')
  assert.equal((await sentTo(authorizeUrl('nonsense'))).search, '?problem=app')
  assert.equal((await sentTo(`${authorizeUrl(id)}&client_id=${newId()}`)).search, '?problem=request')
})

for (const [what, change, error] of [
  ['another audience', { aud: 'https://evil.example/fhir' }, 'invalid_target'],
  ['another resource', { resource: 'https://evil.example/fhir' }, 'invalid_target'],
  ['no audience', { aud: undefined }, 'invalid_request'],
  ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['more than it is registered for', { scope: 'patient/*.cruds' }, 'invalid_scope'],
  ['write where it may read', { scope: 'patient/Observation.write' }, 'invalid_scope'],
  ['another type', { scope: 'user/Patient.rs' }, 'invalid_scope'],
  ['an odd spelling', { scope: 'patient:*.read' }, 'invalid_scope'],
  ['a system scope', { scope: 'system/*.rs' }, 'invalid_scope'],
  ['a token at once', { response_type: 'token' }, 'unsupported_response_type'],
  ['an answer without asking', { prompt: 'none' }, 'interaction_required'],
] as const) {
  test(`an app that asks for ${what} is sent back with ${error}`, async () => {
    const { id } = await publicApp()
    const at = await sentTo(authorizeUrl(id, change))
    assert.deepEqual(
      [
        at.origin + at.pathname,
        at.searchParams.get('error'),
        at.searchParams.get('state'),
        at.searchParams.has('code'),
      ],
      [redirectUri, error, 'state-1', false],
    )
  })
}

test('the consent says who asks for what; no is no, an answer counts once, and nobody shares another’s record', async () => {
  const { id } = await publicApp()
  const requestId = (await sentTo(authorizeUrl(id))).searchParams.get('request')!
  const { body } = await api(`/consents/${requestId}`, ada)
  assert.deepEqual(
    [body['appName'], body['maker'], body['isReviewed'], body['returnsTo'], body['patients']],
    [
      'Heart Diary',
      'Example Labs',
      false,
      'app.example',
      [{ patientId: ada.personId, name: 'Ada Newman', isMe: true }],
    ],
  )
  const decide = (decision: Json) => api(`/consents/${requestId}`, ada, 'POST', decision)
  assert.equal((await decide({ decision: 'approve', patientId: newId() })).body['code'], 'identity.notYourPatient')
  assert.equal((await decide({ decision: 'approve', scopes: ['user/*.cruds'] })).body['code'], 'identity.scopeRefused')
  const denied = new URL((await decide({ decision: 'deny' })).body['redirectTo'] as string)
  assert.deepEqual([denied.searchParams.get('error'), denied.searchParams.has('code')], ['access_denied', false])
  assert.equal((await decide({ decision: 'approve' })).body['code'], 'identity.consentEnded')
  assert.equal((await api('/consents/nonsense', ada)).status, 404)
})

test('a person may agree to less than was asked, and the token says so', async () => {
  const { id } = await publicApp()
  const { body } = await redeem(id, await consent(id, { scopes: ['openid', 'patient/Observation.rs'] }))
  assert.deepEqual([body['scope'], body['refresh_token']], ['openid patient/Observation.rs', undefined])
})

test('a wrong verifier, another app and another address get nothing for a code, and spoil it', async () => {
  const [{ id }, other] = [await publicApp(), await publicApp()]
  for (const wrong of [
    { code_verifier: randomBytes(32).toString('base64url') },
    { redirect_uri: 'https://app.example/' },
  ]) {
    const at = await consent(id)
    refusedWith(await redeem(id, at, wrong), 'invalid_grant')
    refusedWith(await redeem(id, at), 'invalid_grant')
  }
  refusedWith(await redeem(other.id, await consent(id)), 'invalid_grant')
  refusedWith(await redeem(id, await consent(id), { code: 'nonsense' }), 'invalid_grant')
})

test('a code that comes twice ends all it gave', async () => {
  const { id } = await publicApp()
  const at = await consent(id)
  const { body } = await redeem(id, at)
  assert.equal((await userInfo(body['access_token'])).status, 200)
  refusedWith(await redeem(id, at), 'invalid_grant')
  await endsWithin(6_000, body['access_token'])
  refusedWith(await renewal(id, body['refresh_token']), 'invalid_grant')
})

test('tokens are for the FHIR service and nothing else', async () => {
  const { id } = await publicApp()
  refusedWith(await redeem(id, await consent(id), { resource: 'https://evil.example/fhir' }), 'invalid_target')
  assert.equal((await redeem(id, await consent(id), { resource: `${fhir()}/` })).status, 200)
})

test('of two uses of one code at the same moment at most one gets tokens, and they hold for nobody', async () => {
  const { id } = await publicApp()
  const at = await consent(id)
  const answers = await Promise.all([redeem(id, at), redeem(id, at), redeem(id, at)])
  const won = answers.filter(each => each.status === 200)
  assert.ok(won.length <= 1)
  for (const { body } of won) await endsWithin(6_000, body['access_token'])
})

test('a refresh token that comes twice ends its whole family', async () => {
  const { id } = await publicApp()
  const { body: first } = await redeem(id, await consent(id))
  const { body: second } = await renewal(id, first['refresh_token'])
  refusedWith(await renewal(id, first['refresh_token']), 'invalid_grant')
  refusedWith(await renewal(id, second['refresh_token']), 'invalid_grant')
  await endsWithin(6_000, second['access_token'])
})

test('apps with access are listed, and a revoked one is refused within five seconds', async () => {
  const { id } = await publicApp({ name: 'Revoked Soon' })
  const { body } = await redeem(id, await consent(id))
  const { body: listed } = await api('/grants', ada)
  const mine = listed.items.find(each => each['appId'] === id)
  assert.deepEqual([mine?.['name'], mine?.['maker']], ['Revoked Soon', 'Example Labs'])
  const eve = await signUp(medley.url, 'Eve')
  assert.equal((await api(`/grants/${id}`, eve, 'DELETE')).status, 404)
  assert.equal((await userInfo(body['access_token'])).status, 200)
  assert.equal((await api(`/grants/${id}`, ada, 'DELETE')).body['revoked'], 1)
  await endsWithin(6_000, body['access_token'])
  refusedWith(await renewal(id, body['refresh_token']), 'invalid_grant')
  assert.ok(!(await api('/grants', ada)).body.items.some(each => each['appId'] === id))
})

test('access that is for while a person is here ends with their session', async () => {
  const bob = await signUp(medley.url, 'Bob')
  const { id } = await publicApp({ scopes: ['openid', 'online_access', 'patient/*.rs'] })
  const { body } = await redeem(id, await consent(id, {}, { scope: 'openid online_access patient/*.rs' }, bob))
  assert.equal((await userInfo(body['access_token'])).status, 200)
  const headers = { origin: base(), cookie: bob.cookie, 'content-type': 'application/json' }
  assert.equal((await fetch(`${medley.url}/auth/sign-out`, { method: 'POST', headers, body: '{}' })).status, 200)
  await endsWithin(6_000, body['access_token'])
  refusedWith(await renewal(id, body['refresh_token']), 'invalid_grant')
})

test('a refresh token alone names a public app, and never lets a confidential one in', async () => {
  const { id } = await publicApp()
  const { body } = await redeem(id, await consent(id))
  const bare = (token: unknown) => post('token', { grant_type: 'refresh_token', refresh_token: String(token) })
  assert.equal((await bare(body['refresh_token'])).status, 200)
  const kept = await register({ kind: 'confidential', scopes: standalone })
  const { body: theirs } = await redeem(kept.id, await consent(kept.id), { client_secret: kept.secret })
  refusedWith(await bare(theirs['refresh_token']), 'invalid_client', 401)
  refusedWith(await bare('nonsense'), 'invalid_client', 401)
})

test('a confidential app needs its secret, in one way only', async () => {
  const { id, secret } = await register({ kind: 'confidential', scopes: standalone })
  const basic = (password: string) => ({ authorization: `Basic ${btoa(`${id}:${password}`)}` })
  const at = await consent(id)
  refusedWith(await redeem(id, at), 'invalid_client', 401)
  refusedWith(await redeem(id, at, { client_secret: 'wrong' }), 'invalid_client', 401)
  const form = {
    grant_type: 'authorization_code',
    code: at.searchParams.get('code')!,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  refusedWith(await post('token', form, basic('wrong')), 'invalid_client', 401)
  refusedWith(await post('token', { ...form, client_secret: secret }, basic(secret)), 'invalid_request')
  const { status, body } = await post('token', form, basic(secret))
  assert.equal(status, 200, JSON.stringify(body))
  const active = await post('introspect', { token: String(body['access_token']) }, basic(secret))
  assert.deepEqual([active.body['active'], active.body['sub'], active.body['aud']], [true, ada.personId, fhir()])
  const stranger = await register({ kind: 'confidential', scopes: ['openid'] })
  const foreign = { client_id: stranger.id, client_secret: stranger.secret, token: String(body['access_token']) }
  assert.deepEqual((await post('introspect', foreign)).body, { active: false })
  assert.equal((await post('revoke', foreign)).status, 200)
  assert.equal((await userInfo(body['access_token'])).status, 200, 'an app ends only its own tokens')
  await post('revoke', { token: String(body['access_token']) }, basic(secret))
  assert.deepEqual((await post('introspect', { token: String(body['access_token']) }, basic(secret))).body, {
    active: false,
  })
  await endsWithin(6_000, body['access_token'])
  assert.equal((await renewal(id, body['refresh_token'], { client_secret: secret })).status, 200)
})

const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const jwkOf = async (key: typeof pair.publicKey, kid: string) => ({ ...(await exportJWK(key)), kid })
const form = (assertion: string) => ({
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
})

type Change = {
  aud?: string
  inSeconds?: number
  jti?: string
  iss?: string
  kid?: string
  key?: typeof pair.privateKey
  alg?: string
}
const assertionOf = (
  id: string,
  { aud, inSeconds = 240, jti = newId(), iss = id, kid = 'one', key, alg = 'ES384' }: Change = {},
) =>
  new SignJWT({ jti })
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(iss)
    .setSubject(id)
    .setAudience(aud ?? `${base()}/auth/oauth2/token`)
    .setExpirationTime(Math.floor(Date.now() / 1_000) + inSeconds)
    .sign(key ?? pair.privateKey)

async function backend(draft: Json = {}): Promise<Registered> {
  const keys = { keys: [await jwkOf(pair.publicKey, 'one'), await jwkOf(rsa.publicKey, 'rsa')] }
  const app = await register({
    kind: 'backend',
    redirectUris: [],
    scopes: ['system/Patient.rs', 'system/Observation.cruds'],
    keys,
    ...draft,
  })
  return app
}
const approve = (appId: string) => medley.call(identity).approveApp({ appId }, operator())

test('a backend service signs for its tokens once an operator has approved it, and gets system scopes only', async () => {
  const { id } = await backend()
  refusedWith(await post('token', form(await assertionOf(id))), 'unauthorized_client')
  await assert.rejects(
    medley.call(identity).approveApp({ appId: id }, medley.as({ personId: ada.personId, roles: ['patient'] })),
    {
      code: 'access.forbidden',
    },
  )
  await approve(id)
  const { status, body } = await post('token', form(await assertionOf(id)))
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(
    [body['scope'], body['expires_in'], body['refresh_token'], body['patient'], body['id_token']],
    ['system/Patient.rs system/Observation.cruds', 300, undefined, undefined, undefined],
  )
  assert.equal(decodeJwt(String(body['access_token'])).sub, id)
  const rs = await assertionOf(id, { kid: 'rsa', alg: 'RS384', key: rsa.privateKey })
  assert.equal((await post('token', { ...form(rs), scope: 'system/Patient.read' })).body['scope'], 'system/Patient.rs')
  for (const scope of ['system/Patient.cruds', 'system/*.rs', 'patient/Patient.rs', 'openid', 'system:Patient.read'])
    refusedWith(await post('token', { ...form(await assertionOf(id)), scope }), 'invalid_scope')
})

test('a signed assertion that is replayed, old, long, for somebody else, unsigned or signed with a public key is refused', async () => {
  const { id } = await backend()
  await approve(id)
  const jti = newId()
  assert.equal((await post('token', form(await assertionOf(id, { jti })))).status, 200)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: id,
    sub: id,
    aud: `${base()}/auth/oauth2/token`,
    jti: newId(),
    exp: Math.floor(Date.now() / 1_000) + 200,
  }
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const confused = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
    .sign(new TextEncoder().encode(pem))
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  for (const [what, assertion] of [
    ['replayed', await assertionOf(id, { jti })],
    ['old', await assertionOf(id, { inSeconds: -60 })],
    ['long', await assertionOf(id, { inSeconds: 3_600 })],
    ['for another audience', await assertionOf(id, { aud: 'https://evil.example/token' })],
    ['by another issuer', await assertionOf(id, { iss: newId() })],
    ['with an unknown key', await assertionOf(id, { kid: 'two' })],
    ['with a stranger’s key', await assertionOf(id, { key: stranger })],
    ['unsigned', `${part({ alg: 'none', kid: 'one' })}.${part(claims)}.`],
    ['signed with the public key as secret', confused],
    ['no assertion', 'nonsense'],
  ] as const) {
    const answer = await post('token', form(assertion))
    assert.deepEqual([answer.status, answer.body['error']], [401, 'invalid_client'], what)
  }
  const { client_assertion_type: _, ...untyped } = form(await assertionOf(id))
  refusedWith(await post('token', untyped), 'invalid_client', 401)
  refusedWith(await post('token', { grant_type: 'client_credentials', client_id: id }), 'invalid_client', 401)
})

test('of many who show one assertion at the same moment one is let in', async () => {
  const { id } = await backend()
  await approve(id)
  const assertion = await assertionOf(id)
  const statuses = (await Promise.all(Array.from({ length: 6 }, () => post('token', form(assertion))))).map(
    each => each.status,
  )
  assert.deepEqual(statuses.toSorted(), [200, 401, 401, 401, 401, 401])
})

test('published keys are fetched through the gate, looked up again when they change, and never in our own network', async () => {
  published.keys = [await jwkOf(pair.publicKey, 'one')]
  const { id } = await backend({ keys: undefined, keysUrl: `http://127.0.0.1:${keysPort}/keys` })
  await approve(id)
  assert.equal((await post('token', form(await assertionOf(id)))).status, 200)
  const next = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  published.keys = [await jwkOf(next.publicKey, 'next')]
  assert.equal((await post('token', form(await assertionOf(id, { kid: 'next', key: next.privateKey })))).status, 200)
  for (const keysUrl of [
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/keys',
    `http://localhost:${keysPort}/keys`,
    'https://10.0.0.1/keys',
    'https://[::1]/keys',
    'https://not-allowed.example/keys',
  ]) {
    const draft = { name: 'x', maker: 'x', kind: 'backend', scopes: ['system/*.rs'], keysUrl }
    const { status, body } = await api('/apps', ada, 'POST', draft)
    assert.deepEqual([status, body['code']], [422, 'identity.appRefused'], keysUrl)
  }
  // An address that was fit when it was registered and leads elsewhere since: the gate looks again at every use.
  await medley.platform.database.execute('update identity.app set keys_url = $1 where id = $2', [
    'https://127.0.0.1/keys',
    id,
  ])
  await medley.platform.cache.delete(`identity/app-keys/${id}`)
  refusedWith(await post('token', form(await assertionOf(id))), 'invalid_client', 401)
})

test('what cannot be safe is not registered', async () => {
  const draft = { name: 'x', maker: 'x', kind: 'public', scopes: ['openid'], redirectUris: [redirectUri] }
  for (const bad of [
    { redirectUris: ['http://app.example/cb'] },
    { redirectUris: ['https://app.example/cb#x'] },
    { redirectUris: ['https://*.example/cb'] },
    { redirectUris: ['javascript:alert(1)'] },
    { redirectUris: ['https://me:secret@app.example/'] },
    { redirectUris: [] },
    { scopes: ['system/*.rs'] },
    { kind: 'backend', redirectUris: [], scopes: ['patient/*.rs'] },
    { kind: 'backend', scopes: ['system/*.rs'] },
    { kind: 'confidential', redirectUris: ['com.example.app:/cb'] },
    { kind: 'confidential', keys: { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] } },
    { kind: 'confidential', keys: { keys: [{ ...(await exportJWK(pair.privateKey)), kid: 'a' }] } },
  ]) {
    const { status, body } = await api('/apps', ada, 'POST', { ...draft, ...bad })
    assert.deepEqual([status, body['code']], [422, 'identity.appRefused'], JSON.stringify(bad))
  }
  for (const bad of [
    { scopes: ['patient/*.read'] },
    { scopes: ['system:Patient.read'] },
    { scopes: [] },
    { approvedAt: 'now' },
  ])
    assert.equal((await api('/apps', ada, 'POST', { ...draft, ...bad })).status, 400, JSON.stringify(bad))
})

test('apps belong to who registered them; operators see, approve and remove all', async () => {
  const eve = await signUp(medley.url, 'Eve')
  const { id } = await register({ kind: 'public', scopes: standalone }, ada)
  assert.ok((await api('/apps', ada)).body.items.some(each => each['id'] === id))
  assert.ok(!(await api('/apps', eve)).body.items.some(each => each['id'] === id))
  assert.equal((await api('/apps?of=all', eve)).status, 403)
  assert.equal((await api(`/apps/${id}`, eve, 'DELETE')).status, 404)
  const { body } = await redeem(id, await consent(id))
  assert.ok((await medley.call(identity).approveApp({ appId: id }, operator())).approvedAt)
  assert.ok(
    !JSON.stringify((await medley.call(identity).listApps({ of: 'all' }, operator())).items).includes('secret_hash'),
  )
  await medley.call(identity).removeApp({ appId: id }, operator())
  await endsWithin(6_000, body['access_token'])
  await assert.rejects(medley.call(identity).approveApp({ appId: id }, operator()), { code: 'identity.appNotFound' })
})

test('one person registers twenty apps and no more', async () => {
  const eager = await signUp(medley.url, 'Eager')
  for (let count = 0; count < 20; count++) await register({ kind: 'public', scopes: ['openid'] }, eager)
  const draft = { name: 'x', maker: 'x', kind: 'public', scopes: ['openid'], redirectUris: [redirectUri] }
  assert.equal((await api('/apps', eager, 'POST', draft)).body['code'], 'identity.tooManyApps')
})

test('the secret of an app is kept nowhere, a repeated registration included', async () => {
  const draft = { name: 'Once', maker: 'x', kind: 'confidential', scopes: ['openid'], redirectUris: [redirectUri] }
  const headers = { ...ada.headers, 'idempotency-key': newId() }
  const [first, again] = [
    await api('/apps', { headers }, 'POST', draft),
    await api('/apps', { headers }, 'POST', draft),
  ]
  assert.deepEqual([again.body['id'], again.body['secret']], [first.body['id'], undefined])
  const { rows } = await medley.platform.database.execute('select output::text from medley.idempotency')
  assert.ok(!JSON.stringify(rows).includes(first.body['secret'] as string))
})

test('a token is exchanged for a weaker one that ends sooner and cannot be renewed', async () => {
  const { id, secret } = await register({ kind: 'confidential', scopes: standalone })
  const { body } = await redeem(id, await consent(id), { client_secret: secret })
  const swap = (subject: unknown, scope: string, change = {}) =>
    post('token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      client_id: id,
      client_secret: secret,
      subject_token: String(subject),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope,
      ...change,
    })
  const { body: weak } = await swap(body['access_token'], 'openid patient/Observation.r')
  assert.deepEqual(
    [weak['scope'], weak['expires_in'], weak['refresh_token'], weak['issued_token_type']],
    ['openid patient/Observation.r', 900, undefined, 'urn:ietf:params:oauth:token-type:access_token'],
  )
  refusedWith(await swap(weak['access_token'], 'patient/*.rs'), 'invalid_scope')
  refusedWith(await swap(body['access_token'], 'patient/*.cruds'), 'invalid_scope')
  refusedWith(await swap(body['access_token'], 'openid offline_access'), 'invalid_scope')
  const longer = (await swap(weak['access_token'], 'openid')).body['access_token']
  assert.ok(decodeJwt(String(longer)).exp! <= decodeJwt(String(weak['access_token'])).exp!)
  const { body: mine } = await swap(ada.token, 'openid patient/Patient.rs')
  assert.deepEqual([mine['patient'], decodeJwt(String(mine['access_token'])).sub], [ada.personId, ada.personId])
  assert.equal((await api('/me', { headers: { authorization: `Bearer ${String(mine['access_token'])}` } })).status, 403)
  refusedWith(await swap(ada.token, 'system/*.rs'), 'invalid_scope')
  const other = await publicApp()
  refusedWith(await swap(body['access_token'], 'openid', { client_id: other.id, client_secret: '' }), 'invalid_grant')
  await api(`/grants/${id}`, ada, 'DELETE')
  await endsWithin(6_000, weak['access_token'])
})

test('MedplumClient, unmodified, gets its token with client credentials', async () => {
  const { id, secret } = await backend({ keys: undefined })
  await approve(id)
  const client = new MedplumClient({ baseUrl: base(), tokenUrl: `${base()}/auth/oauth2/token`, fhirUrlPath: 'fhir/R4' })
  await client.startClientLogin(id, secret).catch((error: unknown) => {
    // Its login ends by asking for a profile that only its own server has.
    if (!client.getAccessToken()) throw error
  })
  const claims = decodeJwt(client.getAccessToken()!)
  assert.deepEqual([claims['client_id'], claims['scope']], [id, 'system/Patient.rs system/Observation.cruds'])
})

test('doors and tokens leave their mark in the audit trail, refusals too, and no secret does', async () => {
  const { id } = await publicApp()
  await redeem(id, await consent(id), { code_verifier: 'wrong' })
  const { body } = await redeem(id, await consent(id))
  await medley.settle()
  const { items } = await medley.call(audit).search({ action: 'identity.issueAppToken', limit: 200 }, operator())
  const mine = items.filter(each => each.subjects['clientId'] === id)
  assert.deepEqual(mine.map(each => [each.outcome, each.faultCode]).toSorted(), [
    ['done', undefined],
    ['refused', 'oauth.invalid_grant'],
  ])
  assert.equal(mine.find(each => each.outcome === 'done')?.personId, ada.personId)
  assert.ok(!JSON.stringify(items).includes(String(body['refresh_token'])))
})

test('apps reach identity through an edge that it does not run in', async () => {
  await using split = await splitMedley({ startMs: 'real' })
  for (const path of ['/.well-known/openid-configuration', '/fhir/R4/.well-known/smart-configuration'])
    assert.equal(((await (await fetch(`${split.edge.url}${path}`)).json()) as Json)['issuer'], split.edge.url)
  const refused = await fetch(`${split.edge.url}/auth/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: newId() }),
  })
  assert.deepEqual([refused.status, ((await refused.json()) as Json)['error']], [401, 'invalid_client'])
  assert.match(refused.headers.get('content-type') ?? '', /^application\/json/)
})
