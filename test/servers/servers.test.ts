// The servers that tests lean on do what they say.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import pg from 'pg'
import { isAvailable } from './available.ts'
import { launchBrowser } from './chromium.ts'
import { startChild } from './child.ts'
import { type OidcServer, startOidc } from './oidc.ts'
import { startPostgres } from './postgres.ts'

const redirectUri = 'http://127.0.0.1:9/callback'

describe('the OpenID provider', async () => {
  const server = await startOidc()
  after(() => server.stop())

  it('signs in whom the test names, by code and PKCE', async () => {
    const claims = { sub: 'bob', email: 'bob@example.org', email_verified: false, name: 'Bob Größe' }
    server.setClaims(claims)
    const { answer, nonce } = await signIn(server)
    const { payload } = await jwtVerify(answer.id_token!, createRemoteJWKSet(new URL(server.endpoints.jwks)), {
      issuer: server.issuer,
      audience: server.clientId,
    })
    assert.equal(payload['nonce'], nonce)
    for (const [name, value] of Object.entries(claims)) assert.equal(payload[name], value)
    const me = await fetch(server.endpoints.userinfo, { headers: { authorization: `Bearer ${answer.access_token}` } })
    assert.deepEqual(await me.json(), claims)
  })

  it('refuses a code without its verifier, or a second time', async () => {
    server.setClaims({ sub: 'carol' })
    assert.equal((await signIn(server, { verifier: 'x'.repeat(43) })).answer.error, 'invalid_grant')
    const { exchange } = await signIn(server)
    assert.equal((await exchange()).error, 'invalid_grant')
  })

  it('comes back with an error when the person declines', async () => {
    server.decline()
    assert.equal(
      (await server.signIn(authorization(server, 'x'.repeat(43)).href)).searchParams.get('error'),
      'access_denied',
    )
  })

  it('lists its addresses', async () => {
    const found = (await (await fetch(server.endpoints.discovery)).json()) as Record<string, string>
    const { authorization: authorize, token, userinfo, jwks } = server.endpoints
    assert.deepEqual(
      [
        found['issuer'],
        found['authorization_endpoint'],
        found['token_endpoint'],
        found['userinfo_endpoint'],
        found['jwks_uri'],
      ],
      [server.issuer, authorize, token, userinfo, jwks],
    )
  })
})

type TokenAnswer = { id_token?: string; access_token?: string; error?: string }

function authorization(server: OidcServer, verifier: string, more: Record<string, string> = {}): URL {
  const url = new URL(server.endpoints.authorization)
  url.search = new URLSearchParams({
    client_id: server.clientId,
    response_type: 'code',
    scope: 'openid email profile',
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).toString()
  return url
}

async function signIn(server: OidcServer, wrong: { verifier?: string } = {}) {
  const [verifier, state, nonce] = [32, 16, 16].map(size => randomBytes(size).toString('base64url')) as [
    string,
    string,
    string,
  ]
  const back = await server.signIn(authorization(server, verifier, { state, nonce }).href)
  assert.equal(`${back.origin}${back.pathname}`, redirectUri)
  assert.equal(back.searchParams.get('state'), state)
  const exchange = async (): Promise<TokenAnswer> => {
    const response = await fetch(server.endpoints.token, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${server.clientId}:${encodeURIComponent(server.clientSecret)}`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code')!,
        redirect_uri: redirectUri,
        code_verifier: wrong.verifier ?? verifier,
      }),
    })
    return (await response.json()) as TokenAnswer
  }
  return { answer: await exchange(), exchange, nonce }
}

const hasNpmBrowser = process.platform === 'linux' && process.arch === 'x64'
const browsers = [...(hasNpmBrowser ? ['npm' as const] : []), ...(isAvailable('chromium') ? ['system' as const] : [])]
for (const from of browsers) {
  describe(`the browser of ${from}`, () => {
    it('shows a page and runs its script', async () => {
      const server = createServer((_, response) =>
        response
          .setHeader('content-type', 'text/html; charset=utf-8')
          .end('<button onclick="this.textContent=6*7">Größe</button>'),
      )
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      after(() => (server.closeAllConnections(), server.close()))
      const browser = await launchBrowser({ from })
      try {
        const page = await browser.newPage()
        await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
        const button = page.getByRole('button', { name: 'Größe' })
        await button.click()
        assert.equal(await page.getByRole('button').textContent(), '42')
        assert.ok((await page.screenshot()).length > 1_000)
      } finally {
        await browser.close()
      }
    })
  })
}

if (isAvailable('postgres')) {
  describe('PostgreSQL', () => {
    it('starts, keeps what was committed on disk, and is gone after it was stopped', async () => {
      const server = await startPostgres({ settings: { max_connections: '20' } })
      const client = new pg.Client({ connectionString: await server.createDatabase('one') })
      await client.connect()
      const show = async (name: string) => Object.values((await client.query(`show ${name}`)).rows[0])[0]
      assert.deepEqual(
        [await show('fsync'), await show('max_connections'), await show('server_encoding')],
        ['on', '20', 'UTF8'],
      )
      await client.end()
      const socket = `${server.socketDirectory}/.s.PGSQL.${server.port}`
      assert.ok(existsSync(socket))
      await server.stop()
      assert.ok(!existsSync(server.socketDirectory))
      await assert.rejects(new pg.Client({ connectionString: server.url() }).connect(), { code: 'ECONNREFUSED' })
    })
  })
}

describe('a child', () => {
  it('does not outlive the process that started it', async () => {
    const code = `import { startChild } from ${JSON.stringify(join('child.ts'))}
      console.log(startChild('sleep', ['600']).pid)`
    const parent = startChild(process.execPath, ['--input-type=module', '--eval', code])
    while (parent.isRunning()) await new Promise(resolve => setImmediate(resolve))
    const pid = Number(parent.output().trim())
    assert.ok(pid > 1, parent.output())
    const limitMs = performance.now() + 5_000
    while (existsSync(`/proc/${pid}/exe`) && performance.now() < limitMs)
      await new Promise(resolve => setImmediate(resolve))
    // A process that ended and waits to be collected has no program any more.
    assert.ok(!existsSync(`/proc/${pid}/exe`))
  })
})

function join(name: string): string {
  return `${import.meta.dirname}/${name}`
}
