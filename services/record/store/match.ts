// Filters as SQL conditions on one row of `record.resource`. Every value is a parameter; nothing of a request becomes SQL text.
import { sql } from 'kysely'
import type { Filter, Prefix, Test } from '../rules/filter.ts'
import { type Condition, type Sight, visible } from './visible.ts'

/** How a filter is met by the resource in `row`, as the caller of `sight` may know it. */
export function matcher(sight: Sight): (filter: Filter, row: Condition) => Condition {
  const matches = (filter: Filter, row: Condition): Condition => {
    switch (filter.kind) {
      case 'ids':
        return sql`${row}.id ${filter.isNot ? sql`<> all` : sql`= any`}(${filter.ids}::text[])`
      case 'updated':
        return anyOf(
          filter.tests.map(each => momentCondition(each.prefix, sql`${row}.updated_at`, sql`${row}.updated_at`, each)),
        )
      case 'values': {
        const [first] = filter.tests
        if (filter.isNot) return sql`not exists (${indexRows(filter)} and i.resource = ${row}.key)`
        if (first?.table === 'moment' && filter.tests.length === 1) return within(filter.numbers, [first], row)
        return sql`${row}.key in (${indexRows(filter)})`
      }
      case 'span':
        return within(filter.numbers, filter.tests, row)
      case 'composite':
        return anyOf(filter.alternatives.map(tests => compositeCondition(filter.numbers, tests, row)))
      case 'missing': {
        const some = anyOf(
          filter.tables.map(
            table =>
              sql`exists (select from ${tableOf(table)} i where i.resource = ${row}.key and ${numbered(filter.numbers)})`,
          ),
        )
        return filter.isMissing ? sql`not ${some}` : some
      }
      case 'chain':
        return sql`${row}.key in (select i.resource from record.reference i join record.resource c on c.type = i.type and c.id = i.id
          where ${numbered(filter.numbers)} and i.type = any(${filter.types}::text[]) and not c.is_deleted
            and ${matchesNested(filter.filter, sight)} and ${visible('c', sight, matches)})`
      case 'has':
        return sql`(${row}.type, ${row}.id) in (select i.type, i.id from record.reference i join record.resource c on c.key = i.resource
          where i.parameter = ${filter.number} and c.type = ${filter.type} and not c.is_deleted
            and ${matchesNested(filter.filter, sight)} and ${visible('c', sight, matches)})`
      case 'all':
        return sql`(${sql.join(
          filter.filters.map(each => matches(each, row)),
          sql` and `,
        )})`
      case 'any':
        return sql`(${sql.join(
          filter.filters.map(each => matches(each, row)),
          sql` or `,
        )})`
      case 'not':
        return sql`not ${matches(filter.filter, row)}`
      case 'in':
      case 'hierarchy':
        throw new Error('the service turns value sets into codes before it searches')
      default:
        return filter satisfies never
    }
  }
  return matches
}

/** Inside a chain the resource is `c`; the inner statement's own `c` hides the outer one, which it does not need. */
function matchesNested(filter: Filter, sight: Sight): Condition {
  return matcher(sight)(filter, sql.ref('c'))
}

const tables: Record<Test['table'], Condition> = {
  token: sql`record.token`,
  text: sql`record.text`,
  reference: sql`record.reference`,
  moment: sql`record.moment`,
  quantity: sql`record.quantity`,
}
export const tableOf = (table: Test['table']): Condition => tables[table]

const numbered = (numbers: readonly number[]): Condition =>
  numbers.length === 1 ? sql`i.parameter = ${numbers[0]}` : sql`i.parameter = any(${numbers}::int[])`

const anyOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 1
    ? conditions[0]!
    : conditions.length === 0
      ? sql`false`
      : sql`(${sql.join([...conditions], sql` or `)})`

function compositeCondition(numbers: readonly number[], tests: readonly Test[], row: Condition): Condition {
  const [first, ...rest] = tests
  const further = rest.map(
    (test, index) => sql`exists (select from ${tableOf(test.table)} i where i.resource = o.resource and i.part = o.part
      and i.parameter = ${numbers[index + 1]} and ${testCondition(test)})`,
  )
  return sql`${row}.key in (select o.resource from (select i.resource, i.part from ${tableOf(first!.table)} i
    where i.parameter = ${numbers[0]} and ${testCondition(first!)}) o where ${sql.join(further, sql` and `)})`
}

/** The resources with a value that a filter asks for, once for every such value. */
export const indexRows = ({ numbers, tests }: Extract<Filter, { kind: 'values' }>): Condition =>
  sql`select i.resource from ${tableOf(tests[0]!.table)} i where ${numbered(numbers)} and ${anyOf(tests.map(testCondition))}`

/** On row `i` of the test's table. */
function testCondition(test: Test): Condition {
  switch (test.table) {
    case 'token':
      return tokenCondition(test)
    case 'text':
      if (test.mode === 'exact') return sql`i.exact = ${test.text}`
      if (test.mode === 'contains') return sql`i.folded like '%' || ${likeOf(test.text)} || '%'`
      return test.mode === 'starts'
        ? sql`i.folded like ${likeOf(test.text)} || '%'`
        : sql`(i.folded like ${likeOf(test.text)} || '%' or i.folded like '% ' || ${likeOf(test.text)} || '%')`
    case 'reference':
      if (test.url !== undefined) return sql`i.url = ${test.url}`
      return test.type === undefined ? sql`i.id = ${test.id}` : sql`i.id = ${test.id} and i.type = ${test.type}`
    case 'moment':
      return momentCondition(test.prefix, sql`i.low`, sql`i.high`, test)
    case 'quantity':
      return quantityCondition(test)
    default:
      return test satisfies never
  }
}

