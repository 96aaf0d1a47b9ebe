// The entries of channels in the platform's schema. Appending is the database's, inside of a save; reading is here.
import type { Json } from '#core/fault'
import type { Clock } from '#platform/clock'
import type { Database } from '#platform/database'
import type { Keys } from '#platform/keys'
import type { Entry, EntryDraft } from './port.ts'

type Row = { seq: number; type: string; person_id: string; sealed: Uint8Array; at: Date }

/** What an entry is sealed for: moved to another channel or called something else it does not open. */
const contextOf = (channel: string, type: string) => `channel ${channel} ${type}`

export type ChannelLog = ReturnType<typeof channelLog>

export function channelLog(database: Pick<Database, 'execute'>, keys: Keys, clock: Clock) {
  return {
    async draft(channel: string, type: string, data: Json, personId: string): Promise<EntryDraft> {
      const sealed = await keys.sealFor(personId, JSON.stringify(data), contextOf(channel, type))
      return { channel, type, personId, sealed, data, at: new Date(clock.nowMs()).toISOString() }
    },
    async read(channel: string, afterSeq: number, limit: number): Promise<Entry[]> {
      const { rows } = await database.execute(
        'select seq, type, person_id, sealed, at from medley.channel_entry where channel = $1 and seq > $2 order by seq limit $3',
        [channel, afterSeq, limit],
      )
      return Promise.all(
        (rows as Row[]).map(async ({ seq, type, person_id, sealed, at }) => {
          const text = await keys.openTextFor(person_id, sealed, contextOf(channel, type))
          return { seq, type, at: at.toISOString(), data: text === undefined ? null : (JSON.parse(text) as Json) }
        }),
      )
    },
    /** The last number of each channel that ever had an entry. */
    async lasts(channels: readonly string[]): Promise<Map<string, number>> {
      const { rows } = await database.execute('select name, seq from medley.channel where name = any($1::text[])', [
        channels,
      ])
      return new Map((rows as { name: string; seq: number }[]).map(({ name, seq }) => [name, seq]))
    },
  }
}
