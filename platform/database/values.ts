// Makes both engines return the same JavaScript values for the same SQL type.
import { types as oid } from '@electric-sql/pglite'
import pg from 'pg'

const asText = (text: string) => text
const asInteger = (text: string) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('an int8 is outside the safe integers')
  return value
}
const items = (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(','))

/** Type oid → parser of its text form. timestamptz stays a Date on both; all else here becomes plain data. */
export const parsers: Record<number, (text: string) => unknown> = {
  [oid.INT8]: asInteger, // also count(*) and sum(int)
  [oid.DATE]: asText,
  [oid.TIMESTAMP]: asText,
  [oid.INTERVAL]: asText,
  [oid.BYTEA]: text => Buffer.from(text.slice(2), 'hex'),
  600: asText, // point
  1016: text => items(text).map(item => (item === 'NULL' ? null : asInteger(item))), // int8[]
  1182: items, // date[]
  2951: items, // uuid[]
}

export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    parsers[id] && format !== 'binary'
      ? parsers[id]
      : pg.types.getTypeParser(id, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

/** Postgres's errors echo the values of the statement; those are patients' data, so only what names the rule stays. */
export function withoutValues(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return error
  const raw = error as unknown as Record<string, unknown> & { message: string }
  for (const key of ['query', 'params', 'queryOptions', 'detail', 'where', 'hint', 'internalQuery']) delete raw[key]
  if (typeof raw['code'] === 'string' && raw['code'].startsWith('22')) {
    raw.message = `a value does not fit its type (SQLSTATE ${raw['code']})`
  }
  return error
}
