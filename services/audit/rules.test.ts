import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { newId } from '#core/id'
import type { AuditRecord } from '#core/journal'
import type { AuditEntry } from './contract.ts'
import { canonical, csvOf, type Finding, genesis, type Link, linksAfter, sameForm, walk } from './rules.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const record = (action: string): AuditRecord => ({
  id: newId(),
  at: '2026-11-23T12:00:00.000Z',
  region: 'us',
  roles: ['patient'],
  action,
  subjects: {},
  outcome: 'done',
  requestId: 'r',
})
const chain = (length: number) =>
  linksAfter(
    genesis,
    Array.from({ length }, (_, index) => record(`test.act${index}`)),
    sha256,
  )

test('one record has one text, whatever the order of its fields', () => {
  assert.equal(canonical({ b: 1, a: [{ d: null, c: 'ü"' }], u: undefined }), '{"a":[{"c":"ü\\"","d":null}],"b":1}')
  assert.equal(canonical({ x: 1, y: { b: 2, a: 1 } }), canonical({ y: { a: 1, b: 2 }, x: 1 }))
})

test('a chain hashes the former hash, the number and the text', () => {
  const [first, second] = chain(2)
  assert.equal(first!.hash, sha256(`${'0'.repeat(64)}\n1\n${first!.record}`))
  assert.equal(second!.hash, sha256(`${first!.hash}\n2\n${second!.record}`))
})

test('an unbroken chain is walked to its end, in pages of any size', () => {
  const links = chain(10)
  const last = { sequence: 10, hash: links[9]!.hash }
  assert.deepEqual(walk(genesis, links, sha256), { head: last })
  const half = walk(genesis, links.slice(0, 4), sha256)
  assert.deepEqual(walk(half.head, links.slice(4), sha256), { head: last })
})

test('what was done to a chain is found where it was done', () => {
  const swap = (links: Link[], a: number, b: number) => {
    const moved = links.map(link =>
      link.sequence === a ? { ...link, sequence: b } : link.sequence === b ? { ...link, sequence: a } : link,
    )
    return moved.toSorted((x, y) => x.sequence - y.sequence)
  }
  const change = (links: Link[], at: number, change: Partial<Link>) =>
    links.map(link => (link.sequence === at ? { ...link, ...change } : link))
  const table: [string, (links: Link[]) => Link[], number, Finding][] = [
    ['edited text', links => change(links, 4, { record: canonical(record('other')) }), 4, 'edited'],
    ['edited hash', links => change(links, 4, { hash: sha256('x') }), 4, 'edited'],
    ['edited link', links => change(links, 4, { previousHash: sha256('x') }), 4, 'edited'],
    ['deleted', links => links.filter(link => link.sequence !== 4), 4, 'missing'],
    ['deleted first', links => links.slice(1), 1, 'missing'],
    ['reordered neighbours', links => swap(links, 4, 5), 4, 'reordered'],
    ['reordered far', links => swap(links, 3, 9), 3, 'reordered'],
    [
      'contents exchanged',
      links => change(change(links, 4, { record: links[6]!.record }), 7, { record: links[3]!.record }),
      4,
      'reordered',
    ],
  ]
  for (const [name, mutate, brokenAt, finding] of table) {
    assert.deepEqual(walk(genesis, mutate(chain(10)), sha256).broken, { brokenAt, finding }, name)
  }
})

test('a cell that a spreadsheet would run is only text in the export', () => {
  const entry = (reason: string): AuditEntry => ({ ...record('x.y'), reason, sequence: 1, hash: 'h' })
  for (const reason of ['=1+1', '+1', '-1', '@x', '\t=1', '  =1', '\r=1']) {
    assert.ok(csvOf([entry(reason)]).includes(`"'${reason}"`), JSON.stringify(reason))
  }
  assert.ok(csvOf([entry('says "no", twice')]).includes('"says ""no"", twice"'))
  assert.equal(csvOf([]).split('\r\n').length, 2)
})

test('filters compare in the form that is recorded', () => {
  assert.equal(sameForm('2026-11-23T12:00:00Z'), '2026-11-23T12:00:00.000Z')
  assert.equal(sameForm(undefined), undefined)
})
