import { randomBytes } from 'node:crypto'
import { hashPassword } from 'better-auth/crypto'
import { type Call, Role } from '#core/call'
import { faultsOf, type Handlers } from '#core/contract'
import { newId } from '#core/id'
import { fromCursor, toPage } from '#core/page'
import { regionOf } from '#core/region'
import type { Kit } from '#platform'
import { identity, type Person, type Token } from './contract.ts'
import type { Auth } from './routes/better-auth.ts'
import {
  callerFrom,
  claimCode,
  claimCodeTtlMs,
  claimFailuresMax,
  deviceName,
  normalizedCode,
  regionDefaults,
  tokenTtlMs,
} from './rules.ts'
import { demoAccounts } from './seed.ts'
import type { IdentityStore, MembershipRow, PersonRow } from './store.ts'

const faults = faultsOf(identity)
const sealContext = 'identity.person'

type Particulars = { phone?: string | undefined; birthDate?: string | undefined; details?: Record<string, unknown> }
type Deps = { kit: Kit; store: IdentityStore; auth: () => Promise<Auth>; people: People }

/** What handlers and doors both need to know of people. */
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

const factOf = (row: MembershipRow) => ({
  organizationId: row.organization_id,
  role: row.role,
  clinicianId: row.clinician_id ?? undefined,
})

export function createIdentity(deps: Deps): Handlers<typeof identity> {
  return { ...ownAccount(deps), ...claims(deps), ...membership(deps), ...forServices(deps) }
}

type Some<Keys extends keyof Handlers<typeof identity>> = Pick<Handlers<typeof identity>, Keys>

function ownAccount({
  kit,
  store,
  auth,
  people,
}: Deps): Some<
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
  const mine = async (call: Call) => (await database.read(call, () => store.person(call.caller.personId!))) ?? refuse()
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

function claims({ kit, store, people }: Deps): Some<'claim' | 'issueClaim' | 'listPeople'> {
  const { database, clock, keys } = kit
  const hashOf = (code: string) => keys.hashOf('claim-code', normalizedCode(code))
  return {
    async issueClaim({ personId }, call) {
      const code = claimCode(randomBytes(10))
      const expiresAtMs = clock.nowMs() + claimCodeTtlMs
      return database.save(call, async () => {
        const person = await store.person(personId)
        if (!person) throw faults.personNotFound()
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
      return database.save(
        call,
        async () => {
          const used = await store.useClaimCode(codeHash)
          if (used.length === 0 || (await store.moveAccount(me.account_id!, person.id)).length === 0)
            throw faults.claimRefused()
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

function membership({ kit, store }: Deps): Some<'addMember' | 'removeMember' | 'listMembers'> {
  const { database, clock } = kit
  return {
    addMember: ({ email, organizationId, role, clinicianId }, call) =>
      database.save(call, async () => {
        const person = await store.personOfEmail(email)
        if (!person) throw faults.personNotFound()
        await store.addMembership(
          { personId: person.id, organizationId, role, clinicianId: clinicianId ?? null },
          clock.nowMs(),
        )
        return {
          personId: person.id,
          name: person.name,
          email: person.email,
          organizationId,
          role,
          ...(clinicianId ? { clinicianId } : {}),
        }
      }),
    removeMember: ({ organizationId, personId }, call) =>
      database.save(call, async () => {
        const removed = await store.removeMemberships(personId, organizationId)
        if (removed.length === 0) throw faults.personNotFound()
        return { removed: removed.length }
      }),
    async listMembers({ organizationId }, call) {
      const rows = await database.read(call, () => store.members(organizationId))
      return {
        items: rows.map(row => ({
          personId: row.person_id,
          name: row.name,
          email: row.email,
          organizationId,
          role: row.role,
          ...(row.clinician_id ? { clinicianId: row.clinician_id } : {}),
        })),
      }
    },
  }
}

function forServices({
  kit,
  store,
  auth,
  people,
}: Deps): Some<'namesOf' | 'contactOf' | 'peopleBehind' | 'callerOfSession' | 'enrol'> {
  const { database, clock } = kit
  const all = { reach: 'all' } as const
  return {
    async namesOf({ personIds }, call) {
      const rows = await database.read(call, () => store.names(personIds), all)
      return { names: Object.fromEntries(rows.map(row => [row.id, row.name])) }
    },
    async contactOf({ personId }, call) {
      const row = await database.read(call, () => store.person(personId), all)
      if (!row) throw faults.personNotFound()
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
    async callerOfSession({ sessionId, apiKey }, call) {
      const accountId = apiKey
        ? await accountOfKey(apiKey, auth)
        : sessionId &&
          (await database.read(call, () => store.sessionAccount(sessionId, new Date(clock.nowMs())), all))?.account_id
      if (!accountId) return {}
      const person = await people.ofAccount(accountId, call)
      return { caller: callerFrom(person, (await people.memberships(person.id, call)).map(factOf), sessionId) }
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
