// The back channel: codes, refresh tokens and signed assertions become access tokens; tokens are given back and asked about.
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { appTokens, fhirBase } from '#core/app'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { isWithin } from '#core/scope'
import type { Kit } from '#platform'
import * as rules from '../rules/apps.ts'
import { codeHash, endedTokenKey, patientsOf } from '../service/grants.ts'
import type { IdentityDeps } from '../service/people.ts'
import type { AppRow, GrantRow } from '../store/apps.ts'
import { appBehind } from './app-proof.ts'
import { exchange } from './app-exchange.ts'
import { type Asked, askedScopes, grantTypes, type Handler, type Made, refuse } from './oauth.ts'
import { openToken } from './open-token.ts'

const all = { reach: 'all' } as const
const refreshHash = 'app-refresh'
type Form = ReadonlyMap<string, string>

const grantWork: Record<string, (deps: IdentityDeps, form: Form, app: AppRow, call: Call) => Promise<Made>> = {
  [grantTypes.code]: redeemCode,
  [grantTypes.refresh]: renew,
  [grantTypes.client]: actForItself,
  [grantTypes.exchange]: exchange,
}

export const token: Handler = async (deps, form, { request, call }) => {
  const { kit } = deps
  let clientId = z.uuid().safeParse(form.get('client_id')).data
  try {
    const app = await appBehind(deps, await withClient(deps, form, request, call), request, call)
    clientId = app.id
    const target = form.get('resource') ?? form.get('audience') ?? fhirBase(kit.settings.publicUrl)
    if (target.replace(/\/$/, '') !== fhirBase(kit.settings.publicUrl))
      refuse('invalid_target', 'Tokens are for the FHIR service only.')
    const work = grantWork[form.get('grant_type') ?? '']
    if (!work) refuse('unsupported_grant_type', `grant_type must be one of ${Object.values(grantTypes).join(', ')}.`)
    const made = await work(deps, form, app, call)
    const answer = await issue(deps, app, made, call)
    const subjects = { clientId: app.id, grantId: made.grant.id }
    await kit.recordAct('identity.issueAppToken', callOf(call, made.grant), subjects, 'done')
    return answer
  } catch (error) {
    const subjects: Record<string, string> = clientId ? { clientId } : {}
    if (error instanceof Fault) await kit.recordAct('identity.issueAppToken', call, subjects, 'refused', error.code)
    throw error
  }
}

/** For the audit trail: an app acted, for this person if for anybody. */
const callOf = (call: Call, { person_id: personId }: GrantRow): Call => ({
  ...call,
  caller: { roles: ['app'], organizationIds: [], ...(personId ? { personId } : {}) },
})

const nowOf = ({ clock }: Kit) => new Date(clock.nowMs())

async function end({ kit, apps }: IdentityDeps, grantId: string, call: Call): Promise<void> {
  await kit.database.save(call, () => apps.endGrant(grantId, nowOf(kit)), all)
}

async function redeemCode(deps: IdentityDeps, form: Form, app: AppRow, call: Call): Promise<Made> {
  const { kit, apps } = deps
  const hashes = kit.keys.hashesOf(codeHash, form.get('code') ?? '')
  const grant = await kit.database.read(call, () => apps.grantOfCode(hashes[0]), all)
  if (!grant || grant.app_id !== app.id) refuse('invalid_grant', 'There is no such code for this app.')
  // A code that comes twice was seen by somebody else: all that came of it ends (RFC 6749 §4.1.2).
  if (grant.code_used_at) {
    await end(deps, grant.id, call)
    refuse('invalid_grant', 'The code was used before. Everything it gave has ended.')
  }
  const now = nowOf(kit)
  const isRight =
    grant.redirect_uri === form.get('redirect_uri') &&
    createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url') === grant.code_challenge
  if (!isRight || grant.ended_at || grant.code_ends_at! < now) {
    await end(deps, grant.id, call)
    refuse('invalid_grant', 'The code has ended, or redirect_uri or code_verifier is not the one it was made for.')
  }
  const used = await kit.database.save(call, () => apps.useCode(grant.id, now), all)
  if (used.length === 0) {
    await end(deps, grant.id, call)
    refuse('invalid_grant', 'The code was used before. Everything it gave has ended.')
  }
  return madeOf(deps, grant, grant.scopes, call, true)
}

