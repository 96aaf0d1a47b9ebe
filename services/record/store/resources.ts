// Resources and their versions: reading one, writing many at once, history.
import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { ConsentRule } from '../rules/consent.ts'
import type { IndexRows } from '../rules/index-values.ts'
import { matcher } from './match.ts'
import { type Sight, visible } from './visible.ts'

/** One version as it is stored; `content` is sealed under `subject_id`, or plain when that is null. */
export type VersionRow = {
  key: string
  type: string
  id: string
  version: number
  method: string
  updated_at: Date
  is_deleted: boolean
  patients: string[]
  subject_id: string | null
  content: Uint8Array | null
  owner: string | null
}

/** A version to write, with everything that it can be found by. */
export type Change = {
  type: string
  id: string
  /** The version this one follows; 0 for the first. */
  after: number
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  updatedAt: string
  patients: string[]
  labels: string[]
  subjectId: string | null
  /** Null when it is deleted. */
  content: Uint8Array | null
  owner: string | null
  /** Of a first version: the person who enters it. */
  authorId: string | null
  rows: IndexRows | null
  consent?: { patient: string; rules: ConsentRule[] } | undefined
}

const columns = sql`r.key, r.type, r.id, r.version, r.method, r.updated_at, r.is_deleted, r.patients, r.subject_id, r.content, r.owner`
const pastColumns = sql`h.key, h.type, h.id, h.version, h.method, h.updated_at, h.is_deleted, h.patients, h.subject_id, h.content, null::text as owner`

