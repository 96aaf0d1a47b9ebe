// What a person may see and change of their own account.
import type { Call } from '#core/call'
import { regionOf } from '#core/region'
import { identity } from '../contract.ts'
import { deviceName } from '../rules.ts'
import { demoAccounts } from '../seed.ts'
import { faults, type IdentityDeps, type Some } from './people.ts'

export function ownAccount({
  kit,
  store,
  auth,
  people,
}: IdentityDeps): Some<
  | 'signInOptions'
  | 'me'
  | 'updateMe'
  | 'listSessions'
  | 'revokeSession'
  | 'listApiKeys'
  | 'createApiKey'
  | 'revokeApiKey'
> {
  const { database, clock } = kit
  // The account's address and second factor lie behind the door, which row security opens to `all` only.
  const mine = async (call: Call) =>
    (await database.read(call, () => store.person(call.caller.personId!), { reach: 'all' })) ?? refuse()
  const accountOf = async (call: Call) => (await mine(call)).account_id ?? refuse()

  return {
    async signInOptions() {
      const { oidc, isDemo } = kit.settings
      return {
        providers: oidc ? [{ id: 'oidc', name: oidc.name }] : [],
        isDemo,
        demoAccounts: isDemo
          ? demoAccounts.map(({ email, name, role, password }) => ({ email, name, role, password }))
          : [],
      }
    },
    async me(_input, call) {
      return people.view(await mine(call), await people.memberships(call.caller.personId!, call))
    },
    async updateMe(change, call) {
      const row = await mine(call)
      if (change.jurisdiction && regionOf(change.jurisdiction) !== row.region) throw faults.wrongRegion()
      const { phone, birthDate, details } = await people.open(row)
      const next = {
        ...row,
        name: change.name ?? row.name,
        jurisdiction: change.jurisdiction ?? row.jurisdiction,
        locale: change.locale ?? row.locale,
        time_zone: change.timeZone ?? row.time_zone,
        // Sealed before the transaction: the person's key is looked up in the same database.
        sealed: await people.seal(row.id, {
          phone: replaced(phone, change.phone),
          birthDate: replaced(birthDate, change.birthDate),
          details: details ?? {},
        }),
      }
      const view = await people.view(next, await people.memberships(row.id, call))
      return database.save(call, async () => {
        await store.changePerson(row.id, next)
        return view
      })
    },
    async listSessions(_input, call) {
      const accountId = await accountOf(call)
      const rows = await database.read(call, () => store.sessions(accountId, new Date(clock.nowMs())), { reach: 'all' })
      return {
        items: rows.map(row => ({
          id: row.id,
          device: deviceName(row.user_agent),
          createdAt: row.created_at.toISOString(),
          expiresAt: row.expires_at.toISOString(),
          isCurrent: row.id === call.caller.sessionId,
          ...(row.ip_address ? { ipAddress: row.ip_address } : {}),
        })),
      }
    },
    async revokeSession({ sessionId }, call) {
      const accountId = await accountOf(call)
      return database.save(
        call,
        async () => {
          if ((await store.endSession(sessionId, accountId)).length === 0) throw faults.sessionNotFound()
          kit.announce(identity, 'sessionRevoked', { personId: call.caller.personId!, sessionId })
          return { revoked: true as const }
        },
        { reach: 'all' },
      )
    },
    async listApiKeys(_input, call) {
      const accountId = await accountOf(call)
      const rows = await database.read(call, () => store.apiKeys(accountId), { reach: 'all' })
      return {
        items: rows.map(row => ({
          id: row.id,
          name: row.name ?? '',
          start: row.start ?? '',
          createdAt: row.created_at.toISOString(),
          ...(row.expires_at ? { expiresAt: row.expires_at.toISOString() } : {}),
        })),
      }
    },
    async createApiKey({ name, expiresInDays }, call) {
      const userId = await accountOf(call)
      const key = await (await auth()).api.createApiKey({ body: { name, userId, expiresIn: expiresInDays * 86_400 } })
      return {
        id: key.id,
        name,
        start: key.start ?? '',
        createdAt: new Date(key.createdAt).toISOString(),
        secret: key.key,
        ...(key.expiresAt ? { expiresAt: new Date(key.expiresAt).toISOString() } : {}),
      }
    },
    async revokeApiKey({ keyId }, call) {
      const accountId = await accountOf(call)
      return database.save(
        call,
        async () => {
          if ((await store.endApiKey(keyId, accountId)).length === 0) throw faults.apiKeyNotFound()
          return { revoked: true as const }
        },
        { reach: 'all' },
      )
    },
  }
}

const refuse = (): never => {
  throw faults.personNotFound()
}
const replaced = (old: string | undefined, next: string | null | undefined) =>
  next === undefined ? old : (next ?? undefined)
