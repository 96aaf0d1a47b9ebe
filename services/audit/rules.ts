import type { AuditRecord } from '#core/journal'
import { epochMsOf, type Instant, instantOf } from '#core/time'
import type { AuditEntry, Verdict } from './contract.ts'

export type Head = { sequence: number; hash: string }
/** A row of the chain as it was found. */
export type Link = { sequence: number; record: string; previousHash: string; hash: string }
export type Finding = NonNullable<Verdict['finding']>
export type Break = { brokenAt: number; finding: Finding }

/** What precedes the first entry. */
export const genesis: Head = { sequence: 0, hash: '0'.repeat(64) }

/** JSON with sorted keys and no spaces (in the manner of RFC 8785), so that one record has one text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}

/** SHA-256 in hex, handed in because rules touch nothing of the machine. */
export type Hash = (text: string) => string

const chained = (hash: Hash, previousHash: string, sequence: number, record: string) =>
  hash(`${previousHash}\n${sequence}\n${record}`)

/** Continues the chain after `head` with these records, in order. */
export function linksAfter(head: Head, records: readonly AuditRecord[], sha256: Hash): Link[] {
  let { sequence, hash } = head
  return records.map(each => {
    const previousHash = hash
    const record = canonical(each)
    sequence += 1
    hash = chained(sha256, previousHash, sequence, record)
    return { sequence, record, previousHash, hash }
  })
}

/** Walks a page of the chain from `head`; the first link that is not as it was written, or the new head. */
export function walk(head: Head, page: readonly Link[], sha256: Hash): { head: Head; broken?: Break } {
  let at = head
  for (const [index, link] of page.entries()) {
    const expected = at.sequence + 1
    if (link.sequence !== expected) return { head: at, broken: { brokenAt: expected, finding: 'missing' } }
    if (link.previousHash !== at.hash || link.hash !== chained(sha256, at.hash, expected, link.record)) {
      return { head: at, broken: { brokenAt: expected, finding: findingAt(at, page.slice(index), sha256) } }
    }
    at = { sequence: expected, hash: link.hash }
  }
  return { head: at }
}

/** Another row whose record belongs here means that rows changed places; otherwise this one was edited. */
function findingAt(head: Head, rest: readonly Link[], sha256: Hash): Finding {
  const hashes = new Set(rest.map(link => link.hash))
  const isElsewhere = rest.slice(1).some(link => hashes.has(chained(sha256, head.hash, head.sequence + 1, link.record)))
  return isElsewhere ? 'reordered' : 'edited'
}

/** Instants are recorded in one form; a filter may come in another, such as without milliseconds. */
export const sameForm = (instant: Instant | undefined) =>
  instant === undefined ? undefined : instantOf(epochMsOf(instant))

const csvColumns = [
  'sequence',
  'at',
  'personId',
  'personName',
  'roles',
  'action',
  'subjects',
  'patientIds',
  'purpose',
  'outcome',
  'faultCode',
  'reason',
  'via',
  'from',
  'region',
  'requestId',
  'id',
  'hash',
] as const satisfies readonly (keyof AuditEntry)[]

/** RFC 4180. A cell that a spreadsheet would run as a formula is made text (OWASP: CSV injection). */
export function csvOf(entries: readonly AuditEntry[]): string {
  const lines = entries.map(entry => csvColumns.map(column => cellOf(entry[column])).join(','))
  return [csvColumns.join(','), ...lines, ''].join('\r\n')
}

function cellOf(value: AuditEntry[keyof AuditEntry]): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : canonical(value)
  const isFormula = /^[=+\-@\t\r\n]/.test(text.trimStart()) || /^[\t\r\n]/.test(text)
  return `"${(isFormula ? `'${text}` : text).replaceAll('"', '""')}"`
}
