// Apps that keep a secret or sign with a key: nobody sits in front of them.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { decodeJwt, exportJWK, SignJWT } from 'jose'
import { MedplumClient } from '@medplum/core'
import { newId } from '#core/id'
import { identity } from '#contract/identity'
import {
  appDoor,
  type Json,
  type Registered,
  redirectUri,
  refusedWith,
  standalone,
  verifier,
} from '../../../test/app-door.ts'
import { type Signed, signUp } from '../../../test/people.ts'
import { freePort } from '../../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../../test/start.ts'

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

const { base, fhir, operator, api, register, consent, post, redeem, renewal, userInfo, endsWithin } = appDoor(
  () => medley,
  () => ada,
)

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
