// What handlers and doors both need to know of people: their particulars opened and sealed, and who they are as callers.
import type { Call } from '#core/call'
import { faultsOf, type Handlers } from '#core/contract'
import { newId } from '#core/id'
import type { Kit } from '#platform'
import { identity, type Person, type Token } from '../contract.ts'
import type { Auth } from '../routes/better-auth.ts'
import { callerFrom, regionDefaults, tokenTtlMs } from '../rules.ts'
import type { IdentityStore, MembershipRow, PersonRow } from '../store.ts'
import type { appStore } from '../store/apps.ts'

export const faults = faultsOf(identity)
const sealContext = 'identity.person'

type Particulars = { phone?: string | undefined; birthDate?: string | undefined; details?: Record<string, unknown> }

export type IdentityDeps = {
  kit: Kit
  store: IdentityStore
  apps: ReturnType<typeof appStore>
  auth: () => Promise<Auth>
  people: People
}
export type Some<Keys extends keyof Handlers<typeof identity>> = Pick<Handlers<typeof identity>, Keys>

export type People = ReturnType<typeof createPeople>

export function createPeople(kit: Kit, store: IdentityStore) {
  const { database, keys, clock } = kit

  async function open(row: PersonRow): Promise<Particulars> {
    if (!row.sealed) return {}
    const plain = await keys.openFor(row.id, row.sealed, sealContext)
    return plain ? (JSON.parse(Buffer.from(plain).toString('utf8')) as Particulars) : {}
  }

  const seal = async (personId: string, particulars: Particulars): Promise<Buffer> =>
    Buffer.from(await keys.sealFor(personId, Buffer.from(JSON.stringify(particulars)), sealContext))

  const memberships = (personId: string, call: Call) =>
    database.read(call, () => store.memberships(personId), { reach: 'all' })

  async function view(row: PersonRow, members: MembershipRow[]): Promise<Person> {
    const { phone, birthDate } = await open(row)
    const caller = callerFrom(row, members.map(factOf))
    return {
      id: row.id,
      name: row.name,
      email: row.email,
      region: row.region,
      jurisdiction: row.jurisdiction,
      locale: row.locale,
      timeZone: row.time_zone,
      roles: caller.roles,
      organizationIds: caller.organizationIds,
      hasTotp: row.has_totp,
      createdAt: row.created_at.toISOString(),
      ...(phone ? { phone } : {}),
      ...(birthDate ? { birthDate } : {}),
      ...(caller.clinicianId ? { clinicianId: caller.clinicianId } : {}),
    }
  }

  /** The person behind an account, made on the first visit: a sign-up knows no more than name and address. */
  async function ofAccount(accountId: string, call: Call): Promise<PersonRow> {
    const read = () => database.read(call, () => store.personOfAccount(accountId), { reach: 'all' })
    const known = await read()
    if (known) return known
    const { idempotencyKey: _, ...plain } = call
    await database.save(
      plain,
      async () => {
        const account = await store.account(accountId)
        const start = regionDefaults[kit.region]
        const id = newId(clock.nowMs())
        if (!account) throw faults.personNotFound()
        await store.addPerson(
          {
            id,
            account_id: accountId,
            source: null,
            name: account.name,
            email: '',
            jurisdiction: start.jurisdiction,
            locale: call.locale,
            time_zone: start.timeZone,
            sealed: null,
          },
          clock.nowMs(),
        )
        kit.announce(identity, 'enrolled', { personId: id, region: kit.region })
      },
      { reach: 'all' },
    )
    return (await read())!
  }

  async function issueToken(row: PersonRow, sessionId: string, call: Call): Promise<Token> {
    const members = await memberships(row.id, call)
    const caller = callerFrom(row, members.map(factOf), sessionId)
    const nowMs = clock.nowMs()
    const token = await keys.signToken({ sub: row.id, caller }, { audience: 'medley', ttlMs: tokenTtlMs, nowMs })
    return { token, expiresAt: new Date(nowMs + tokenTtlMs).toISOString(), person: await view(row, members) }
  }

  return { open, seal, memberships, view, ofAccount, issueToken }
}

export const factOf = (row: Pick<MembershipRow, 'organization_id' | 'role' | 'clinician_id'>) => ({
  organizationId: row.organization_id,
  role: row.role,
  clinicianId: row.clinician_id ?? undefined,
})
