import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { sql } from 'kysely'
import { newId } from '#core/id'
import type { AuditRecord } from '#core/journal'
import { Fault } from '#core/fault'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { audit, type Verdict } from './contract.ts'

// Each test breaks the trail of a Medley of its own.
const started: TestMedley[] = []
afterEach(async () => {
  for (const medley of started.splice(0)) await medley.stop()
})

/** Without worker, so that nothing but the test appends. */
async function aMedley(): Promise<TestMedley> {
  const medley = await testMedley({ roles: 'api' })
  started.push(medley)
  return medley
}

const refused = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
const operator = (medley: TestMedley) => medley.as({ roles: ['operator'], personId: newId() })
const house = (medley: TestMedley) => medley.composition.serviceCall('test')
const record = (extra: Partial<AuditRecord> = {}): AuditRecord => ({
  id: newId(),
  at: '2026-11-23T12:00:00.000Z',
  region: 'us',
  roles: ['patient'],
  action: 'test.act',
  subjects: {},
  outcome: 'done',
  requestId: 'r',
  ...extra,
})
const append = (medley: TestMedley, records: AuditRecord[]) => medley.call(audit).append({ records }, house(medley))
const verify = (medley: TestMedley): Promise<Verdict> => medley.call(audit).verify({}, house(medley))

async function aTrail(length: number): Promise<TestMedley> {
  const medley = await aMedley()
  await append(
    medley,
    Array.from({ length }, (_, index) => record({ action: `test.act${index + 1}` })),
  )
  return medley
}

test('a trail as it was written is intact and anchored', async () => {
  const medley = await aTrail(12)
  const { isIntact, entries, anchoredAt, brokenAt } = await verify(medley)
  assert.deepEqual([isIntact, entries, brokenAt], [true, 12, undefined])
  assert.equal(anchoredAt, '2026-11-23T12:00:00.000Z')
})

test('an empty trail is intact', async () => {
  assert.equal((await verify(await aMedley())).isIntact, true)
})

const mutations: [string, ReturnType<typeof sql>[], number, Verdict['finding']][] = [
  [
    'an edited record',
    [sql`update audit.entry set record = replace(record, 'done', 'failed') where sequence = 5`],
    5,
    'edited',
  ],
  ['a deleted entry', [sql`delete from audit.entry where sequence = 7`], 7, 'missing'],
  [
    'two entries that changed places',
    [
      sql`update audit.entry set sequence = 1000 where sequence = 4`,
      sql`update audit.entry set sequence = 4 where sequence = 6`,
      sql`update audit.entry set sequence = 6 where sequence = 1000`,
    ],
    4,
    'reordered',
  ],
  ['a cut-off end', [sql`delete from audit.entry where sequence > 9`], 10, 'truncated'],
  [
    'a cut-off end with the head moved back',
    [
      sql`delete from audit.entry where sequence > 9`,
      sql`update audit.head set sequence = 9, hash = (select hash from audit.entry where sequence = 9)`,
    ],
    10,
    'truncated',
  ],
  [
    'everything gone',
    [sql`delete from audit.entry`, sql`update audit.head set sequence = 0, hash = repeat('0', 64)`],
    1,
    'truncated',
  ],
  [
    'the last entry written anew with a fitting hash',
    [
      sql`update audit.entry set record = replace(record, 'done', 'failed') where sequence = 12`,
      sql`update audit.entry set hash = encode(sha256(convert_to(previous_hash || E'\n12\n' || record, 'UTF8')), 'hex') where sequence = 12`,
      sql`update audit.head set hash = (select hash from audit.entry where sequence = 12)`,
    ],
    12,
    'edited',
  ],
  [
    'an entry of somebody else at the end',
    [
      sql`insert into audit.entry (sequence, previous_hash, record, hash)
        select 13, hash, r, encode(sha256(convert_to(hash || E'\n13\n' || r, 'UTF8')), 'hex')
        from audit.entry, lateral (select replace(record, record::jsonb ->> 'id', gen_random_uuid()::text) as r) x where sequence = 12`,
    ],
    13,
    'edited',
  ],
]

