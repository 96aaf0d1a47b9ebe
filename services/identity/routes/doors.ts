// The doors at /auth: better-auth behind a lock-out and the audit trail; and the exchange of a session for a short-lived token.
import { anonymousCaller, type Call } from '#core/call'
import type { Route } from '#core/service'
import type { Kit } from '#platform'
import type { Token } from '../contract.ts'
import { lockedForMs } from '../rules.ts'
import type { IdentityDeps } from '../service/people.ts'
import { problem } from './problem.ts'
import { noteProof, prove } from './proofs.ts'
import type { Auth } from './better-auth.ts'

/** Path below /auth → the act it is in the audit trail. Other paths only read. */
const acts: Record<string, string> = {
  '/sign-up/email': 'identity.signUp',
  '/sign-in/email': 'identity.signIn',
  '/two-factor/verify-totp': 'identity.verifySecondFactor',
  '/two-factor/verify-backup-code': 'identity.verifySecondFactor',
  '/two-factor/enable': 'identity.enableSecondFactor',
  '/two-factor/disable': 'identity.disableSecondFactor',
  '/passkey/verify-registration': 'identity.addPasskey',
  '/passkey/delete-passkey': 'identity.removePasskey',
  '/passkey/verify-authentication': 'identity.signIn',
  '/callback/oidc': 'identity.signIn',
  '/sign-out': 'identity.signOut',
  '/change-password': 'identity.changePassword',
}

/** Keys are made and ended through our own operations, so better-auth's endpoints for them stay shut. */
const shut = /^\/(api-key|update-user|delete-user|change-email)(\/|$)/

export function identityRoutes(doors: IdentityDeps): Route[] {
  return [
    {
      method: 'ALL',
      path: '/auth/*',
      summary: 'Accounts, sessions and second factors (better-auth)',
      allow: ['anyone'],
      handle: (request, call) => enter(doors, request, call),
    },
    {
      method: 'POST',
      path: '/api/identity/token',
      summary: 'A short-lived token for the session in the cookie',
      allow: ['anyone'],
      handle: (request, call) => token(doors, request, call),
    },
    {
      method: 'POST',
      path: '/api/identity/proof',
      summary: 'Prove again who one is, by password or by code, for what needs it anew',
      allow: ['anyone'],
      handle: (request, call) => prove(doors, request, call),
    },
    {
      method: 'GET',
      path: '/auth/jwks',
      summary: 'Public keys of the access tokens',
      allow: ['anyone'],
      handle: async () => Response.json(doors.kit.keys.jwks()),
    },
  ]
}

async function enter({ kit, store, auth, people }: IdentityDeps, request: Request, call: Call): Promise<Response> {
  const path = new URL(request.url).pathname.slice('/auth'.length)
  if (shut.test(path)) return problem(404, 'request.notFound', 'There is nothing at this address.', call)
  const addressHash = path === '/sign-in/email' ? await addressOf(kit, request) : undefined
  const now = new Date(kit.clock.nowMs())
  if (addressHash) {
    const failures = await kit.database.read(call, () => store.signInFailures(addressHash), { reach: 'all' })
    const waitMs = lockedForMs(
      failures && { count: failures.failures, lastAtMs: failures.last_at.getTime() },
      now.getTime(),
    )
    if (waitMs > 0) {
      await kit.recordAct('identity.signIn', call, {}, 'refused', 'identity.locked')
      const answer = problem(
        429,
        'identity.locked',
        'Too many wrong passwords. Wait a while, or reset the password.',
        call,
      )
      answer.headers.set('retry-after', String(Math.ceil(waitMs / 1_000)))
      return answer
    }
  }
  const act = acts[path]
  // Who leaves or changes a factor is known before; who comes in is known after.
  const before = act && !addressHash ? await accountOf(await auth(), request) : undefined
  const response = await (await auth()).handler(request)
  const isRefused = response.status >= 400
  if (addressHash) {
    await kit.database.save(call, () =>
      isRefused ? store.countSignInFailure(addressHash, now) : store.forgetSignInFailures(addressHash),
    )
  }
  if (!isRefused) await noteProof({ kit, store }, path, response, before !== undefined, call)
  if (act) {
    const accountId = before ?? (await accountIn(response))
    const person = accountId && (await people.ofAccount(accountId, call))
    const known = person ? { ...call, caller: { ...call.caller, personId: person.id } } : call
    await kit.recordAct(
      act,
      known,
      {},
      isRefused ? 'refused' : 'done',
      isRefused ? `http.${response.status}` : undefined,
    )
  }
  return response
}

/** The account whose session the request carries, if any. */
async function accountOf(auth: Auth, request: Request): Promise<string | undefined> {
  return (await auth.api.getSession({ headers: request.headers }).catch(() => null))?.user.id
}

/** The account that an answer of better-auth let in, if any. */
async function accountIn(response: Response): Promise<string | undefined> {
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { user?: { id?: string } } | undefined
  return body?.user?.id
}

/** The keyed hash of the address that wants to sign in; the address itself is not kept. */
async function addressOf(kit: Kit, request: Request): Promise<string | undefined> {
  const body = (await request
    .clone()
    .json()
    .catch(() => undefined)) as { email?: unknown } | undefined
  return typeof body?.email === 'string'
    ? kit.keys.hashOf('sign-in-address', body.email.trim().toLowerCase())
    : undefined
}

/** Tokens live five minutes and are verified everywhere without asking; the session behind them is looked at every few seconds. */
async function token({ kit, people, auth }: IdentityDeps, request: Request, call: Call): Promise<Response> {
  const session = await (await auth()).api.getSession({ headers: request.headers }).catch(() => null)
  if (!session)
    return problem(401, 'access.unauthenticated', 'You are not signed in, or the session has ended. Sign in.', call)
  const person = await people.ofAccount(session.user.id, call)
  const issued = await people.issueToken(person, session.session.id, { ...call, caller: anonymousCaller })
  kit.log.debug({ requestId: call.requestId }, 'a token was issued')
  return Response.json(issued satisfies Token, { headers: { 'cache-control': 'no-store' } })
}
