// A SMART app of a test: registered through the contract, asking as its library would.
import { createHash, randomBytes } from 'node:crypto'
import { identity } from '#contract/identity'
import { remoteClient } from '#core/client'
import type { Signed } from './people.ts'

export type SmartApp = {
  clientId: string
  /** Where the app sends a person, with a PKCE challenge of its own. */
  authorizeUrl(): string
  /** The id of a request that waits for its answer, as the consent screen gets it. */
  ask(): Promise<string>
  /** Trades the code that came back for tokens. */
  redeem(code: string): Promise<Record<string, unknown>>
}

export const clientOf = (url: string, { headers }: Pick<Signed, 'headers'>) =>
  remoteClient(identity, { url: `${url}/api`, headers: () => headers })

export async function smartApp(
  url: string,
  by: Signed,
  draft: { name: string; redirectUri: string; scopes: string[] },
): Promise<SmartApp> {
  const { name, redirectUri, scopes } = draft
  const { registerApp } = clientOf(url, by)
  const { id: clientId } = await registerApp(
    { name, maker: 'Example Labs', kind: 'public', redirectUris: [redirectUri], scopes },
    {},
  )
  const verifier = randomBytes(32).toString('base64url')
  function authorizeUrl(): string {
    const at = new URL(`${url}/auth/oauth2/authorize`)
    at.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state: 'a-state',
      aud: `${url}/fhir/R4`,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString()
    return at.href
  }
  return {
    clientId,
    authorizeUrl,
    async ask() {
      const answer = await fetch(authorizeUrl(), { redirect: 'manual' })
      const requestId = new URL(answer.headers.get('location') ?? url).searchParams.get('request')
      if (!requestId) throw new Error(`no request waits: ${answer.status} ${answer.headers.get('location')}`)
      return requestId
    },
    async redeem(code) {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      })
      const answer = await fetch(`${url}/auth/oauth2/token`, { method: 'POST', body })
      if (!answer.ok) throw new Error(`the code is refused: ${await answer.text()}`)
      return (await answer.json()) as Record<string, unknown>
    },
  }
}
