// The apps that people register, and the operators who look at them.
import { randomBytes } from 'node:crypto'
import type { App } from '#core/app'
import type { Call } from '#core/call'
import { houseFault } from '#core/fault'
import { newId } from '#core/id'
import { appsMax, draftProblems } from '../rules/apps.ts'
import type { AppRow } from '../store/apps.ts'
import { faults, type IdentityDeps, type Some } from './people.ts'

const all = { reach: 'all' } as const
export const appSecret = 'app-secret'

export function appView(row: AppRow, call: Call): App {
  return {
    id: row.id,
    name: row.name,
    maker: row.maker,
    kind: row.kind,
    redirectUris: row.redirect_uris,
    scopes: row.scopes,
    proves: row.secret_hash ? 'secret' : row.keys || row.keys_url ? 'keys' : 'nothing',
    isMine: row.owner_id === call.caller.personId,
    createdAt: row.created_at.toISOString(),
    ...(row.homepage ? { homepage: row.homepage } : {}),
    ...(row.approved_at ? { approvedAt: row.approved_at.toISOString() } : {}),
  }
}

export function registeredApps({
  kit,
  apps,
}: IdentityDeps): Some<'registerApp' | 'listApps' | 'approveApp' | 'removeApp'> {
  const { database, clock, keys } = kit
  const isOperator = (call: Call) => call.caller.roles.includes('operator')
  return {
    async registerApp(draft, call) {
      const ownerId = call.caller.personId!
      const issues = draftProblems(draft)
      const refusal = draft.keysUrl && (await kit.egress.refusalOf(draft.keysUrl))
      if (refusal) issues.push({ path: 'keysUrl', message: refusal })
      if (issues.length > 0) throw faults.appRefused({ issues })
      const nowMs = clock.nowMs()
      const provesByKeys = draft.keys !== undefined || draft.keysUrl !== undefined
      const secret = draft.kind === 'public' || provesByKeys ? undefined : randomBytes(32).toString('base64url')
      const row: AppRow = {
        id: newId(nowMs),
        owner_id: ownerId,
        name: draft.name,
        maker: draft.maker,
        homepage: draft.homepage ?? null,
        kind: draft.kind,
        redirect_uris: draft.redirectUris,
        scopes: draft.scopes,
        secret_hash: secret ? keys.hashOf(appSecret, secret) : null,
        keys: draft.keys ?? null,
        keys_url: draft.keysUrl ?? null,
        approved_at: null,
        created_at: new Date(nowMs),
      }
      // The secret is added to what was saved, so that it is kept nowhere: a repeat hears of the first app, without it.
      const saved = await database.save(call, async () => {
        if ((await apps.appsOf(ownerId)).length >= appsMax) throw faults.tooManyApps()
        await apps.addApp(row)
        return appView(row, call)
      })
      return { ...saved, ...(secret && saved.id === row.id ? { secret } : {}) }
    },
    async listApps({ of }, call) {
      if (of === 'all' && !isOperator(call)) throw houseFault('access.forbidden')
      const rows = await database.read(
        call,
        () => (of === 'all' ? apps.allApps() : apps.appsOf(call.caller.personId!)),
        all,
      )
      return { items: rows.map(row => appView(row, call)) }
    },
    approveApp: ({ appId }, call) =>
      database.save(
        call,
        async () => {
          const row = await apps.approveApp(appId, call.caller.personId!, new Date(clock.nowMs()))
          if (!row) throw faults.appNotFound()
          return appView(row, call)
        },
        all,
      ),
    removeApp: ({ appId }, call) =>
      database.save(
        call,
        async () => {
          const removed = await apps.removeApp(appId, isOperator(call) ? null : call.caller.personId!)
          if (removed.length === 0) throw faults.appNotFound()
          return { removed: true as const }
        },
        all,
      ),
  }
}
