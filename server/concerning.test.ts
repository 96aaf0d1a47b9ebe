import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { audit } from '#contract/audit'
import type { Call } from '#core/call'
import { defineContract } from '#core/contract'
import { Fault, houseFault } from '#core/fault'
import { newId } from '#core/id'
import { AuditRecord } from '#core/journal'
import type { Kit } from '#platform'
import { type TestMedley, testMedley } from '../test/start.ts'
import { createInvoke } from './invoke.ts'

// The real kernel and the real trail around handlers that only speak of patients.

const chart = defineContract({
  name: 'audit',
  operations: {
    interact: {
      method: 'POST',
      path: '/interactions',
      summary: 'Say whom it is about, and end as told',
      input: z.strictObject({ acts: z.array(z.record(z.string(), z.unknown())), end: z.string() }),
      output: z.strictObject({ id: z.string() }),
      allow: ['person'],
    },
    look: {
      method: 'GET',
      path: '/looks',
      summary: 'The same, and it changes nothing',
      input: z.strictObject({ acts: z.array(z.record(z.string(), z.unknown())), end: z.string() }),
      output: z.strictObject({ id: z.string() }),
      allow: ['person'],
    },
  },
  events: {},
  faults: {},
})

let medley: TestMedley
before(async () => (medley = await testMedley()))
after(() => medley.stop())

type Wish = { acts: Parameters<Kit['concerning']>[0][]; end: 'saves' | 'saves first' | 'reads' | 'refuses' | 'breaks' }

/** The entries that one operation leaves in the trail, oldest first. */
async function entriesOf(operation: 'interact' | 'look', { acts, end }: Wish, call: Call): Promise<AuditRecord[]> {
  const { database } = medley.platform
  const own = database.service('audit')
  const say = () => {
    for (const each of acts) database.concerning(each)
  }
  const handler = async (_: unknown, asked: Call) => {
    if (end === 'saves first') await own.save(asked, async () => ({ id: 'x' }))
    say()
    if (end === 'refuses') throw houseFault('access.forbidden')
    if (end === 'breaks') throw new Error('on purpose')
    if (end === 'saves') return own.save(asked, async () => ({ id: 'x' }))
    return own.read(asked, async () => (await own.query(sql`select 1`), { id: 'x' }))
  }
  const invoke = createInvoke(chart, { interact: handler, look: handler }, medley.platform)
  await invoke(operation, { acts, end }, call).catch(() => {})
  await medley.settle()
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { items } = await medley.call(audit).search({ personId: call.caller.personId! }, operator)
  return items.map(({ sequence, hash, personName, ...record }) => record).toReversed()
}
const person = () => medley.as({ personId: newId(), roles: ['clinician'] })

test('the entry of a save, a read and a refusal says whom it concerned, why, and by which act', async () => {
  const acts = [
    { act: 'search', patientIds: ['p1', 'p2'] },
    { patientIds: ['p2', 'p3'], purpose: 'ETREAT' },
  ]
  for (const [operation, end, outcome] of [
    ['interact', 'saves', 'done'],
    ['look', 'reads', 'done'],
    ['look', 'refuses', 'refused'],
    ['interact', 'breaks', 'failed'],
  ] as const) {
    const [entry, ...others] = await entriesOf(operation, { acts, end }, person())
    assert.deepEqual(
      [entry?.action, entry?.patientIds, entry?.purpose, entry?.outcome, others],
      ['audit.search', ['p1', 'p2', 'p3'], 'ETREAT', outcome, []],
      end,
    )
  }
})

test('subjects are added to the ids that the kernel found by itself', async () => {
  const [entry] = await entriesOf(
    'look',
    { acts: [{ subjects: { resource: 'Observation/1' } }], end: 'reads' },
    person(),
  )
  assert.deepEqual([entry?.subjects, entry?.action], [{ auditId: 'x', resource: 'Observation/1' }, 'audit.look'])
  assert.ok(entry && !('patientIds' in entry) && !('purpose' in entry))
})

test('what is said after the save is not lost: it makes one more entry', async () => {
  const entries = await entriesOf('interact', { acts: [{ patientIds: ['p1'] }], end: 'saves first' }, person())
  // Both may be of one millisecond, in which ids have no order.
  assert.deepEqual(entries.flatMap(each => each.patientIds ?? ['nobody']).toSorted(), ['nobody', 'p1'])
})

test('a replay that shows a patient again is written down again', async () => {
  const call = { ...person(), idempotencyKey: newId() }
  const wish: Wish = { acts: [{ patientIds: ['p1'] }], end: 'saves' }
  assert.equal((await entriesOf('interact', wish, call)).length, 1)
  assert.equal((await entriesOf('interact', { ...wish, end: 'saves' }, call)).length, 1)
  const later = { ...person(), idempotencyKey: newId() }
  await entriesOf('interact', { ...wish, end: 'saves first' }, later)
  assert.equal((await entriesOf('interact', { ...wish, end: 'saves first' }, later)).length, 3)
})

test('what no entry could hold is a bug at once, and the trail goes on', async () => {
  const many = Array.from({ length: 201 }, (_, index) => `p${index}`)
  const wrong: Wish['acts'][0][] = [
    { patientIds: many },
    { patientIds: ['x'.repeat(65)] },
    { patientIds: ['\0'] },
    { act: 'a b' },
  ]
  for (const each of wrong) {
    const [entry, ...others] = await entriesOf('look', { acts: [each], end: 'reads' }, person())
    assert.deepEqual([entry?.outcome, entry?.faultCode, entry?.patientIds, others], ['failed', 'bug', undefined, []])
    assert.ok(AuditRecord.safeParse(entry).success)
  }
  assert.throws(
    () => medley.platform.database.concerning({ act: 'read' }),
    (error: unknown) => !(error instanceof Fault),
  )
})
