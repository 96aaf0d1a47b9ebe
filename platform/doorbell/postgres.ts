// NOTIFY takes a lock that all commits of the server share, so it is sent apart from any change, and seldom.
import type { Database } from '#platform/database'
import { gatherRings, unpacked } from './gather.ts'
import type { Doorbell, Ring } from './port.ts'

const line = 'medley_doorbell'
const everyMs = 15
/** A payload of PostgreSQL ends at 8,000 bytes. */
const bytesMax = 7_800

export async function postgresDoorbell(
  database: Pick<Database, 'execute' | 'listen'>,
  report: (error: unknown) => void,
): Promise<Doorbell> {
  const listeners = new Set<(ring: Ring) => void>()
  let sending: Promise<unknown> = Promise.resolve()
  const gathering = gatherRings(everyMs, bytesMax, messages => {
    // One after the other, so that notes stay in order and a slow server is not asked faster than it answers.
    sending = sending
      .then(() => database.execute(`select pg_notify('${line}', m) from unnest($1::text[]) m`, [messages]))
      .catch(report)
  })
  const stop = await database.listen(line, message => {
    for (const ring of unpacked(message)) for (const listener of listeners) listener(ring)
  })
  return {
    ring: gathering.add,
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      gathering.stop()
      listeners.clear()
      await stop()
      await sending
    },
  }
}
