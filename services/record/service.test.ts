import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { aClinician, aPatient, type TestClinician } from '../../test/clinic.ts'
import { appointment } from '#contract/appointment'
import { notification } from '#contract/notification'
import { mondayNoonMs, type TestMedley, testMedley } from '../../test/start.ts'
import { type Interaction, record } from './contract.ts'

let medley: TestMedley
let clinician: TestClinician
/** What subscribers were told, by the path of their endpoint. */
const heard: { path: string; body: string }[] = []
const hook = createServer(async (request, response) => {
  heard.push({ path: request.url!, body: await text(request) })
  response.writeHead(200).end()
})
const hookAt = () => `127.0.0.1:${(hook.address() as AddressInfo).port}`

before(async () => {
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  medley = await testMedley({ env: { MEDLEY_EGRESS_ALLOW: hookAt() } })
  clinician = await aClinician(medley)
})
after(async () => {
  hook.close()
  await medley.stop()
})

type Said = { status: number; body: Body; etag?: string; location?: string }
type Body = {
  resourceType: string
  id: string
  total?: number
  entry?: {
    fullUrl?: string
    resource?: Body
    response?: { status: string; location?: string }
    search?: { mode: string }
  }[]
  link?: { relation: string; url: string }[]
  meta: { versionId: string }
  [element: string]: unknown
}
type More = Partial<Omit<Interaction, 'method' | 'path' | 'query' | 'body'>>

const house = () => medley.composition.serviceCall('test')

/** One interaction, as the address a client would use. */
async function ask(
  method: Interaction['method'],
  address: string,
  body?: unknown,
  call: Call = house(),
  more: More = {},
): Promise<Said> {
  const [path = '', search = ''] = address.split(/\?(.*)/s)
  const query = [...new URLSearchParams(search)]
  const answer = await medley
    .call(record)
    .interact({ method, path, query, ...(body === undefined ? {} : { body }), ...more }, call)
  return { ...answer, body: answer.body === undefined ? undefined : JSON.parse(answer.body) } as Said
}

const kind = (wanted: string) => (error: unknown) => error instanceof Fault && error.kind === wanted
const saying = (words: RegExp) => (error: unknown) =>
  error instanceof Fault && words.test(JSON.stringify(error.details['issues']))
const patientBody = (family: string) => ({
  resourceType: 'Patient',
  name: [{ family, given: ['Test'] }],
  gender: 'female',
})
const found = ({ body }: Said) =>
  (body.entry ?? []).filter(each => each.search?.mode === 'match').map(each => each.resource!.id)

