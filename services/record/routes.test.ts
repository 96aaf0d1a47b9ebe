import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { MedplumClient } from '@medplum/core'
import { identity } from '#contract/identity'
import { newId } from '#core/id'
import { type Signed, signIn } from '../../test/people.ts'
import { freePort } from '../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { record } from './contract.ts'

let medley: TestMedley
let base: string
let who: Signed
const heard: { headers: IncomingMessage['headers']; body: string }[] = []
const hook = createServer(async (request, response) => {
  heard.push({ headers: request.headers, body: await text(request) })
  response.writeHead(200).end()
})

before(async () => {
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  const own = await freePort()
  medley = await testMedley({
    env: {
      MEDLEY_EGRESS_ALLOW: `127.0.0.1:${port()}`,
      MEDLEY_PORT: String(own),
      MEDLEY_PUBLIC_URL: `http://127.0.0.1:${own}`,
    },
  })
  base = `${medley.url}/fhir/R4`
  const email = `${newId()}@example.org`
  const password = 'a-long-enough-password'
  const source = { system: 'test', value: newId() }
  const { personId } = await medley
    .call(identity)
    .enrol(
      { source, name: 'Grace Testing', email, password, jurisdiction: 'US-MA', timeZone: 'America/New_York' },
      medley.composition.serviceCall('test'),
    )
  const patient = {
    resourceType: 'Patient',
    id: personId,
    name: [{ family: 'Testing', given: ['Grace'] }],
    gender: 'female',
  }
  await medley.call(record).load({ personId, entries: [{ resource: patient }] }, medley.composition.serviceCall('test'))
  who = await signIn(medley.url, email, password)
})
after(async () => {
  hook.close()
  await medley.stop()
})

const port = () => (hook.address() as AddressInfo).port
const fetched = (path: string, init: RequestInit = {}) =>
  fetch(`${base}/${path}`, { ...init, headers: { ...who.headers, ...(init.headers as Record<string, string>) } })
const observation = (value = 1) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Steps' },
  subject: { reference: `Patient/${who.personId}` },
  valueQuantity: { value },
})

test('the capability statement is public and lists what there is', async () => {
  const answer = await fetch(`${base}/metadata`)
  assert.equal(answer.headers.get('content-type'), 'application/fhir+json; charset=utf-8')
  const { rest } = (await answer.json()) as {
    rest: { resource: { type: string; searchParam: { name: string }[] }[] }[]
  }
  const patient = rest[0]!.resource.find(each => each.type === 'Patient')!
  assert.ok(patient.searchParam.some(each => each.name === 'birthdate'))
  assert.ok(rest[0]!.resource.length > 140)
})

test('whoever is not signed in hears so in FHIR’s words', async () => {
  const answer = await fetch(`${base}/Patient`)
  assert.equal(answer.status, 401)
  assert.equal(((await answer.json()) as { resourceType: string }).resourceType, 'OperationOutcome')
  assert.ok(answer.headers.get('www-authenticate'))
})

