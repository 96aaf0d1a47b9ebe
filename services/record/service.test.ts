// What single interactions, transactions and batches do.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { recordAsker, kind, observation, patientBody, saying } from '../../test/asking.ts'
import { aClinician, aPatient } from '../../test/clinic.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'

let medley: TestMedley
before(async () => (medley = await testMedley()))
after(() => medley.stop())

const { house, ask, aRecord, aKnownPatient } = recordAsker(() => medley)

test('a resource lives: created, read, updated, its versions kept, deleted, and brought back', async () => {
  const made = await ask('POST', 'Patient', { ...patientBody('Life'), id: 'mine' })
  assert.equal(made.status, 201)
  assert.notEqual(made.body.id, 'mine', 'the server names new resources')
  const { id } = made.body
  const changed = await ask('PUT', `Patient/${id}`, { ...patientBody('Lives'), id })
  assert.deepEqual([changed.status, changed.etag], [200, 'W/"2"'])
  assert.equal((await ask('GET', `Patient/${id}/_history/1`)).body['name']![0 as never]['family'], 'Life')
  assert.equal((await ask('DELETE', `Patient/${id}`)).status, 204)
  assert.equal((await ask('DELETE', `Patient/${id}`)).status, 204)
  await assert.rejects(ask('GET', `Patient/${id}`), kind('gone'))
  assert.equal((await ask('GET', `Patient?_id=${id}`)).body.total, 0)
  const back = await ask('PUT', `Patient/${id}`, { ...patientBody('Back'), id })
  assert.deepEqual([back.status, back.body.meta.versionId], [201, '4'])
  const history = await ask('GET', `Patient/${id}/_history?_count=3`)
  assert.deepEqual(
    history.body.entry!.map(each => each.response!.status),
    ['200', '204', '200'],
  )
  const next = new URL(history.body.link!.find(each => each.relation === 'next')!.url)
  assert.equal((await ask('GET', `Patient/${id}/_history${next.search}`)).body.entry!.length, 1)
})

test('a version that somebody else replaced is not overwritten', async () => {
  const id = await aRecord()
  await ask('PUT', `Patient/${id}`, { ...patientBody('B'), id }, house(), { ifMatch: 'W/"1"' })
  await assert.rejects(
    ask('PUT', `Patient/${id}`, { ...patientBody('C'), id }, house(), { ifMatch: 'W/"1"' }),
    kind('precondition'),
  )
  const raced = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) =>
      ask('PUT', `Patient/${id}`, { ...patientBody(`R${n}`), id }, house(), { ifMatch: 'W/"2"' }),
    ),
  )
  assert.equal(raced.filter(each => each.status === 'fulfilled').length, 1)
  const all = await Promise.all(
    Array.from({ length: 5 }, (_, n) => ask('PUT', `Patient/${id}`, { ...patientBody(`S${n}`), id })),
  )
  assert.deepEqual(all.map(each => Number(each.body.meta.versionId)).toSorted(), [4, 5, 6, 7, 8])
})

test('what is not valid is refused with the place and a sentence, and nothing is written', async () => {
  for (const body of [
    { resourceType: 'Patient', nonsense: 1 },
    { resourceType: 'Patient', birthDate: 'yesterday' },
    { resourceType: 'Observation' },
  ]) {
    await assert.rejects(
      ask('POST', body.resourceType, body),
      (error: unknown) => error instanceof Fault && Array.isArray(error.details['issues']),
    )
  }
  await assert.rejects(ask('POST', 'Patient', [1]), kind('invalid'))
  await assert.rejects(ask('POST', 'Patient', observation('x')), kind('invalid'))
  await assert.rejects(ask('PUT', 'Patient/one', { ...patientBody('X'), id: 'two' }), kind('invalid'))
  await assert.rejects(ask('GET', 'Nothing/1'), kind('not_found'))
  await assert.rejects(ask('GET', 'Patient/%00'), kind('invalid'))
})

test('a transaction is all or nothing, links its entries, and takes thousands of them', async () => {
  const entries = Array.from({ length: 5_000 }, (_, n) => ({
    fullUrl: `urn:uuid:${n}`,
    resource: n === 0 ? patientBody('Bulk') : { ...observation('x', n, 'bulk'), subject: { reference: 'urn:uuid:0' } },
    request: { method: 'POST', url: n === 0 ? 'Patient' : 'Observation' },
  }))
  const broken = entries.with(4_999, { ...entries[4_999]!, resource: { resourceType: 'Observation' } as never })
  await assert.rejects(
    ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: broken }),
    saying(/Bundle.entry\[4999\]/),
  )
  assert.equal((await ask('GET', 'Observation?code=bulk&_summary=count')).body.total, 0)
  const lateConflict = entries.with(4_999, {
    ...entries[4_999]!,
    request: { method: 'PUT', url: 'Observation/none', ifMatch: 'W/"3"' } as never,
  })
  await assert.rejects(
    ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: lateConflict }),
    kind('precondition'),
  )
  assert.equal((await ask('GET', 'Observation?code=bulk&_summary=count')).body.total, 0)
  const done = await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: entries })
  assert.equal(done.body.entry!.length, 5_000)
  assert.ok(done.body.entry!.every(each => each.response!.status === '201'))
  const patientId = /Patient\/([^/]+)/.exec(done.body.entry![0]!.response!.location!)![1]!
  assert.equal((await ask('GET', `Observation?code=bulk&patient=${patientId}&_summary=count`)).body.total, 4_999)
})

