// What bulk exports read: ranges of the store, as the caller sees it.
import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import { matcher } from './match.ts'
import type { VersionRow } from './resources.ts'
import { type Condition, type Sight, visible } from './visible.ts'

export type Bulk = {
  types?: string[]
  /** ISO instant: only what changed since then. */
  since?: string
  /** Leaves out what is about nobody. */
  isAboutPatients?: boolean
  /** Only what is about these. */
  patients?: string[]
}

export type Range = { type: string; first: string; last: string; count: number }

export function bulkStore({ query }: ServiceDatabase) {
  const condition = ({ types, since, isAboutPatients, patients }: Bulk, sight: Sight): Condition =>
    sql.join(
      [
        sql`not r.is_deleted`,
        ...(types ? [sql`r.type = any(${types}::text[])`] : []),
        ...(since ? [sql`r.updated_at >= ${since}::timestamptz`] : []),
        ...(isAboutPatients ? [sql`r.patients <> '{}'`] : []),
        ...(patients ? [sql`r.patients && ${patients}::text[]`] : []),
        visible('r', sight, matcher(sight)),
      ],
      sql` and `,
    )
  return {
    /** Files of at most `size` resources of one type, in the order they came in. */
    ranges: (bulk: Bulk, size: number, sight: Sight) =>
      query(sql<Range>`select type, min(key)::text as first, max(key)::text as last, count(*)::int as count
        from (select r.type, r.key, (row_number() over (partition by r.type order by r.key) - 1) / ${size} as file
          from record.resource r where ${condition(bulk, sight)}) numbered
        group by type, file order by type, file`),
    file: (bulk: Bulk, { type, first, last }: Pick<Range, 'type' | 'first' | 'last'>, sight: Sight) =>
      query(sql<VersionRow>`select r.key, r.type, r.id, r.version, r.method, r.updated_at, r.is_deleted, r.patients, r.subject_id, r.content, r.owner
        from record.resource r where r.type = ${type} and r.key between ${first}::bigint and ${last}::bigint and ${condition(bulk, sight)} order by r.key`),
  }
}

export type BulkStore = ReturnType<typeof bulkStore>
