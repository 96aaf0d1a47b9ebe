import { invariant } from '#core/fault'
import type { Database } from '#platform/database'
import type { WrappedKeyStore } from './port.ts'

/** People's keys in the table `medley.person_key`. */
export function databaseWrappedKeys(database: Pick<Database, 'execute' | 'isInTransaction'>): WrappedKeyStore {
  const wrappedOf = (rows: readonly Record<string, unknown>[]) => rows[0]?.['wrapped'] as Uint8Array | undefined
  const find = async (personId: string) =>
    wrappedOf((await database.execute('select wrapped from medley.person_key where person_id = $1', [personId])).rows)
  return {
    // The embedded database has one session: asking for another one inside of a transaction would wait for ever.
    assertReachable: () => invariant(!database.isInTransaction(), 'sealing and opening happen outside of transactions'),
    find,
    async insertIfAbsent(personId, wrapped) {
      for (;;) {
        const inserted = await database.execute(
          'insert into medley.person_key (person_id, wrapped) values ($1, $2) on conflict do nothing returning wrapped',
          [personId, Buffer.from(wrapped)],
        )
        // Nothing inserted: another process was first. Nothing found: its row was deleted meanwhile, so try again.
        const kept = wrappedOf(inserted.rows) ?? (await find(personId))
        if (kept) return kept
      }
    },
    async delete(personId) {
      await database.execute('delete from medley.person_key where person_id = $1', [personId])
    },
  }
}
