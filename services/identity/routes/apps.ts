// Medley as OAuth 2.1 and OpenID provider for SMART apps: where everything is, and one shape for every refusal.
import { anonymousCaller, type Call } from '#core/call'
import { fhirBase } from '#core/app'
import { Fault } from '#core/fault'
import type { Route } from '#core/service'
import type { Kit } from '#platform'
import type { IdentityDeps } from '../service/people.ts'
import { authorize } from './authorize.ts'
import { assertionAlgorithms } from './app-proof.ts'
import { introspect, revoke, token, userInfo } from './app-tokens.ts'
import { type Asked, formOf, grantTypes, type Handler, tokenUrl } from './oauth.ts'

export function appRoutes(deps: IdentityDeps): Route[] {
  const { settings } = deps.kit
  const described = async () =>
    Response.json(describe(settings), { headers: { 'cache-control': 'public, max-age=300' } })
  const documents = [
    ['/.well-known/openid-configuration', 'Discovery (OpenID Connect)'],
    ['/.well-known/oauth-authorization-server', 'Discovery (RFC 8414)'],
    ['/fhir/R4/.well-known/smart-configuration', 'Discovery (SMART App Launch)'],
  ] as const
  const posts = [
    ['/auth/oauth2/token', 'Tokens for apps', token],
    ['/auth/oauth2/revoke', 'Give a token back (RFC 7009)', revoke],
    ['/auth/oauth2/introspect', 'Whether a token still holds (RFC 7662)', introspect],
  ] as const
  return [
    ...documents.map(([path, summary]): Route => ({
      method: 'GET',
      path,
      summary,
      allow: ['anyone'],
      readsCredentials: true,
      handle: described,
    })),
    {
      method: 'GET',
      path: '/auth/oauth2/authorize',
      summary: 'Where an app sends a person to be let in',
      allow: ['anyone'],
      readsCredentials: true,
      handle: (request, call) => authorize(deps, request, call),
    },
    ...posts.map(([path, summary, work]): Route => ({
      method: 'POST',
      path,
      summary,
      allow: ['anyone'],
      readsCredentials: true,
      handle: (request, call) =>
        answer(deps, work, { request, call: { ...withoutKey(call), caller: anonymousCaller } }),
    })),
    ...(['GET', 'POST'] as const).map((method): Route => ({
      method,
      path: '/auth/oauth2/userinfo',
      summary: 'Who the person is that an app acts for',
      allow: ['app'],
      handle: async (_request, call) => userInfo(deps, call),
    })),
  ]
}

/** Tokens are never repeated: a key of a client’s own must not make `save` answer with an old one. */
const withoutKey = ({ idempotencyKey: _, ...call }: Call): Call => call

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

async function answer(deps: IdentityDeps, work: Handler, asked: Asked): Promise<Response> {
  try {
    return Response.json(await work(deps, await formOf(asked.request), asked), { headers: noStore })
  } catch (error) {
    if (!(error instanceof Fault) || !error.code.startsWith('oauth.')) throw error
    const body = { error: error.code.slice('oauth.'.length), error_description: error.message }
    const headers = new Headers(noStore)
    if (error.status === 401) headers.set('www-authenticate', 'Basic realm="Medley"')
    return Response.json(body, { status: error.status, headers })
  }
}

function describe({ publicUrl }: Kit['settings']) {
  const at = (path: string) => `${publicUrl}/auth/oauth2/${path}`
  return {
    issuer: publicUrl,
    authorization_endpoint: at('authorize'),
    token_endpoint: tokenUrl(publicUrl),
    userinfo_endpoint: at('userinfo'),
    revocation_endpoint: at('revoke'),
    introspection_endpoint: at('introspect'),
    jwks_uri: `${publicUrl}/auth/jwks`,
    management_endpoint: `${publicUrl}/account?tab=apps`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: Object.values(grantTypes),
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    id_token_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['public'],
    claims_supported: ['sub', 'name', 'fhirUser'],
    authorization_response_iss_parameter_supported: true,
    request_uri_parameter_supported: false,
    scopes_supported: scopesSupported,
    protected_resources: [fhirBase(publicUrl)],
    capabilities,
  }
}

const scopesSupported = [
  'openid',
  'fhirUser',
  'profile',
  'launch/patient',
  'offline_access',
  'online_access',
  'patient/*.cruds',
  'user/*.cruds',
  'system/*.cruds',
]

/** SMART App Launch §2.0.8: what clients look at before they begin. */
const capabilities = [
  'launch-standalone',
  'authorize-get',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-standalone-patient',
  'context-banner',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
]
