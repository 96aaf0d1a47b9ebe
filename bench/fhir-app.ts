// The credentials that load is made with: a backend app with system scopes, registered and approved as all are.
import { signInDemo } from '../test/people.ts'

export type Target = { url: string; pid: number; token: () => Promise<string> }

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const renewMs = 120_000

export type App = { id: string; secret: string }

export async function registerApp(url: string): Promise<App> {
  const operator = await signInDemo(url, 'operator')
  const ask = async (path: string, body: unknown) => {
    const init = { method: 'POST', headers: operator.headers, body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/identity${path}`, init)
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as App
  }
  const draft = { kind: 'backend', name: 'Bench', maker: 'Medley', scopes: ['system/*.cruds'], redirectUris: [] }
  const app = await ask('/apps', draft)
  await ask(`/apps/${app.id}/approval`, {})
  return app
}

/** A token that is renewed before it ends. */
export function tokenOf(url: string, { id, secret }: App): Target['token'] {
  let token = ''
  let sinceMs = -Infinity
  return async () => {
    if (performance.now() - sinceMs < renewMs) return token
    const headers = { ...form, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/*.cruds' })
    const answer = await fetch(`${url}/auth/oauth2/token`, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`the token is refused: ${await answer.text()}`)
    token = ((await answer.json()) as { access_token: string }).access_token
    sinceMs = performance.now()
    return token
  }
}

/** One request of the FHIR API over a connection that is kept. */
export async function fhir(
  target: Target,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> | undefined; ms: number }> {
  const token = await target.token()
  const startMs = performance.now()
  const answer = await fetch(`${target.url}/fhir/R4/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const ms = performance.now() - startMs
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>), ms }
}