async function aRecord(family = 'Someone'): Promise<string> {
  return (await ask('POST', 'Patient', patientBody(family))).body.id
}
const observation = (patientId: string, value = 37.2, code = '8310-5') => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${patientId}` },
  effectiveDateTime: '2026-05-04T10:00:00Z',
  valueQuantity: { value, unit: 'Cel', system: 'http://unitsofmeasure.org', code: 'Cel' },
})

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

test('searches find by every kind of parameter, and by nothing else', async () => {
  const id = await aRecord('Łódź-Öberg')
  const { body: warm } = await ask('POST', 'Observation', observation(id, 39.4, 'find-me'))
  const { body: cool } = await ask('POST', 'Observation', {
    ...observation(id, 36.1, 'find-me'),
    effectiveDateTime: '2025-01-01',
  })
  const search = async (query: string) => found(await ask('GET', `Observation?code=find-me&${query}`)).toSorted()
  const [both, hot, cold] = [[warm.id, cool.id].toSorted(), [warm.id], [cool.id]]
  assert.deepEqual(await search(`subject=Patient/${id}`), both)
  assert.deepEqual(await search(`patient=${id}`), both)
  assert.deepEqual(await search('code=http://loinc.org|find-me'), both)
  assert.deepEqual(await search('code=http://other.org|find-me'), [])
  assert.deepEqual(await search('date=2026-05'), hot)
  assert.deepEqual(await search('date=lt2026'), cold)
  assert.deepEqual(await search('date=ge2025-01-01&date=le2025-12-31'), cold)
  assert.deepEqual(await search('value-quantity=gt38'), hot)
  assert.deepEqual(await search('value-quantity=36.1|http://unitsofmeasure.org|Cel'), cold)
  assert.deepEqual(await search('code-value-quantity=find-me$gt38'), hot)
  assert.deepEqual(await search('code-value-quantity=other$gt38'), [])
  assert.deepEqual(await search('subject:Patient.name=lodz'), [])
  assert.deepEqual(await search('subject:Patient.family=łódź oberg'), both)
  assert.deepEqual(await search('patient.gender=female'), both)
  assert.deepEqual(await search('patient.gender=male'), [])
  assert.deepEqual(await search('status:not=final'), [])
  assert.deepEqual(await search('performer:missing=true'), both)
  assert.deepEqual(await search(`_id=${warm.id},${cool.id}`), both)
  assert.deepEqual(await search('_filter=value-quantity gt 38 or date lt 2026'), both)
  assert.deepEqual(await search('_filter=not (value-quantity gt 38)'), cold)
  assert.ok(found(await ask('GET', `Patient?_has:Observation:patient:code=find-me&_id=${id}`)).includes(id))
  assert.deepEqual(found(await ask('GET', `Patient/${id}/Observation?code=find-me&_sort=date`)), [cool.id, warm.id])
  assert.deepEqual(found(await ask('GET', 'Observation?code=find-me&_sort=-value-quantity')), [warm.id, cool.id])
})

test('a part of a composite may look from its element to the whole resource', async () => {
  const sequence = {
    resourceType: 'MolecularSequence',
    coordinateSystem: 0,
    referenceSeq: {
      referenceSeqId: { coding: [{ system: 'urn:test', code: '7' }] },
      strand: 'watson',
      windowStart: 1,
      windowEnd: 9,
    },
    variant: [{ start: 3, end: 4 }],
  }
  const { id } = (await ask('POST', 'MolecularSequence', sequence)).body
  const search = async (query: string) =>
    found(await ask('GET', `MolecularSequence?referenceseqid-variant-coordinate=${query}`))
  assert.deepEqual([await search('7$3$4'), await search('7$5$6'), await search('8$3$4')], [[id], [], []])
})

test('a number with more digits than a computer keeps is found by them', async () => {
  const id = await aRecord('Digits')
  const made = (await ask('POST', 'Observation', observation(id, 66.89999999999999, 'digits'))).body.id
  assert.deepEqual(found(await ask('GET', 'Observation?code=digits&value-quantity=66.89999999999999')), [made])
  assert.deepEqual(found(await ask('GET', 'Observation?code=digits&value-quantity=66.9')), [made])
  assert.deepEqual(found(await ask('GET', 'Observation?code=digits&value-quantity=66.89999999999')), [])
})

test('a code and a date are found together, although HL7 writes DateTime for dateTime there', async () => {
  const { valueQuantity: _, ...rest } = observation(await aRecord('Dated'), 1, 'dated')
  const made = (await ask('POST', 'Observation', { ...rest, valueDateTime: '2016-12-30' })).body.id
  assert.deepEqual(found(await ask('GET', 'Observation?code-value-date=dated$2016-12-30')), [made])
  assert.deepEqual(found(await ask('GET', 'Observation?code-value-date=dated$2016-12-31')), [])
})

test('a canonical that is written like a reference is found like one', async () => {
  const response = {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: 'Questionnaire/canonical',
  }
  const made = (await ask('POST', 'QuestionnaireResponse', response)).body.id
  assert.deepEqual(found(await ask('GET', 'QuestionnaireResponse?questionnaire=Questionnaire/canonical')), [made])
  assert.deepEqual(found(await ask('GET', 'QuestionnaireResponse?questionnaire=Questionnaire/other')), [])
})

test('a search that is not understood is refused, with a hint; leniently it is passed over and said', async () => {
  await assert.rejects(ask('GET', 'Patient?nam=x'), saying(/Did you mean 'name'/))
  for (const query of [
    'name:wrong=x',
    'birthdate=yesterday',
    '_sort=nothing',
    '_include=Patient:nothing',
    '_count=-1',
    'name.family=x',
    '_has:Nothing:x:y=1',
    '_filter=((',
    '_cursor=abc',
    '_cursor=abc.def',
    '_sort=-key;drop table',
    '_elements=id&_summary=odd',
  ])
    await assert.rejects(
      ask('GET', `Patient?${query}`),
      (error: unknown) => error instanceof Fault && error.kind === 'invalid',
      query,
    )
  const lenient = await ask('GET', 'Patient?nam=x&_count=1', undefined, house(), { prefer: 'handling=lenient' })
  assert.ok(lenient.body.entry!.some(each => each.resource?.resourceType === 'OperationOutcome'))
})

test('pages show every match once, in order, while others write', async () => {
  const id = await aRecord('Pages')
  for (let n = 0; n < 7; n++) await ask('POST', 'Observation', observation(id, n % 3, 'paged'))
  for (const sort of ['', '&_sort=value-quantity', '&_sort=-value-quantity,date', '&_sort=_id']) {
    const seen: string[] = []
    let address: string | undefined = `Observation?code=paged&_count=3&patient=${id}${sort}`
    while (address) {
      const page: Said = await ask('GET', address)
      seen.push(...found(page))
      const next = page.body.link!.find(each => each.relation === 'next')?.url
      address = next && `Observation${new URL(next).search}`
    }
    assert.equal(seen.length, 7, sort)
    assert.equal(new Set(seen).size, 7, sort)
  }
})

test('what matches refer to and is referred from comes along, and on from there', async () => {
  const id = await aRecord('Includes')
  const organization = (await ask('POST', 'Organization', { resourceType: 'Organization', name: 'Clinic' })).body.id
  const encounter = {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: `Patient/${id}` },
    serviceProvider: { reference: `Organization/${organization}` },
  }
  const visit = (await ask('POST', 'Encounter', encounter)).body.id
  await ask('POST', 'Observation', { ...observation(id, 1, 'inc'), encounter: { reference: `Encounter/${visit}` } })
  const types = async (query: string) =>
    (await ask('GET', query)).body.entry!.map(each => each.resource!.resourceType).toSorted()
  assert.deepEqual(await types('Observation?code=inc&_include=Observation:patient'), ['Observation', 'Patient'])
  assert.deepEqual(
    await types('Observation?code=inc&_include=Observation:encounter&_include:iterate=Encounter:service-provider'),
    ['Encounter', 'Observation', 'Organization'],
  )
  assert.deepEqual(await types('Observation?code=inc&_include=*'), ['Encounter', 'Observation', 'Patient'])
  assert.deepEqual(await types(`Patient?_id=${id}&_revinclude=Observation:patient&_revinclude=Encounter:patient`), [
    'Encounter',
    'Observation',
    'Patient',
  ])
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

test('who enters a new patient treats them', async () => {
  const { id } = (await ask('POST', 'Patient', patientBody('Walkin'), clinician.call)).body
  assert.equal((await ask('GET', `Patient/${id}`, undefined, clinician.call)).status, 200)
  assert.equal((await ask('POST', 'Observation', observation(id), clinician.call)).status, 201)
  await assert.rejects(ask('GET', `Patient/${id}`, undefined, await aPatient(medley)), kind('not_found'))
})

test('patients enter and change what is theirs, and nothing that others entered about them', async () => {
  const { patient, patientId } = await aVisit()
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

async function aVisit(): Promise<{ patient: Call; patientId: string }> {
  const patient = await aPatient(medley)
  const person = patient.caller.personId!
  await medley
    .call(record)
    .load({ personId: person, entries: [{ resource: { ...patientBody('Visited'), id: person } }] }, house())
  return { patient, patientId: person }
}

let visits = 0

/** The patient books the clinician: care begins. */
async function careFor(patient: Call): Promise<void> {
  const startsAt = new Date(mondayNoonMs + 26 * 3_600_000 + visits++ * 1_200_000).toISOString()
  await medley.call(appointment).book({ ...clinician.wish, startsAt }, patient)
  await medley.settle()
}

/** Every way in which a resource can come out. */
async function ways(
  call: Call,
  patientId: string,
  observationId: string,
  purpose?: string,
): Promise<Record<string, boolean>> {
  const more: More = purpose === undefined ? {} : { purpose }
  const shows = async (method: 'GET' | 'POST', address: string, body?: unknown) => {
    try {
      return JSON.stringify((await ask(method, address, body, call, more)).body).includes(`"id":"${observationId}"`)
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    }
  }
  const matches = async (address: string) => {
    try {
      return found(await ask('GET', address, undefined, call, more)).length > 0
    } catch (error) {
      if (error instanceof Fault) return false
      throw error
    }
  }
  return {
    read: await shows('GET', `Observation/${observationId}`),
    vread: await shows('GET', `Observation/${observationId}/_history/1`),
    search: await shows('GET', `Observation?_id=${observationId}`),
    compartment: await shows('GET', `Patient/${patientId}/Observation`),
    system: await shows('GET', `?_type=Observation&_id=${observationId}`),
    include: await shows('GET', `Provenance?_include=Provenance:target&_count=200`),
    revinclude: await shows('GET', `Patient?_id=${patientId}&_revinclude=Observation:patient`),
    history: await shows('GET', `Observation/${observationId}/_history`),
    typeHistory: await shows('GET', `Observation/_history?_count=1000`),
    everything: await shows('GET', `Patient/${patientId}/$everything`),
    batch: await shows('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Observation/${observationId}` } }],
    }),
    export: await isExported(call, '$export', observationId, more),
    patientExport: await isExported(call, 'Patient/$export', observationId, more),
    // Whoever hears of changes says no purpose, and is taken to act for the usual one.
    ...(purpose === undefined ? { subscription: await isTold(call, observationId) } : {}),
    has: await matches(`Patient?_has:Observation:patient:_id=${observationId}`),
    chain: await matches(`Provenance?target:Observation.code=secret-${observationId.slice(-12)}&_count=1`),
  }
}

