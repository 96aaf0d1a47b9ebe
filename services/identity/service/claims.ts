// How an imported person comes to their account.
import { randomBytes } from 'node:crypto'
import type { Role } from '#core/call'
import { fromCursor, toPage } from '#core/page'
import { identity } from '../contract.ts'
import { claimCode, claimCodeTtlMs, claimFailuresMax, normalizedCode } from '../rules.ts'
import { faults, type IdentityDeps, type Some } from './people.ts'

export function claims({ kit, store, people }: IdentityDeps): Some<'claim' | 'issueClaim' | 'listPeople'> {
  const { database, clock, keys } = kit
  const hashOf = (code: string) => keys.hashOf('claim-code', normalizedCode(code))
  return {
    async issueClaim({ personId }, call) {
      const code = claimCode(randomBytes(10))
      const expiresAtMs = clock.nowMs() + claimCodeTtlMs
      return database.save(call, async () => {
        const person = await store.person(personId)
        if (!person || person.forgotten_at) throw faults.personNotFound()
        if (person.account_id) throw faults.alreadyClaimed()
        await store.setClaimCode(personId, hashOf(code), expiresAtMs)
        return { code, expiresAt: new Date(expiresAtMs).toISOString() }
      })
    },
    async claim({ code, birthDate }, call) {
      const codeHash = hashOf(code)
      const { found, me } = await database.read(
        call,
        async () => {
          const entry = await store.claimCode(codeHash)
          return {
            found: entry && { ...entry, person: await store.person(entry.person_id) },
            me: await store.person(call.caller.personId!),
          }
        },
        { reach: 'all' },
      )
      const isOpen = found?.person && found.failures < claimFailuresMax && found.expires_at.getTime() > clock.nowMs()
      if (!isOpen || !me?.account_id) throw faults.claimRefused()
      if ((await people.open(found.person!)).birthDate !== birthDate) {
        const { idempotencyKey: _, ...plain } = call
        await database.save(plain, () => store.countClaimFailure(codeHash), { reach: 'all' })
        throw faults.claimRefused()
      }
      const person = { ...found.person!, account_id: me.account_id, email: me.email, has_totp: me.has_totp }
      const view = await people.view(person, await people.memberships(person.id, call))
      const formerRoles = await people.memberships(me.id, call)
      return database.save(
        call,
        async () => {
          const used = await store.useClaimCode(codeHash)
          if (used.length === 0 || (await store.moveAccount(me.account_id!, person.id)).length === 0)
            throw faults.claimRefused()
          // The empty person of the sign-up would otherwise keep the name, where no erasure finds it.
          if (formerRoles.length === 0) await store.forgetPerson(me.id, clock.nowMs())
          kit.announce(identity, 'claimed', { personId: person.id, formerPersonId: me.id })
          return view
        },
        { reach: 'all' },
      )
    },
    async listPeople({ limit, cursor, search, claimed }, call) {
      const after = fromCursor(cursor, 2)
      const rows = await database.read(call, () =>
        store.people({ search, claimed: claimed && claimed === 'yes', after, limit }),
      )
      return toPage(
        rows,
        limit,
        row => [row.created_at.toISOString(), row.id],
        row => ({
          id: row.id,
          name: row.name,
          email: row.email,
          roles: [...new Set<Role>(['patient', ...row.roles])],
          isClaimed: row.account_id !== null,
          createdAt: row.created_at.toISOString(),
        }),
      )
    },
  }
}
