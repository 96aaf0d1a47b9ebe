// Sign-in at an OpenID Connect issuer. All requests leave through the egress gate, and the id token is verified here.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Egress } from '#platform/egress'

export type Issuer = { issuer: string; authorizationUrl: string; tokenUrl: string; jwksUrl: string }

const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
})
const TokenAnswer = z.object({
  id_token: z.string(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
})
const Profile = z.looseObject({
  sub: z.string(),
  email: z.email(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
})

/** OpenID Connect Discovery 1.0 §4. The answer must name the issuer that was asked. */
export async function discover(issuer: string, egress: Egress): Promise<Issuer> {
  const answer = await egress.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!answer.ok) throw new Error(`the issuer answers discovery with ${answer.status}`)
  const found = Discovery.parse(await answer.json())
  if (found.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    throw new Error('the discovery document names another issuer')
  return {
    issuer: found.issuer,
    authorizationUrl: found.authorization_endpoint,
    tokenUrl: found.token_endpoint,
    jwksUrl: found.jwks_uri,
  }
}

type ClientOf = { clientId: string; clientSecret: string }

export async function exchangeCode(
  issuer: Issuer,
  client: ClientOf,
  data: { code: string; redirectURI: string; codeVerifier?: string | undefined },
  egress: Egress,
) {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: data.code,
    redirect_uri: data.redirectURI,
  })
  if (data.codeVerifier) form.set('code_verifier', data.codeVerifier)
  const credentials = btoa(`${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`)
  const answer = await egress.fetch(issuer.tokenUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      authorization: `Basic ${credentials}`,
    },
    body: form.toString(),
  })
  if (!answer.ok) throw new Error(`the issuer refuses the code with ${answer.status}`)
  const tokens = TokenAnswer.parse(await answer.json())
  return {
    idToken: tokens.id_token,
    ...(tokens.access_token === undefined ? {} : { accessToken: tokens.access_token }),
  }
}

/** Who signed in, from the verified id token; null refuses the sign-in. An unverified address could be somebody else's. */
export async function profileOf(issuer: Issuer, client: ClientOf, idToken: string | undefined, egress: Egress) {
  if (idToken === undefined) return null
  const answer = await egress.fetch(issuer.jwksUrl)
  const keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet)
  const { payload } = await jwtVerify(idToken, keys, {
    issuer: issuer.issuer,
    audience: client.clientId,
    clockTolerance: 30,
  })
  const profile = Profile.safeParse(payload)
  if (!profile.success || profile.data.email_verified === false) return null
  const { sub, email, name } = profile.data
  return { id: sub, sub, email, emailVerified: true, name: name ?? email.split('@')[0]! }
}
