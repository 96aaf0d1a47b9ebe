import type { Database } from '#platform/database'
import type { WrappedKeyStore } from './port.ts'

/** Wrapped keys beside the data they seal. Only the owner reads them; services go through the keyring. */
export function databaseWrappedKeys(database: Database): WrappedKeyStore {
  async function find(personId: string): Promise<Uint8Array | undefined> {
    const { rows } = await database.execute('select wrapped from medley.person_key where person_id = $1', [personId])
    return rows[0]?.['wrapped'] as Uint8Array | undefined
  }
  return {
    find,
    async insertIfAbsent(personId, wrapped) {
      await database.execute(
        'insert into medley.person_key (person_id, wrapped) values ($1, $2) on conflict do nothing',
        [personId, Buffer.from(wrapped)],
      )
      return (await find(personId)) ?? wrapped
    },
    async delete(personId) {
      await database.execute('delete from medley.person_key where person_id = $1', [personId])
    },
  }
}