/** Whether a file of an export holds the resource. */
async function isExported(call: Call, path: string, id: string, more: More): Promise<boolean> {
  const asked: [string, string][] = [['_type', 'Observation']]
  const own = medley.call(record)
  const begun = await own.interact({ method: 'GET', path, query: asked, ...more, prefer: 'respond-async' }, call)
  const job = [...new URL(begun.contentLocation!).searchParams]
  const manifest = await own.interact({ method: 'GET', path: '$export-status', query: job, ...more }, call)
  const { output } = JSON.parse(manifest.body!) as { output: { url: string }[] }
  for (const { url } of output) {
    const query = [...new URL(url).searchParams]
    const { body } = await own.interact({ method: 'GET', path: '$export-file', query, ...more }, call)
    if (body!.includes(`"id":"${id}"`)) return true
  }
  return false
}

/** Whether a subscription of the caller tells of a change; made by Medley, since not everybody may make one. */
async function isTold(call: Call, id: string): Promise<boolean> {
  const path = `/${newId()}`
  const subscription = {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Test',
    criteria: `Observation?_id=${id}`,
    channel: { type: 'rest-hook', endpoint: `http://${hookAt()}${path}`, payload: 'application/fhir+json' },
  }
  const made = (await ask('POST', 'Subscription', subscription)).body.id
  const eyes = JSON.stringify(call.caller)
  await medley.platform.database.execute('update record.subscription set caller = $1::jsonb where id = $2', [
    eyes,
    made,
  ])
  const { meta: _meta, ...present } = (await ask('GET', `Observation/${id}`)).body
  await ask('PUT', `Observation/${id}`, { ...present, issued: new Date(medley.clock.nowMs()).toISOString() })
  await medley.settle()
  await ask('DELETE', `Subscription/${made}`)
  return heard.some(each => each.path === path && each.body.includes(`"id":"${id}"`))
}

