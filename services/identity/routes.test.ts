// SMART apps against the running server over HTTP, as their libraries speak to it: what they may do, and every way in that is shut.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { audit } from '#contract/audit'
import { newId } from '#core/id'
import { appDoor, type Json, redirectUri, refusedWith, standalone } from '../../test/app-door.ts'
import { type Signed, signUp } from '../../test/people.ts'
import { freePort } from '../../test/servers/child.ts'
import { splitMedley, type TestMedley, testMedley } from '../../test/start.ts'

let medley: TestMedley
let ada: Signed
before(async () => {
  medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) }, startMs: 'real' })
  ada = await signUp(medley.url, 'Ada Newman')
})
after(() => medley.stop())

const {
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
} = appDoor(
  () => medley,
  () => ada,
)

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