function tokenCondition(test: Extract<Test, { table: 'token' }>): Condition {
  if ('among' in test) {
    if (test.among.length === 0) return sql`false`
    const [codes, systems] = [test.among.map(each => each.code), test.among.map(each => each.system ?? '')]
    // Elements of type `code` have no system of their own: the code alone decides.
    return sql`i.code = any(${codes}::text[]) and (i.system is null
      or (i.code, i.system) in (select a.code, a.system from unnest(${codes}::text[], ${systems}::text[]) as a (code, system)))`
  }
  if ('begins' in test) return sql`i.code like ${likeOf(test.begins)} || '%'`
  if ('beginningOf' in test) return sql`starts_with(${test.beginningOf}, i.code)`
  const code = test.code === undefined ? sql`true` : sql`i.code = ${test.code}`
  if (test.system === undefined) return code
  return test.system === null ? sql`${code} and i.system is null` : sql`${code} and i.system = ${test.system}`
}

const likeOf = (text: string) => text.replaceAll(/[\\%_]/g, String.raw`\$&`)

type Moment = Extract<Test, { table: 'moment' }>

/** Where the beginning of a matching stretch can lie: not before `from` (a year before, if it is loose), and before `to`. */
function boundsOf({ prefix, low, high }: Moment): { from?: string; isLoose?: boolean; to?: string } {
  switch (prefix) {
    case 'eq':
      return { from: low, to: high }
    case 'gt':
      return { from: high, isLoose: true }
    case 'ge':
      return { from: low, isLoose: true }
    case 'lt':
    case 'eb':
      return { to: low }
    case 'le':
      return { to: high }
    case 'sa':
      return { from: high }
    case 'ne':
    case 'ap':
      return {}
    default:
      return prefix satisfies never
  }
}

/** All tests on one row, found by where stretches begin; those over a year long are looked up by where they end. */
function within(numbers: readonly number[], tests: readonly Moment[], row: Condition): Condition {
  const bounds = tests.map(boundsOf)
  const exact = sql.join([numbered(numbers), ...tests.map(testCondition)], sql` and `)
  const upper = bounds.flatMap(({ to }) => (to === undefined ? [] : [sql`i.low < ${to}::timestamptz`]))
  const lower = bounds.flatMap(({ from, isLoose }) =>
    from === undefined
      ? []
      : [isLoose ? sql`i.low >= ${from}::timestamptz - interval '8784 hours'` : sql`i.low >= ${from}::timestamptz`],
  )
  const loose = bounds.filter(each => each.isLoose)
  const short = sql`select i.resource from record.moment i where ${sql.join([exact, ...upper, ...lower], sql` and `)}`
  if (loose.length === 0) return sql`${row}.key in (${short})`
  const ends = loose.map(({ from }) => sql`i.high > ${from}::timestamptz`)
  const long = sql`select i.resource from record.moment i where i.is_long and ${sql.join([exact, ...ends], sql` and `)}`
  return sql`${row}.key in (${short} union all ${long})`
}

/** https://hl7.org/fhir/R4/search.html#prefix, for stretches: [low, high) of the resource against [low, high) of the search. */
function momentCondition(
  prefix: Prefix,
  low: Condition,
  high: Condition,
  asked: { low: string; high: string },
): Condition {
  const [from, to] = [sql`${asked.low}::timestamptz`, sql`${asked.high}::timestamptz`]
  switch (prefix) {
    case 'eq':
      return sql`(${low} >= ${from} and ${low} < ${to} and ${high} <= ${to})`
    case 'ne':
      return sql`not (${low} >= ${from} and ${low} < ${to} and ${high} <= ${to})`
    case 'gt':
      return sql`${high} > ${to}`
    case 'ge':
      return sql`(${high} > ${to} or ${low} >= ${from})`
    case 'lt':
      return sql`${low} < ${from}`
    case 'le':
      return sql`(${low} < ${from} or ${high} <= ${to})`
    case 'sa':
      return sql`${low} >= ${to}`
    case 'eb':
      return sql`${high} <= ${from}`
    case 'ap': {
      // A day on either side of a day; the standard leaves the width to the server.
      return sql`(${low} < ${to} + (${to} - ${from}) and ${high} > ${from} - (${to} - ${from}))`
    }
    default:
      return prefix satisfies never
  }
}

function quantityCondition(test: Extract<Test, { table: 'quantity' }>): Condition {
  const unit =
    test.code === undefined
      ? sql`true`
      : test.system === undefined
        ? sql`(i.code = ${test.code} or i.unit = ${test.code})`
        : sql`i.code = ${test.code} and i.system = ${test.system}`
  return sql`(${unit} and ${numberCondition(test)})`
}

function numberCondition({
  prefix,
  value,
  low,
  high,
}: {
  prefix: Prefix
  value: number
  low: number
  high: number
}): Condition {
  const spread = Math.abs(value) * 0.1
  switch (prefix) {
    case 'eq':
      return sql`i.low >= ${low} and i.high < ${high}`
    case 'ne':
      return sql`not (i.low >= ${low} and i.high < ${high})`
    case 'gt':
    case 'sa':
      return prefix === 'gt' ? sql`i.high > ${value}` : sql`i.low > ${value}`
    case 'ge':
      return sql`i.high >= ${value}`
    case 'lt':
    case 'eb':
      return prefix === 'lt' ? sql`i.low < ${value}` : sql`i.high < ${value}`
    case 'le':
      return sql`i.low <= ${value}`
    case 'ap':
      return sql`i.high >= ${value - spread} and i.low <= ${value + spread}`
    default:
      return prefix satisfies never
  }
}