test('headers are HTTP’s: ETag, Last-Modified, Location, 304, Prefer', async () => {
  const made = await fetched('Observation', { method: 'POST', body: JSON.stringify(observation()) })
  assert.equal(made.status, 201)
  const { id } = (await made.json()) as { id: string }
  assert.match(made.headers.get('location')!, new RegExp(`/fhir/R4/Observation/${id}/_history/1$`))
  const read = await fetched(`Observation/${id}`)
  assert.equal(read.headers.get('etag'), 'W/"1"')
  assert.equal((await fetched(`Observation/${id}`, { headers: { 'if-none-match': 'W/"1"' } })).status, 304)
  assert.equal(
    (await fetched(`Observation/${id}`, { headers: { 'if-modified-since': read.headers.get('last-modified')! } }))
      .status,
    304,
  )
  const head = await fetched(`Observation/${id}`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  const minimal = await fetched('Observation', {
    method: 'POST',
    body: JSON.stringify(observation()),
    headers: { prefer: 'return=minimal' },
  })
  assert.equal(await minimal.text(), '')
  const posted = await fetched('Observation/_search', {
    method: 'POST',
    body: `_id=${id}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(((await posted.json()) as { total: number }).total, 1)
})

test('what is malformed, of another type or unknown is refused with its own status', async () => {
  const statusOf = async (path: string, init: RequestInit) => (await fetched(path, init)).status
  assert.equal(await statusOf('Observation', { method: 'POST', body: '{"resourceType":' }), 400)
  assert.equal(
    await statusOf('Observation', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
    415,
  )
  assert.equal(await statusOf('Observation', { headers: { accept: 'image/png' } }), 406)
  assert.equal(await statusOf('Observation?_format=odd', {}), 406)
  assert.equal(await statusOf('Nothing', {}), 404)
  assert.equal(await statusOf('Observation/1/2/3/4/5', {}), 404)
  assert.equal(await statusOf('Observation/%E0%A4%A', {}), 400)
  assert.equal(await statusOf('Observation/$nothing', { method: 'POST' }), 400)
  assert.equal(
    await statusOf('MedicationRequest', {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'MedicationRequest' }),
    }),
    400,
  )
})

test('an unmodified Medplum client creates, reads, updates, patches, searches, batches and looks back', async () => {
  const client = new MedplumClient({
    baseUrl: medley.url,
    fhirUrlPath: 'fhir/R4',
    accessToken: who.token,
    fetch: (url: string, init: RequestInit) => fetch(url, init),
  })
  const made = await client.createResource({ ...observation(5), resourceType: 'Observation' } as never as {
    resourceType: 'Observation'
  } & Parameters<typeof client.createResource>[0])
  assert.ok(made.id)
  const read = await client.readResource('Observation', made.id!)
  assert.deepEqual(read, made)
  const updated = await client.updateResource({ ...read, status: 'amended' } as typeof read)
  assert.equal(updated.meta?.versionId, '2')
  const patched = await client.patchResource('Observation', made.id!, [
    { op: 'replace', path: '/status', value: 'corrected' },
  ])
  assert.equal(patched.status, 'corrected')
  const found = await client.searchResources('Observation', `_id=${made.id}`)
  assert.equal(found.length, 1)
  const history = await client.readHistory('Observation', made.id!)
  assert.equal(history.entry?.length, 3)
  const batch = await client.executeBatch({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: `Observation/${made.id}` } }],
  })
  assert.equal(batch.entry?.[0]?.response?.status, '200')
  await client
    .deleteResource('Observation', made.id!)
    .catch((error: unknown) => assert.match(String(error), /may not|role/i))
})

test('a subscriber hears of what matches, with what they may see, and never at a private address', async () => {
  const subscription = (endpoint: string) => ({
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Test',
    criteria: 'Observation?value-quantity=gt100',
    channel: { type: 'rest-hook', endpoint, payload: 'application/fhir+json', header: ['Authorization: Bearer abc'] },
  })
  const service = medley.as({ roles: ['service'], personId: newId() })
  const put = (endpoint: string) =>
    medley
      .call(record)
      .interact({ method: 'POST', path: 'Subscription', query: [], body: subscription(endpoint) }, service)
  for (const endpoint of [
    'http://169.254.169.254/latest',
    'http://127.0.0.1:1/x',
    'https://[::1]/x',
    'file:///etc/passwd',
    'http://localhost:5432/',
  ])
    await assert.rejects(put(endpoint), endpoint)
  const { body } = await put(`http://127.0.0.1:${port()}/hook`)
  const kept = JSON.parse(body!) as { id: string; status: string; channel: { header: string[] } }
  assert.deepEqual([kept.status, kept.channel.header], ['active', ['Authorization: (kept)']])
  // Sent back as it is shown, it goes on with the secret it has.
  const put2 = { method: 'PUT' as const, path: `Subscription/${kept.id}`, query: [], body: kept }
  assert.equal((await medley.call(record).interact(put2, service)).status, 200)
  await fetched('Observation', { method: 'POST', body: JSON.stringify(observation(7)) })
  await fetched('Observation', { method: 'POST', body: JSON.stringify(observation(700)) })
  await medley.settle()
  assert.equal(heard.length, 1)
  assert.equal((JSON.parse(heard[0]!.body) as { valueQuantity: { value: number } }).valueQuantity.value, 700)
  assert.equal(heard[0]!.headers.authorization, 'Bearer abc')
})

test('XML goes in and comes out, and is what JSON says', async () => {
  const xml = `<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="Steps"/></code><subject><reference value="Patient/${who.personId}"/></subject><valueQuantity><value value="3"/></valueQuantity></Observation>`
  const made = await fetched('Observation', {
    method: 'POST',
    body: xml,
    headers: { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' },
  })
  assert.equal(made.status, 201)
  assert.equal(made.headers.get('content-type'), 'application/fhir+xml; charset=utf-8')
  const text = await made.text()
  const id = /<id value="([^"]+)"/.exec(text)![1]!
  const json = (await (await fetched(`Observation/${id}`)).json()) as { valueQuantity: { value: number } }
  assert.equal(json.valueQuantity.value, 3)
  const hostile = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Observation xmlns="http://hl7.org/fhir"><status value="&e;"/></Observation>`
  assert.equal(
    (
      await fetched('Observation', {
        method: 'POST',
        body: hostile,
        headers: { 'content-type': 'application/fhir+xml' },
      })
    ).status,
    400,
  )
})

test('a patient summary holds the sections of the IPS', async () => {
  const bundle = (await (await fetched(`Patient/${who.personId}/$summary`)).json()) as {
    type: string
    entry: { resource: { resourceType: string; section?: unknown[] } }[]
  }
  assert.equal(bundle.type, 'document')
  assert.ok(bundle.entry[0]!.resource.section!.length >= 3)
})

test('a bulk import is fetched, written once, and names what is wrong with a line', async () => {
  const lines = [
    { ...observation(1), id: 'imported-1' },
    { ...observation(2), id: 'imported-2' },
    { resourceType: 'Observation', id: 'imported-3' },
  ]
  const files = createServer((_request, response) =>
    response.end(`${lines.map(each => JSON.stringify(each)).join('\n')}\nnonsense\n`),
  )
  await new Promise<void>(resolve => files.listen(0, '127.0.0.1', resolve))
  const { port: filePort } = files.address() as AddressInfo
  const own = await testMedley({ env: { MEDLEY_EGRESS_ALLOW: `127.0.0.1:${filePort}` } })
  try {
    const service = own.as({ roles: ['service'] })
    const run = async (url: string) => {
      const body = { inputFormat: 'application/fhir+ndjson', input: [{ type: 'Observation', url }] }
      const begun = await own
        .call(record)
        .interact({ method: 'POST', path: '$import', query: [], prefer: 'respond-async', body }, service)
      await own.settle()
      const [path = '', search = ''] = begun.contentLocation!.split('/fhir/R4/')[1]!.split('?')
      const ended = await own
        .call(record)
        .interact({ method: 'GET', path, query: [...new URLSearchParams(search)] }, service)
      return ended.body!
    }
    const address = `http://127.0.0.1:${filePort}/observations.ndjson`
    const first = await run(address)
    assert.match(first, /2 resources were written, 0 were there already/)
    assert.match(first, /Observation, line 3: Observation.status/)
    assert.match(first, /Observation, line 4: This is not JSON/)
    assert.match(await run(address), /0 resources were written, 2 were there already/)
    await assert.rejects(run('http://169.254.169.254/x'), /cannot be fetched/)
    await assert.rejects(
      own
        .call(record)
        .interact(
          { method: 'POST', path: '$import', query: [], prefer: 'respond-async', body: {} },
          own.as({ personId: newId(), roles: ['clinician'] }),
        ),
      { kind: 'forbidden' },
    )
  } finally {
    files.close()
    await own.stop()
  }
})

test('a whole history goes in at once from somebody who is known, and a stranger’s is not even read', async () => {
  const entry = Array.from({ length: 3_000 }, () => ({
    resource: observation(),
    request: { method: 'POST', url: 'Observation' },
  }))
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }).padEnd(2_500_000)
  const known = await fetched('', { method: 'POST', body })
  assert.equal(known.status, 200)
  assert.equal(((await known.json()) as { entry: unknown[] }).entry.length, 3_000)
  const stranger = await fetch(base, { method: 'POST', body, headers: { 'content-type': 'application/fhir+json' } })
  assert.equal(stranger.status, 401)
  const tooLarge = await fetched('', { method: 'POST', body: 'x'.repeat(53_000_000) }).catch(() => undefined)
  assert.ok(tooLarge === undefined || tooLarge.status === 400 || tooLarge.status === 413)
})
