// The one condition that decides who sees what. It stands wherever a statement touches a resource or one of its versions:
// in reads, searches, includes, chains, reverse chains, histories, exports and subscriptions.
import { type RawBuilder, sql } from 'kysely'
import { careServes, openTypes, type View } from '../rules/access.ts'
import type { Filter } from '../rules/filter.ts'

export type Condition = RawBuilder<unknown>

/** A scope rule whose query was parsed for its type. */
export type ReadyScope = {
  type: string
  filters: readonly Filter[]
  /** The only patients it reaches; undefined for all that the caller may see. */
  within: readonly string[] | undefined
}
export type Sight = View & {
  ready?: readonly ReadyScope[] | undefined
}

export function visible(
  alias: 'r' | 'h' | 't' | 'c',
  sight: Sight,
  matches: (filter: Filter, row: Condition) => Condition,
): Condition {
  const row = sql.ref(alias)
  if (sight.isAll) return sql`true`
  const scoped = sight.ready ? scopeCondition(row, sight.ready, matches) : sql`true`
  const own = sql`${row}.patients <> '{}' and ${row}.patients <@ ${sight.own}::text[]`
  const near = sight.candidates ? sql`${row}.patients && ${sight.candidates}::text[]` : sql`${row}.patients <> '{}'`
  const all = sql`${near} and not exists (
    select from unnest(${row}.patients) as p (id) where not coalesce(${reaches(row, sight)}, false))`
  // Most resources are about one patient without any consent; a machine that reaches everybody then need not look further.
  const others = sight.isSystem
    ? sql`or cardinality(${row}.patients) = 1
        and not exists (select from record.consent_rule u where u.patient = ${row}.patients[1]) or ${all}`
    : sql`or ${all}`
  const about = sight.isStaff
    ? sql`${row}.patients = '{}'`
    : sql`${row}.patients = '{}' and ${row}.type = any(${[...openTypes]}::text[])`
  return sql`(${scoped} and (${about} or ${own} ${others}))`
}

/** Whether one patient `p` of a resource is within reach: as oneself, in an emergency, or by care and consent. */
function reaches(row: Condition, { own, personId, clinicianId, isSystem, actors, purpose, at }: Sight): Condition {
  const care =
    isSystem || clinicianId === null || !careServes(purpose)
      ? isSystem
        ? sql`true`
        : sql`false`
      : sql`exists (select from record.reach c where c.patient = p.id and c.kind = 'care' and c.clinician_id = ${clinicianId}
          and c.since <= ${at} and ${at} < c.until)`
  return sql`case
    when p.id = any(${own}::text[]) then true
    when exists (select from record.reach e where e.patient = p.id and e.kind = 'emergency' and e.person_id = ${personId}
      and e.since <= ${at} and ${at} < e.until) then true
    when exists (select from record.consent_rule u where u.patient = p.id)
      then (select not d.is_denied and (d.is_permitted or ${care})
        from record.consents(p.id, ${row}.type, ${row}.labels, ${actors}::text[], ${purpose}, ${at}) d)
    else ${care} end`
}

function scopeCondition(
  row: Condition,
  ready: readonly ReadyScope[],
  matches: (filter: Filter, row: Condition) => Condition,
): Condition {
  const parts = ready.map(({ type, filters, within }) =>
    sql.join(
      [
        type === '*' ? sql`true` : sql`${row}.type = ${type}`,
        ...(within ? [sql`${row}.patients <@ ${within}::text[]`] : []),
        ...filters.map(each => matches(each, row)),
      ],
      sql` and `,
    ),
  )
  return parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`
}
