import { sql } from 'kysely'
import type { Locale, Role } from '#core/call'
import type { Region } from '#core/region'
import type { ServiceDatabase } from '#platform'

export type PersonRow = {
  id: string
  account_id: string | null
  name: string
  email: string
  region: Region
  jurisdiction: string
  locale: Locale
  time_zone: string
  sealed: Buffer | null
  created_at: Date
  forgotten_at: Date | null
  has_totp: boolean
}

export type MembershipRow = {
  person_id: string
  name: string
  email: string
  organization_id: string
  role: Role
  clinician_id: string | null
}
export type NewPerson = Omit<PersonRow, 'has_totp' | 'region' | 'created_at' | 'forgotten_at'> & {
  source: string | null
}

const personColumns = sql`p.id, p.account_id, p.name, coalesce(u.email, p.email) as email, p.region, p.jurisdiction, p.locale,
  p.time_zone, p.sealed, p.created_at, p.forgotten_at, coalesce(u."twoFactorEnabled", false) as has_totp`
const fromPerson = sql`from identity.person p left join identity."user" u on u.id = p.account_id`

export type ProofKind = 'password' | 'code' | 'passkey'

/** Every statement of identity except better-auth's own. */
export function identityStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    person: (id: string) =>
      first(database.query(sql<PersonRow>`select ${personColumns} ${fromPerson} where p.id = ${id}`)),
    personOfAccount: (accountId: string) =>
      first(database.query(sql<PersonRow>`select ${personColumns} ${fromPerson} where p.account_id = ${accountId}`)),
    personOfEmail: (email: string) =>
      first(
        database.query(sql<PersonRow>`select ${personColumns} ${fromPerson} where u.email = lower(${email}) limit 1`),
      ),
    personOfSource: (source: string) =>
      first(database.query(sql<{ id: string }>`select id from identity.person where source = ${source}`)),
    account: (id: string) =>
      first(
        database.query(sql<{ name: string; email: string }>`select name, email from identity."user" where id = ${id}`),
      ),

    addPerson: (person: NewPerson, nowMs: number) =>
      database.query(sql`insert into identity.person (id, account_id, source, name, email, jurisdiction, locale, time_zone, sealed, created_at)
        values (${person.id}, ${person.account_id}, ${person.source}, ${person.name}, ${person.email}, ${person.jurisdiction},
          ${person.locale}, ${person.time_zone}, ${person.sealed}, ${new Date(nowMs)}) on conflict do nothing`),
    changePerson: (id: string, change: Pick<PersonRow, 'name' | 'jurisdiction' | 'locale' | 'time_zone' | 'sealed'>) =>
      database.query(sql`update identity.person set name = ${change.name}, jurisdiction = ${change.jurisdiction}, locale = ${change.locale},
        time_zone = ${change.time_zone}, sealed = ${change.sealed} where id = ${id}`),
    addAccount: (account: { id: string; name: string; email: string; passwordHash: string }, nowMs: number) =>
      database.query(sql`with added as (
          insert into identity."user" ("id", "name", "email", "emailVerified") values (${account.id}, ${account.name}, lower(${account.email}), true) returning "id")
        insert into identity."account" ("accountId", "providerId", "userId", "password", "updatedAt")
        select "id"::text, 'credential', "id", ${account.passwordHash}, ${new Date(nowMs)} from added`),
    /** What an import knew of somebody who goes on without it. */
    forgetImport: (id: string, sealed: Buffer) =>
      database.query(sql`update identity.person set source = null, sealed = ${sealed} where id = ${id}`),
    /** All but the id: the account with what signs in to it, apps made and let in, and the claim code. False when nothing was left. */
    async forgetPerson(id: string, nowMs: number): Promise<boolean> {
      const [person] = await database.query(sql<{ account_id: string | null }>`
        with former as (select id, account_id from identity.person where id = ${id} and forgotten_at is null for update)
        update identity.person p set name = '', email = '', source = null, sealed = null, account_id = null, forgotten_at = ${new Date(nowMs)}
        from former where p.id = former.id returning former.account_id`)
      if (!person) return false
      await database.query(sql`with unclaimed as (delete from identity.claim_code where person_id = ${id}),
          ungranted as (delete from identity.app_grant where person_id = ${id})
        delete from identity.app where owner_id = ${id}`)
      if (person.account_id) await database.query(endAccount(person.account_id))
      return true
    },
    /** The account leaves one person for another; returns how many persons it found to give it to. */
    moveAccount: (accountId: string, toPersonId: string) =>
      database.query(sql<{
        id: string
      }>`with freed as (update identity.person set account_id = null where account_id = ${accountId} returning 1)
        update identity.person set account_id = ${accountId} where id = ${toPersonId} and account_id is null
          and (select count(*) from freed) = 1 returning id`),

    people: (filter: {
      search?: string | undefined
      claimed?: boolean | undefined
      after?: string[] | undefined
      limit: number
    }) =>
      database.query(sql<PersonRow & { roles: Role[] }>`select ${personColumns},
          coalesce((select array_agg(distinct m.role) from identity.membership m where m.person_id = p.id), '{}') as roles
        ${fromPerson}
        where p.forgotten_at is null
          and (${filter.search ?? null}::text is null or p.name ilike ${`%${(filter.search ?? '').replaceAll(/[%_\\]/g, '\\$&')}%`})
          and (${filter.claimed ?? null}::boolean is null or (p.account_id is not null) = ${filter.claimed ?? null})
          and (${filter.after?.[0] ?? null}::timestamptz is null or (p.created_at, p.id) < (${filter.after?.[0] ?? null}, ${filter.after?.[1] ?? null}::uuid))
        order by p.created_at desc, p.id desc limit ${filter.limit + 1}`),
    names: (ids: string[]) =>
      database.query(
        sql<{ id: string; name: string }>`select id, name from identity.person where id = any(${ids}::uuid[])`,
      ),
    peopleBehind: (clinicianIds: string[]) =>
      database.query(sql<{
        clinician_id: string
        person_id: string
      }>`select clinician_id, person_id from identity.membership
        where clinician_id = any(${clinicianIds}::uuid[])`),

    memberships: (personId: string) =>
      database.query(sql<MembershipRow>`select m.person_id, p.name, p.email, m.organization_id, m.role, m.clinician_id
        from identity.membership m join identity.person p on p.id = m.person_id where m.person_id = ${personId} order by m.created_at, m.role`),
    members: (organizationId: string) =>
      database.query(sql<MembershipRow>`select m.person_id, p.name, coalesce(u.email, p.email) as email, m.organization_id, m.role, m.clinician_id
        from identity.membership m join identity.person p on p.id = m.person_id left join identity."user" u on u.id = p.account_id
        where m.organization_id = ${organizationId} order by p.name, m.role limit 500`),
    addMembership: (
      row: { personId: string; organizationId: string; role: string; clinicianId: string | null },
      nowMs: number,
    ) =>
      database.query(sql`insert into identity.membership (person_id, organization_id, role, clinician_id, created_at)
        values (${row.personId}, ${row.organizationId}, ${row.role}, ${row.clinicianId}, ${new Date(nowMs)})
        on conflict (person_id, organization_id, role) do update set clinician_id = excluded.clinician_id`),
    removeMemberships: (personId: string, organizationId: string) =>
      database.query(
        sql<{
          role: string
        }>`delete from identity.membership where person_id = ${personId} and organization_id = ${organizationId} returning role`,
      ),

    sessions: (accountId: string, now: Date) =>
      database.query(sql<{
        id: string
        user_agent: string | null
        ip_address: string | null
        created_at: Date
        expires_at: Date
      }>`
        select "id", "userAgent" as user_agent, "ipAddress" as ip_address, "createdAt" as created_at, "expiresAt" as expires_at
        from identity."session" where "userId" = ${accountId} and "expiresAt" > ${now} order by "createdAt" desc limit 100`),
    sessionAccount: (sessionId: string, now: Date) =>
      first(
        database.query(sql<{ account_id: string }>`select "userId" as account_id from identity."session"
        where "id" = ${sessionId}::uuid and "expiresAt" > ${now}`),
      ),
    /** The people behind all of these sessions that have not ended, with what they are, in one statement. */
    sessionPeople: (sessionIds: readonly string[], now: Date) =>
      database.query(sql<{
        session_id: string
        id: string
        jurisdiction: string
        memberships: Pick<MembershipRow, 'organization_id' | 'role' | 'clinician_id'>[]
      }>`select s."id" as session_id, p.id, p.jurisdiction, coalesce((
          select json_agg(json_build_object('organization_id', m.organization_id, 'role', m.role, 'clinician_id', m.clinician_id)
            order by m.created_at, m.role) from identity.membership m where m.person_id = p.id), '[]') as memberships
        from identity."session" s join identity.person p on p.account_id = s."userId"
        where s."id" = any(${sessionIds}::uuid[]) and s."expiresAt" > ${now}`),
    /** By the token that better-auth answers a sign-in with. */
    sessionOfToken: (token: string) =>
      first(database.query(sql<{ id: string }>`select "id" from identity."session" where "token" = ${token}`)),
    prove: (sessionId: string, kinds: readonly ProofKind[], now: Date) => {
      const at = (kind: ProofKind) => (kinds.includes(kind) ? now : null)
      return database.query(sql`insert into identity.proof as p (session_id, password_at, code_at, passkey_at)
        values (${sessionId}::uuid, ${at('password')}, ${at('code')}, ${at('passkey')})
        on conflict (session_id) do update set password_at = coalesce(excluded.password_at, p.password_at),
          code_at = coalesce(excluded.code_at, p.code_at), passkey_at = coalesce(excluded.passkey_at, p.passkey_at)`)
    },
    proofs: (sessionId: string) =>
      first(
        database.query(sql<{
          signed_in_at: Date
          password_at: Date | null
          code_at: Date | null
          passkey_at: Date | null
        }>`select s."createdAt" as signed_in_at, p.password_at, p.code_at, p.passkey_at
          from identity."session" s left join identity.proof p on p.session_id = s."id" where s."id" = ${sessionId}::uuid`),
      ),
    endSession: (sessionId: string, accountId: string) =>
      database.query(
        sql<{
          id: string
        }>`delete from identity."session" where "id" = ${sessionId}::uuid and "userId" = ${accountId} returning "id"`,
      ),
    apiKeys: (accountId: string) =>
      database.query(sql<{
        id: string
        name: string | null
        start: string | null
        created_at: Date
        expires_at: Date | null
      }>`
        select "id", "name", "start", "createdAt" as created_at, "expiresAt" as expires_at from identity."apikey"
        where "referenceId" = ${accountId} order by "createdAt" desc limit 100`),
    endApiKey: (keyId: string, accountId: string) =>
      database.query(
        sql<{
          id: string
        }>`delete from identity."apikey" where "id"::text = ${keyId} and "referenceId" = ${accountId} returning "id"`,
      ),

    setClaimCode: (personId: string, codeHash: string, expiresAtMs: number) =>
      database.query(sql`insert into identity.claim_code (person_id, code_hash, expires_at) values (${personId}, ${codeHash}, ${new Date(expiresAtMs)})
        on conflict (person_id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at, failures = 0`),
    claimCode: (codeHash: string) =>
      first(
        database.query(sql<{ person_id: string; failures: number; expires_at: Date }>`
        select person_id, failures, expires_at from identity.claim_code where code_hash = ${codeHash}`),
      ),
    countClaimFailure: (codeHash: string) =>
      database.query(sql`update identity.claim_code set failures = failures + 1 where code_hash = ${codeHash}`),
    useClaimCode: (codeHash: string) =>
      database.query(
        sql<{ person_id: string }>`delete from identity.claim_code where code_hash = ${codeHash} returning person_id`,
      ),

    signInFailures: (addressHash: string) =>
      first(
        database.query(
          sql<{
            failures: number
            last_at: Date
          }>`select failures, last_at from identity.sign_in_failure where address_hash = ${addressHash}`,
        ),
      ),
    countSignInFailure: (addressHash: string, now: Date) =>
      database.query(sql`insert into identity.sign_in_failure (address_hash, failures, last_at) values (${addressHash}, 1, ${now})
        on conflict (address_hash) do update set failures = identity.sign_in_failure.failures + 1, last_at = excluded.last_at`),
    forgetSignInFailures: (addressHash: string) =>
      database.query(sql`delete from identity.sign_in_failure where address_hash = ${addressHash}`),
  }
}

/** Sessions, passkeys, passwords and second factors go with the account itself. */
const endAccount = (accountId: string) => sql`
  with keys as (delete from identity."apikey" where "referenceId" = ${accountId}),
    waiting as (delete from identity."verification" where "value" = ${accountId})
  delete from identity."user" where "id" = ${accountId}`

export type IdentityStore = ReturnType<typeof identityStore>