export function resourceStore(database: ServiceDatabase) {
  const { query, write } = database
  return {
    /** The present version, deleted ones included, if the caller may know of it. */
    async read(type: string, id: string, sight: Sight): Promise<VersionRow | undefined> {
      const rows = await query(sql<VersionRow>`select ${columns} from record.resource r
        where r.type = ${type} and r.id = ${id} and ${visible('r', sight, matcher(sight))}`)
      return rows[0]
    },
    /** The same, and whether there is one at all, for whoever is about to write it. */
    async readOrHidden(
      type: string,
      id: string,
      sight: Sight,
    ): Promise<{ row: VersionRow | undefined; exists: boolean }> {
      const [row] = await query(sql<VersionRow & { is_seen: boolean }>`
        select ${columns}, coalesce(${visible('r', sight, matcher(sight))}, false) as is_seen
        from record.resource r where r.type = ${type} and r.id = ${id}`)
      return { row: row?.is_seen ? row : undefined, exists: row !== undefined }
    },
    /** Several present versions by `Type/id`, whoever may see them: for checks that name nothing. */
    versions: (pairs: readonly { type: string; id: string }[]) =>
      query(sql<Pick<VersionRow, 'type' | 'id' | 'version' | 'is_deleted' | 'owner'> & { author_id: string | null }>`
        select r.type, r.id, r.version, r.is_deleted, r.owner, r.author_id from record.resource r
        join unnest(${pairs.map(each => each.type)}::text[], ${pairs.map(each => each.id)}::text[]) as w (type, id) using (type, id)`),
    /** Several whole present versions, whoever may see them: for Medley's own loading. */
    present: (pairs: readonly { type: string; id: string }[]) =>
      query(sql<VersionRow>`select ${columns} from record.resource r
        join unnest(${pairs.map(each => each.type)}::text[], ${pairs.map(each => each.id)}::text[]) as w (type, id) on r.type = w.type and r.id = w.id`),
    async readVersion(type: string, id: string, version: number, sight: Sight): Promise<VersionRow | undefined> {
      const rows = await query(sql<VersionRow>`
        select ${columns} from record.resource r where r.type = ${type} and r.id = ${id} and r.version = ${version}
          and ${visible('r', sight, matcher(sight))}
        union all
        select ${pastColumns} from record.resource r join record.history h on h.key = r.key
        where r.type = ${type} and r.id = ${id} and h.version = ${version} and ${visible('h', sight, matcher(sight))}
          and ${visible('r', sight, matcher(sight))}`)
      return rows[0]
    },
    /** Newest first, of one resource, a type, or everything; before a point in time and place. */
    history(
      of: { type?: string | undefined; id?: string | undefined },
      range: {
        since?: Date | undefined
        at?: Date | undefined
        before?: { at: string; key: string; version: number } | undefined
      },
      limit: number,
      sight: Sight,
    ): Promise<VersionRow[]> {
      const conditions = (alias: 'r' | 'h') => {
        const row = sql.ref(alias)
        const list = [visible(alias, sight, matcher(sight))]
        if (of.type !== undefined) list.push(sql`${row}.type = ${of.type}`)
        if (of.id !== undefined) list.push(sql`${row}.id = ${of.id}`)
        if (range.since) list.push(sql`${row}.updated_at >= ${range.since}`)
        if (range.at) list.push(sql`${row}.updated_at <= ${range.at}`)
        if (range.before)
          list.push(
            sql`(${row}.updated_at, ${row}.key, ${row}.version) < (${range.before.at}::timestamptz, ${range.before.key}::bigint, ${range.before.version})`,
          )
        return sql.join(list, sql` and `)
      }
      return query(sql<VersionRow>`
        (select ${columns} from record.resource r where ${conditions('r')} order by r.updated_at desc, r.key desc limit ${limit})
        union all
        (select ${pastColumns} from record.history h where ${conditions('h')} order by h.updated_at desc, h.key desc, h.version desc limit ${limit})
        order by updated_at desc, key desc, version desc limit ${limit}`)
    },

    /** A patient’s whole record in the order it came in, after a key; the patient and what they name as the world around it. */
    everything: (
      patient: string,
      asked: { types?: string[] | undefined; since?: Date | undefined; after?: string | undefined },
      limit: number,
      sight: Sight,
    ) =>
      query(sql<VersionRow>`select ${columns} from record.resource r
        where not r.is_deleted and r.key in (
            select record.about(array[${patient}]::text[], null, false)
            union select n.key from record.resource n
            where n.type in ('Practitioner', 'Organization', 'Location', 'Medication', 'Device') and n.patients = '{}'
              and (n.type, n.id) in (select i.type, i.id from record.reference i
                where i.resource in (select record.about(array[${patient}]::text[], null, false))))
          ${asked.types ? sql`and r.type = any(${asked.types}::text[])` : sql``}
          ${asked.since ? sql`and r.updated_at >= ${asked.since}` : sql``}
          ${asked.after ? sql`and r.key > ${asked.after}::bigint` : sql``}
          and ${visible('r', sight, matcher(sight))} order by r.key limit ${limit}`),

    /** Writes all, or the transaction fails with `overtakenCode` when one of them is no longer at the version it follows. */
    async write(changes: readonly Change[]): Promise<void> {
      write(writing(changes))
      await writeConsents(changes)
    },
    /** Makes others with the same words wait until this transaction ends. */
    lock: (words: string) => query(sql`select pg_advisory_xact_lock(hashtextextended(${`record ${words}`}, 0))`),
  }

  /** Ends the rules of consents that were replaced or withdrawn, and adds the new ones. */
  async function writeConsents(changes: readonly Change[]): Promise<void> {
    const consents = changes.filter(each => each.type === 'Consent')
    if (consents.length === 0) return
    const ids = consents.map(each => each.id)
    await query(
      sql`delete from record.consent_rule where resource in (select key from record.resource where type = 'Consent' and id = any(${ids}::text[]))`,
    )
    const rules = consents.flatMap(({ id, consent }) =>
      (consent?.rules ?? []).map(rule => ({ ...rule, id, patient: consent!.patient })),
    )
    if (rules.length === 0) return
    await query(sql`insert into record.consent_rule (resource, patient, depth, permits, actors, types, labels, purposes, since, until)
      select r.key, c.patient, c.depth, c.permits, c.actors, c.types, c.labels, c.purposes, c.since, c.until
      from json_to_recordset(${JSON.stringify(rules)}::json) as c (id text, patient text, depth smallint, permits boolean,
        actors text[], types text[], labels text[], purposes text[], since timestamptz, until timestamptz)
      join record.resource r on r.type = 'Consent' and r.id = c.id`)
  }
}

/** SQLSTATE of a write that somebody else was faster than. */
export const overtakenCode = 'MD002'

export type ResourceStore = ReturnType<typeof resourceStore>