const everyWay = (value: boolean, ways: Record<string, boolean>) =>
  Object.fromEntries(Object.keys(ways).map(key => [key, value]))

async function aSecret(patientId: string): Promise<string> {
  const { id } = (await ask('POST', 'Observation', observation(patientId, 1, 'x'))).body
  await ask('PUT', `Observation/${id}`, { ...observation(patientId, 1, `secret-${id.slice(-12)}`), id })
  const agent = [{ who: { reference: 'Organization/any' } }]
  await ask('POST', 'Provenance', {
    resourceType: 'Provenance',
    recorded: '2026-01-01T00:00:00Z',
    target: [{ reference: `Observation/${id}` }],
    agent,
  })
  return id
}

type Grant = { provision: Record<string, unknown>; status?: string }
const consentBody = (patientId: string, { provision, status = 'active' }: Grant) => ({
  resourceType: 'Consent',
  status,
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patientId}` },
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  provision,
})

test('nobody reaches a record by any way, but the patient and whoever treats them', async () => {
  const { patient, patientId } = await aVisit()
  const secret = await aSecret(patientId)
  const stranger = await aPatient(medley)
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const own = await ways(patient, patientId, secret)
  assert.deepEqual(own, { ...everyWay(true, own), include: own['include'], chain: own['chain'] })
  for (const [who, call] of Object.entries({ stranger, operator, clinician: clinician.call })) {
    const seen = await ways(call, patientId, secret)
    assert.deepEqual(seen, everyWay(false, seen), who)
  }
  await careFor(patient)
  const treated = await ways(clinician.call, patientId, secret)
  assert.deepEqual(treated, everyWay(true, treated))
  const research = await ways(clinician.call, patientId, secret, 'HRESCH')
  assert.deepEqual(research, everyWay(false, research), 'care does not serve research')
})

const consents: [string, (clinicianId: string) => Grant, string | undefined, boolean][] = [
  ['a denial for everybody', () => ({ provision: { type: 'deny' } }), undefined, false],
  ['a denial that is a draft', () => ({ status: 'draft', provision: { type: 'deny' } }), undefined, true],
  ['a denial that ended', () => ({ provision: { type: 'deny', period: { end: '2026-01-01' } } }), undefined, true],
  [
    'a denial that has not begun',
    () => ({ provision: { type: 'deny', period: { start: '2030-01-01' } } }),
    undefined,
    true,
  ],
  [
    'a denial of another class',
    () => ({
      provision: { type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Immunization' }] },
    }),
    undefined,
    true,
  ],
  [
    'a denial of this class',
    () => ({
      provision: { type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }] },
    }),
    undefined,
    false,
  ],
  [
    'a denial for another purpose',
    () => ({ provision: { type: 'deny', purpose: [{ code: 'HRESCH' }] } }),
    undefined,
    true,
  ],
  [
    'a denial for this purpose',
    () => ({ provision: { type: 'deny', purpose: [{ code: 'TREAT' }] } }),
    undefined,
    false,
  ],
  [
    'a denial of this clinician',
    id => ({
      provision: { type: 'deny', actor: [{ role: { text: 'x' }, reference: { reference: `Practitioner/${id}` } }] },
    }),
    undefined,
    false,
  ],
  [
    'a denial of another clinician',
    () => ({
      provision: { type: 'deny', actor: [{ role: { text: 'x' }, reference: { reference: 'Practitioner/other' } }] },
    }),
    undefined,
    true,
  ],
  [
    'a denial with this clinician as the exception',
    id => ({
      provision: {
        type: 'deny',
        provision: [
          { type: 'permit', actor: [{ role: { text: 'x' }, reference: { reference: `Practitioner/${id}` } }] },
        ],
      },
    }),
    undefined,
    true,
  ],
  [
    'a permission for research',
    id => ({
      provision: {
        type: 'permit',
        purpose: [{ code: 'HRESCH' }],
        actor: [{ role: { text: 'x' }, reference: { reference: `Practitioner/${id}` } }],
      },
    }),
    'HRESCH',
    true,
  ],
  [
    'a permission for research by somebody else',
    () => ({
      provision: {
        type: 'permit',
        purpose: [{ code: 'HRESCH' }],
        actor: [{ role: { text: 'x' }, reference: { reference: 'Practitioner/other' } }],
      },
    }),
    'HRESCH',
    false,
  ],
]

async function assertConsent([name, grant, purpose, isSeen]: (typeof consents)[number]): Promise<void> {
  const { patient, patientId } = await aVisit()
  const secret = await aSecret(patientId)
  await careFor(patient)
  await ask('POST', 'Consent', consentBody(patientId, grant(clinician.id)), patient)
  const seen = await ways(clinician.call, patientId, secret, purpose)
  const hides = /class/.test(name) ? ['include', 'chain'] : []
  // The Provenance beside it is of another class, so that it is found says nothing.
  for (const way of Object.keys(seen).filter(each => !hides.includes(each))) assert.equal(seen[way], isSeen, way)
  const own = await ways(patient, patientId, secret)
  assert.ok(own['read'] && own['search'], 'the patient always sees their own')
}

for (const each of consents) {
  const [name, , , isSeen] = each
  test(`consent: ${name} ${isSeen ? 'lets the clinician see' : 'hides the record'}, by every way`, () =>
    assertConsent(each))
}

test('control: where no consent denies anything, every consent that hides a record fails its test', async () => {
  const [guarded, their] = [medley, clinician]
  medley = await testMedley({ env: { MEDLEY_EGRESS_ALLOW: hookAt() } })
  try {
    clinician = await aClinician(medley)
    await medley.platform.database.execute(
      `create or replace function record.consents(who text, kind text, marks text[], actor text[], purpose text, at timestamptz)
         returns table (is_denied boolean, is_permitted boolean) language sql stable parallel safe
         as $$ select false, true $$`,
      [],
    )
    for (const each of consents.filter(([, , , isSeen]) => !isSeen))
      await assert.rejects(assertConsent(each), assert.AssertionError, each[0])
  } finally {
    await medley.stop()
    ;[medley, clinician] = [guarded, their]
  }
})

test('an emergency opens a record for four hours, is told and reviewed, by another operator only', async () => {
  const { patient, patientId } = await aVisit()
  const secret = await aSecret(patientId)
  await assert.rejects(medley.call(record).breakGlass({ patientId, reason: 'short' }, clinician.call), kind('invalid'))
  const { id } = await medley
    .call(record)
    .breakGlass({ patientId, reason: 'Unconscious in the emergency room' }, clinician.call)
  assert.equal((await ask('GET', `Observation/${secret}`, undefined, clinician.call)).status, 200)
  await medley.settle()
  const told = await medley.call(notification).list({}, patient)
  assert.ok(told.items.some(each => /opened in an emergency/.test(each.title)))
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const { items } = await medley.call(record).listEmergencies({ state: 'open' }, operator)
  assert.equal(items.find(each => each.id === id)?.reason, 'Unconscious in the emergency room')
  const self = medley.as({ personId: clinician.personId, roles: ['operator'] })
  await assert.rejects(medley.call(record).reviewEmergency({ id, finding: 'justified' }, self), kind('forbidden'))
  assert.equal((await medley.call(record).reviewEmergency({ id, finding: 'justified' }, operator)).finding, 'justified')
  medley.clock.advance(4 * 3_600_000 + 1)
  await assert.rejects(ask('GET', `Observation/${secret}`, undefined, clinician.call), kind('not_found'))
})

test('patients see who opened their record, when and for what', async () => {
  const { patient, patientId } = await aVisit()
  const secret = await aSecret(patientId)
  await careFor(patient)
  await ask('GET', `Observation/${secret}`, undefined, clinician.call)
  await medley.settle()
  const { items } = await medley.call(record).listAccesses({}, patient)
  assert.ok(items.some(each => each.action === 'record.read' && each.purpose === 'TREAT' && !each.isOwn))
  await assert.rejects(medley.call(record).listAccesses({ patientId }, await aPatient(medley)), kind('not_found'))
})

test('a clinician finds the record of somebody in their care, and of nobody else', async () => {
  const { patient, patientId } = await aVisit()
  const personId = patient.caller.personId!
  const find = (call: Call) => medley.call(record).patientOf({ personId }, call)
  await assert.rejects(find(clinician.call), kind('not_found'))
  await careFor(patient)
  assert.deepEqual(await find(clinician.call), { patientId })
  await assert.rejects(find((await aClinician(medley)).call), kind('not_found'))
  await assert.rejects(medley.call(record).patientOf({ personId: newId() }, clinician.call), kind('not_found'))
  await assert.rejects(find(patient), kind('forbidden'))
})

test('what is erased is nowhere any more, and what is held is not erased', async () => {
  const family = `Erasable${newId().slice(-6)}`
  const person = await aPatient(medley)
  const personId = person.caller.personId!
  await medley
    .call(record)
    .load({ personId, entries: [{ resource: { ...patientBody(family), id: personId } }] }, house())
  await ask('POST', 'Observation', { ...observation(personId), note: [{ text: `About ${family}` }] })
  const file = async () => {
    const data = Buffer.from(family).toString('base64')
    return (await ask('POST', 'Binary', { resourceType: 'Binary', contentType: 'text/plain', data })).body.id
  }
  const [own, foreign] = [await file(), await file()]
  const content = [{ attachment: { url: `Binary/${own}` } }]
  const document = {
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${personId}` },
  }
  await ask('POST', 'DocumentReference', { ...document, content })
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const kept = async () => (await medley.call(record).recordsOf({ personId }, operator)).items
  assert.deepEqual(await kept(), [{ patientId: personId }])
  await assert.rejects(medley.call(record).recordsOf({ personId }, person), kind('forbidden'))
  await medley.call(record).holdPatient({ patientId: personId, reason: 'Court order 12' }, operator)
  assert.deepEqual(await kept(), [{ patientId: personId, heldBecause: 'Court order 12' }])
  await assert.rejects(medley.call(record).erase({ patientId: personId, confirm: 'erase' }, operator), kind('conflict'))
  await medley.call(record).holdPatient({ patientId: personId, reason: null }, operator)
  const { erased } = await medley.call(record).erase({ patientId: personId, confirm: 'erase' }, operator)
  assert.equal(erased, 4)
  assert.deepEqual(await kept(), [])
  await assert.rejects(ask('GET', `Binary/${own}`), kind('not_found'))
  await ask('GET', `Binary/${foreign}`)
  await assert.rejects(ask('GET', `Patient/${personId}`), kind('not_found'))
  assert.equal((await ask('GET', `Patient?family=${family}`)).body.total, 0)
  for (const table of ['resource', 'history', 'text', 'token', 'reference', 'patient']) {
    const { rows } = await medley.platform.database.execute(
      `select count(*)::int as n from record.${table} t where t::text ilike $1`,
      [`%${family.toLowerCase()}%`],
    )
    assert.equal(rows[0]!['n'], 0, table)
  }
})

