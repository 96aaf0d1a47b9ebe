// Token exchange (RFC 8693): from a token to a weaker one, for work that should not hold the whole of it.
import type { Call, Caller } from '#core/call'
import { newId } from '#core/id'
import { hasContext, isWithin } from '#core/scope'
import { exchangedTokenTtlMs, needsPatient, tokenTtlMsOf } from '../rules/apps.ts'
import { patientsOf } from '../service/grants.ts'
import type { IdentityDeps } from '../service/people.ts'
import type { AppRow } from '../store/apps.ts'
import { askedScopes, type Made, refuse } from './oauth.ts'
import { openToken } from './open-token.ts'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const all = { reach: 'all' } as const

/** The result ends within fifteen minutes and never after what it came from, does no more than that, and cannot be renewed. */
export async function exchange(
  deps: IdentityDeps,
  form: ReadonlyMap<string, string>,
  app: AppRow,
  call: Call,
): Promise<Made> {
  const type = form.get('subject_token_type')
  if (type !== accessTokenType || (form.get('requested_token_type') ?? accessTokenType) !== accessTokenType)
    refuse('invalid_request', 'Only access tokens are exchanged, and only for access tokens.')
  if (form.has('actor_token')) refuse('invalid_request', 'Nobody acts for somebody else here.')
  const subject = form.get('subject_token') ?? refuse('invalid_request', 'subject_token is missing.')
  const scopes = askedScopes(form) ?? refuse('invalid_scope', 'Name the scopes that are needed.')
  if (scopes.some(each => each.endsWith('_access'))) refuse('invalid_scope', 'The result cannot be renewed.')
  const made =
    (await ofAppToken(deps, subject, scopes, app, call)) ?? (await ofPerson(deps, subject, scopes, app, call))
  if (!made) refuse('invalid_grant', 'The subject token has ended, or was given to another app.')
  return { ...made, extra: { issued_token_type: accessTokenType } }
}

/** Under the grant of the first token, so that whatever ends that ends this. */
async function ofAppToken(deps: IdentityDeps, subject: string, scopes: string[], app: AppRow, call: Call) {
  const open = await openToken(deps, subject, call)
  if (open?.claims.client_id !== app.id) return undefined
  if (!isWithin(scopes, open.claims.scope.split(' '))) refuse('invalid_scope', 'The subject token does less than that.')
  const grant = await deps.kit.database.read(call, () => deps.apps.grant(open.claims.gid), all)
  const ttlMs = tokenTtlMsOf(open.claims.exp * 1_000, deps.kit.clock.nowMs(), exchangedTokenTtlMs)
  return grant && ({ grant, scopes, ttlMs } satisfies Made)
}

/** A person hands part of what they may do to an app that keeps a secret; it ends with their session at the latest. */
async function ofPerson(
  { kit, store, apps }: IdentityDeps,
  subject: string,
  scopes: string[],
  app: AppRow,
  call: Call,
) {
  const nowMs = kit.clock.nowMs()
  const claims = await kit.keys.verifyToken(subject, { audience: 'medley', nowMs })
  const { personId, sessionId } = (claims?.['caller'] ?? {}) as Partial<Caller>
  if (!personId || !sessionId) return undefined
  const session = await kit.database.read(call, () => store.sessionAccount(sessionId, new Date(nowMs)), all)
  if (!session) return undefined
  if (app.kind !== 'confidential') refuse('unauthorized_client', 'Only an app that keeps a secret may do this.')
  if (!isWithin(scopes, app.scopes) || hasContext(scopes, 'system'))
    refuse('invalid_scope', 'The app is not registered for all of these scopes.')
  const patientId = needsPatient(scopes) ? ((await patientsOf(kit, personId, call))[0] ?? null) : null
  const now = new Date(nowMs)
  const row = {
    id: newId(nowMs),
    app_id: app.id,
    person_id: personId,
    patient_id: patientId,
    scopes,
    session_id: sessionId,
    code_challenge: null,
    code_ends_at: null,
    redirect_uri: null,
    nonce: null,
    created_at: now,
    ends_at: new Date(nowMs + exchangedTokenTtlMs),
  }
  const grant = await kit.database.save(
    call,
    async () => {
      await apps.addGrant({ ...row, code_hash: null })
      return apps.grant(row.id)
    },
    all,
  )
  return grant && ({ grant, scopes, ttlMs: exchangedTokenTtlMs } satisfies Made)
}