for (const [name, statements, brokenAt, finding] of mutations) {
  test(`verification finds ${name}`, async () => {
    const medley = await aTrail(12)
    for (const statement of statements) await statement.execute(medley.platform.database.owner)
    const verdict = await verify(medley)
    assert.deepEqual([verdict.isIntact, verdict.brokenAt, verdict.finding], [false, brokenAt, finding])
  })
}

test('verification finds that the anchor was taken away or forged', async () => {
  const medley = await aTrail(3)
  const key = 'audit/anchor/us.json'
  const blob = await medley.platform.blobs.get(key)
  const anchor = JSON.parse(new TextDecoder().decode(blob!.body)) as { sequence: number }
  for (const forged of [JSON.stringify({ ...anchor, sequence: 2 }), '{}', 'not json']) {
    await medley.platform.blobs.put(key, new TextEncoder().encode(forged), { contentType: 'application/json' })
    assert.equal((await verify(medley)).finding, 'anchorMissing')
  }
  await medley.platform.blobs.delete(key)
  assert.equal((await verify(medley)).finding, 'anchorMissing')
})

test('a crash between the commit and the anchor raises no alarm', async () => {
  const medley = await aTrail(3)
  const key = 'audit/anchor/us.json'
  const before = await medley.platform.blobs.get(key)
  await append(medley, [record(), record()])
  await medley.platform.blobs.put(key, before!.body, before!)
  const { isIntact, entries } = await verify(medley)
  assert.deepEqual([isIntact, entries], [true, 5])
})

test('concurrent appends keep the chain without gaps, and an entry that comes twice is chained once', async () => {
  const medley = await aMedley()
  const records = Array.from({ length: 200 }, () => record())
  const batches = Array.from({ length: 20 }, (_, index) => records.slice(index * 10, index * 10 + 15))
  const counts = await Promise.all(batches.map(batch => append(medley, [...batch, batch[0]!])))
  assert.equal(
    counts.reduce((total, { appended }) => total + appended, 0),
    200,
  )
  const { isIntact, entries } = await verify(medley)
  assert.deepEqual([isIntact, entries], [true, 200])
})

test('the service’s own role cannot change what it wrote', async () => {
  const medley = await aTrail(2)
  const database = medley.platform.database.service('audit')
  for (const statement of [sql`delete from audit.entry`, sql`update audit.entry set record = record`]) {
    const rows = await database.save(house(medley), () => database.query(sql`${statement} returning sequence`))
    assert.deepEqual(rows, [])
  }
  assert.equal((await verify(medley)).isIntact, true)
})

test('operators find entries by person, action, outcome, subject and time, newest first', async () => {
  const medley = await aMedley()
  const [personId, bookingId] = [newId(), newId()]
  await append(medley, [
    record({ action: 'appointment.book', personId, subjects: { bookingId } }),
    record({ action: 'appointment.cancel', at: '2026-11-24T08:00:00.000Z', subjects: { bookingId } }),
    record({ action: 'record.read', outcome: 'refused', faultCode: 'access.forbidden' }),
  ])
  const search = async (filter: Parameters<ReturnType<typeof medley.call<typeof audit>>['search']>[0]) =>
    (await medley.call(audit).search(filter, operator(medley))).items.map(each => each.sequence)
  assert.deepEqual(await search({}), [3, 2, 1])
  assert.deepEqual(await search({ personId }), [1])
  assert.deepEqual(await search({ action: 'appointment.' }), [2, 1])
  assert.deepEqual(await search({ outcome: 'refused' }), [3])
  assert.deepEqual(await search({ subject: bookingId }), [2, 1])
  assert.deepEqual(await search({ since: '2026-11-24T00:00:00Z' }), [2])
  assert.deepEqual(await search({ until: '2026-11-23T12:00:00Z' }), [])
  assert.deepEqual(await search({ subject: `'; drop table audit.entry; --` }), [])
  const first = await medley.call(audit).search({ limit: 2 }, operator(medley))
  const rest = await medley.call(audit).search({ limit: 2, cursor: first.nextCursor! }, operator(medley))
  assert.deepEqual([rest.items.map(each => each.sequence), rest.nextCursor], [[1], undefined])
})

