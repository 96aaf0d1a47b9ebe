import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Head, Link } from './rules.ts'

export type EntryRow = { sequence: number; record: string; hash: string }
export type Filter = {
  personId?: string | undefined
  action?: string | undefined
  outcome?: string | undefined
  subject?: string | undefined
  patientId?: string | undefined
  /** In the one form instants are recorded in, since they compare as text. */
  since?: string | undefined
  until?: string | undefined
  beforeSequence?: number | undefined
}

/** Every statement of the trail. There is none that changes or removes an entry. */
export function auditStore(database: ServiceDatabase) {
  const headWith = async (lock: ReturnType<typeof sql>): Promise<Head> => {
    const rows = await database.query(sql<Head>`select sequence, hash from audit.head ${lock}`)
    return rows[0]!
  }
  return {
    head: () => headWith(sql``),
    /** Makes appends wait for each other until the transaction ends. */
    lockHead: () => headWith(sql`for update`),
    /** Makes writers of the anchor wait for each other, while appends go on. */
    lockAnchor: () => database.query(sql`select pg_advisory_xact_lock(hashtextextended('audit.anchor', 0))`),

    async known(ids: readonly string[]): Promise<Set<string>> {
      const rows = await database.query(sql<{ id: string }>`select id from audit.entry where id = any(${ids}::uuid[])`)
      return new Set(rows.map(row => row.id))
    },
    async append(links: readonly Link[]): Promise<void> {
      const last = links.at(-1)!
      await database.query(sql`with added as (
          insert into audit.entry (sequence, record, previous_hash, hash)
          select sequence, record, "previousHash", hash from jsonb_to_recordset(${JSON.stringify(links)}::jsonb)
            as l(sequence bigint, record text, "previousHash" text, hash text))
        update audit.head set sequence = ${last.sequence}, hash = ${last.hash}`)
    },
    links: (afterSequence: number, limit: number) =>
      database.query(sql<Link>`select sequence, record, previous_hash as "previousHash", hash from audit.entry
        where sequence > ${afterSequence} order by sequence limit ${limit}`),

    /** Newest first, at most `limit`. An action matches by its beginning, so `appointment.` finds all of a service. */
    entries: (filter: Filter, limit: number) =>
      database.query(sql<EntryRow>`select sequence, record, hash from audit.entry
        where ${sql.join(conditionsOf(filter), sql` and `)} order by sequence desc limit ${limit}`),
  }
}

export type AuditStore = ReturnType<typeof auditStore>

function conditionsOf({ personId, action, outcome, subject, patientId, since, until, beforeSequence }: Filter) {
  const conditions = [sql`true`]
  if (personId) conditions.push(sql`person_id = ${personId}`)
  if (action) conditions.push(sql`action ^@ ${action}`)
  if (outcome) conditions.push(sql`outcome = ${outcome}`)
  if (subject) conditions.push(sql`subjects @> ${JSON.stringify([subject])}::jsonb`)
  if (patientId) conditions.push(sql`sequence = any(array(select audit.concerning(${patientId})))`)
  if (since) conditions.push(sql`at >= ${since}`)
  if (until) conditions.push(sql`at < ${until}`)
  if (beforeSequence) conditions.push(sql`sequence < ${beforeSequence}`)
  return conditions
}
