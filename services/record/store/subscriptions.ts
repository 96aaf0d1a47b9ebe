// Who wants to hear of changes: one row per active Subscription, with whoever made it.
import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'

export type SubscriptionRow = {
  id: string
  /** The Caller whose eyes decide what is told. */
  caller: unknown
  type: string
  criteria: string
  endpoint: string
  headers: string[]
  payload: string | null
  ends_at: Date | null
}

export function subscriptionStore({ query }: ServiceDatabase) {
  return {
    put: ({ id, caller, type, criteria, endpoint, headers, payload, ends_at }: SubscriptionRow) =>
      query(sql`insert into record.subscription (id, caller, type, criteria, endpoint, headers, payload, ends_at)
        values (${id}, ${JSON.stringify(caller)}::jsonb, ${type}, ${criteria}, ${endpoint}, ${headers}::text[], ${payload}, ${ends_at})
        on conflict (id) do update set caller = excluded.caller, type = excluded.type, criteria = excluded.criteria,
          endpoint = excluded.endpoint, headers = excluded.headers, payload = excluded.payload, ends_at = excluded.ends_at`),
    remove: (ids: readonly string[]) => query(sql`delete from record.subscription where id = any(${ids}::text[])`),
    forTypes: (types: readonly string[], at: Date) =>
      query(sql<SubscriptionRow>`select id, caller, type, criteria, endpoint, headers, payload, ends_at from record.subscription
        where type = any(${types}::text[]) and (ends_at is null or ends_at > ${at})`),
    one: async (id: string) =>
      (
        await query(sql<SubscriptionRow>`select id, caller, type, criteria, endpoint, headers, payload, ends_at
          from record.subscription where id = ${id}`)
      )[0],
  }
}

export type SubscriptionStore = ReturnType<typeof subscriptionStore>