/** The answer's token, and a refresh token where the person agreed to one. */
async function madeOf(
  deps: IdentityDeps,
  grant: GrantRow,
  scopes: string[],
  call: Call,
  isFirst = false,
): Promise<Made> {
  const { kit, apps } = deps
  const now = nowOf(kit)
  const made = { grant, scopes, isFirst, ttlMs: rules.tokenTtlMsOf(grant.ends_at.getTime(), now.getTime()) }
  if (!rules.isRenewable(grant.scopes)) return made
  const refresh = randomBytes(32).toString('base64url')
  await kit.database.save(call, () => apps.addRefresh(kit.keys.hashOf(refreshHash, refresh), grant.id, now), all)
  return { ...made, extra: { refresh_token: refresh } }
}

async function renew(deps: IdentityDeps, form: Form, app: AppRow, call: Call): Promise<Made> {
  const { kit, apps } = deps
  const now = nowOf(kit)
  const found = await refreshOf(deps, form.get('refresh_token') ?? '', call)
  if (!found || found.grant.app_id !== app.id) refuse('invalid_grant', 'There is no such refresh token for this app.')
  const { grant, tokenHash } = found
  const scopes = askedScopes(form) ?? grant.scopes
  if (!isWithin(scopes, grant.scopes)) refuse('invalid_scope', 'That is more than the person agreed to.')
  if (!(await isOpen(deps, grant, call))) refuse('invalid_grant', 'What the person agreed to has ended.')
  // Of two who show the same one, one is a thief, and nobody knows which (OAuth 2.1 §4.3.1).
  const used = await kit.database.save(call, () => apps.useRefresh(tokenHash, grant.id, now), all)
  if (used.length === 0) {
    await end(deps, grant.id, call)
    refuse('invalid_grant', 'The refresh token was used before. Everything it gave has ended.')
  }
  return madeOf(deps, grant, scopes, call)
}

/**
 * RFC 6749 §6 asks for no client_id with a refresh token, and fhirclient sends none: then the token says whose it is. An app that keeps
 * a secret must prove itself all the same.
 */
async function withClient(deps: IdentityDeps, form: Form, request: Request, call: Call): Promise<Form> {
  const isNamed = form.has('client_id') || form.has('client_assertion') || request.headers.has('authorization')
  if (isNamed || form.get('grant_type') !== grantTypes.refresh) return form
  const found = await refreshOf(deps, form.get('refresh_token') ?? '', call)
  return found ? new Map([...form, ['client_id', found.grant.app_id]]) : form
}

async function refreshOf({ kit, apps }: IdentityDeps, refresh: string, call: Call) {
  return kit.database.read(
    call,
    async () => {
      const row = await apps.refresh(kit.keys.hashesOf(refreshHash, refresh))
      const grant = row && (await apps.grant(row.grant_id))
      return row && grant && { grant, tokenHash: row.token_hash, isUsed: row.used_at !== null }
    },
    all,
  )
}

async function isOpen({ kit, store }: IdentityDeps, grant: GrantRow, call: Call): Promise<boolean> {
  const now = nowOf(kit)
  if (grant.ended_at || grant.ends_at <= now) return false
  if (!grant.session_id) return true
  return (await kit.database.read(call, () => store.sessionAccount(grant.session_id!, now), all)) !== undefined
}

/** Client credentials: only an app that an operator looked at acts for itself, and only with system scopes. */
async function actForItself({ kit, apps }: IdentityDeps, form: Form, app: AppRow, call: Call): Promise<Made> {
  if (app.kind !== 'backend') refuse('unauthorized_client', 'This app acts for people, not for itself.')
  if (!app.approved_at) refuse('unauthorized_client', 'An operator has not approved this app yet.')
  const scopes = rules.backendScopes(app.scopes, askedScopes(form))
  if (!scopes) refuse('invalid_scope', 'The app is registered for less than that, or these are no system scopes.')
  const now = nowOf(kit)
  const endsAt = new Date(now.getTime() + rules.backendTokenTtlMs)
  const grant = await kit.database.save(
    call,
    () => apps.ownGrant(newId(now.getTime()), app.id, app.scopes, now, endsAt),
    all,
  )
  return { grant: grant!, scopes, ttlMs: rules.backendTokenTtlMs }
}

async function issue(deps: IdentityDeps, app: AppRow, made: Made, call: Call): Promise<object> {
  const { grant, scopes, ttlMs, isFirst = false, extra = {} } = made
  const { kit } = deps
  const nowMs = kit.clock.nowMs()
  const scope = scopes.join(' ')
  const patient = grant.patient_id && rules.needsPatient(scopes) ? { patient: grant.patient_id } : {}
  const claims = {
    sub: grant.person_id ?? app.id,
    client_id: app.id,
    gid: grant.id,
    jti: newId(nowMs),
    scope,
    ...patient,
  }
  return {
    access_token: await kit.keys.signToken(claims, { ...appTokens(kit.settings.publicUrl), ttlMs, nowMs }),
    token_type: 'Bearer',
    expires_in: Math.floor(ttlMs / 1_000),
    scope,
    ...('patient' in patient ? { ...patient, need_patient_banner: true } : {}),
    ...(grant.person_id && scopes.includes('openid')
      ? { id_token: await idToken(deps, app, made, isFirst, call) }
      : {}),
    ...extra,
  }
}