test('a patient’s accesses are found by their id, newest first, whoever asks for Medley', async () => {
  const medley = await aMedley()
  await append(medley, [
    record({ action: 'record.read', patientIds: ['pat-1', 'pat-2'], purpose: 'TREAT' }),
    record({ action: 'record.search', patientIds: ['pat-2'] }),
    record({ action: 'record.read' }),
    record({ action: 'record.read', outcome: 'refused', faultCode: 'access.forbidden', patientIds: ['pat-1'] }),
  ])
  const patient = medley.as({ roles: ['patient'], personId: newId() })
  const { accessesOf, search } = medley.call(audit)
  const forService = { ...patient, via: 'record' }
  const accesses = async (patientId: string) =>
    (await accessesOf({ patientId }, forService)).items.map(each => each.sequence)
  assert.deepEqual([await accesses('pat-1'), await accesses('pat-2'), await accesses('pat-')], [[4, 1], [2, 1], []])
  const first = await accessesOf({ patientId: 'pat-1', limit: 1 }, forService)
  const rest = await accessesOf({ patientId: 'pat-1', limit: 1, cursor: first.nextCursor! }, forService)
  assert.deepEqual([first.items[0]?.sequence, rest.items[0]?.purpose, rest.nextCursor], [4, 'TREAT', undefined])
  await assert.rejects(accessesOf({ patientId: 'pat-1' }, patient), refused('access.forbidden'))
  const found = await search({ patientId: 'pat-1', outcome: 'done' }, operator(medley))
  assert.deepEqual(
    found.items.map(each => each.patientIds),
    [['pat-1', 'pat-2']],
  )
  const { isIntact, entries } = await verify(medley)
  assert.deepEqual([isIntact, entries], [true, 4])
})

test('who may not reach everything learns of no entry by a patient’s id', async () => {
  const medley = await aMedley()
  await append(medley, [record({ patientIds: ['pat-1'] })])
  const database = medley.platform.database.service('audit')
  const ask = (reach?: { reach: 'all' }) =>
    database.read(
      medley.as({ roles: ['patient'], personId: newId() }),
      () => database.query(sql`select audit.concerning('pat-1')`),
      reach,
    )
  assert.deepEqual([(await ask()).length, (await ask({ reach: 'all' })).length], [0, 1])
})

test('the export holds what the search finds', async () => {
  const medley = await aMedley()
  await append(medley, [record({ reason: '=HYPERLINK("http://x")' }), record({ outcome: 'failed' })])
  const { csv, isComplete } = await medley.call(audit).exportCsv({ outcome: 'done' }, operator(medley))
  assert.equal(isComplete, true)
  assert.equal(csv.split('\r\n').length, 3)
  assert.ok(csv.includes(`"'=HYPERLINK(""http://x"")"`))
})

test('only operators read the trail, and only Medley writes it', async () => {
  const medley = await aMedley()
  const client = medley.call(audit)
  const patient = medley.as({ roles: ['patient'], personId: newId() })
  await assert.rejects(client.search({}, patient), refused('access.forbidden'))
  await assert.rejects(client.exportCsv({}, patient), refused('access.forbidden'))
  await assert.rejects(client.verify({}, patient), refused('access.forbidden'))
  await assert.rejects(client.append({ records: [] }, operator(medley)), refused('access.forbidden'))
  await assert.rejects(client.search({}, medley.as({})), refused('access.unauthenticated'))
  await assert.rejects(client.search({ limit: 0 }, operator(medley)), refused('request.invalid'))
})

test('the nightly job tells of a broken chain', async () => {
  const medley = await testMedley()
  started.push(medley)
  await append(medley, [record(), record()])
  await medley.settle()
  await medley.run('audit.verify')
  assert.deepEqual(await announced(medley), [])
  await sql`update audit.entry set record = replace(record, 'test.act', 'test.not') where sequence = 2`.execute(
    medley.platform.database.owner,
  )
  await medley.platform.queue.define({ name: 'test.listener', retryLimit: 0 })
  await medley.platform.queue.subscribe('audit.broken', 'test.listener')
  const heard: unknown[] = []
  await medley.platform.queue.work('test.listener', 1, async run => void heard.push(run.data))
  await medley.run('audit.verify')
  assert.partialDeepStrictEqual(heard, [{ payload: { brokenAt: 2, finding: 'edited' } }])
})

const announced = async (medley: TestMedley) =>
  (await medley.platform.database.execute(`select topic from medley.outbox where topic = 'audit.broken'`)).rows
