// Every way to search, and the codes that searches go by.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Fault } from '#core/fault'
import { recordAsker, found, kind, observation, type Said, saying } from '../../../test/asking.ts'
import { type TestMedley, testMedley } from '../../../test/start.ts'

let medley: TestMedley
before(async () => (medley = await testMedley()))
after(() => medley.stop())

const { house, ask, aRecord } = recordAsker(() => medley)

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
