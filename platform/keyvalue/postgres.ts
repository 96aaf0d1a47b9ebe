import type { Json } from '#core/fault'
import { invariant } from '#core/fault'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import type { KeyValue } from './port.ts'
import { assertKey, assertPrefix, limitOf, newVersion, toText } from './value.ts'

/** Every so many puts, some values whose time is over are removed. Until then they only do not show. */
const sweepEvery = 100

/** Values in the table `medley.keyvalue`. Always consistent: it is one database. */
export function postgresKeyValue(database: Pick<Database, 'execute' | 'isInTransaction'>, clock: Clock): KeyValue {
  let puts = 0

  async function run(text: string, values: readonly unknown[]) {
    invariant(!database.isInTransaction(), 'keyvalue is used outside of transactions')
    return (await database.execute(text, values)).rows
  }
  const now = () => new Date(clock.nowMs())

  async function sweep(): Promise<void> {
    await run(
      `delete from medley.keyvalue where key in
       (select key from medley.keyvalue where expires_at <= $1 limit 1000 for update skip locked)`,
      [now()],
    )
  }

  return {
    async get(key) {
      assertKey(key)
      const [row] = await run(
        'select value, version from medley.keyvalue where key = $1 and (expires_at is null or expires_at > $2)',
        [key, now()],
      )
      return row && { value: row['value'] as Json, version: row['version'] as number }
    },
    async put(key, value, { ttlMs, ifVersion } = {}) {
      assertKey(key)
      const text = toText(value)
      if (++puts % sweepEvery === 0) await sweep()
      const endsAt = ttlMs === undefined ? null : new Date(clock.nowMs() + ttlMs)
      const set = [key, text, newVersion(), endsAt]
      const [row] = ifVersion
        ? await run(replaceSql, [...set, now(), ifVersion])
        : await run(ifVersion === 0 ? insertSql : upsertSql, ifVersion === 0 ? [...set, now()] : set)
      return row?.['version'] as number | undefined
    },
    async delete(key) {
      assertKey(key)
      await run('delete from medley.keyvalue where key = $1', [key])
    },
    async list(prefix, { after = '', limit } = {}) {
      assertPrefix(prefix)
      assertPrefix(after)
      const rows = await run(
        `select key from medley.keyvalue
         where starts_with(key, $1) and key collate "C" > $2 and (expires_at is null or expires_at > $3)
         order by key collate "C" limit $4`,
        [prefix, after, now(), limitOf(limit)],
      )
      return rows.map(row => row['key'] as string)
    },
  }
}

const upsertSql = `
  insert into medley.keyvalue as kept (key, value, version, expires_at) values ($1, $2::jsonb, $3, $4)
  on conflict (key) do update set value = excluded.value, version = excluded.version, expires_at = excluded.expires_at
  returning version`

/** Only where there is nothing; what is too old is nothing. */
const insertSql = upsertSql.replace('returning', 'where kept.expires_at <= $5 returning')

const replaceSql = `
  update medley.keyvalue set value = $2::jsonb, version = $3, expires_at = $4
  where key = $1 and version = $6 and (expires_at is null or expires_at > $5)
  returning version`
