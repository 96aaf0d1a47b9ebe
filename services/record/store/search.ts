// Searches: one page of matches in order, what they include, and how many there are.
import { sql } from 'kysely'
import type { ServiceDatabase } from '#platform'
import type { Filter } from '../rules/filter.ts'
import type { Include, Sort } from '../rules/query.ts'
import { matcher, tableOf } from './match.ts'
import type { VersionRow } from './resources.ts'
import { type Condition, type Sight, visible } from './visible.ts'
import { countOf, isDense, nearby, probe, reachesAllBut, walkOf } from './walk.ts'

/** Where a page ended. `value` is the text of the last sort value; null when the resource had none. */
export type Place = { value: string | null; key: string }
export type FoundRow = VersionRow & { sort_value: string | null }

const columns = sql`r.key, r.type, r.id, r.version, r.method, r.updated_at, r.is_deleted, r.patients, r.subject_id, r.content, r.owner`

/** How a parameter's values are ordered: its table, the expression for an ascending and a descending order, and its SQL type. */
const orders: Record<string, { table: Condition; up: Condition; down: Condition; type: Condition }> = {
  date: { table: tableOf('moment'), up: sql`min(i.low)`, down: sql`max(i.high)`, type: sql`timestamptz` },
  string: { table: tableOf('text'), up: sql`min(i.folded)`, down: sql`max(i.folded)`, type: sql`text` },
  token: { table: tableOf('token'), up: sql`min(i.code)`, down: sql`max(i.code)`, type: sql`text` },
  uri: { table: tableOf('token'), up: sql`min(i.code)`, down: sql`max(i.code)`, type: sql`text` },
  reference: {
    table: tableOf('reference'),
    up: sql`min(coalesce(i.type || '/' || i.id, i.url))`,
    down: sql`max(coalesce(i.type || '/' || i.id, i.url))`,
    type: sql`text`,
  },
  number: { table: tableOf('quantity'), up: sql`min(i.low)`, down: sql`max(i.high)`, type: sql`float8` },
  quantity: { table: tableOf('quantity'), up: sql`min(i.low)`, down: sql`max(i.high)`, type: sql`float8` },
}

/** Among so many of the newest, what many match is looked for first. */
const fewNewest = 500

export type Wanted = { types: readonly string[]; filters: readonly Filter[]; sight: Sight }

