// Shortcuts of searches give what the plain statements give: for everybody, on every page, with and without consents.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { aClinician, aPatient } from '../../../test/clinic.ts'
import { mondayNoonMs, type TestMedley, testMedley } from '../../../test/start.ts'

const height = 'http://loinc.org|8302-2'
/** More resources than are looked at first, so that some pages are filled by the near ones and some are not. */
const observations = 620

let medley: TestMedley
let callers: Record<'system' | 'clinician' | 'patient' | 'service', Call>

before(async () => {
  medley = await testMedley()
  const service = medley.composition.serviceCall('test')
  const clinician = await aClinician(medley)
  const patient = await aPatient(medley)
  const personId = patient.caller.personId!
  const grant = { clientId: newId(), scopes: ['system/*.rs'] }
  callers = { system: medley.as({ roles: ['app'], grant }), clinician: clinician.call, patient, service }
  const startsAt = new Date(mondayNoonMs + 26 * 3_600_000).toISOString()
  await medley.call(appointment).book({ ...clinician.wish, startsAt }, { ...patient, idempotencyKey: newId() })
  await medley.settle()
  const others = Array.from({ length: 5 }, () => newId())
  const people = [personId, ...others].map((id, index) => ({
    resource: {
      resourceType: 'Patient',
      id,
      gender: index % 2 ? 'male' : 'female',
      name: [{ family: `Dense${index}` }],
    },
  }))
  const measured = Array.from({ length: observations }, (_, index) => ({
    resource: {
      resourceType: 'Observation',
      id: newId(),
      status: 'final',
      // The same code twice in one resource must not make it two matches, nor count twice.
      code: { coding: [coding(index % 3 === 0 ? '8302-2' : '8867-4'), coding(index % 3 === 0 ? '8302-2' : '8867-4')] },
      subject: { reference: `Patient/${[personId, ...others][index % 6]}` },
      effectiveDateTime: new Date(Date.UTC(2015, 0, 1 + index * 5)).toISOString(),
      valueQuantity: { value: 140 + (index % 60), unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
    },
  }))
  for (const [index, id] of others.entries())
    await medley.call(record).load({ personId: id, entries: [people[index + 1]!] }, service)
  await medley.call(record).load({ personId, entries: [people[0]!, ...measured] }, service)
})
after(() => medley.stop())

const coding = (code: string) => ({ system: 'http://loinc.org', code })

type Bundle = {
  total?: number
  entry?: { resource: { id: string }; search: { mode: string } }[]
  link: { relation: string; url: string }[]
}

async function search(address: string, call: Call): Promise<Bundle> {
  const [path = '', query = ''] = address.split(/\?(.*)/s)
  const asked = { method: 'GET' as const, path, query: [...new URLSearchParams(query)] }
  return JSON.parse((await medley.call(record).interact(asked, call)).body!) as Bundle
}
const ids = ({ entry = [] }: Bundle) => entry.filter(each => each.search.mode === 'match').map(each => each.resource.id)

async function paged(address: string, call: Call): Promise<string[]> {
  const all: string[] = []
  for (let next: string | undefined = address; next;) {
    const page: Bundle = await search(next, call)
    all.push(...ids(page))
    const url = page.link.find(each => each.relation === 'next')?.url
    next = url && `${address.split('?')[0]}${new URL(url).search}`
  }
  return all
}

const searches = [
  `Observation?code=${height}`,
  `Observation?code=${height}&patient.gender=male`,
  `Observation?code=${height}&date=ge2020-01-01`,
  `Observation?code-value-quantity=${height}$gt190`,
  `Observation?code-value-quantity=${height}$gt150&patient.gender=female`,
  'Observation?code-value-quantity=http://loinc.org|8302-2$gt190,http://loinc.org|8867-4$lt141',
  'Observation?date=ge2017-01-01',
  'Observation?date=ge2023-01-01',
  'Observation?date=lt2015-03-01',
  'Observation?patient.gender=female',
  `Patient?_has:Observation:patient:code=${height}`,
  'Patient?_has:Observation:patient:code=http://loinc.org|none',
  'Observation?code=http://loinc.org|none',
]

async function assertSame(): Promise<void> {
  for (const [who, call] of Object.entries(callers)) {
    for (const address of searches) {
      // An order that takes no shortcut, on one page.
      const plain = ids(await search(`${address}&_sort=_lastUpdated&_count=1000`, call))
      const walked = await paged(`${address}&_count=200`, call)
      assert.deepEqual(walked.toSorted(), plain.toSorted(), `${who}: ${address}`)
      const { total } = await search(`${address}&_count=1&_total=accurate`, call)
      assert.equal(total, plain.length, `${who} counts ${address}`)
    }
    const all = await search('Observation?_count=1&_total=accurate', call)
    assert.equal(all.total, ids(await search('Observation?_sort=_lastUpdated&_count=1000', call)).length, who)
  }
}

test('whoever searches, walking from the newest and counting by index find what the plain search finds', async () => {
  const matches = ids(await search(`Observation?code=${height}&_count=1000`, callers.system)).length
  assert.equal(matches, Math.ceil(observations / 3))
  assert.ok(ids(await search('Observation?_count=1000', callers.patient)).length < observations)
  await assertSame()
})

test('and so they do once consents withhold some of it', async () => {
  const before = (await search(`Observation?code=${height}&_count=1&_total=accurate`, callers.system)).total!
  const { personId } = callers.patient.caller
  const body = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${personId}` },
    dateTime: '2026-01-01',
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
    provision: { type: 'deny' },
  }
  await medley.call(record).interact({ method: 'POST', path: 'Consent', query: [], body }, callers.service)
  const { total } = await search(`Observation?code=${height}&_count=1&_total=accurate`, callers.system)
  assert.ok(total! < before, 'what the patient withholds is not counted')
  await assertSame()
})
