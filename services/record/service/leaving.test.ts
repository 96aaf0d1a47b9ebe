// What leaves: a record that is erased, and a copy of all that is exported.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { newId } from '#core/id'
import { aPatient } from '../../../test/clinic.ts'
import { recordAsker, type Body, kind, observation, patientBody } from '../../../test/asking.ts'
import { signUp } from '../../../test/people.ts'
import { freePort } from '../../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../../test/start.ts'

let medley: TestMedley
before(async () => (medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) } })))
after(() => medley.stop())

const { house, ask, aRecord } = recordAsker(() => medley)

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
  assert.deepEqual(await kept(), [{ patientId: personId, hasBegun: true }])
  await assert.rejects(medley.call(record).recordsOf({ personId }, person), kind('forbidden'))
  await medley.call(record).holdPatient({ patientId: personId, reason: 'Court order 12' }, operator)
  assert.deepEqual(await kept(), [{ patientId: personId, hasBegun: true, heldBecause: 'Court order 12' }])
  await assert.rejects(medley.call(record).erase({ patientId: personId, confirm: 'erase' }, operator), kind('conflict'))
  await medley.call(record).holdPatient({ patientId: personId, reason: null }, operator)
  const { erased } = await medley.call(record).erase({ patientId: personId, confirm: 'erase' }, operator)
  assert.equal(erased, 4)
  await medley.settle()
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

test('who has an account and no record yet can be held and erased like everybody else', async () => {
  const { personId } = await signUp(medley.url, 'Never Seen')
  const { email } = await medley.call(identity).contactOf({ personId }, house())
  const operator = medley.as({ personId: newId(), roles: ['operator'] })
  const ops = medley.call(record)
  assert.deepEqual((await ops.recordsOf({ personId }, operator)).items, [{ patientId: personId, hasBegun: false }])
  await ops.holdPatient({ patientId: personId, reason: 'Court order 13' }, operator)
  await assert.rejects(ops.erase({ patientId: personId, confirm: 'erase' }, operator), kind('conflict'))
  await ops.holdPatient({ patientId: personId, reason: null }, operator)
  await ops.erase({ patientId: personId, confirm: 'erase' }, operator)
  await medley.settle()
  assert.deepEqual((await ops.recordsOf({ personId }, operator)).items, [])
  const account = 'select count(*)::int as n from identity."user" where email = $1'
  assert.equal((await medley.platform.database.execute(account, [email])).rows[0]!['n'], 0)
  await assert.rejects(ops.erase({ patientId: newId(), confirm: 'erase' }, operator), kind('not_found'))
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
