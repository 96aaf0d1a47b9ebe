// How an app proves who it is: not at all, by its secret, or by a signature (RFC 7523, SMART backend services).
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { KeySet } from '#core/app'
import type { Call } from '#core/call'
import { minuteMs } from '#core/time'
import type { Kit } from '#platform'
import { keysProblem } from '../rules/apps.ts'
import { appSecret } from '../service/apps.ts'
import type { IdentityDeps } from '../service/people.ts'
import type { AppRow } from '../store/apps.ts'
import { refuse, tokenUrl } from './oauth.ts'

/** SMART needs RS384 and ES384. A shared secret is none of these, so no public key is ever used as one. */
export const assertionAlgorithms = ['ES384', 'RS384', 'ES256', 'RS256', 'PS256', 'PS384']
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** SMART backend services §3.1.1. */
const assertionTtlMsMax = 5 * minuteMs
const skewSeconds = 30
const keysKnownMs = 5 * minuteMs

/** The app that sends the request, proven in the one way it was registered for. */
export async function appBehind(
  { kit, apps }: IdentityDeps,
  form: ReadonlyMap<string, string>,
  request: Request,
  call: Call,
): Promise<AppRow> {
  const basic = basicOf(request)
  const assertion = form.get('client_assertion')
  const secret = basic?.secret ?? form.get('client_secret')
  if ((basic && form.has('client_secret')) || (assertion !== undefined && secret !== undefined))
    refuse('invalid_request', 'Prove who you are in one way only.')
  const named = [basic?.clientId, assertion === undefined ? undefined : subjectOf(assertion), form.get('client_id')]
  const ids = new Set(named.filter(each => each !== undefined))
  const [clientId] = ids
  if (ids.size !== 1 || !z.uuid().safeParse(clientId).success) refuse('invalid_client', 'Which app is this?')
  const app = await kit.database.read(call, () => apps.app(clientId!), { reach: 'all' })
  if (!app) refuse('invalid_client', 'This app is not registered.')
  if (app.keys || app.keys_url) {
    if (assertion === undefined || form.get('client_assertion_type') !== assertionType)
      refuse('invalid_client', 'This app signs its requests: client_assertion is missing.')
    await checkAssertion(kit, app, assertion)
  } else if (app.secret_hash) {
    if (secret === undefined || !kit.keys.hashesOf(appSecret, secret).includes(app.secret_hash))
      refuse('invalid_client', 'The secret is wrong or missing.')
  } else if (assertion !== undefined || secret !== undefined) {
    refuse('invalid_client', 'This app is public: it has neither secret nor key.')
  }
  return app
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they become one. */
function basicOf(request: Request): { clientId: string; secret: string } | undefined {
  const header = request.headers.get('authorization')
  if (header === null) return undefined
  const [, encoded] = /^Basic ([\w+/=-]+)$/i.exec(header) ?? []
  const [clientId, ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':')
  try {
    return { clientId: decodeURIComponent(clientId ?? ''), secret: decodeURIComponent(rest.join(':')) }
  } catch {
    return refuse('invalid_client', 'The Authorization header cannot be read.')
  }
}

/** Who the assertion says signed it, unverified: only chooses whose keys verify it. */
function subjectOf(assertion: string): string {
  try {
    return decodeJwt(assertion).sub ?? ''
  } catch {
    return refuse('invalid_client', 'The assertion cannot be read.')
  }
}

async function checkAssertion(kit: Kit, app: AppRow, assertion: string): Promise<void> {
  const nowMs = kit.clock.nowMs()
  const { publicUrl } = kit.settings
  const claims = await verified(kit, app, assertion, async keys => {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys as never), {
      algorithms: assertionAlgorithms,
      issuer: app.id,
      subject: app.id,
      audience: [tokenUrl(publicUrl), publicUrl],
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(nowMs),
      clockTolerance: skewSeconds,
    })
    return payload
  })
  const leftMs = claims.exp! * 1_000 - nowMs
  if (leftMs > assertionTtlMsMax + skewSeconds * 1_000)
    refuse('invalid_client', 'The assertion is valid for longer than five minutes.')
  // The first to show a jti has it; the key is kept until the assertion would be refused for its age (RFC 7523 §3).
  const seen = `identity/assertion/${kit.keys.hashOf('app-assertion', `${app.id} ${claims.jti}`)}`
  const ttlMs = leftMs + 2 * skewSeconds * 1_000
  if ((await kit.keyvalue.put(seen, true, { ttlMs, ifVersion: 0 })) === undefined)
    refuse('invalid_client', 'This assertion was used before.')
}

/** Published keys change: an unknown one is looked up again, but not more often than twice a minute. */
async function verified<T>(kit: Kit, app: AppRow, assertion: string, verify: (keys: KeySet) => Promise<T>): Promise<T> {
  const known = app.keys ?? (await publishedKeys(kit, app))
  try {
    return await verify(known)
  } catch (error) {
    const retried = `identity/app-keys-retried/${app.id}`
    const mayRetry = error instanceof errors.JWKSNoMatchingKey && app.keys_url && !(await kit.cache.get(retried))
    if (!mayRetry) return refuse('invalid_client', 'The assertion does not hold: key, signature, audience or time.')
    await kit.cache.set(retried, 'yes', minuteMs / 2)
    await kit.cache.delete(cacheKey(app))
    const fresh = await publishedKeys(kit, app)
    return verify(fresh).catch(() => refuse('invalid_client', 'The assertion does not hold: no such key.'))
  }
}

const cacheKey = (app: AppRow) => `identity/app-keys/${app.id}`

/** Through the gate: the address is the app’s own choice, and must not lead into our network. */
async function publishedKeys(kit: Kit, app: AppRow): Promise<KeySet> {
  try {
    const text = await kit.cache.load(cacheKey(app), keysKnownMs, async () => {
      const answer = await kit.egress.fetch(app.keys_url!, { headers: { accept: 'application/json' } })
      if (!answer.ok) throw new Error(`answers ${answer.status}`)
      const { keys } = KeySet.parse(await answer.json())
      // Keys of other kinds may be published beside ours; they are left out, not used.
      return JSON.stringify({ keys: keys.filter(each => keysProblem({ keys: [each] }) === undefined) })
    })
    return JSON.parse(text) as KeySet
  } catch (error) {
    kit.log.warn({ app: app.id, err: error }, 'the keys of an app cannot be fetched')
    return refuse('invalid_client', 'The keys of this app cannot be fetched.')
  }
}
