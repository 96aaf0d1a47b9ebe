// Apps, what they were granted, and the tokens that can be renewed.
import { sql } from 'kysely'
import type { AppKind, KeySet } from '#core/app'
import type { ServiceDatabase } from '#platform'

export type AppRow = {
  id: string
  owner_id: string
  name: string
  maker: string
  homepage: string | null
  kind: AppKind
  redirect_uris: string[]
  scopes: string[]
  secret_hash: string | null
  keys: KeySet | null
  keys_url: string | null
  approved_at: Date | null
  created_at: Date
}

export type GrantRow = {
  id: string
  app_id: string
  person_id: string | null
  patient_id: string | null
  scopes: string[]
  session_id: string | null
  code_challenge: string | null
  code_ends_at: Date | null
  code_used_at: Date | null
  redirect_uri: string | null
  nonce: string | null
  created_at: Date
  used_at: Date | null
  ends_at: Date
  ended_at: Date | null
}

export type NewGrant = Omit<GrantRow, 'code_used_at' | 'used_at' | 'ended_at'> & { code_hash: string | null }
export type AccessRow = Pick<GrantRow, 'app_id' | 'scopes' | 'created_at' | 'used_at' | 'ends_at'> & {
  name: string
  maker: string
}

const appColumns = sql`id, owner_id, name, maker, homepage, kind, redirect_uris, scopes, secret_hash, keys, keys_url, approved_at, created_at`
const grantColumns = sql`id, app_id, person_id, patient_id, scopes, session_id, code_challenge, code_ends_at, code_used_at,
  redirect_uri, nonce, created_at, used_at, ends_at, ended_at`

export function appStore(database: ServiceDatabase) {
  const first = async <Row>(rows: Promise<Row[]>) => (await rows)[0]
  return {
    app: (id: string) =>
      first(database.query(sql<AppRow>`select ${appColumns} from identity.app where id::text = ${id}`)),
    appsOf: (ownerId: string) =>
      database.query(
        sql<AppRow>`select ${appColumns} from identity.app where owner_id = ${ownerId} order by created_at desc, id limit 100`,
      ),
    allApps: () =>
      database.query(sql<AppRow>`select ${appColumns} from identity.app
        order by (approved_at is null and kind = 'backend') desc, created_at desc, id limit 500`),
    addApp: (app: AppRow) =>
      database.query(sql`insert into identity.app (id, owner_id, name, maker, homepage, kind, redirect_uris, scopes, secret_hash, keys, keys_url, created_at)
        values (${app.id}, ${app.owner_id}, ${app.name}, ${app.maker}, ${app.homepage}, ${app.kind}, ${app.redirect_uris}::text[],
          ${app.scopes}::text[], ${app.secret_hash}, ${app.keys && JSON.stringify(app.keys)}::jsonb, ${app.keys_url}, ${app.created_at})`),
    approveApp: (id: string, operatorId: string, now: Date) =>
      first(
        database.query(sql<AppRow>`update identity.app set approved_at = coalesce(approved_at, ${now}), approved_by = coalesce(approved_by, ${operatorId})
        where id = ${id} returning ${appColumns}`),
      ),
    /** Whoever is no operator removes only their own. */
    removeApp: (id: string, ownerId: string | null) =>
      database.query(sql<{ id: string }>`delete from identity.app
        where id = ${id} and (${ownerId}::uuid is null or owner_id = ${ownerId}) returning id`),

    addGrant: (grant: NewGrant) =>
      database.query(sql`insert into identity.app_grant (id, app_id, person_id, patient_id, scopes, session_id, code_hash, code_challenge, code_ends_at, redirect_uri, nonce, created_at, ends_at)
        values (${grant.id}, ${grant.app_id}, ${grant.person_id}, ${grant.patient_id}, ${grant.scopes}::text[], ${grant.session_id}, ${grant.code_hash},
          ${grant.code_challenge}, ${grant.code_ends_at}, ${grant.redirect_uri}, ${grant.nonce}, ${grant.created_at}, ${grant.ends_at})`),
    /** The one grant of an app that acts for itself, good for as long as its newest token. */
    ownGrant: (id: string, appId: string, scopes: string[], now: Date, endsAt: Date) =>
      first(
        database.query(sql<GrantRow>`insert into identity.app_grant (id, app_id, scopes, created_at, used_at, ends_at)
        values (${id}, ${appId}, ${scopes}::text[], ${now}, ${now}, ${endsAt})
        on conflict (app_id) where person_id is null
        do update set scopes = excluded.scopes, used_at = excluded.used_at, ends_at = excluded.ends_at returning ${grantColumns}`),
      ),
    grant: (id: string) =>
      first(database.query(sql<GrantRow>`select ${grantColumns} from identity.app_grant where id = ${id}`)),
    grantOfCode: (codeHash: string) =>
      first(
        database.query(sql<GrantRow>`select ${grantColumns} from identity.app_grant where code_hash = ${codeHash}`),
      ),
    /** Empty when somebody was faster: of several uses of one code, one is the first. */
    useCode: (id: string, now: Date) =>
      database.query(sql<{ id: string }>`update identity.app_grant set code_used_at = ${now}, used_at = ${now}
        where id = ${id} and code_used_at is null and ended_at is null returning id`),
    endGrant: (id: string, now: Date) =>
      database.query(sql`update identity.app_grant set ended_at = ${now}, code_used_at = coalesce(code_used_at, ${now})
        where id = ${id} and ended_at is null`),
    endGrantsOf: (personId: string, appId: string, now: Date) =>
      database.query(sql<{ id: string }>`update identity.app_grant set ended_at = ${now}
        where person_id = ${personId} and app_id = ${appId} and ended_at is null and ends_at > ${now} returning id`),
    /** What ended long ago tells nobody anything any more. */
    forgetGrants: (personId: string, before: Date) =>
      database.query(sql`delete from identity.app_grant where person_id = ${personId} and ends_at < ${before}`),
    access: (personId: string, now: Date) =>
      database.query(sql<AccessRow>`select g.app_id, g.scopes, g.created_at, g.used_at, g.ends_at, a.name, a.maker
        from identity.app_grant g join identity.app a on a.id = g.app_id
        where g.person_id = ${personId} and g.ended_at is null and g.ends_at > ${now}
          and (g.code_hash is null or g.code_used_at is not null)
        order by g.created_at desc limit 500`),

    addRefresh: (tokenHash: string, grantId: string, now: Date) =>
      database.query(
        sql`insert into identity.app_refresh (token_hash, grant_id, created_at) values (${tokenHash}, ${grantId}, ${now})`,
      ),
    refresh: (tokenHashes: readonly string[]) =>
      first(
        database.query(sql<{ token_hash: string; grant_id: string; used_at: Date | null }>`
        select token_hash, grant_id, used_at from identity.app_refresh where token_hash = any(${tokenHashes}::text[])`),
      ),
    useRefresh: (tokenHash: string, grantId: string, now: Date) =>
      database.query(sql<{ grant_id: string }>`with used as (
          update identity.app_refresh set used_at = ${now} where token_hash = ${tokenHash} and used_at is null returning grant_id)
        update identity.app_grant g set used_at = ${now} from used where g.id = used.grant_id and g.id = ${grantId} returning g.id as grant_id`),
  }
}
