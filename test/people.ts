// People of a test, signed in over HTTP as their browsers would be.
import { Token } from '#contract/identity'

export type Signed = { token: string; cookie: string; personId: string; headers: Record<string, string> }

const password = 'a-long-enough-password'

async function post(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin }
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
  return answer
}

export async function signUp(url: string, name: string): Promise<Signed> {
  return tokenOf(
    url,
    await post(url, '/auth/sign-up/email', { name, email: `${crypto.randomUUID()}@example.org`, password }),
  )
}

export async function signIn(url: string, email: string, secret: string): Promise<Signed> {
  return tokenOf(url, await post(url, '/auth/sign-in/email', { email, password: secret }))
}

export const signInDemo = (url: string, role: string): Promise<Signed> =>
  signIn(url, `${role}@demo.medley.example`, 'medley-demo-2026')

export async function tokenOf(url: string, signedIn: Response): Promise<Signed> {
  const cookie = signedIn.headers
    .getSetCookie()
    .map(each => each.split(';')[0])
    .join('; ')
  const answer = await fetch(`${url}/api/identity/token`, { method: 'POST', headers: { cookie } })
  if (!answer.ok) throw new Error(`the token is refused with ${answer.status}`)
  const { token, person } = Token.parse(await answer.json())
  return {
    token,
    cookie,
    personId: person.id,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  }
}