async function idToken(deps: IdentityDeps, app: AppRow, { grant, scopes }: Made, isFirst: boolean, call: Call) {
  const { kit } = deps
  const nowMs = kit.clock.nowMs()
  const who = await claimsAbout(deps, grant.person_id!, scopes, call)
  const nonce = isFirst && grant.nonce ? { nonce: grant.nonce } : {}
  const { issuer } = appTokens(kit.settings.publicUrl)
  return kit.keys.signToken({ ...who, ...nonce }, { audience: app.id, issuer, ttlMs: rules.idTokenTtlMs, nowMs })
}

/** What the scopes let an app know of the person. `fhirUser` is the person in the record: who they are there, as care-giver or patient. */
async function claimsAbout({ kit, store, people }: IdentityDeps, personId: string, scopes: string[], call: Call) {
  const person = await kit.database.read(call, () => store.person(personId), all)
  const clinicianId = (await people.memberships(personId, call)).find(each => each.clinician_id)?.clinician_id
  const patientId = clinicianId || !scopes.includes('fhirUser') ? undefined : (await patientsOf(kit, personId, call))[0]
  const user = clinicianId ? `Practitioner/${clinicianId}` : patientId && `Patient/${patientId}`
  return {
    sub: personId,
    ...(scopes.includes('profile') && person ? { name: person.name } : {}),
    ...(scopes.includes('fhirUser') && user ? { fhirUser: `${fhirBase(kit.settings.publicUrl)}/${user}` } : {}),
  }
}

export async function userInfo(deps: IdentityDeps, call: Call): Promise<Response> {
  const { personId, grant } = call.caller
  if (!personId || !grant?.scopes.includes('openid'))
    return new Response(null, {
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="openid"' },
    })
  return Response.json(await claimsAbout(deps, personId, grant.scopes, call), {
    headers: { 'cache-control': 'no-store' },
  })
}

/** Giving a refresh token back ends all that came of it; giving an access token back ends that one. Unknown ones are no error. */
export const revoke: Handler = async (deps, form, asked) => {
  const { kit } = deps
  const { app, text } = await askedAbout(deps, form, asked)
  const found = await refreshOf(deps, text, asked.call)
  const open = found ? undefined : await openToken(deps, text, asked.call)
  const isOurs = found ? found.grant.app_id === app.id : open?.claims.client_id === app.id
  if (!isOurs) return {}
  if (found) await end(deps, found.grant.id, asked.call)
  else if (open) {
    const ttlMs = open.claims.exp * 1_000 - kit.clock.nowMs()
    await kit.keyvalue.put(endedTokenKey(open.claims.jti), true, { ttlMs: Math.max(1, ttlMs) })
  }
  const grantId = found?.grant.id ?? open?.claims.gid ?? ''
  await kit.recordAct('identity.revokeAppToken', asked.call, { clientId: app.id, grantId }, 'done')
  return {}
}

/** An app learns about its own tokens only. */
export const introspect: Handler = async (deps, form, asked) => {
  const { app, text } = await askedAbout(deps, form, asked)
  if (app.kind === 'public') refuse('invalid_client', 'Only an app that proves who it is may ask.')
  const found = await refreshOf(deps, text, asked.call)
  if (found) {
    const { grant, isUsed } = found
    const isActive = grant.app_id === app.id && !isUsed && (await isOpen(deps, grant, asked.call))
    if (!isActive) return { active: false }
    return {
      active: true,
      client_id: app.id,
      scope: grant.scopes.join(' '),
      exp: Math.floor(grant.ends_at.getTime() / 1_000),
    }
  }
  const open = await openToken(deps, text, asked.call)
  if (open?.claims.client_id !== app.id) return { active: false }
  const { gid: _, ...claims } = open.claims
  const { audience: aud, issuer: iss } = appTokens(deps.kit.settings.publicUrl)
  return { active: true, token_type: 'Bearer', ...claims, aud, iss }
}

async function askedAbout(deps: IdentityDeps, form: Form, { request, call }: Asked) {
  const app = await appBehind(deps, form, request, call)
  return { app, text: form.get('token') ?? refuse('invalid_request', 'token is missing.') }
}
