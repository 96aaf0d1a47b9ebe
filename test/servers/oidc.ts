// An OpenID provider on loopback whose sign-in page signs in by itself, so that a whole sign-in can be driven by fetch.
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'

export type Claims = {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly [claim: string]: unknown
}

export type OidcServer = {
  readonly issuer: string
  /** `host:port`, as an allow-list wants it. */
  readonly at: string
  readonly clientId: string
  readonly clientSecret: string
  readonly endpoints: {
    readonly discovery: string
    readonly authorization: string
    readonly token: string
    readonly userinfo: string
    readonly jwks: string
  }
  /** Whoever signs in from now on is this one. */
  setClaims(claims: Claims): void
  /** From now on the person at the sign-in page declines. */
  decline(): void
  /**
   * Plays the browser: follows an authorization address through the sign-in page up to the client's redirect address, and
   * returns that one with `code` and `state`, or with `error`, without visiting it.
   */
  signIn(authorizationUrl: string): Promise<URL>
  stop(): Promise<void>
}

const clientId = 'medley-test'
const clientSecret = 'a secret that only tests know, 32+ bytes'

/** One client, code flow with PKCE (S256), any redirect address on loopback. */
export async function startOidc(): Promise<OidcServer> {
  let claims: Claims = { sub: 'alice', email: 'alice@example.org', email_verified: true, name: 'Alice Example' }
  let isDeclined = false
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {}
  const server = createServer((request, response) => handle(request, response))
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const at = `127.0.0.1:${(server.address() as { port: number }).port}`
  const issuer = `http://${at}`
  const people = new Map<string, Claims>()
  const provider = new Provider(issuer, settings(people))
  provider.Client.prototype.redirectUriAllowed = uri => isLoopback(uri)
  const answer = provider.callback()
  handle = (request, response) => {
    if (!request.url?.startsWith('/sign-in/')) return answer(request, response)
    people.set(claims.sub, claims)
    const result = isDeclined
      ? { error: 'access_denied', error_description: 'The person declined.' }
      : { login: { accountId: claims.sub } }
    provider
      .interactionFinished(request, response, result, { mergeWithLastSubmission: false })
      .catch((error: Error) => {
        response.writeHead(500).end(error.message)
      })
  }
  return {
    issuer,
    at,
    clientId,
    clientSecret,
    endpoints: {
      discovery: `${issuer}/.well-known/openid-configuration`,
      authorization: `${issuer}/auth`,
      token: `${issuer}/token`,
      userinfo: `${issuer}/me`,
      jwks: `${issuer}/jwks`,
    },
    setClaims(next) {
      claims = next
      isDeclined = false
    },
    decline() {
      isDeclined = true
    },
    signIn: url => followFrom(url, issuer),
    async stop() {
      server.closeAllConnections()
      await new Promise(end => server.close(end))
    },
  }
}

function settings(people: ReadonlyMap<string, Claims>): Record<string, unknown> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  return {
    jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'test' }] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    cookies: { keys: ['only for tests'] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name', 'locale'],
    },
    // Many providers put the claims of the scopes into the id token; this one does too.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/sign-in/${uid}` },
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => people.get(accountId) }),
    loadExistingGrant,
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  }
}

type Grant = { addOIDCScope(scope: string): void; save(): Promise<string> }
type GrantContext = {
  oidc: {
    client: { clientId: string }
    session: { accountId: string }
    params: { scope?: string }
    provider: { Grant: new (of: { clientId: string; accountId: string }) => Grant }
  }
}

/** Grants what is asked without a page of its own. */
async function loadExistingGrant({ oidc }: GrantContext): Promise<Grant> {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addOIDCScope(oidc.params.scope ?? 'openid')
  await grant.save()
  return grant
}

function isLoopback(uri: string): boolean {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '') && /^https?:$/.test(url!.protocol)
}

async function followFrom(start: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(start)
  for (let hops = 0; hops < 10; hops++) {
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      cookies.set(name!, value!)
    }
    const location = response.headers.get('location')
    if (!location) throw new Error(`The provider answers ${response.status}: ${(await response.text()).slice(0, 500)}`)
    at = new URL(location, at)
    if (at.origin !== issuer) return at
  }
  throw new Error('The sign-in never came back to the client.')
}