test('conditional interactions act on the one match, make one when there is none, and never two', async () => {
  const identifier = [{ system: 'urn:test', value: newId() }]
  const criteria = `identifier=urn:test|${identifier[0]!.value}`
  const body = { ...patientBody('Cond'), identifier }
  const raced = await Promise.all(
    Array.from({ length: 6 }, () => ask('POST', 'Patient', body, house(), { ifNoneExist: criteria })),
  )
  assert.equal(new Set(raced.map(each => each.body.id)).size, 1)
  assert.equal(raced.filter(each => each.status === 201).length, 1)
  const updated = await ask('PUT', `Patient?${criteria}`, { ...body, gender: 'male' })
  assert.deepEqual([updated.status, updated.body.id], [200, raced[0]!.body.id])
  await ask('POST', 'Patient', body)
  await assert.rejects(ask('PUT', `Patient?${criteria}`, body), kind('precondition'))
  await assert.rejects(ask('DELETE', `Patient?${criteria}`), kind('precondition'))
  await assert.rejects(ask('DELETE', 'Patient?'), kind('invalid'))
})

test('a batch answers each entry by itself', async () => {
  const id = await aRecord('Batch')
  const entry = [
    { request: { method: 'GET', url: `Patient/${id}` } },
    { request: { method: 'GET', url: 'Patient/does-not-exist' } },
    { request: { method: 'POST', url: 'Patient' }, resource: { resourceType: 'Patient', oops: true } },
    { request: { method: 'GET', url: `Patient?_id=${id}` } },
  ]
  const { body } = await ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry })
  assert.deepEqual(
    body.entry!.map(each => each.response!.status),
    ['200', '404', '400', '200'],
  )
})

test('a repeat with the same idempotency key makes nothing new and hears the same', async () => {
  const call = { ...house(), idempotencyKey: newId() }
  const first = await ask('POST', 'Patient', patientBody('Once'), call)
  const second = await ask('POST', 'Patient', patientBody('Once'), call)
  assert.deepEqual(second.body, first.body)
})

test('many who first write about the same new patient at once all succeed', async () => {
  const patientId = `new-${newId()}`
  const all = await Promise.all(Array.from({ length: 6 }, () => ask('POST', 'Observation', observation(patientId))))
  assert.deepEqual(new Set(all.map(each => each.status)), new Set([201]))
})

// Who may see what. Two patients, their clinician, and everybody else.

test('who enters a new patient treats them', async () => {
  const { call } = await aClinician(medley)
  const { id } = (await ask('POST', 'Patient', patientBody('Walkin'), call)).body
  assert.equal((await ask('GET', `Patient/${id}`, undefined, call)).status, 200)
  assert.equal((await ask('POST', 'Observation', observation(id), call)).status, 201)
  await assert.rejects(ask('GET', `Patient/${id}`, undefined, await aPatient(medley)), kind('not_found'))
})

test('patients enter and change what is theirs, and nothing that others entered about them', async () => {
  const { patient, patientId } = await aKnownPatient()
  const doctors = (await ask('POST', 'Observation', observation(patientId, 5))).body
  const stranger = await aRecord()
  const own = (await ask('POST', 'Observation', observation(patientId, 6), patient)).body
  assert.equal((await ask('PUT', `Observation/${own.id}`, { ...own, status: 'amended' }, patient)).status, 200)
  for (const change of [
    () => ask('PUT', `Observation/${doctors.id}`, { ...doctors, status: 'amended' }, patient),
    () => ask('PATCH', `Observation/${doctors.id}`, [{ op: 'replace', path: '/status', value: 'amended' }], patient),
    () => ask('DELETE', `Observation/${doctors.id}`, undefined, patient),
    () =>
      ask(
        'POST',
        'MedicationRequest',
        {
          resourceType: 'MedicationRequest',
          status: 'active',
          intent: 'order',
          medicationCodeableConcept: { text: 'x' },
          subject: { reference: `Patient/${patientId}` },
        },
        patient,
      ),
    () => ask('POST', 'Observation', observation(stranger), patient),
  ])
    await assert.rejects(change(), kind('forbidden'))
})
