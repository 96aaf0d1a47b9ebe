// What people let apps do: the question on the consent screen, its answer, and the list of who is in.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { record } from '#contract/record'
import type { AppAccess } from '#core/app'
import type { Call, Caller } from '#core/call'
import { newId } from '#core/id'
import { isWithin } from '#core/scope'
import type { Kit } from '#platform'
import { callerFrom } from '../rules.ts'
import { accessMs, codeTtlMs, consentTtlMs, endsWithSession, grantsKeptMs, needsPatient } from '../rules/apps.ts'
import type { AccessRow } from '../store/apps.ts'
import { factOf, faults, type IdentityDeps, type Some } from './people.ts'

const all = { reach: 'all' } as const
export const codeHash = 'app-code'

/** A checked authorization request that waits for a person's answer. Holds nothing about anybody. */
const Waiting = z.object({
  appId: z.string(),
  scopes: z.array(z.string()),
  redirectUri: z.string(),
  challenge: z.string(),
  state: z.string().optional(),
  nonce: z.string().optional(),
})
export type Waiting = z.output<typeof Waiting>

const waitingKey = (requestId: string) => `identity/consent/${requestId}`

export async function keepWaiting({ keyvalue }: Kit, waiting: Waiting): Promise<string> {
  const requestId = randomBytes(24).toString('base64url')
  await keyvalue.put(waitingKey(requestId), waiting, { ttlMs: consentTtlMs })
  return requestId
}

/** The app’s own address with the answer in its query (RFC 6749 §4.1.2), and who answers (RFC 9207). */
export function answerTo({ redirectUri, state }: Waiting, publicUrl: string, answer: Record<string, string>): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...answer, ...(state ? { state } : {}), iss: publicUrl }))
    url.searchParams.set(name, value)
  return url.href
}

export const patientsOf = async (kit: Kit, personId: string, call: Call): Promise<string[]> =>
  (await kit.call(record).patientsOf({ personId }, call)).patientIds

/** Who stands behind an app's token, or nobody when the grant, its session or the token itself has ended. */
export async function callerOfGrant(
  { kit, store, apps, people }: IdentityDeps,
  { grantId, tokenId }: { grantId: string; tokenId: string },
  call: Call,
): Promise<Caller | undefined> {
  const now = new Date(kit.clock.nowMs())
  const grant = await kit.database.read(
    call,
    async () => {
      const found = await apps.grant(grantId)
      const isOpen = found && !found.ended_at && found.ends_at > now
      if (!isOpen || (found.session_id && !(await store.sessionAccount(found.session_id, now)))) return undefined
      return { personId: found.person_id, person: found.person_id ? await store.person(found.person_id) : undefined }
    },
    all,
  )
  if (!grant || (await kit.keyvalue.get(endedTokenKey(tokenId), { isConsistent: true }))) return undefined
  if (grant.personId === null) return { roles: ['app'], organizationIds: [] }
  return grant.person && callerFrom(grant.person, (await people.memberships(grant.personId, call)).map(factOf))
}

export const endedTokenKey = (tokenId: string): string => `identity/ended-token/${tokenId}`