test('value sets and hierarchies are searched by their codes', async () => {
  const id = await aRecord('Terms')
  const made = (await ask('POST', 'Observation', { ...observation(id, 1, 'terms'), status: 'amended' })).body.id
  const search = async (query: string) => found(await ask('GET', `Observation?code=terms&${query}`))
  assert.deepEqual(await search('status:in=http://hl7.org/fhir/ValueSet/observation-status'), [made])
  assert.deepEqual(await search('status:not-in=http://hl7.org/fhir/ValueSet/observation-status'), [])
  assert.deepEqual(await search('status:below=http://hl7.org/fhir/observation-status|amended'), [made])
  await assert.rejects(search('code:in=http://example.org/nothing'), kind('invalid'))
})

test('codes are expanded, looked up and checked', async () => {
  const url = 'http://hl7.org/fhir/ValueSet/administrative-gender'
  const expanded = (await ask('GET', `ValueSet/$expand?url=${url}`)).body['expansion'] as {
    total: number
    contains: { code: string }[]
  }
  assert.deepEqual(expanded.contains.map(each => each.code).toSorted(), ['female', 'male', 'other', 'unknown'])
  const looked = (await ask('GET', 'CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=male'))
    .body
  assert.match(JSON.stringify(looked), /"display","valueString":"Male"/)
  const verdict = async (code: string) =>
    JSON.stringify((await ask('GET', `ValueSet/$validate-code?url=${url}&code=${code}`)).body).includes(
      '"valueBoolean":true',
    )
  assert.deepEqual([await verdict('male'), await verdict('nope')], [true, false])
  await assert.rejects(ask('GET', 'CodeSystem/$lookup?system=http://snomed.info/sct&code=1'), saying(/not known here/))
})

