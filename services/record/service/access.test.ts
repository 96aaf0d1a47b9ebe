// Who may see what: two patients, their clinician, and everybody else, by every way in which a resource can come out.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { appointment } from '#contract/appointment'
import { notification } from '#contract/notification'
import { record } from '#contract/record'
import type { Call } from '#core/call'
import { Fault } from '#core/fault'
import { newId } from '#core/id'
import { recordAsker, found, kind, type More, observation } from '../../../test/asking.ts'
import { aClinician, aPatient, type TestClinician } from '../../../test/clinic.ts'
import { mondayNoonMs, type TestMedley, testMedley } from '../../../test/start.ts'

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

const { house, ask, aKnownPatient } = recordAsker(() => medley)

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
  const { patient, patientId } = await aKnownPatient()
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
  const { patient, patientId } = await aKnownPatient()
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
  const { patient, patientId } = await aKnownPatient()
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
  const { patient, patientId } = await aKnownPatient()
  const secret = await aSecret(patientId)
  await careFor(patient)
  await ask('GET', `Observation/${secret}`, undefined, clinician.call)
  await medley.settle()
  const { items } = await medley.call(record).listAccesses({}, patient)
  assert.ok(items.some(each => each.action === 'record.read' && each.purpose === 'TREAT' && !each.isOwn))
  await assert.rejects(medley.call(record).listAccesses({ patientId }, await aPatient(medley)), kind('not_found'))
})

test('a clinician finds the record of somebody in their care, and of nobody else', async () => {
  const { patient, patientId } = await aKnownPatient()
  const personId = patient.caller.personId!
  const find = (call: Call) => medley.call(record).patientOf({ personId }, call)
  await assert.rejects(find(clinician.call), kind('not_found'))
  await careFor(patient)
  assert.deepEqual(await find(clinician.call), { patientId })
  await assert.rejects(find((await aClinician(medley)).call), kind('not_found'))
  await assert.rejects(medley.call(record).patientOf({ personId: newId() }, clinician.call), kind('not_found'))
  await assert.rejects(find(patient), kind('forbidden'))
})

test('a booked visit is an Appointment; its status is written at the booking, and nothing else of it here', async () => {
  const { patient, patientId } = await aKnownPatient()
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