export function grants(deps: IdentityDeps): Some<'consentRequest' | 'decideConsent' | 'listGrants' | 'revokeGrant'> {
  const { kit, store, apps } = deps
  const { database, clock, keyvalue, keys } = kit

  async function waitingFor(requestId: string, call: Call) {
    // Ids are ours; anything else is no key.
    const kept = /^[\w-]{32}$/.test(requestId)
      ? await keyvalue.get(waitingKey(requestId), { isConsistent: true })
      : undefined
    const waiting = kept && Waiting.safeParse(kept.value)
    const app = waiting?.success ? await database.read(call, () => apps.app(waiting.data.appId), all) : undefined
    if (!kept || !waiting?.success || !app) throw faults.consentEnded()
    return { waiting: waiting.data, version: kept.version, app }
  }

  async function namedPatients(call: Call) {
    const personId = call.caller.personId!
    const patientIds = await patientsOf(kit, personId, call)
    // A patient who is a person here too has a name; others are told apart by the end of their id.
    const known = patientIds.filter(each => z.uuid().safeParse(each).success)
    const rows = await database.read(call, () => store.names([personId, ...known]), all)
    const nameOf = new Map(rows.map(row => [row.id, row.name]))
    return patientIds.map((patientId, index) => ({
      patientId,
      isMe: index === 0,
      name: nameOf.get(index === 0 ? personId : patientId) ?? `…${patientId.slice(-4)}`,
    }))
  }

  return {
    async consentRequest({ requestId }, call) {
      const { waiting, app } = await waitingFor(requestId, call)
      return {
        appName: app.name,
        maker: app.maker,
        isReviewed: app.approved_at !== null,
        scopes: waiting.scopes,
        returnsTo: new URL(waiting.redirectUri).host || new URL(waiting.redirectUri).protocol.slice(0, -1),
        accessMs: accessMs(waiting.scopes),
        patients: needsPatient(waiting.scopes) ? await namedPatients(call) : [],
        ...(app.homepage ? { homepage: app.homepage } : {}),
      }
    },
    async decideConsent({ requestId, decision, patientId, scopes }, call) {
      const { waiting, version } = await waitingFor(requestId, call)
      const { publicUrl } = kit.settings
      const granted = scopes ?? waiting.scopes
      if (!isWithin(granted, waiting.scopes)) throw faults.scopeRefused()
      const personId = call.caller.personId!
      const patients = needsPatient(granted) ? await patientsOf(kit, personId, call) : []
      const patient = patientId ?? patients[0] ?? null
      if (patient !== null && !patients.includes(patient)) throw faults.notYourPatient()
      // Of several answers to one question the first counts.
      if ((await keyvalue.put(waitingKey(requestId), null, { ttlMs: 1, ifVersion: version })) === undefined)
        throw faults.consentEnded()
      if (decision === 'deny')
        return {
          redirectTo: answerTo(waiting, publicUrl, {
            error: 'access_denied',
            error_description: 'The person said no.',
          }),
        }
      const code = randomBytes(32).toString('base64url')
      const nowMs = clock.nowMs()
      const sessionId = endsWithSession(granted) ? (call.caller.sessionId ?? null) : null
      return database.save(call, async () => {
        await apps.forgetGrants(personId, new Date(nowMs - grantsKeptMs))
        await apps.addGrant({
          id: newId(nowMs),
          app_id: waiting.appId,
          person_id: personId,
          patient_id: patient,
          scopes: granted,
          session_id: sessionId,
          code_hash: keys.hashOf(codeHash, code),
          code_challenge: waiting.challenge,
          code_ends_at: new Date(nowMs + codeTtlMs),
          redirect_uri: waiting.redirectUri,
          nonce: waiting.nonce ?? null,
          created_at: new Date(nowMs),
          ends_at: new Date(nowMs + accessMs(granted)),
        })
        return { redirectTo: answerTo(waiting, publicUrl, { code }) }
      })
    },
    async listGrants(_input, call) {
      const rows = await database.read(call, () => apps.access(call.caller.personId!, new Date(clock.nowMs())), all)
      return { items: byApp(rows) }
    },
    revokeGrant: ({ appId }, call) =>
      database.save(call, async () => {
        const ended = await apps.endGrantsOf(call.caller.personId!, appId, new Date(clock.nowMs()))
        if (ended.length === 0) throw faults.grantNotFound()
        return { revoked: ended.length }
      }),
  }
}

/** Somebody who let the same app in on two devices let in one app. */
function byApp(rows: AccessRow[]): AppAccess[] {
  const groups = new Map<string, AccessRow[]>()
  for (const row of rows) groups.set(row.app_id, [...(groups.get(row.app_id) ?? []), row])
  return [...groups].map(([appId, each]) => {
    const { name, maker } = each[0]!
    const used = each.flatMap(({ used_at }) => (used_at ? [used_at.toISOString()] : [])).toSorted()
    const lastUsedAt = used.at(-1)
    return {
      appId,
      name,
      maker,
      scopes: [...new Set(each.flatMap(({ scopes }) => scopes))].slice(0, 100),
      since: each.map(({ created_at }) => created_at.toISOString()).toSorted()[0]!,
      until: each
        .map(({ ends_at }) => ends_at.toISOString())
        .toSorted()
        .at(-1)!,
      ...(lastUsedAt ? { lastUsedAt } : {}),
    }
  })
}