test('a bulk export has every resource once, forgets who was erased, and belongs to whoever began it', async () => {
  const call = medley.as({ personId: newId(), roles: ['service'] })
  const erased = await aRecord('Exported')
  const kept = await aRecord('Kept')
  const begin = await medley
    .call(record)
    .interact({ method: 'GET', path: '$export', query: [['_type', 'Patient']], prefer: 'respond-async' }, call)
  assert.equal(begin.status, 202)
  const address = begin.contentLocation!.split('/fhir/R4/')[1]!
  const manifest = (await ask('GET', address, undefined, call)).body as unknown as {
    output: { url: string; count: number }[]
  }
  const read = async () => {
    const ids: string[] = []
    for (const { url } of manifest.output) {
      const [path = '', search = ''] = url.split('/fhir/R4/')[1]!.split(/\?(.*)/s)
      const { body = '' } = await medley
        .call(record)
        .interact({ method: 'GET', path, query: [...new URLSearchParams(search)] }, call)
      ids.push(
        ...body
          .trim()
          .split('\n')
          .map(line => (JSON.parse(line) as Body).id),
      )
    }
    return ids
  }
  const before = await read()
  assert.equal(new Set(before).size, before.length)
  assert.equal(before.length, (await ask('GET', 'Patient?_summary=count', undefined, call)).body.total)
  await medley
    .call(record)
    .erase({ patientId: erased, confirm: 'erase' }, medley.as({ personId: newId(), roles: ['operator'] }))
  const afterwards = await read()
  assert.ok(before.includes(erased) && !afterwards.includes(erased) && afterwards.includes(kept))
  await assert.rejects(
    ask('GET', address, undefined, medley.as({ personId: newId(), roles: ['service'] })),
    kind('not_found'),
  )
  await assert.rejects(ask('GET', `${address}x`, undefined, call), kind('invalid'))
})