/**
 * One statement for the resources, the versions they supersede and all index rows, however many: the number of round trips does
 * not grow with the size of a bundle. All parts see the rows as they were before, so old index rows go and new ones stay.
 */
function writing(changes: readonly Change[]) {
  const isOnlyNew = changes.every(each => each.after === 0)
  const input = changes.map((each, o) => ({
    o,
    t: each.type,
    i: each.id,
    a: each.after,
    m: each.method,
    u: each.updatedAt,
    p: each.patients,
    l: each.labels,
    s: each.subjectId,
    c:
      each.content &&
      Buffer.from(each.content.buffer, each.content.byteOffset, each.content.byteLength).toString('base64'),
    w: each.owner,
    e: each.authorId,
  }))
  const index = (table: keyof IndexRows) =>
    JSON.stringify(changes.flatMap(({ rows }, o) => (rows?.[table] ?? []).map(row => [o, ...row])))
  const cleared = isOnlyNew
    ? sql``
    : sql`, old as materialized (select r.key from input i join record.resource r on r.type = i.t and r.id = i.i),
        kept as (insert into record.history (key, type, id, version, method, updated_at, is_deleted, patients, labels, subject_id, content)
          select r.key, r.type, r.id, r.version, r.method, r.updated_at, r.is_deleted, r.patients, r.labels, r.subject_id, r.content
          from input i join record.resource r on r.type = i.t and r.id = i.i and r.version = i.a),
        d1 as (delete from record.token where resource in (select key from old)),
        d2 as (delete from record.text where resource in (select key from old)),
        d3 as (delete from record.reference where resource in (select key from old)),
        d4 as (delete from record.moment where resource in (select key from old)),
        d5 as (delete from record.quantity where resource in (select key from old))`
  return sql`with input as materialized (
      select * from json_to_recordset(${JSON.stringify(input)}::json)
        as i (o int, t text, i text, a int, m text, u timestamptz, p text[], l text[], s uuid, c text, w text, e uuid))
    ${cleared},
    written as (
      insert into record.resource as r (type, id, version, method, updated_at, is_deleted, patients, labels, subject_id, content, owner, author_id)
      select t, i, a + 1, m, u, c is null, p, l, s, decode(c, 'base64'), w, e from input
      on conflict (type, id) do update set version = excluded.version, method = excluded.method, updated_at = excluded.updated_at,
        is_deleted = excluded.is_deleted, patients = excluded.patients, labels = excluded.labels, subject_id = excluded.subject_id,
        content = excluded.content, owner = excluded.owner
      where r.version = excluded.version - 1
      returning r.key, r.type, r.id),
    place as materialized (select i.o, w.key from written w join input i on i.t = w.type and i.i = w.id),
    i1 as (insert into record.token (resource, parameter, part, system, code)
      select p.key, (x->>1)::int, (x->>2)::smallint, x->>3, x->>4 from json_array_elements(${index('token')}::json) x join place p on p.o = (x->>0)::int),
    i2 as (insert into record.text (resource, parameter, part, folded, exact)
      select p.key, (x->>1)::int, (x->>2)::smallint, x->>3, x->>4 from json_array_elements(${index('text')}::json) x join place p on p.o = (x->>0)::int),
    i3 as (insert into record.reference (resource, parameter, part, type, id, url)
      select p.key, (x->>1)::int, (x->>2)::smallint, x->>3, x->>4, x->>5 from json_array_elements(${index('reference')}::json) x join place p on p.o = (x->>0)::int),
    i4 as (insert into record.moment (resource, parameter, part, low, high, is_long)
      select p.key, (x->>1)::int, (x->>2)::smallint, (x->>3)::timestamptz, (x->>4)::timestamptz, (x->>5)::boolean
      from json_array_elements(${index('moment')}::json) x join place p on p.o = (x->>0)::int),
    i5 as (insert into record.quantity (resource, parameter, part, low, high, system, code, unit)
      select p.key, (x->>1)::int, (x->>2)::smallint, (x->>3)::float8, (x->>4)::float8, x->>5, x->>6, x->>7
      from json_array_elements(${index('quantity')}::json) x join place p on p.o = (x->>0)::int)
    select record.all_or_overtaken((select count(*) from written), ${changes.length})`
}