export function searchStore(database: ServiceDatabase) {
  const { query } = database
  const seen = ({ sight }: Wanted): Condition => visible('r', sight, matcher(sight))
  const met = ({ types, filters, sight }: Wanted): Condition => {
    const matches = matcher(sight)
    return sql.join(
      [
        sql`not r.is_deleted`,
        ...(types.length === 1
          ? [sql`r.type = ${types[0]}`]
          : types.length > 1
            ? [sql`r.type = any(${types}::text[])`]
            : []),
        ...filters.map(each => matches(each, sql.ref('r'))),
        ...nearby(types, sight),
      ],
      sql` and `,
    )
  }
  const condition = (wanted: Wanted): Condition => sql`${met(wanted)} and ${seen(wanted)}`
  return {
    /** One page in order; the key breaks ties, so that no page shows or loses a resource twice. Newest first unless said. */
    async page(wanted: Wanted, sort: readonly Sort[], limit: number, after: Place | undefined): Promise<FoundRow[]> {
      const [first, ...rest] = sort
      if (!first) return query(sql<FoundRow>`${newest(wanted, limit, after)}`)
      if (rest.length === 0 && typeof first.by === 'string') return byColumn(wanted, first, limit, after)
      if (rest.length === 0 && typeof first.by === 'object' && first.by.isSingle && first.by.kind === 'date')
        return byMoment(wanted, first.by.number, first.isDescending, limit, after)
      return query(sql<FoundRow>`${sortedByValue(wanted, first, rest, limit, after)}`)
    },

    async count(wanted: Wanted, atMost: number): Promise<number> {
      const [type] = wanted.types
      const all = wanted.types.length === 1 && reachesAllBut(wanted.sight, type!) && countOf(type!, wanted.filters)
      if (all) {
        const withheld = sql`(select count(*) from record.resource r where ${met(wanted)}
          and r.key in (select record.about((select array_agg(distinct u.patient) from record.consent_rule u), ${type}, false))
          and not coalesce(${seen(wanted)}, false))`
        const rows = await query(sql<{ n: number }>`select least(${all} - ${withheld}, ${atMost})::int as n`)
        return rows[0]!.n
      }
      const rows = await query(sql<{ n: number }>`select count(*)::int as n from (
        select from record.resource r where ${condition(wanted)} limit ${atMost}) found`)
      return rows[0]!.n
    },

    /** Resources that these refer to. */
    included: (keys: readonly string[], include: Include, limit: number, sight: Sight) =>
      query(sql<VersionRow>`select ${columns} from record.resource r
        where not r.is_deleted and (r.type, r.id) in (
          select i.type, i.id from record.reference i join record.resource o on o.key = i.resource
          where i.resource = any(${keys}::bigint[]) and i.id is not null
            ${include.type ? sql`and o.type = ${include.type}` : sql``}
            ${include.parameter === undefined ? sql`` : sql`and i.parameter = ${include.parameter}`}
            ${include.targetType === undefined ? sql`` : sql`and i.type = ${include.targetType}`})
          and ${visible('r', sight, matcher(sight))} limit ${limit}`),

    /** Resources that refer to these. */
    referring: (targets: readonly VersionRow[], include: Include, limit: number, sight: Sight) =>
      query(sql<VersionRow>`select ${columns} from record.resource r
        where not r.is_deleted and r.type = ${include.type} and r.key in (
          select i.resource from record.reference i
          join unnest(${targets.map(each => each.type)}::text[], ${targets.map(each => each.id)}::text[]) as w (type, id)
            on w.type = i.type and w.id = i.id
          where ${include.parameter === undefined ? sql`true` : sql`i.parameter = ${include.parameter}`}
            ${include.targetType === undefined ? sql`` : sql`and i.type = ${include.targetType}`})
          and ${visible('r', sight, matcher(sight))} limit ${limit}`),
  }

  /** From the newest on. What many match is looked for among the newest first, and everywhere only when those do not fill the page. */
  function newest(wanted: Wanted, limit: number, after: Place | undefined): Condition {
    const { types, filters, sight } = wanted
    const beyond = (key: Condition) => (after ? sql`and ${key} < ${after.key}::bigint` : sql``)
    const isNarrow = nearby(types, sight).length > 0
    const walk = types.length === 1 && !isNarrow ? walkOf(filters, beyond) : undefined
    const rows = (from: Condition, where: Condition) => sql`select ${columns}, null as sort_value from ${from}
      where ${where} order by r.key desc limit ${limit}`
    const checked = (filters: readonly Filter[]) =>
      sql.join([condition({ ...wanted, filters: [] }), ...filters.map(each => probe(each, sight))], sql` and `)
    if (walk) return rows(sql`(${walk.keys}) w join record.resource r on r.key = w.key`, checked(walk.rest))
    const all = rows(sql`record.resource r`, sql`${condition(wanted)} ${beyond(sql`r.key`)}`)
    if (types.length !== 1 || isNarrow || filters.length === 0 || !filters.every(isDense)) return all
    const few = sql`(select * from record.resource n where n.type = ${types[0]} and not n.is_deleted ${beyond(sql`n.key`)}
      order by n.key desc limit ${fewNewest}) r`
    return sql`with near as materialized (${rows(few, checked(filters))})
      select * from near where (select count(*) from near) = ${limit}
      union all select * from (${all}) f where (select count(*) from near) < ${limit}`
  }

  function byColumn(
    wanted: Wanted,
    { by, isDescending }: Sort,
    limit: number,
    after: Place | undefined,
  ): Promise<FoundRow[]> {
    const [column, type] = by === 'id' ? [sql`r.id`, sql`text`] : [sql`r.updated_at`, sql`timestamptz`]
    const direction = isDescending ? sql`desc` : sql`asc`
    const beyond = after
      ? sql`and (${column}, r.key) ${isDescending ? sql`<` : sql`>`} (${after.value}::${type}, ${after.key}::bigint)`
      : sql``
    return query(sql<FoundRow>`select ${columns}, ${column}::text as sort_value from record.resource r
      where ${condition(wanted)} ${beyond} order by ${column} ${direction}, r.key ${direction} limit ${limit}`)
  }

  /** Walks the index of moments in its own order and stops when the page is full; then come those without one. */
  async function byMoment(
    wanted: Wanted,
    number: number,
    isDescending: boolean,
    limit: number,
    after: Place | undefined,
  ): Promise<FoundRow[]> {
    const direction = isDescending ? sql`desc` : sql`asc`
    const beyond =
      after && after.value !== null
        ? sql`and (m.low, m.resource) ${isDescending ? sql`<` : sql`>`} (${after.value}::timestamptz, ${after.key}::bigint)`
        : sql``
    const dated =
      after && after.value === null
        ? []
        : await query(sql<FoundRow>`select ${columns}, m.low::text as sort_value
            from record.moment m join record.resource r on r.key = m.resource
            where m.parameter = ${number} and m.part = 0 and ${condition(wanted)} ${beyond}
            order by m.low ${direction}, m.resource ${direction} limit ${limit}`)
    if (dated.length === limit) return dated
    const rest = after?.value === null ? sql`and r.key < ${after.key}::bigint` : sql``
    const undated = await query(sql<FoundRow>`select ${columns}, null as sort_value from record.resource r
      where ${condition(wanted)} ${rest} and not exists (select from record.moment m where m.resource = r.key
        and m.parameter = ${number}) order by r.key desc limit ${limit - dated.length}`)
    return [...dated, ...undated]
  }

  /** Resources with a value in its order, then those without one. */
  function sortedByValue(
    wanted: Wanted,
    first: Sort,
    rest: readonly Sort[],
    limit: number,
    after: Place | undefined,
  ): Condition {
    const order = orders[(first.by as { kind: string }).kind]!
    const direction = first.isDescending ? sql`desc` : sql`asc`
    const valueOf = (sort: Sort): Condition => {
      if (sort.by === 'updated') return sql`r.updated_at`
      if (sort.by === 'id') return sql`r.id`
      const { table, up, down } = orders[sort.by.kind]!
      return sql`(select ${sort.isDescending ? down : up} from ${table} i where i.resource = r.key and i.part = 0 and i.parameter = ${sort.by.number})`
    }
    const own = valueOf(first)
    if (rest.length > 0) {
      // A page cannot be cut by several keys at once, so here places are counted from the start.
      const keys = [first, ...rest].map(
        each => sql`${valueOf(each)} ${each.isDescending ? sql`desc` : sql`asc`} nulls last`,
      )
      return sql`select f.*, f.place::text as sort_value from (
          select ${columns}, row_number() over (order by ${sql.join(keys)}, r.key) as place
          from record.resource r where ${condition(wanted)}) f
        where f.place > ${after?.value ?? 0}::bigint order by f.place limit ${limit}`
    }
    const beyond = !after
      ? sql`true`
      : after.value === null
        ? sql`f.sort_key is null and f.key > ${after.key}::bigint`
        : sql`(f.sort_key is null or f.sort_key ${first.isDescending ? sql`<` : sql`>`} ${after.value}::${order.type}
            or f.sort_key = ${after.value}::${order.type} and f.key > ${after.key}::bigint)`
    return sql`select f.*, f.sort_key::text as sort_value from (
        select ${columns}, ${own} as sort_key from record.resource r where ${condition(wanted)}) f
      where ${beyond} order by f.sort_key ${direction} nulls last, f.key limit ${limit}`
  }
}

export type SearchStore = ReturnType<typeof searchStore>
