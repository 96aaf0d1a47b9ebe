// Shortcuts for what many resources meet. Plans collect all matches before they cut a page; where matches are dense it is faster to
// walk from the newest on, and to count index rows alone. Both give what the plain statements give.
import { sql } from 'kysely'
import { openTypes } from '../rules/access.ts'
import type { Filter } from '../rules/filter.ts'
import { indexRows, matcher } from './match.ts'
import type { Condition, Sight } from './visible.ts'

/** Keys in falling order, read off an index, and the filters that are left to check on each. */
export type Walk = { keys: Condition; rest: readonly Filter[] }

/**
 * A code with its system leads: the index holds its resources in order. Only where nothing else narrows the search much, since
 * otherwise going through all with that code is the longer way.
 */
export function walkOf(filters: readonly Filter[], beyond: (key: Condition) => Condition): Walk | undefined {
  const lead = filters.find(each => codedLead(each) !== undefined)
  const others = filters.filter(each => each !== lead)
  if (!lead || !others.every(isDense)) return undefined
  const { number, code, system } = codedLead(lead)!
  const keys = sql`select distinct t.resource as key from record.token t
    where t.parameter = ${number} and t.code = ${code} and t.system = ${system} ${beyond(sql`t.resource`)} order by t.resource desc`
  // The code alone does not make a composite: its other parts are looked up like the rest.
  return { keys, rest: lead.kind === 'composite' ? [...others, lead] : others }
}

function codedLead(filter: Filter): { number: number; system: string; code: string } | undefined {
  if (filter.kind !== 'values' && filter.kind !== 'composite') return undefined
  const tests = filter.kind === 'composite' ? filter.alternatives.length === 1 && filter.alternatives[0] : filter.tests
  const [test] = tests || []
  const isPlain =
    filter.kind === 'composite' || (!filter.isNot && filter.numbers.length === 1 && filter.tests.length === 1)
  if (!isPlain || test?.table !== 'token' || !('code' in test)) return undefined
  const { system, code } = test
  return code !== undefined && typeof system === 'string' ? { number: filter.numbers[0]!, system, code } : undefined
}

/** A filter looked up for one row at a time: the offset keeps the plan from collecting everything that meets it first. */
export const probe = (filter: Filter, sight: Sight): Condition =>
  sql`exists (select from (values (r.key, r.type, r.id)) as p (key, type, id) where ${matcher(sight)(filter, sql.ref('p'))} offset 0)`

/** What tends to hold for many: a look at the newest resources of the type may well fill a page. */
export const isDense = (filter: Filter): boolean =>
  filter.kind === 'has' ||
  filter.kind === 'chain' ||
  filter.kind === 'composite' ||
  ((filter.kind === 'span' || filter.kind === 'values') &&
    filter.tests.length === 1 &&
    filter.tests.every(test => test.table === 'moment' && ['ge', 'gt', 'le', 'lt', 'ne'].includes(test.prefix)))

/** With more patients than these, going through all that is about them is the longer way. */
const fewPatients = 50

/**
 * Whoever is near a few patients only sees what is about them, and staff what is about nobody besides: those rows are looked up first.
 * A hint for the plan; `visible` decides.
 */
export function nearby(types: readonly string[], { isAll, candidates, isStaff }: Sight): Condition[] {
  const [type] = types
  if (isAll || types.length !== 1 || openTypes.has(type!) || candidates === null || candidates.length > fewPatients)
    return []
  return [sql`r.key in (select record.about(${candidates}::text[], ${type}, ${isStaff}))`]
}

/** Whether a caller reaches whatever no consent speaks of: then all of a type can be counted, less what consents withhold. */
export const reachesAllBut = ({ isAll, isSystem, ready }: Sight, type: string): boolean =>
  isAll ||
  (isSystem &&
    (ready === undefined ||
      ready.some(
        each => (each.type === '*' || each.type === type) && each.filters.length === 0 && each.within === undefined,
      )))

/** How many there are of a type, told by index rows alone: a parameter's number names the type, and only present resources have rows. */
export function countOf(type: string, filters: readonly Filter[]): Condition | undefined {
  const [only] = filters
  if (!only) return sql`(select count(*) from record.resource a where a.type = ${type} and not a.is_deleted)`
  if (filters.length > 1 || only.kind !== 'values' || only.isNot || only.tests.some(each => each.table === 'moment'))
    return undefined
  return sql`(select count(distinct a.resource) from (${indexRows(only)}) a)`
}
