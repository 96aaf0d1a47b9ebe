// Proving again who one is, in a session that runs. Guesses count like wrong passwords at the door.
import { z } from 'zod'
import { anonymousCaller, type Call } from '#core/call'
import { lockedForMs } from '../rules.ts'
import type { IdentityDeps } from '../service/people.ts'
import type { ProofKind } from '../store.ts'
import type { Auth } from './better-auth.ts'
import { problem } from './problem.ts'

const Proof = z.union([
  z.strictObject({ password: z.string().min(1).max(200) }),
  z.strictObject({ code: z.string().regex(/^\d{6}$/) }),
])

/** A sign-in that asked for a code had asked for the password before. */
const proofOf: Record<string, readonly ProofKind[]> = {
  '/sign-in/email': ['password'],
  '/two-factor/verify-totp': ['password', 'code'],
  '/two-factor/verify-backup-code': ['password', 'code'],
  '/passkey/verify-authentication': ['passkey'],
}

/** What a way in has proven is kept with the session that it began. */
export async function noteProof(
  { kit, store }: Pick<IdentityDeps, 'kit' | 'store'>,
  path: string,
  response: Response,
  wasSignedIn: boolean,
  call: Call,
): Promise<void> {
  const kinds = proofOf[path]
  // Codes that are tried in a session, as when a second factor is set up, prove nothing about the password.
  if (!kinds || (wasSignedIn && path !== '/passkey/verify-authentication')) return
  type Answer = { token?: string; session?: { id?: string } } | undefined
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as Answer
  const { token } = body ?? {}
  const all = { reach: 'all' } as const
  const known = token && (await kit.database.read(call, () => store.sessionOfToken(token), all))
  const sessionId = body?.session?.id ?? (known ? known.id : undefined)
  if (sessionId) await kit.database.save(call, () => store.prove(sessionId, kinds, new Date(kit.clock.nowMs())), all)
}

export async function prove(
  { kit, store, auth, people }: IdentityDeps,
  request: Request,
  call: Call,
): Promise<Response> {
  const { api } = await auth()
  const found = await api.getSession({ headers: request.headers }).catch(() => null)
  if (!found)
    return problem(401, 'access.unauthenticated', 'You are not signed in, or the session has ended. Sign in.', call)
  const asked = Proof.safeParse(await request.json().catch(() => undefined))
  if (!asked.success) return problem(400, 'request.invalid', 'Send a password, or a code of six digits.', call)
  const all = { reach: 'all' } as const
  const addressHash = kit.keys.hashOf('sign-in-address', found.user.email.trim().toLowerCase())
  const now = new Date(kit.clock.nowMs())
  const person = await people.ofAccount(found.user.id, call)
  const known: Call = { ...call, caller: { ...anonymousCaller, personId: person.id, sessionId: found.session.id } }
  const failures = await kit.database.read(call, () => store.signInFailures(addressHash), all)
  const waitMs = lockedForMs(
    failures && { count: failures.failures, lastAtMs: failures.last_at.getTime() },
    now.getTime(),
  )
  if (waitMs > 0) {
    await kit.recordAct('identity.prove', known, {}, 'refused', 'identity.locked')
    return problem(429, 'identity.locked', 'Too many wrong passwords. Wait a while, or reset the password.', call)
  }
  const kind: ProofKind = 'password' in asked.data ? 'password' : 'code'
  const isRight = await isProven(api, asked.data, request)
  await kit.database.save(
    call,
    async () => {
      if (!isRight) return store.countSignInFailure(addressHash, now)
      await store.forgetSignInFailures(addressHash)
      return store.prove(found.session.id, [kind], now)
    },
    all,
  )
  await kit.recordAct('identity.prove', known, {}, isRight ? 'done' : 'refused', isRight ? undefined : 'identity.wrong')
  if (!isRight) return problem(422, 'identity.proofWrong', 'That is not right. Try again.', call)
  return Response.json({ provenAt: now.toISOString() }, { headers: { 'cache-control': 'no-store' } })
}

async function isProven(api: Auth['api'], proof: z.output<typeof Proof>, { headers }: Request): Promise<boolean> {
  const asking =
    'password' in proof
      ? api.verifyPassword({ body: { password: proof.password }, headers })
      : api.verifyTOTP({ body: { code: proof.code }, headers })
  return asking.then(
    () => true,
    () => false,
  )
}
