// Which apps there may be, whose they are, and what a token may be exchanged for.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { decodeJwt, exportJWK } from 'jose'
import { newId } from '#core/id'
import { identity } from '#contract/identity'
import { appDoor, redirectUri, refusedWith, standalone } from '../../../test/app-door.ts'
import { type Signed, signUp } from '../../../test/people.ts'
import { freePort } from '../../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../../test/start.ts'

let medley: TestMedley
let ada: Signed
before(async () => {
  medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) }, startMs: 'real' })
  ada = await signUp(medley.url, 'Ada Newman')
})
after(() => medley.stop())

const { operator, api, register, publicApp, consent, post, redeem, endsWithin } = appDoor(
  () => medley,
  () => ada,
)

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
    {
      kind: 'confidential',
      keys: {
        keys: [{ ...(await exportJWK(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)), kid: 'a' }],
      },
    },
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