test('a booked visit is an Appointment; its status is written at the booking, and nothing else of it here', async () => {
  const { patient, patientId } = await aVisit()
  await careFor(patient)
  const [visit] = (await ask('GET', `Appointment?patient=${patientId}`, undefined, patient)).body.entry!
  const mirrored = visit!.resource!
  assert.equal(mirrored['status'], 'booked')
  await assert.rejects(
    ask('PUT', `Appointment/${mirrored.id}`, { ...mirrored, start: '2030-01-01T00:00:00Z' }, clinician.call),
    kind('unprocessable'),
  )
  await assert.rejects(ask('DELETE', `Appointment/${mirrored.id}`, undefined, clinician.call), kind('unprocessable'))
  assert.equal(
    (await ask('PUT', `Appointment/${mirrored.id}`, { ...mirrored, status: 'cancelled' }, clinician.call)).status,
    202,
  )
  await medley.settle()
  assert.equal((await medley.call(appointment).details({ bookingId: mirrored.id }, house())).state, 'cancelled')
  assert.equal((await ask('GET', `Appointment/${mirrored.id}`, undefined, patient)).body['status'], 'cancelled')
  await assert.rejects(
    ask('GET', `Patient/${patientId}`, undefined, clinician.call),
    kind('not_found'),
    'a cancelled visit lets nobody in',
  )
})
