// Clients that others wrote, unmodified, against a running server: what they send and expect is the standard as it is lived.
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { MedplumClient } from '@medplum/core'
import type { Observation } from '@medplum/fhirtypes'
import { identity } from '#contract/identity'
import { record } from '#contract/record'
import { newId } from '#core/id'
import { kitClient, sessionInMemory, type SmartClient, smartLibrary } from '../fhir/clients.ts'
import { skip } from '../fhir/examples.ts'
import { type Signed, signIn } from '../people.ts'
import { freePort } from '../servers/child.ts'
import { clientOf } from '../smart.ts'
import { type TestMedley, testMedley } from '../start.ts'

let medley: TestMedley
let patient: Signed
let operator: Signed
const fhir = () => `${medley.url}/fhir/R4`

before(async () => {
  if (skip) return
  const port = await freePort()
  const env = { MEDLEY_PORT: String(port), MEDLEY_PUBLIC_URL: `http://127.0.0.1:${port}` }
  medley = await testMedley({ env, startMs: 'real' })
  patient = await somebody('Grace Testing')
  operator = await somebody('Olga Operating', [{ organizationId: newId(), role: 'operator' }])
  const body = { resourceType: 'Patient', id: patient.personId, name: [{ family: 'Testing', given: ['Grace'] }] }
  const service = medley.composition.serviceCall('test')
  await medley.call(record).load({ personId: patient.personId, entries: [{ resource: body }] }, service)
})
after(() => medley?.stop())

async function somebody(
  name: string,
  memberships: { organizationId: string; role: 'operator' }[] = [],
): Promise<Signed> {
  const [email, password] = [`${newId()}@example.org`, 'a-long-enough-password']
  const source = { system: 'test', value: newId() }
  const draft = { source, name, email, password, jurisdiction: 'US-MA', timeZone: 'America/New_York', memberships }
  await medley.call(identity).enrol(draft, medley.composition.serviceCall('test'))
  return signIn(medley.url, email, password)
}

