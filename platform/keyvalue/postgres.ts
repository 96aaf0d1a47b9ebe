import type { Json } from '#core/fault'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import type { KeyValue } from './port.ts'

/** A table with versions. Strongly consistent always, since it is one database. */
export function postgresKeyValue(database: Database, clock: Clock): KeyValue {
  const now = () => new Date(clock.nowMs())
  return {
    async get(key) {
      const { rows } = await database.execute(
        'select value, version from medley.keyvalue where key = $1 and (expires_at is null or expires_at > $2)',
        [key, now()],
      )
      const row = rows[0]
      return row && { value: row['value'] as Json, version: row['version'] as number }
    },
    async put(key, value, { ttlMs, ifVersion } = {}) {
      const expiresAt = ttlMs === undefined ? null : new Date(clock.nowMs() + ttlMs)
      const { rows } = await database.execute(
        `insert into medley.keyvalue as k (key, value, expires_at)
         select $1, $2::jsonb, $3::timestamptz
         where $4::bigint is null or $4 = 0 or exists (select 1 from medley.keyvalue where key = $1 and version = $4 and (expires_at is null or expires_at > $5))
         on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at, version = k.version + 1
         where $4::bigint is null or (k.expires_at <= $5 and $4 = 0) or (k.version = $4 and (k.expires_at is null or k.expires_at > $5))
         returning version`,
        [key, JSON.stringify(value), expiresAt, ifVersion ?? null, now()],
      )
      return rows[0]?.['version'] as number | undefined
    },
    async delete(key) {
      await database.execute('delete from medley.keyvalue where key = $1', [key])
    },
    async list(prefix) {
      const { rows } = await database.execute(
        `select key from medley.keyvalue where starts_with(key, $1) and (expires_at is null or expires_at > $2) order by key collate "C" limit 1000`,
        [prefix, now()],
      )
      return rows.map(row => row['key'] as string)
    },
  }
}
