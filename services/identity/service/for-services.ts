// What other services may ask about people.
import { hashPassword } from 'better-auth/crypto'
import { newId } from '#core/id'
import { identity, type Proofs } from '../contract.ts'
import type { Auth } from '../routes/better-auth.ts'
import { callerFrom } from '../rules.ts'
import { callerOfGrant } from './grants.ts'
import { factOf, faults, type IdentityDeps, type Some } from './people.ts'

export function forServices(
  deps: IdentityDeps,
): Some<'namesOf' | 'contactOf' | 'peopleBehind' | 'proofsOf' | 'callerOfSession' | 'callersOfSessions' | 'enrol'> {
  const { kit, store, auth, people } = deps
  const { database, clock } = kit
  const all = { reach: 'all' } as const
  return {
    async namesOf({ personIds }, call) {
      const rows = await database.read(call, () => store.names(personIds), all)
      return { names: Object.fromEntries(rows.map(row => [row.id, row.name])) }
    },
    async contactOf({ personId }, call) {
      const row = await database.read(call, () => store.person(personId), all)
      if (!row || row.forgotten_at) throw faults.personNotFound()
      const { phone } = await people.open(row)
      return {
        personId,
        name: row.name,
        email: row.email,
        locale: row.locale,
        timeZone: row.time_zone,
        jurisdiction: row.jurisdiction,
        ...(phone ? { phone } : {}),
      }
    },
    async peopleBehind({ clinicianIds }, call) {
      const rows = await database.read(call, () => store.peopleBehind(clinicianIds), all)
      return { personIds: Object.fromEntries(rows.map(row => [row.clinician_id, row.person_id])) }
    },
    async proofsOf({ sessionId }, call) {
      const row = await database.read(call, () => store.proofs(sessionId), all)
      const at = (key: keyof Proofs, time: Date | null | undefined) => (time ? { [key]: time.toISOString() } : {})
      return {
        ...at('signedInAt', row?.signed_in_at),
        ...at('passwordAt', row?.password_at),
        ...at('codeAt', row?.code_at),
        ...at('passkeyAt', row?.passkey_at),
      }
    },
    async callerOfSession({ sessionId, apiKey, grantId, tokenId }, call) {
      if (grantId && tokenId) {
        const caller = await callerOfGrant(deps, { grantId, tokenId }, call)
        return caller ? { caller } : {}
      }
      const accountId = apiKey
        ? await accountOfKey(apiKey, auth)
        : sessionId &&
          (await database.read(call, () => store.sessionAccount(sessionId, new Date(clock.nowMs())), all))?.account_id
      if (!accountId) return {}
      const person = await people.ofAccount(accountId, call)
      return { caller: callerFrom(person, (await people.memberships(person.id, call)).map(factOf), sessionId) }
    },
    async callersOfSessions({ sessionIds }, call) {
      const ask = () => store.sessionPeople(sessionIds, new Date(clock.nowMs()))
      const rows = await database.read(call, ask, { ...all, isSingle: true })
      const callers = rows.map(({ session_id: id, memberships, ...person }) => [
        id,
        callerFrom(person, memberships.map(factOf), id),
      ])
      return { callers: Object.fromEntries(callers) }
    },
    async enrol(draft, call) {
      const source = `${draft.source.system}|${draft.source.value}`
      const known = await database.read(call, () => store.personOfSource(source), all)
      if (known) return { personId: known.id, isNew: false }
      const nowMs = clock.nowMs()
      const id = newId(nowMs)
      const sealed = await people.seal(id, { phone: draft.phone, birthDate: draft.birthDate, details: draft.details })
      const accountId = draft.password && draft.email ? newId(nowMs) : null
      const passwordHash = draft.password && (await hashPassword(draft.password))
      return database.save(
        call,
        async () => {
          if (accountId)
            await store.addAccount(
              { id: accountId, name: draft.name, email: draft.email!, passwordHash: passwordHash! },
              nowMs,
            )
          await store.addPerson(
            {
              id,
              account_id: accountId,
              source,
              name: draft.name,
              email: draft.email ?? '',
              jurisdiction: draft.jurisdiction,
              locale: draft.locale,
              time_zone: draft.timeZone,
              sealed,
            },
            nowMs,
          )
          for (const each of draft.memberships) {
            await store.addMembership(
              {
                personId: id,
                organizationId: each.organizationId,
                role: each.role,
                clinicianId: each.clinicianId ?? null,
              },
              nowMs,
            )
          }
          kit.announce(identity, 'enrolled', { personId: id, region: kit.region })
          return { personId: id, isNew: true }
        },
        all,
      )
    },
  }
}

async function accountOfKey(key: string, auth: () => Promise<Auth>): Promise<string | undefined> {
  const { valid, key: found } = await (await auth()).api.verifyApiKey({ body: { key } })
  return valid && found ? found.referenceId : undefined
}