const observation = (value: number) => ({
  resourceType: 'Observation' as const,
  status: 'final' as const,
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${patient.personId}` },
  valueQuantity: { value, unit: '/min' },
})

test(
  'fhir-kit-client: capability, SMART metadata, create, read, update, patch, vread, history, delete',
  { skip },
  async () => {
    const client = await kitClient(fhir(), operator.token)
    assert.equal((await client.capabilityStatement()).resourceType, 'CapabilityStatement')
    const metadata = await client.smartAuthMetadata()
    assert.equal(String(metadata.tokenUrl), `${medley.url}/auth/oauth2/token`)
    assert.equal(String(metadata.authorizeUrl), `${medley.url}/auth/oauth2/authorize`)
    const resourceType = 'Organization'
    const { id, ...made } = await client.create({ resourceType, body: { resourceType, name: 'One' } })
    assert.equal(made['name'], 'One')
    assert.deepEqual(await client.read({ resourceType, id }), { id, ...made })
    assert.equal((await client.update({ resourceType, id, body: { resourceType, id, name: 'Two' } }))['name'], 'Two')
    const jsonPatch = [{ op: 'replace', path: '/name', value: 'Three' }]
    assert.equal((await client.patch({ resourceType, id, jsonPatch }))['name'], 'Three')
    assert.equal((await client.vread({ resourceType, id, version: '1' }))['name'], 'One')
    for (const asked of [{ resourceType, id }, { resourceType }, {}])
      assert.ok((await client.history(asked)).entry!.length >= 3)
    await client.delete({ resourceType, id })
    await assert.rejects(client.read({ resourceType, id }), /410|Gone/i)
  },
)

test('fhir-kit-client: search with its next pages, batch, transaction, operation', { skip }, async () => {
  const client = await kitClient(fhir(), operator.token)
  const name = `Kit ${newId()}`
  const post = { method: 'POST', url: 'Organization' }
  const entry = Array.from({ length: 5 }, () => ({ resource: { resourceType: 'Organization', name }, request: post }))
  const answer = await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry } })
  assert.deepEqual(
    answer.entry!.map(each => each.response!.status.slice(0, 3)),
    Array(5).fill('201'),
  )
  const seen: string[] = []
  let page = await client.search({ resourceType: 'Organization', searchParams: { name, _count: 2 } })
  for (;;) {
    seen.push(...page.entry!.map(each => each.resource!.id!))
    const next = client.nextPage({ bundle: page })
    if (!next) break
    page = await next
  }
  assert.deepEqual([seen.length, new Set(seen).size], [5, 5])
  const asked = ['Organization/none', `Organization/${seen[0]}`].map(url => ({ request: { method: 'GET', url } }))
  const batch = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: asked } })
  assert.deepEqual(
    batch.entry!.map(each => each.response!.status.slice(0, 3)),
    ['404', '200'],
  )
  const input = { url: 'http://hl7.org/fhir/ValueSet/administrative-gender' }
  const expanded = await client.operation({ name: '$expand', resourceType: 'ValueSet', method: 'GET', input })
  assert.equal(expanded.resourceType, 'ValueSet')
})

test(
  'MedplumClient: upsert, conditional creation, includes, every page, $everything, batch, history, patch',
  { skip },
  async () => {
    const client = new MedplumClient({
      baseUrl: medley.url,
      fhirUrlPath: 'fhir/R4',
      accessToken: patient.token,
      fetch: (url: string, init: RequestInit) => fetch(url, init),
    })
    const identifier = [{ system: 'urn:test', value: newId() }]
    const body: Observation = { ...observation(60), identifier }
    const criteria = `identifier=urn:test|${identifier[0]!.value}`
    const made = await client.createResourceIfNoneExist(body, criteria)
    assert.equal((await client.createResourceIfNoneExist(body, criteria)).id, made.id)
    const upserted = await client.upsertResource({ ...body, status: 'amended' } as Observation, criteria)
    assert.deepEqual([upserted.id, upserted.status], [made.id, 'amended'])
    for (let value = 61; value < 66; value++) await client.createResource<Observation>(observation(value))
    let pages = 0
    for await (const page of client.searchResourcePages('Observation', 'code=8867-4&_count=4')) pages += page.length
    assert.equal(pages, 6)
    const included = await client.search('Observation', `_id=${made.id}&_include=Observation:patient`)
    assert.deepEqual(
      included.entry?.map(each => each.resource?.resourceType),
      ['Observation', 'Patient'],
    )
    assert.equal((await client.readPatientEverything(patient.personId)).entry?.length, 7)
    assert.equal((await client.readHistory('Observation', made.id!)).entry?.length, 2)
    assert.equal((await client.readVersion('Observation', made.id!, '1')).status, 'final')
  },
)

/** An app that serves its two pages with the SMART library, and what became of its callback. */
async function smartApp(clientId: string, scope: string) {
  const smart = await smartLibrary()
  const session = sessionInMemory()
  const { promise, resolve, reject } = Promise.withResolvers<SmartClient>()
  const listen: RequestListener = (request, response) => {
    const library = smart(request, response, session)
    if (request.url!.startsWith('/launch'))
      return void library.authorize({ clientId, scope, redirectUri: '/callback', iss: fhir() }).catch(reject)
    library
      .ready()
      .then(resolve, reject)
      .finally(() => response.end())
  }
  const server = createServer(listen)
  return { server, listen, ready: promise }
}

test(
  'the SMART JS client: a PKCE launch for one patient, reading with its token, and renewing it',
  { skip },
  async () => {
    const scope = 'launch/patient openid fhirUser offline_access patient/*.rs'
    const port = await freePort()
    const { registerApp, decideConsent } = clientOf(medley.url, patient)
    const draft = { name: 'Heart Diary', maker: 'Example Labs', kind: 'public' as const }
    const redirectUris = [`http://localhost:${port}/callback`]
    const { id } = await registerApp({ ...draft, redirectUris, scopes: scope.split(' ') }, {})
    const app = await smartApp(id, scope)
    await new Promise<void>(resolve => app.server.listen(port, '127.0.0.1', resolve))
    try {
      const follow = async (url: string) => {
        const answer = await fetch(url, { redirect: 'manual' })
        return new URL(answer.headers.get('location') ?? assert.fail(`${url} answers ${answer.status}`))
      }
      const authorize = await follow(`http://localhost:${(app.server.address() as AddressInfo).port}/launch`)
      assert.equal(authorize.searchParams.get('code_challenge_method'), 'S256')
      const consent = await follow(authorize.href)
      const requestId = consent.searchParams.get('request')!
      const { redirectTo } = await decideConsent({ requestId, decision: 'approve' }, {})
      await fetch(redirectTo)
      const client = await app.ready
      assert.equal(client.patient.id, patient.personId)
      assert.equal((await client.patient.read()).id, patient.personId)
      const found = await client.request(`Observation?patient=${patient.personId}`)
      assert.equal(found.resourceType, 'Bundle')
      const before = client.state.tokenResponse.access_token
      await client.refresh()
      assert.notEqual(client.state.tokenResponse.access_token, before)
      assert.equal((await client.patient.read()).id, patient.personId)
      await assert.rejects(
        client.request('Observation?patient=somebody-else').then(answer => assert.ok(answer.entry?.length)),
      )
    } finally {
      app.server.close()
    }
  },
)
